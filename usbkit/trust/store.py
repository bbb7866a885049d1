"""The store of seals and signatures beside the manifests: written where the key is, read where images are made.

``seals/guatemala/SHA256SUMS`` and ``.minisig`` are of the current edition; each signed edition also stays under
``seals/guatemala/edition-3/``, so that ``usbkit seal sign`` can show what is new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.atomic import beside
from usbkit.trust.sums import SIGNATURE_NAME, SUMS_NAME

_EDITION = re.compile(r"edition-([1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True)
class SealStore:
    """The kept seals of one country, in a folder under the programme's."""

    folder: Path

    @classmethod
    def of(cls, manifests: Path, stem: str) -> SealStore:
        """Return the store of the country named ``stem`` of the programme in ``manifests``."""
        return cls(manifests / "seals" / stem)

    def read_signature(self) -> bytes | None:
        """Return the signature of the current edition, None if unsigned."""
        path = self.folder / SIGNATURE_NAME
        return path.read_bytes() if path.is_file() else None

    def read_sums(self) -> bytes | None:
        """Return the signed ``SHA256SUMS`` of the current edition; None if it is not kept."""
        path = self.folder / SUMS_NAME
        return path.read_bytes() if path.is_file() else None

    def keep(self, edition: int, sums: bytes, signature: bytes) -> Path:
        """Store a seal and its signature, as current and under their edition; return the signature's path."""
        for folder in (self.folder / f"edition-{edition}", self.folder):
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / SUMS_NAME, sums)
            _write(folder / SIGNATURE_NAME, signature)
        return self.folder / SIGNATURE_NAME

    def last_before(self, edition: int) -> tuple[int, bytes] | None:
        """Return the newest kept edition below ``edition`` and its ``SHA256SUMS``, None if there is none."""
        older = sorted((n, path) for n, path in self._editions() if n < edition)
        return (older[-1][0], older[-1][1].read_bytes()) if older else None

    def read_edition(self, edition: int) -> bytes | None:
        """Return the ``SHA256SUMS`` that was signed as ``edition``, None if it was not."""
        return next((path.read_bytes() for n, path in self._editions() if n == edition), None)

    def _editions(self) -> Iterator[tuple[int, Path]]:
        for folder in self.folder.glob("edition-*"):
            match = _EDITION.fullmatch(folder.name)
            if match and (folder / SUMS_NAME).is_file():
                yield int(match.group(1)), folder / SUMS_NAME


def _write(path: Path, data: bytes) -> None:
    """Beside its place, then renamed: a signature is there whole or not at all."""
    with beside(path) as target:
        target.write_bytes(data)
