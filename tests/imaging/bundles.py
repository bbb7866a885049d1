"""A small bundle as a folder, made without any media: what ``usbkit write --bundle`` takes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.drives.images import noise
from usbkit.passport import Passport, format_drive_js
from usbkit.seal.sums import fingerprint, format_sums

MIB = 2**20


def make_bundle_folder(folder: Path, *, video: int = 12 * MIB, words: str = "hola") -> Path:
    """A sealed bundle with one video of ``video`` bytes, pages and a subtitle that says ``words``."""
    import hashlib

    files = {
        "index.html": b"<!doctype html><title>sample</title>",
        "videos/01-opening.mp4": noise(video),
        "videos/01-opening.es.srt": f"1\n00:00:00,000 --> 00:00:01,000\n{words}\n".encode(),
        "slides/01-opening.pdf": noise(70_000, 2),
        "photos/01.jpg": noise(33_333, 3),
    }
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    sums = format_sums({path: hashlib.sha256(data).hexdigest() for path, data in files.items()})
    passport = Passport("sample-2020", "GT", 1, dt.date(2020, 10, 30), "corps", fingerprint(sums))
    (folder / "SHA256SUMS").write_bytes(sums)
    (folder / "passport.json").write_bytes(passport.to_json())
    (folder / "drive.js").write_bytes(format_drive_js(passport, is_signed=False))
    return folder
