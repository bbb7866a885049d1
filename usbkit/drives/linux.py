"""Linux's view of drives, read once into ``DriveFacts``. Only this module, ``sysfs`` and ``usage`` are Linux-specific.

Each function takes the ``System`` to read, so that tests can pass a tree of their own.
"""

from __future__ import annotations

import functools
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from usbkit.core.errors import DeviceError, Finding, Place
from usbkit.core.messages import Text, _
from usbkit.core.real_paths import real_path
from usbkit.drives.device import DriveFacts, DriveKind, Identity
from usbkit.drives.second_opinion import heed_second_opinion
from usbkit.drives.signatures import UNREADABLE, DriveContent, judge_content
from usbkit.drives.sysfs import HOST, System, folder_of, read_number, read_text
from usbkit.drives.usage import find_usage

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


#: Told that the drive has answered.
Heard = Callable[[], None]


def nobody() -> None:
    """Do nothing: a callback for callers that need no report."""


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
    major, size = os.major(rdev), (read_number(block / "size") or 0) * _SECTOR
    if major == _LOOP_MAJOR:
        if size == 0:
            raise _unfit(node, "drive-missing", _("nothing is attached to this loop device"))
        return Identity(node, DriveKind.LOOP, size, diskseq=read_number(block / "diskseq"))
    if size == 0:
        raise _unfit(node, "drive-missing", _("there is nothing in this drive"))
    usb = _usb_device(block, system)
    return Identity(
        node=node,
        kind=DriveKind.DISK,
        size=size,
        port=usb.name if usb else None,
        vendor=read_text(usb / "manufacturer") if usb else read_text(block / "device" / "vendor"),
        model=read_text(usb / "product") if usb else read_text(block / "device" / "model"),
        serial=read_text((usb or block) / "serial") or (None if usb else read_text(block / "device" / "serial")),
        diskseq=read_number(block / "diskseq"),
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
    usage = find_usage(node.stat(), system)
    content = _read_content(node, identity.size, heard)
    sector_size = read_number(block / "queue" / "logical_block_size") or _SECTOR
    return DriveFacts(
        identity=identity,
        sector_size=sector_size,
        is_usb=usb is not None,
        is_removable=read_number(block / "removable") == 1,
        is_read_only=read_number(block / "ro") == 1,
        other_interfaces=tuple(_other_interfaces(usb)) if usb else (),
        mounted_at=usage.mounted_at,
        swap=usage.swap,
        holders=usage.holders,
        holds_system=not _SYSTEM_PLACES.isdisjoint(usage.mounted_at),
        content=content.name,
        numbered=_number_on(content),
        strangers=len(content.finished.strangers) if content.finished else 0,
        speed_mbps=_speed_of(usb) if usb else None,
        is_held_back=_is_held_back(usb) if usb else False,
    )


def list_drives(system: System = HOST) -> list[Path]:
    """Return the nodes of all whole disks with a medium, including attached loop devices."""
    names = sorted((p.name for p in (system.sys / "block").iterdir()), key=_natural)
    return [system.dev / n.replace("!", "/") for n in names if read_number(system.sys / "block" / n / "size")]


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


def _look_at_file(identity: Identity, system: System, heard: Heard) -> DriveFacts:
    usage = find_usage(identity.node.stat(), system)
    content = _read_content(identity.node, identity.size, heard)
    return DriveFacts(
        identity=identity,
        sector_size=_SECTOR,
        is_usb=False,
        is_removable=False,
        is_read_only=not os.access(identity.node, os.W_OK),
        other_interfaces=(),
        mounted_at=usage.mounted_at,
        swap=usage.swap,
        holders=usage.holders,
        holds_system=False,
        content=content.name,
        numbered=_number_on(content),
        strangers=len(content.finished.strangers) if content.finished else 0,
    )


def _block_folder(node: Path, rdev: int, system: System) -> Path:
    folder = folder_of(rdev, system)
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
        code = read_text(folder / "bInterfaceClass")
        if code is not None and code != _MASS_STORAGE:
            yield _CLASSES.get(code, f"class {code}")


def _speed_of(usb: Path) -> int | None:
    """In Mbit/s; the slowest, 1.5, counts as 1."""
    text = read_text(usb / "speed")
    return None if text is None or not re.fullmatch(r"\d+(\.\d+)?", text) else int(float(text))


def _is_held_back(usb: Path) -> bool:
    """Whether the device speaks a faster USB than the port does.

    A USB 3 device says 2.1 where only USB 2 is wired (USB 3.2, 9.6.1), and a port that has both has a peer.
    """
    speed, version = _speed_of(usb), read_text(usb / "version")
    if speed is None or version is None or not re.fullmatch(r"\d+\.\d+", version):
        return False
    if speed < _HIGH_SPEED:
        return float(version) >= 2
    return speed == _HIGH_SPEED and float(version) >= 2.1 and not (usb / "port" / "peer").exists()


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


def _natural(name: str) -> tuple[tuple[int, int | str], ...]:
    return tuple((0, int(p)) if p.isdecimal() else (1, p) for p in re.split(r"(\d+)", name) if p)
