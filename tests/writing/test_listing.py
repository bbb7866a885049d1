"""Listing drives while drives come and go."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.drives.test_linux import Machine, machine
from usbkit.drives import inspection, linux
from usbkit.drives.inspection import Inspection, inspect_drive
from usbkit.workers.process import Worker
from usbkit.writing.listing import list_closely

__all__ = ["machine"]


def _stick(machine: Machine) -> Path:
    return machine.disk("sdb", "8:16", machine.usb("1-2", serial="A1"))


def test_a_stick_is_listed_as_it_was_looked_at(machine: Machine) -> None:
    node = _stick(machine)
    (listed,) = list_closely(machine.system)
    assert listed.look is not None and listed.look.facts.identity.node == node


@pytest.mark.parametrize("serial", [None, "B2"])
def test_one_that_goes_or_is_exchanged_meanwhile_is_not_listed_as_something_else(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, serial: str | None
) -> None:
    node = _stick(machine)
    usb = machine.system.sys / "devices/pci0000:00/usb1/1-2"
    real = linux.look_at

    def pull(*named: object) -> object:
        facts = real(*named)  # type: ignore[arg-type]
        (usb / "serial").unlink()
        if serial is not None:
            (usb / "serial").write_text(serial)
        return facts

    monkeypatch.setattr(inspection, "look_at", pull)
    assert not isinstance(inspect_drive(node, machine.system), Inspection)
    (usb / "serial").write_text("A1")
    assert list_closely(machine.system) == []


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "another thread takes it"])
def test_an_interrupt_in_the_middle_of_a_fork_is_not_lost(beside: bool) -> None:
    """Python swallows what is raised in its hooks around a fork; so the signal has to wait until they are through."""
    over = threading.Event()
    if beside:
        threading.Thread(target=over.wait, daemon=True).start()
    os.register_at_fork(after_in_parent=_Once())
    try:
        with pytest.raises(KeyboardInterrupt):
            worker = Worker.start(lambda progress, should_stop: None)
            worker.kill()
            for _look in range(6000):
                time.sleep(0.01)  # another thread may be the one that the kernel tells
    finally:
        over.set()


class _Once:
    """A Ctrl-C that comes while Python's hooks run, the first time they do."""

    def __init__(self) -> None:
        self._is_done = False

    def __call__(self) -> None:
        if not self._is_done:
            self._is_done = True
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
