"""The folders where Linux tells of drives, and how their small files are read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.real_paths import real_path


@dataclass(frozen=True, slots=True)
class System:
    """The folders where Linux exposes drives."""

    sys: Path = Path("/sys")
    proc: Path = Path("/proc")
    dev: Path = Path("/dev")


HOST = System()


def folder_of(rdev: int, system: System) -> Path:
    """The folder of a block device by its number; the system may no longer know it."""
    return real_path(system.sys / "dev" / "block" / to_number(rdev))


def to_number(rdev: int) -> str:
    """A device number as sysfs and mountinfo spell it: "8:1"."""
    return f"{os.major(rdev)}:{os.minor(rdev)}"


def read_text(path: Path) -> str | None:
    """A sysfs file's text without its padding; None where there is none."""
    try:
        return path.read_text(errors="replace").strip() or None
    except OSError:
        return None


def read_number(path: Path) -> int | None:
    """The number in a sysfs file; None where there is none."""
    text = read_text(path)
    return int(text) if text is not None and text.isdecimal() else None


def read_name(path: Path) -> str | None:
    """A sysfs file's text that is a path: all of its bytes, which need not be UTF-8, but the line's end."""
    try:
        return os.fsdecode(path.read_bytes().removesuffix(b"\n")) or None
    except OSError:
        return None


def read_lines(path: Path) -> list[str]:
    """A proc file's lines. Names in it may hold whatever else ends a line to Python."""
    return [line for line in (read_name(path) or "").split("\n") if line]


def parts_of(block: Path) -> list[Path]:
    """The folders of a disk's partitions."""
    return sorted(p.parent for p in block.glob("*/partition"))
