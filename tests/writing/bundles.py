"""A small bundle as a folder, made without media, for ``usbkit write --bundle``."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path

from tests.drives.images import noise
from usbkit.trust.passport import Passport, format_drive_js
from usbkit.trust.sums import fingerprint, format_sums

MIB = 2**20


def make_bundle_folder(
    folder: Path, *, video: int = 12 * MIB, words: str = "hola", more_videos: int = 0, only_words: bool = False
) -> Path:
    """A sealed bundle with videos of ``video`` bytes each, pages and a subtitle that says ``words``.

    With ``only_words`` the folder is one of these already, and only the subtitle and the seal are made anew.
    """
    files: dict[str, bytes | None] = {
        "index.html": b"<!doctype html><title>sample</title>",
        "videos/01-opening.es.srt": f"1\n00:00:00,000 --> 00:00:01,000\n{words}\n".encode(),
        "slides/01-opening.pdf": noise(70_000, 2),
        "photos/01.jpg": noise(33_333, 3),
    }
    for number in range(more_videos + 1):
        name = f"videos/{number + 1:02}-opening.mp4"
        files[name] = None if only_words else noise(video, 10 + number)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if data is not None:
            (folder / path).write_bytes(data)
    return seal_folder(folder, files)


def make_crowded_bundle(folder: Path) -> Path:
    """A sealed bundle of a hundred files that are read many at a time."""
    files = {f"slides/{number:02}.pdf": noise(9_000 + number, number) for number in range(100)}
    files["index.html"] = b"<!doctype html><title>sample</title>"
    (folder / "slides").mkdir(parents=True)
    for path, data in files.items():
        (folder / path).write_bytes(data)
    return seal_folder(folder, files)


def seal_folder(folder: Path, paths: Iterable[str]) -> Path:
    """Seal the files at ``paths`` of ``folder``, and put beside the seal what belongs there."""
    sums = format_sums({path: _digest(folder / path) for path in paths})
    passport = Passport("sample-2020", "GT", 1, dt.date(2020, 10, 30), "corps", fingerprint(sums))
    (folder / "SHA256SUMS").write_bytes(sums)
    (folder / "passport.json").write_bytes(passport.to_json())
    (folder / "drive.js").write_bytes(format_drive_js(passport, is_signed=False))
    return folder


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
