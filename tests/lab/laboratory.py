"""The laboratory: a booted guest, sticks that come and go, the project installed, complete cleanup."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.lab.faults import Fault
from tests.lab.gadget import Gadget, GadgetMake
from tests.lab.guest import Guest, Job
from tests.lab.guestfiles import GuestFiles
from tests.lab.machine import Disks, Machine
from tests.lab.stick import Make, Stick
from tests.support.cli import Done, run
from usbkit.core.units import parse_size

_STATE_SIZE = 256 * 2**20


class Laboratory:
    """Off until `boot`. ``folder`` holds everything it makes on the host; ``command`` is the installed ``usbkit``."""

    def __init__(self, files: GuestFiles, command: Path, folder: Path) -> None:
        self._folder = folder
        self._sticks: list[Stick] = []
        self._gadgets: list[Gadget] = []
        self._numbers = itertools.count()
        self.command = command
        self.share = folder / "share"
        self.share.mkdir()
        state = folder / "state.img"
        with state.open("xb") as file:
            file.truncate(_STATE_SIZE)
        run("mkfs.ext4", "-q", state)
        self.machine = Machine(files, folder, Disks(self.share, state))
        self.guest = Guest(self.machine, self.share)

    def __enter__(self) -> Laboratory:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.power_cut()

    def boot(self) -> None:
        """Power on. Sticks that stood in a port when the power was cut are there again."""
        self.machine.boot()
        for stick in self._sticks:
            if stick.port is not None:
                stick.connect(stick.port)

    def power_cut(self) -> None:
        """No warning, no shutdown: QEMU is killed."""
        self.machine.cut()
        self._gadgets.clear()  # they were the guest's own
        for stick in self._sticks:
            stick.unpowered()

    def stick(self, size: str = "64MB", serial: str = "A1", fault: Fault | None = None, **make: Any) -> Stick:
        """A new stick, not plugged in; ``make`` has further fields of `Make`."""
        id = f"stick{next(self._numbers)}"
        stick = Stick(self.machine, self.guest, self._folder, id, Make(parse_size(size), serial, **make), fault)
        self._sticks.append(stick)
        return stick

    def plug(self, port: str, size: str = "64MB", serial: str = "A1", fault: Fault | None = None, **make: Any) -> Stick:
        """A new stick in ``port``, seen by the guest."""
        return self.stick(size, serial, fault, **make).plug(port)

    def plug_gadget(self, size: str = "64MB", **make: Any) -> Gadget:
        """A device of the guest's own making; ``make`` has fields of `GadgetMake`."""
        name = f"gadget{next(self._numbers)}"
        gadget = Gadget(self.guest, self.share, name, GadgetMake(**make), parse_size(size))
        self._gadgets.append(gadget)
        return gadget

    def clear(self) -> None:
        """Pull and throw away every stick: the next test finds the guest as it was booted."""
        while self._gadgets:
            self._gadgets.pop().pull()
        for stick in self._sticks:
            if stick.port is not None and self.machine.is_on:
                stick.pull()
            stick.unpowered()
            stick.image.unlink()
        self._sticks.clear()

    def usbkit(self, *arguments: object, seconds: float = 300, **how: Any) -> Done:
        """Run the installed ``usbkit`` in the guest to its end."""
        return self.guest.run(self.command, *arguments, seconds=seconds, **how)

    def start_usbkit(self, *arguments: object, **how: Any) -> Job:
        """Begin the installed ``usbkit`` in the guest."""
        return self.guest.start(self.command, *arguments, **how)
