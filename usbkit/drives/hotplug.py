"""Plugging and unplugging of drives, reported by udev, or by the kernel where no udev runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from usbkit.core.errors import DeviceError, Finding
from usbkit.core.messages import _

_UDEV = Path("/run/udev/control")


class Doorbell:
    """Signals that disks came or went: ``fileno`` becomes readable. The caller then lists the drives, so no event is
    lost.
    """

    def __init__(self) -> None:
        self._monitor = _listen()
        self._monitor.start()

    def fileno(self) -> int:
        return int(self._monitor.fileno())

    def clear(self) -> None:
        """Discard the events so far."""
        while self._monitor.poll(0) is not None:
            pass


def can_hear() -> bool:
    """Whether this computer can report drives (libudev and pyudev)."""
    try:
        import pyudev

        pyudev.Context()
    except (ImportError, OSError):
        return False
    return True


def _listen() -> Any:
    try:
        import pyudev

        # udev's own messages come when its rules have run and the node is there; without udev the kernel's must do.
        source = "udev" if _UDEV.exists() else "kernel"
        monitor = pyudev.Monitor.from_netlink(pyudev.Context(), source=source)
    except (ImportError, OSError) as problem:
        what = _("this computer does not tell when drives come and go: {reason}", reason=problem)
        raise DeviceError(Finding("no-hotplug", what, None, _("Install libudev1, or list drives again."))) from None
    monitor.filter_by("block", "disk")
    return monitor
