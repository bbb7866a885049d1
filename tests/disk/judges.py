"""What other people's programs say of an image: the judges of everything laid out here.

Each is given the whole drive's image. Checkers return what they said beside their summary; readers return every file
they found with its SHA-256.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

PARTITION = 4 * 2**20
_ENVIRONMENT = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def run(*command: str | Path, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Run a foreign program in a fixed locale and time zone."""
    return subprocess.run([str(c) for c in command], capture_output=True, env=_ENVIRONMENT, check=check)


def cut_volume(image: Path) -> Path:
    """The partition alone, sparse, for programs that know no offsets."""
    volume = image.with_suffix(".volume")
    run("dd", f"if={image}", f"of={volume}", "bs=4M", "skip=1", "conv=sparse", "status=none")
    os.truncate(volume, image.stat().st_size - PARTITION)
    return volume


def check_fat32(image: Path) -> list[str]:
    """What ``fsck.fat -n`` remarks, its version and its count of files left out."""
    volume = cut_volume(image)
    result = run("fsck.fat", "-n", volume, check=False)
    volume.unlink()
    lines = (result.stdout + result.stderr).decode(errors="replace").splitlines()
    remarks = [s for s in lines if not re.fullmatch(r"fsck\.fat \S+ \(\S+\)|.*: \d+ files, \d+/\d+ clusters", s)]
    return remarks if result.returncode == 0 else [*remarks, f"exit {result.returncode}"]


def read_by_mtools(image: Path, folder: Path) -> Mapping[str, str]:
    """Every file by mtools: copied out with ``mcopy -s``."""
    folder.mkdir()
    run("mcopy", "-s", "-n", "-Q", "-i", f"{image}@@{PARTITION}", "::/", folder)
    return digest_files(folder)


def digest_files(folder: Path) -> dict[str, str]:
    """Path below ``folder`` to SHA-256 of every file in it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def read_by_sleuthkit(image: Path, sector_size: int = 512) -> Mapping[str, str]:
    """Every file by sleuthkit: listed with ``fls``, read with ``icat``. Its own ``$`` files are left out."""
    place = ("-o", str(PARTITION // sector_size), "-b", str(sector_size))
    listing = run("fls", *place, "-r", "-p", "-F", "-u", image).stdout.decode()
    found = {}
    for line in listing.splitlines():
        match = re.fullmatch(r"r/r (\d+):\t(.*)", line)
        if match and not match[2].startswith("$") and not match[2].endswith(" (Volume Label Entry)"):
            found[match[2]] = hashlib.sha256(run("icat", *place, image, match[1]).stdout).hexdigest()
    return found


def check_exfat(image: Path) -> list[str]:
    """What ``fsck.exfat -n`` remarks, its version and its count of files left out."""
    volume = cut_volume(image)
    result = run("fsck.exfat", "-n", volume, check=False)
    volume.unlink()
    lines = (result.stdout + result.stderr).decode(errors="replace").splitlines()
    remarks = [
        s for s in lines if not re.fullmatch(r"exfatprogs version : \S+|.*: clean\. directories \d+, files \d+", s)
    ]
    return remarks if result.returncode == 0 else [*remarks, f"exit {result.returncode}"]


@contextlib.contextmanager
def loop_device(image: Path, sector_size: int = 512, *, offset: int = 0, read_only: bool = True) -> Iterator[Path]:
    """The image as a loop device, let go on the way out."""
    flags = ["--read-only"] if read_only else []
    made = run("losetup", "--find", "--show", "--sector-size", str(sector_size), "--offset", str(offset), *flags, image)
    device = Path(made.stdout.decode().strip())
    try:
        yield device
    finally:
        run("losetup", "--detach", device)


@contextlib.contextmanager
def mounted_exfat(image: Path, folder: Path, sector_size: int = 512, *, read_only: bool = True) -> Iterator[Path]:
    """The image's volume mounted with exfat-fuse on ``folder``."""
    folder.mkdir()
    mode = "ro" if read_only else "rw"
    with loop_device(image, sector_size, offset=PARTITION, read_only=read_only) as device:
        run("mount.exfat-fuse", "-o", mode, device, folder)
        try:
            yield folder
        finally:
            run("umount", folder)


def read_by_exfat_fuse(image: Path, folder: Path, sector_size: int = 512) -> Mapping[str, str]:
    """Every file by exfat-fuse."""
    with mounted_exfat(image, folder, sector_size) as mounted:
        return digest_files(mounted)
