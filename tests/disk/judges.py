"""Other people's programs as judges of every image laid out here.

Each gets the whole drive's image. Checkers return their output without its summary; readers return every file they
found with its SHA-256.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from usbkit.disk.reader import Examination, examine, stream

PARTITION = 4 * 2**20
_ENVIRONMENT = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def run(*command: str | Path, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Run a foreign program in a fixed locale and time zone."""
    return subprocess.run([str(c) for c in command], capture_output=True, env=_ENVIRONMENT, check=check)


def cut_volume(image: Path) -> Path:
    """The partition alone, holes kept, for programs that know no offsets."""
    volume = image.with_suffix(".volume")
    with image.open("rb") as source, volume.open("wb") as target:
        size = os.fstat(source.fileno()).st_size
        os.truncate(target.fileno(), size - PARTITION)
        for start, end in _stored_parts(source.fileno(), PARTITION, size):
            at = start
            while at < end:
                at += os.copy_file_range(source.fileno(), target.fileno(), end - at, at, at - PARTITION)
    return volume


def _stored_parts(file: int, position: int, size: int) -> Iterator[tuple[int, int]]:
    while position < size:
        try:
            start = os.lseek(file, position, os.SEEK_DATA)
        except OSError:
            return
        position = os.lseek(file, start, os.SEEK_HOLE)
        yield start, position


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


def spell_by_mtools(path: str) -> str:
    """How mtools 4.0 writes a name on this machine: each unit of a surrogate pair as ``_``."""
    return "".join("__" if ord(c) > 0xFFFF else c for c in path)


def digest_files(folder: Path) -> dict[str, str]:
    """Path below ``folder`` to SHA-256 of every file in it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


_OF_SLEUTHKIT = ("$ALLOC_BITMAP", "$UPCASE_TABLE")


def read_by_sleuthkit(image: Path, sector_size: int = 512) -> Mapping[str, str]:
    """Every file by sleuthkit: listed with ``fls``, read with ``icat``. What it makes files of itself is left out."""
    place = ("-o", str(PARTITION // sector_size), "-b", str(sector_size))
    listing = run("fls", *place, "-r", "-p", "-F", "-u", image).stdout.decode()
    found = {}
    for line in listing.splitlines():
        match = re.fullmatch(r"r/r (\d+):\t(.*)", line)
        if match and match[2] not in _OF_SLEUTHKIT and not match[2].endswith(" (Volume Label Entry)"):
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


def read_by_7zip(image: Path) -> Mapping[str, str]:
    """Every file of a FAT volume by 7-Zip."""
    volume = cut_volume(image)
    listing = run("7zz", "l", "-slt", "-ba", "-sccUTF-8", volume).stdout.decode()
    found = {}
    for record in listing.split("\n\n"):
        fields = dict(line.split(" = ", 1) for line in record.splitlines() if " = " in line)
        if fields.get("Folder") == "-":
            data = run("7zz", "e", "-so", "-spd", "-sccUTF-8", "--", volume, fields["Path"]).stdout
            found[fields["Path"]] = hashlib.sha256(data).hexdigest()
    volume.unlink()
    return found


def read_by_us(image: Path) -> tuple[dict[str, str], Examination]:
    """Every file by our own reader, and what it says of the structure."""
    with image.open("rb") as source:
        size = os.fstat(source.fileno()).st_size

        def read_at(offset: int, length: int) -> bytes:
            return os.pread(source.fileno(), length, offset)

        found = examine(read_at, size)
        files = {}
        for entry in found.entries:
            if not entry.is_dir:
                digest = hashlib.sha256()
                for piece in stream(read_at, size, entry):
                    digest.update(piece)
                files[entry.path] = digest.hexdigest()
    return files, found
