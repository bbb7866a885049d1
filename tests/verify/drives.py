"""A small sealed drive as an image file, and damage below the file system."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from filecmp import cmp
from pathlib import Path
from typing import Literal

from tests.support.cli import run
from tests.verify.folders import FILES, KEY, make_companions
from usbkit.core.content import Made
from usbkit.core.progress import Silence
from usbkit.disk.image import Image, TreeFile
from usbkit.disk.imagefile import write_image
from usbkit.disk.layout import LayoutOptions, lay_out
from usbkit.trust.passport import UNKNOWN_METADATA, DriveNumber, derive_serials
from usbkit.trust.secret import SecretKey
from usbkit.trust.sums import fingerprint

CAPACITY = 512 * 10**6
PARTITION = 4 * 2**20
_OPTIONS = LayoutOptions(
    capacity=CAPACITY,
    label="FORUM2020",
    volume_id=0x20201102,
    disk_id=0x20201103,
    timestamp=dt.datetime(2020, 11, 2, 12, tzinfo=dt.UTC),
    filesystem="fat32",
)


def make_drive(
    path: Path,
    files: Mapping[str, bytes] = FILES,
    *,
    key: SecretKey | None = KEY,
    sector_size: int = 512,
    filesystem: Literal["fat32", "exfat"] = "fat32",
    capacity: int = CAPACITY,
    nonce: str | None = None,
    number: int = 1,
) -> Image:
    """Write the image of a drive that holds ``files`` and its seal to ``path``."""
    drive = None if nonce is None else DriveNumber(number, 3)
    serial, _disk = derive_serials(fingerprint(make_companions(files)["SHA256SUMS"]), drive)
    options = replace(_OPTIONS, sector_size=sector_size, filesystem=filesystem, capacity=capacity, volume_id=serial)
    digest = lay_out(_tree(files, key, UNKNOWN_METADATA, drive, nonce), options).metadata_digest()
    image = lay_out(_tree(files, key, digest, drive, nonce), options)
    assert image.metadata_digest() == digest
    write_image(image, path, Silence())
    return image


def _tree(
    files: Mapping[str, bytes], key: SecretKey | None, metadata: str, drive: DriveNumber | None, nonce: str | None
) -> list[TreeFile]:
    whole = {**files, **make_companions(files, key=key, metadata=metadata, drive=drive, nonce=nonce)}
    return [
        TreeFile(path, Made(data), hashlib.sha256(data).hexdigest(), leads=path.endswith(".mp4"))
        for path, data in sorted(whole.items())
    ]


def befall_on_image(image: Path, genuine: Path, befallen: Path) -> None:
    """Bring the image of ``genuine`` to what ``befallen`` holds, with mtools, as an operating system would."""
    before, after = _files(genuine), _files(befallen)
    at = f"{image}@@{PARTITION}"
    gone = [path for path in before if path not in after]
    changed = [path for path in after if path in before and not cmp(genuine / path, befallen / path, shallow=False)]
    for path in (*gone, *changed):
        run("mdel", "-i", at, f"::{path}")
    for path in (p for p in after if p in changed or p not in before):
        folder = path.rpartition("/")[0]
        if folder and not (genuine / folder).is_dir():
            subprocess.run(["mmd", "-D", "s", "-i", at, f"::{folder}"], capture_output=True, check=False)
        run("mcopy", "-i", at, befallen / path, f"::{path}")


def take_out(image: Path, folder: Path) -> Path:
    """All files of an image, taken out of it by mtools."""
    folder.mkdir(parents=True)
    run("mcopy", "-s", "-Q", "-m", "-i", f"{image}@@{PARTITION}", "::/", folder)
    return folder


def can_be_named(path: str) -> bool:
    """Whether mtools takes ``path`` for a name and not for a pattern or a control."""
    return path.isascii() and path.isprintable() and not set(path) & set('<>|"?*[]')


def _files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
