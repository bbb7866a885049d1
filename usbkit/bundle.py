"""The bundle: the planned tree of files with its pages and its seal, as values; written as a directory when asked."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.plan import PlannedFile

#: The files that `SHA256SUMS` does not cover, so that one signature serves all drives of a country.
UNSEALED = ("SHA256SUMS", "SHA256SUMS.minisig", "passport.json", "drive.js")


@dataclass(frozen=True)
class Bundle:
    """The files of one country's drive.

    ``sealed`` are those that ``SHA256SUMS`` names, sorted by path; ``sums`` is its text and ``fingerprint`` the
    SHA-256 of that text in hex.
    """

    stem: str
    sealed: tuple[PlannedFile, ...]
    sums: bytes
    fingerprint: str
    signature: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes of all sealed files."""
        return sum(f.size for f in self.sealed)
