"""Who uses a drive or an image file: what is mounted from it, what swaps to it, what stands on it.

The kernel lists device-mapper, RAID and their like as holders, and lets nobody open what they hold exclusively. A loop
device over a drive is no holder and claims nothing, so each loop device is asked what it stands on.
"""

from __future__ import annotations

import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.filesystems import unescape_mount
from usbkit.core.real_paths import real_path
from usbkit.drives.loop_file import FileBehind, file_behind
from usbkit.drives.sysfs import (
    HOST,
    System,
    folder_of,
    parts_of,
    read_lines,
    read_name,
    read_number,
    read_text,
    to_number,
)


@dataclass(frozen=True, slots=True)
class Usage:
    """The uses of one drive or file: the places where it is mounted, and the names of devices that stand on it."""

    mounted_at: tuple[str, ...]
    swap: bool
    holders: tuple[str, ...]

    @property
    def users(self) -> tuple[str, ...]:
        """Everybody, by the place or name that a person knows."""
        return (*self.mounted_at, *self.holders, *(("swap",) if self.swap else ()))


@dataclass(frozen=True, slots=True)
class LoopBacking:
    """The file behind a loop device, and whether it bypasses the page cache (``is_direct``)."""

    path: Path
    is_direct: bool


@dataclass(frozen=True, slots=True)
class _Mount:
    device: str  # "8:1"
    source: str  # "/dev/sda1"
    place: str


def find_usage(found: os.stat_result, system: System = HOST) -> Usage:
    """Return who uses the drive or image file of which ``found`` is said."""
    if stat.S_ISBLK(found.st_mode):
        return _use_of_disk(folder_of(found.st_rdev, system), system)
    return _use_of_file(FileBehind.of(found), system)


def loop_backing(node: Path, system: System = HOST) -> LoopBacking | None:
    """Return the backing of a loop device; None for any other drive."""
    try:
        return _backing(folder_of(node.stat().st_rdev, system))
    except OSError:
        return None


def _use_of_disk(block: Path, system: System) -> Usage:
    numbers, holders = _find_above(block, system)
    mounts = [m.place for m in _mounts(system) if m.device in numbers or _number_of(m.source) in numbers]
    swap = any(_number_of(name) in numbers for name in _swaps(system))
    return Usage(tuple(mounts), swap, tuple(dict.fromkeys((*holders, *_find_beside(block, system)))))


def _use_of_file(file: FileBehind, system: System) -> Usage:
    loops = tuple(block.name for block, behind in _loops(system) if behind.is_same(file))
    return Usage((), any(_is_file(Path(name), file) for name in _swaps(system)), loops)


def _find_above(block: Path, system: System) -> tuple[set[str], list[str]]:
    """The numbers of a disk, its partitions and all that stands on them, and the names of what stands on them."""
    loops = defaultdict[str, list[Path]](list)
    for loop, behind in _loops(system):
        if behind.rdev:
            loops[to_number(behind.rdev)].append(loop)
    numbers, holders, waiting = set[str](), list[str](), [block]
    while waiting:
        folder = waiting.pop(0)
        number = read_text(folder / "dev")
        if number is None or number in numbers:
            continue
        numbers.add(number)
        above = [*map(real_path, sorted((folder / "holders").glob("*"))), *loops[number]]
        holders += [user.name for user in above]
        waiting += [*parts_of(folder), *above]
    return numbers, holders


def _find_beside(block: Path, system: System) -> Iterator[str]:
    """What a loop device shares its bytes with: the other loop devices over its file, or the drive that it shows."""
    loops = _loops(system)
    for own in (behind for loop, behind in loops if loop == block):
        if own.rdev:
            yield folder_of(own.rdev, system).name
        yield from (loop.name for loop, behind in loops if loop != block and behind.is_same(own))


def _loops(system: System) -> list[tuple[Path, FileBehind]]:
    """The folders of all attached loop devices, each with what is behind it."""
    blocks = map(real_path, sorted((system.sys / "block").glob("loop*")))
    return [(block, behind) for block in blocks if (behind := _behind(block, system)) is not None]


def _behind(block: Path, system: System) -> FileBehind | None:
    """What a loop device stands on; by its path only where we may not ask the kernel."""
    backing = _backing(block)
    if backing is None:
        return None
    try:
        return file_behind(system.dev / block.name) or FileBehind.of(backing.path.stat())
    except OSError:
        return None


def _backing(block: Path) -> LoopBacking | None:
    path = read_name(block / "loop" / "backing_file")
    return None if path is None else LoopBacking(Path(path), read_number(block / "loop" / "dio") == 1)


def _mounts(system: System) -> Iterator[_Mount]:
    """proc(5), mountinfo: the third field is the device, the fifth the place; behind the dash type and source."""
    for line in read_lines(system.proc / "self" / "mountinfo"):
        fields = line.split(" ")
        dash = fields.index("-")
        yield _Mount(fields[2], _unescape(fields[dash + 2]), _unescape(fields[4]))


def _number_of(source: str) -> str | None:
    """The device number of a mount's source; btrfs and others mount under a number of their own."""
    if not source.startswith("/dev/"):
        return None
    try:
        found = Path(source).stat()
    except OSError:
        return None
    return to_number(found.st_rdev) if stat.S_ISBLK(found.st_mode) else None


def _swaps(system: System) -> list[str]:
    return [_unescape(re.split(r"[ \t]", line)[0]) for line in read_lines(system.proc / "swaps")[1:]]


def _unescape(field: str) -> str:
    return unescape_mount(os.fsencode(field))


def _is_file(path: Path, file: FileBehind) -> bool:
    """Whether ``path`` is ``file``, under whatever name: a file has several by hard links and bind mounts."""
    try:
        return FileBehind.of(path.stat()).is_same(file)
    except OSError:
        return False
