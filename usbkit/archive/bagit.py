"""A bundle as a BagIt bag, the format that archives accept (RFC 8493, BagIt 1.0). Pure: files in, files out.

The payload is the bundle as a folder, with a passport without drive and nonce whichever drive it was read from. Every
date is the edition's, so the same bundle gives the same bag.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from usbkit import __version__
from usbkit.bundle.plan import PlannedFile, Role, made
from usbkit.trust.passport import Passport, format_drive_js
from usbkit.trust.sums import DRIVE_SCRIPT_NAME, PASSPORT_NAME

#: The file that makes a folder a bag (RFC 8493, 2.1.1).
DECLARATION = "bagit.txt"

#: Where the payload stands (2.1.2).
PAYLOAD = "data"

_INFO, _MANIFEST, _TAG_MANIFEST = "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"


@dataclass(frozen=True)
class Description:
    """What a bag says besides its passport; empty if unknown."""

    organisations: tuple[str, ...] = ()
    title: str = ""


def make_bag(
    sealed: Iterable[PlannedFile],
    sums: bytes,
    signature: PlannedFile | None,
    passport: Passport,
    description: Description,
) -> tuple[PlannedFile, ...]:
    """Return the files of a bag, sorted by path: payload below ``data/``, and the tag files beside it."""
    told = replace(passport, metadata=None, drive=None, nonce=None)
    beside = [
        made("SHA256SUMS", Role.SEAL, sums),
        made(PASSPORT_NAME, Role.SEAL, told.to_json()),
        made(DRIVE_SCRIPT_NAME, Role.SEAL, format_drive_js(told, is_signed=signature is not None)),
        *([signature] if signature is not None else []),
    ]
    payload = [replace(f, path=f"{PAYLOAD}/{f.path}") for f in (*sealed, *beside)]
    tags = [
        made(DECLARATION, Role.SEAL, b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
        made(_INFO, Role.SEAL, _information(payload, told, description)),
        made(_MANIFEST, Role.SEAL, _manifest(payload)),
    ]
    files = [*payload, *tags, made(_TAG_MANIFEST, Role.SEAL, _manifest(tags))]
    return tuple(sorted(files, key=lambda f: f.path))


def _manifest(files: Iterable[PlannedFile]) -> bytes:
    # 2.1.3; paths of a bundle hold neither line ends nor %, which would have to be encoded.
    return "".join(f"{f.sha256}  {f.path}\n" for f in sorted(files, key=lambda f: f.path)).encode("ascii")


def _information(payload: Sequence[PlannedFile], passport: Passport, description: Description) -> bytes:
    """``bag-info.txt``: the reserved labels that we know (2.2.2), and the seal's fingerprint under our own."""
    values = [
        *(("Source-Organization", name) for name in description.organisations),
        ("External-Description", description.title),
        ("Bagging-Date", passport.date.isoformat()),
        ("External-Identifier", f"{passport.programme} {passport.country} edition {passport.edition}"),
        ("Payload-Oxum", f"{sum(f.size for f in payload)}.{len(payload)}"),
        ("Bag-Group-Identifier", passport.programme),
        ("Bag-Software-Agent", f"usbkit {__version__}"),
        ("Usbkit-Seal", passport.fingerprint),
    ]
    lines = (f"{label}: {_one_line(value)}\n" for label, value in values if value)
    return "".join(lines).encode()


def _one_line(value: str) -> str:
    """``value`` on one line: what comes from outside cannot begin another label."""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())
