"""A small sealed folder as a recipient has it, and what can befall it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from usbkit.seal import format_sums

FILES: Mapping[str, bytes] = {
    "README.txt": b"Read me.\r\n",
    "index.html": b"<!doctype html><title>Recordings</title>",
    "slides/01-id-cards.pdf": b"%PDF-1.4\n%%EOF\n",
    "videos/01-opening.mp4": bytes(range(256)) * 9000,
    "videos/02-id-cards.mp4": bytes(reversed(range(256))) * 5000,
}


def make_sealed(root: Path, files: Mapping[str, bytes] = FILES) -> Path:
    """``files`` under ``root`` with their seal and the files beside it."""
    for path, data in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    sums = format_sums({path: hashlib.sha256(data).hexdigest() for path, data in files.items()})
    (root / "SHA256SUMS").write_bytes(sums)
    (root / "passport.json").write_bytes(b"{}")
    (root / "drive.js").write_bytes(b"")
    return root


def flip(path: Path, offset: int = 1000) -> None:
    """Change one byte of a file and nothing else."""
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)
        file.seek(offset)
        file.write(bytes([byte[0] ^ 1]))
