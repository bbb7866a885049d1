"""Which sticks are in which ports, now and since the last look. The system is asked each time, so nothing is missed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from usbkit.core.errors import DeviceError
from usbkit.core.real_paths import real_path
from usbkit.drives.linux import list_drives
from usbkit.drives.sysfs import HOST, System
from usbkit.station.messages import Appeared, Gone, Slot

#: Seconds that udev has to give a new stick its group before we look at it anyway.
_UDEV_PATIENCE = 5.0

_UDEV = Path("/run/udev")


class Slots(Protocol):
    """The source of sticks. ``fileno`` becomes readable when something may have changed; None if there is no
    notification.
    """

    def fileno(self) -> int | None: ...

    def changes(self) -> list[Appeared | Gone]:
        """Return what has gone and what has appeared since the last call, in this order."""


class _Compared:
    """What is there compared with what was there."""

    def __init__(self) -> None:
        self._known: dict[Slot, Path] = {}

    def compare(self, now: Mapping[Slot, Path]) -> list[Appeared | Gone]:
        gone = [Gone(slot) for slot in self._known if slot not in now]
        appeared = [Appeared(slot, node) for slot, node in now.items() if slot not in self._known]
        self._known = dict(now)
        return [*gone, *appeared]


class DriveSlots:
    """The disks of this computer, except virtual ones."""

    def __init__(self, system: System = HOST) -> None:
        self._system = system
        self._compared = _Compared()
        self._first_seen: dict[Slot, float] = {}
        self._bell = _hang_bell()

    def fileno(self) -> int | None:
        return None if self._bell is None else self._bell.fileno()

    def changes(self) -> list[Appeared | Gone]:
        if self._bell is not None:
            self._bell.clear()
        there = dict(self._look())
        self._first_seen = {slot: self._first_seen.get(slot, time.monotonic()) for slot in there}
        return self._compared.compare({s: node for s, node in there.items() if self._is_ready(s, node)})

    def _look(self) -> Iterator[tuple[Slot, Path]]:
        for node in list_drives(self._system):
            block = self._system.sys / "block" / node.relative_to(self._system.dev).as_posix().replace("/", "!")
            try:
                if "virtual" not in real_path(block).parts:
                    yield f"{node}#{_appearance(block)}", node
            except OSError:
                continue  # it went while we looked

    def _is_ready(self, slot: Slot, node: Path) -> bool:
        """Whether udev has done with the new disk: before that, its group may still be another."""
        if not (_UDEV / "control").exists() or time.monotonic() - self._first_seen[slot] > _UDEV_PATIENCE:
            return True
        try:
            number = node.stat().st_rdev
        except OSError:
            return False
        return (_UDEV / "data" / f"b{os.major(number)}:{os.minor(number)}").exists()


class NamedSlots:
    """Loop devices and image files used as ports."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = tuple(paths)
        self._compared = _Compared()

    def fileno(self) -> int | None:
        return None

    def changes(self) -> list[Appeared | Gone]:
        return self._compared.compare(dict(self._look()))

    def _look(self) -> Iterator[tuple[Slot, Path]]:
        for path in self._paths:
            if path.is_block_device():
                block = HOST.sys / "block" / path.name
                if (block / "loop").exists():
                    yield f"{path}#{_appearance(block)}", path
            elif path.is_file():
                yield f"{path}#{path.stat().st_ino}", path


def _appearance(block: Path) -> str:
    """What no other appearance of a disk under this name has: the kernel's count, before 5.15 sysfs's own number."""
    try:
        return (block / "diskseq").read_text().strip()
    except FileNotFoundError:
        return f"i{block.stat().st_ino}"


def _hang_bell() -> _Bell | None:
    from usbkit.drives.hotplug import Doorbell

    try:
        return Doorbell()
    except DeviceError:
        return None  # then sticks are noticed when it is next asked, a second later


class _Bell(Protocol):
    def fileno(self) -> int: ...

    def clear(self) -> None: ...
