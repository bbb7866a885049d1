"""A drive's identity and content as values, determined by ``usbkit.drives.linux``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

#: `DriveFacts.content` of a drive that we made or began to make.
OURS = "usbkit"


class DriveKind(StrEnum):
    DISK = "disk"
    LOOP = "loop"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Identity:
    """What distinguishes this drive from all others while it is plugged in.

    ``port`` is the USB port path (``1-2.3``) or None; ``diskseq`` is the kernel's count of disks that have appeared
    (Linux 5.15), which differs for a re-plugged or swapped stick under the same name. For an image file it is the
    inode's number.
    """

    node: Path
    kind: DriveKind
    size: int
    port: str | None = None
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    diskseq: int | None = None

    @property
    def name(self) -> str:
        """Vendor and model as people know the stick, or the kind of device."""
        return " ".join(filter(None, (self.vendor, self.model))) or str(self.kind)


@dataclass(frozen=True, slots=True)
class DriveFacts:
    """All facts that the safety table uses, read from the system once."""

    identity: Identity
    sector_size: int
    is_usb: bool
    is_removable: bool
    is_read_only: bool
    other_interfaces: tuple[str, ...]  # interfaces of the same USB device that are not mass storage
    mounted_at: tuple[str, ...]  # of the disk or any partition of it
    swap: bool
    holders: tuple[str, ...]  # dm, md, zfs … that sit on it
    holds_system: bool
    content: str | None  # None: blank; "usbkit": ours; else the name of what was found, "ntfs"
    numbered: str | None = None  # of a numbered drive of ours "GT 3/20", as it says of itself
    strangers: int = 0  # of somebody's on a finished drive of ours: files added, and files of ours changed
    speed_mbps: int | None = None  # negotiated USB speed in Mbit/s
    is_held_back: bool = False  # it could be faster than the USB port lets it be
