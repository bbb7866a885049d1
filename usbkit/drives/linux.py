"""Linux's view of drives: sysfs, mountinfo and swaps, read once into ``DriveFacts``. Only this module is
Linux-specific.

Each function takes the ``System`` to read, so that tests can pass a tree of their own.
"""

from __future__ import annotations

import functools
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.errors import DeviceError, Finding, Place
from usbkit.core.filesystems import unescape_mount
from usbkit.core.messages import Text, _
from usbkit.core.real_paths import real_path
from usbkit.drives.device import DriveFacts, DriveKind, Identity
from usbkit.drives.loop_file import file_behind
from usbkit.drives.second_opinion import heed_second_opinion
from usbkit.drives.signatures import UNREADABLE, DriveContent, judge_content

_LOOP_MAJOR = 7
_SECTOR = 512  # sysfs counts in these whatever the drive's own sectors are
_MASS_STORAGE = "08"
_HIGH_SPEED = 480  # Mbit/s, USB 2
#: USB-IF class codes that a person should be told by name.
_CLASSES = {"01": "audio", "02": "modem", "03": "keyboard or mouse", "0a": "modem", "0e": "camera", "e0": "radio"}
#: Where a running system stands; a drive that carries one of them is its own.
_SYSTEM_PLACES = frozenset(
    ("/", "/boot", "/boot/efi", "/efi", "/usr", "/var", "/home", "/etc", "/opt", "/srv", "/root")
)


@dataclass(frozen=True, slots=True)
class System:
    """The folders where Linux exposes drives."""

    sys: Path = Path("/sys")
    proc: Path = Path("/proc")
    dev: Path = Path("/dev")


HOST = System()

#: Told that the drive has answered.
Heard = Callable[[], None]


def nobody() -> None:
    """Do nothing: a callback for callers that need no report."""


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


def identify(node: Path, system: System = HOST) -> Identity:
    """Return the identity of the drive at ``node``. Raises DeviceError if it is no drive."""
    try:
        found = node.stat()
    except OSError as problem:
        raise _unfit(
            node, "drive-missing", _("there is no such drive or file: {reason}", reason=problem.strerror)
        ) from None
    if stat.S_ISREG(found.st_mode):
        return Identity(node, DriveKind.FILE, found.st_size, diskseq=found.st_ino)
    if not stat.S_ISBLK(found.st_mode):
        raise _unfit(node, "drive-unfit", _("this is neither a drive nor an image file"))
    return _identify_block(node, found.st_rdev, system)


def _identify_block(node: Path, rdev: int, system: System) -> Identity:
    block = _block_folder(node, rdev, system)
    major, size = os.major(rdev), (_number(block / "size") or 0) * _SECTOR
    if major == _LOOP_MAJOR:
        if size == 0:
            raise _unfit(node, "drive-missing", _("nothing is attached to this loop device"))
        return Identity(node, DriveKind.LOOP, size, diskseq=_number(block / "diskseq"))
    if size == 0:
        raise _unfit(node, "drive-missing", _("there is nothing in this drive"))
    usb = _usb_device(block, system)
    return Identity(
        node=node,
        kind=DriveKind.DISK,
        size=size,
        port=usb.name if usb else None,
        vendor=_text(usb / "manufacturer") if usb else _text(block / "device" / "vendor"),
        model=_text(usb / "product") if usb else _text(block / "device" / "model"),
        serial=_text(usb / "serial") if usb else _text(block / "serial") or _text(block / "device" / "serial"),
        diskseq=_number(block / "diskseq"),
    )


def look_at(node: Path, system: System = HOST, heard: Heard = nobody) -> DriveFacts:
    """Return all facts that the safety table uses about the drive or image file at ``node``. Raises DeviceError.

    ``heard`` is called after each read that the drive answered.
    """
    identity = identify(node, system)
    if identity.kind is DriveKind.FILE:
        return _look_at_file(identity, system, heard)
    block = _block_folder(node, node.stat().st_rdev, system)
    usb = _usb_device(block, system)
    mounts = _mounts_on(block, system)
    content = _read_content(node, identity.size, heard)
    sector_size = _number(block / "queue" / "logical_block_size") or _SECTOR
    return DriveFacts(
        identity=identity,
        sector_size=sector_size,
        is_usb=usb is not None,
        is_removable=_number(block / "removable") == 1,
        is_read_only=_number(block / "ro") == 1,
        other_interfaces=tuple(_other_interfaces(usb)) if usb else (),
        mounted_at=tuple(m.place for m in mounts),
        swap=bool(_numbers_of(block) & set(_swap_numbers(system))),
        holders=(*_holders(block), *_beside(node, system)),
        holds_system=any(m.place in _SYSTEM_PLACES for m in mounts),
        content=content.name,
        numbered=_number_on(content),
        strangers=len(content.finished.strangers) if content.finished else 0,
        speed_mbps=_speed_of(usb) if usb else None,
        is_held_back=_is_held_back(usb) if usb else False,
    )


def list_drives(system: System = HOST) -> list[Path]:
    """Return the nodes of all whole disks with a medium, including attached loop devices."""
    names = sorted((p.name for p in (system.sys / "block").iterdir()), key=_natural)
    return [system.dev / n.replace("!", "/") for n in names if _number(system.sys / "block" / n / "size")]


def ports_of(node: Path, system: System = HOST) -> tuple[str, ...]:
    """Return the USB port paths of a drive's socket, its own first; empty if it is not on a USB port.

    A USB 3 socket is two ports to the kernel, ``2-1`` for USB 3 and ``1-1`` for USB 2: its peer (sysfs-bus-usb). Raises
    DeviceError.
    """
    try:
        usb = _usb_device(_block_folder(node, node.stat().st_rdev, system), system)
    except OSError as problem:
        raise _unfit(
            node, "drive-missing", _("there is no such drive or file: {reason}", reason=problem.strerror)
        ) from None
    if usb is None:
        return ()
    peer = usb / "port" / "peer"
    hub, found, number = real_path(peer).name.rpartition("-port") if peer.exists() else ("", "", "")
    if not found:
        return (usb.name,)
    other = f"{hub.removeprefix('usb')}-{number}" if hub.startswith("usb") else f"{hub}.{number}"
    return (usb.name, other)


def loop_backing(node: Path, system: System = HOST) -> LoopBacking | None:
    """Return the backing of a loop device; None for any other drive."""
    loop = system.sys / "block" / real_path(node).name / "loop"
    path = _name(loop / "backing_file")
    return None if path is None else LoopBacking(Path(path), _number(loop / "dio") == 1)


def _look_at_file(identity: Identity, system: System, heard: Heard) -> DriveFacts:
    found = identity.node.stat()
    holders = [loop.name for loop in _loops(system) if _is_behind(loop, found, system)]
    content = _read_content(identity.node, identity.size, heard)
    return DriveFacts(
        identity=identity,
        sector_size=_SECTOR,
        is_usb=False,
        is_removable=False,
        is_read_only=not os.access(identity.node, os.W_OK),
        other_interfaces=(),
        mounted_at=(),
        swap=any(_is_file(Path(place), found) for place in _swap_files(system)),
        holders=tuple(holders),
        holds_system=False,
        content=content.name,
        numbered=_number_on(content),
        strangers=len(content.finished.strangers) if content.finished else 0,
    )


def _block_folder(node: Path, rdev: int, system: System) -> Path:
    folder = real_path(system.sys / "dev" / "block" / f"{os.major(rdev)}:{os.minor(rdev)}")
    if not folder.is_dir():
        raise _unfit(node, "drive-missing", _("the system no longer knows this drive"))
    if (folder / "partition").exists():
        disk = system.dev / folder.parent.name
        what = _("this is a partition; a whole drive is needed")
        raise _unfit(node, "drive-unfit", what, _("Name the drive itself: {disk}", disk=disk))
    return folder


def _usb_device(block: Path, system: System) -> Path | None:
    """The folder of the USB device that a disk belongs to: the nearest above it with a vendor's number."""
    for folder in block.parents:
        if (folder / "idVendor").exists():
            return folder
        if folder == system.sys:
            break
    return None


def _other_interfaces(usb: Path) -> Iterator[str]:
    for folder in sorted(usb.glob(f"{usb.name}:*")):
        code = _text(folder / "bInterfaceClass")
        if code is not None and code != _MASS_STORAGE:
            yield _CLASSES.get(code, f"class {code}")


def _speed_of(usb: Path) -> int | None:
    """In Mbit/s; the slowest, 1.5, counts as 1."""
    text = _text(usb / "speed")
    return None if text is None or not re.fullmatch(r"\d+(\.\d+)?", text) else int(float(text))


def _is_held_back(usb: Path) -> bool:
    """Whether the device speaks a faster USB than the port does.

    A USB 3 device says 2.1 where only USB 2 is wired (USB 3.2, 9.6.1), and a port that has both has a peer.
    """
    speed, version = _speed_of(usb), _text(usb / "version")
    if speed is None or version is None or not re.fullmatch(r"\d+\.\d+", version):
        return False
    if speed < _HIGH_SPEED:
        return float(version) >= 2
    return speed == _HIGH_SPEED and float(version) >= 2.1 and not (usb / "port" / "peer").exists()


def _parts(block: Path) -> list[Path]:
    return sorted(p.parent for p in block.glob("*/partition"))


def _numbers_of(block: Path) -> set[str]:
    """The device numbers ("8:1") of a disk, its partitions, and all that sits on them."""
    numbers = set[str]()
    waiting = [block]
    while waiting:
        folder = waiting.pop()
        number = _text(folder / "dev")
        if number is None or number in numbers:
            continue
        numbers.add(number)
        waiting += _parts(folder)
        waiting += [real_path(h) for h in (folder / "holders").glob("*")]
    return numbers


def _holders(block: Path) -> Iterator[str]:
    for folder in (block, *_parts(block)):
        yield from sorted(h.name for h in (folder / "holders").glob("*"))


def _mounts_on(block: Path, system: System) -> list[_Mount]:
    numbers = _numbers_of(block)
    return [m for m in _mounts(system) if m.device in numbers or _number_of(m.source) in numbers]


def _mounts(system: System) -> Iterator[_Mount]:
    """proc(5), mountinfo: the third field is the device, the fifth the place; behind the dash type and source."""
    for line in _lines(system.proc / "self" / "mountinfo"):
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
    return f"{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}" if stat.S_ISBLK(found.st_mode) else None


def _swap_files(system: System) -> list[str]:
    return [_unescape(re.split(r"[ \t]", line)[0]) for line in _lines(system.proc / "swaps")[1:]]


def _swap_numbers(system: System) -> Iterable[str]:
    return filter(None, map(_number_of, _swap_files(system)))


def _unescape(field: str) -> str:
    return unescape_mount(os.fsencode(field))


def _is_file(path: Path, file: os.stat_result) -> bool:
    """Whether ``path`` is ``file``, under whatever name: a file has several by hard links and bind mounts."""
    try:
        found = path.stat()
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == (file.st_dev, file.st_ino)


def _loops(system: System) -> list[Path]:
    return [system.dev / block.name for block in sorted((system.sys / "block").glob("loop*"))]


def _beside(node: Path, system: System) -> Iterator[str]:
    """What a loop device shares its bytes with: the other loop devices over its file, or the drive that it shows."""
    if (backing := loop_backing(node, system)) is None:
        return
    try:
        file = backing.path.stat()
    except OSError:
        file = None
    if file is not None and stat.S_ISBLK(file.st_mode):
        yield backing.path.name
    known = file_behind(node)
    for loop in _loops(system):
        same = known is not None and file_behind(loop) == known
        if loop.name != real_path(node).name and (same or (file is not None and _is_behind(loop, file, system))):
            yield loop.name


def _is_behind(loop: Path, file: os.stat_result, system: System) -> bool:
    """Whether the loop device uses ``file``, which may have lost the name by which it was attached."""
    if (backing := loop_backing(loop, system)) is None:
        return False
    known = file_behind(loop)
    return _is_file(backing.path, file) if known is None else known == (file.st_dev, file.st_ino)


def _number_on(content: DriveContent) -> str | None:
    """The number of a numbered drive of ours, as people say it."""
    passport = None if content.finished is None else content.finished.passport
    if passport is None or passport.drive is None:
        return None
    return f"{passport.country} {passport.drive.number}/{passport.drive.of}"


def _read_content(node: Path, size: int, heard: Heard) -> DriveContent:
    """What stands on the drive; `UNREADABLE` where we may not look or it cannot be read: others judge it then."""
    try:
        fd = os.open(node, os.O_RDONLY | os.O_CLOEXEC)
        try:
            read_at = functools.partial(read_heard, fd, heard)
            return heed_second_opinion(node, read_at, size, judge_content(read_at, size))
        finally:
            os.close(fd)
    except OSError:
        return DriveContent(UNREADABLE)


def read_heard(fd: int, heard: Heard, offset: int, length: int) -> bytes:
    """Read ``length`` bytes from ``offset`` of the open file ``fd``, then call ``heard``."""
    data = os.pread(fd, length, offset)
    heard()
    return data


def _unfit(node: Path, id: str, what: Text, todo: Text | None = None) -> DeviceError:
    return DeviceError(Finding(id, what, Place(str(node)), todo or _("`usbkit drives` lists what is there.")))


def _text(path: Path) -> str | None:
    """A sysfs file's text without its padding; None where there is none."""
    try:
        return path.read_text(errors="replace").strip() or None
    except OSError:
        return None


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text is not None and text.isdecimal() else None


def _name(path: Path) -> str | None:
    """A sysfs file's text that is a path: all of its bytes, which need not be UTF-8, but the line's end."""
    try:
        return os.fsdecode(path.read_bytes().removesuffix(b"\n")) or None
    except OSError:
        return None


def _lines(path: Path) -> list[str]:
    """A proc file's lines. Names in it may hold whatever else ends a line to Python."""
    return [line for line in (_name(path) or "").split("\n") if line]


def _natural(name: str) -> tuple[tuple[int, int | str], ...]:
    return tuple((0, int(p)) if p.isdecimal() else (1, p) for p in re.split(r"(\d+)", name) if p)
