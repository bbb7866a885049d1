"""A small sealed folder as a recipient has it, and possible damage."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path

from usbkit.trust.passport import DriveNumber, Passport, format_drive_js
from usbkit.trust.secret import SecretKey
from usbkit.trust.statement import SealStatement
from usbkit.trust.sums import fingerprint, format_sums

FILES: Mapping[str, bytes] = {
    "README.txt": b"Read me.\r\n",
    "index.html": b"<!doctype html><title>Recordings</title>",
    "slides/01-id-cards.pdf": b"%PDF-1.4\n%%EOF\n",
    "videos/01-opening.mp4": bytes(range(256)) * 9000,
    "videos/02-id-cards.mp4": bytes(reversed(range(256))) * 5000,
}


#: A key of the tests' own; its public half is what a letter would carry.
KEY = SecretKey(b"testkey0", b"\x07" * 32)
OTHER_KEY = SecretKey(b"otherkey", b"\x08" * 32)


def make_companions(
    files: Mapping[str, bytes],
    *,
    country: str = "GT",
    edition: int = 3,
    key: SecretKey | None = KEY,
    metadata: str | None = None,
    drive: DriveNumber | None = None,
    nonce: str | None = None,
) -> dict[str, bytes]:
    """The seal of ``files``, signed by ``key``, and what stands beside it."""
    sums = format_sums({path: hashlib.sha256(data).hexdigest() for path, data in files.items()})
    date = dt.date(2020, 11, 2)
    passport = Passport("forum-2020", country, edition, date, "corps", fingerprint(sums), metadata, drive, nonce)
    statement = SealStatement("forum-2020", country, edition, date, len(files), fingerprint(sums))
    made = {
        "SHA256SUMS": sums,
        "passport.json": passport.to_json(),
        "drive.js": format_drive_js(passport, is_signed=key is not None),
    }
    if key is not None:
        made["SHA256SUMS.minisig"] = key.sign(sums, str(statement)).to_bytes()
    return made


def make_sealed(
    root: Path,
    files: Mapping[str, bytes] = FILES,
    *,
    country: str = "GT",
    edition: int = 3,
    key: SecretKey | None = KEY,
) -> Path:
    """``files`` and their companions as a folder ``root``."""
    companions = make_companions(files, country=country, edition=edition, key=key)
    for path, data in {**files, **companions}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return root


def flip(path: Path, offset: int = 1000) -> None:
    """Change one byte of a file and nothing else."""
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)
        file.seek(offset)
        file.write(bytes([byte[0] ^ 1]))
