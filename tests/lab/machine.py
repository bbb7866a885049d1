"""QEMU: a PC with an xHCI controller and two hubs, its monitor (QMP), power on and power cut."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.lab.guestfiles import INSIDE, GuestFiles, make_initramfs
from tests.lab.inside.agent import PORT
from tests.lab.installation import PYTHON
from tests.lab.lines import LineError, Lines
from tests.lab.processes import Leashed

#: Root ports of the controller that carry a hub; sticks stand in the hubs' ports ("1.4") or straight in others ("5").
HUBS: Final = (1, 2)

#: No run of a guest lasts longer than this, whatever happens to us.
_SECONDS_LIMIT: Final = 3 * 3600

#: A guest that boots says something on its console, however busy the host is; one that is silent so long is given up,
#: and so is one that has not come up after so long. Seconds.
_SILENCE_LIMIT: Final = 120
_BOOT_LIMIT: Final = 600

#: How often a guest that did not come up is started.
_BOOTS: Final = 2


class MachineError(Exception):
    """QEMU refused a command, or the guest did not come up. Carries the end of its console."""


@dataclass(frozen=True)
class Disks:
    """Host folders and files that the guest sees: ``share`` as /lab, ``state`` as /state."""

    share: Path
    state: Path


class Machine:
    """A computer that is off until `boot`. ``folder`` is for its sockets and logs."""

    def __init__(self, files: GuestFiles, folder: Path, disks: Disks) -> None:
        self._files = files
        self._folder = folder
        self._disks = disks
        self._numbers = itertools.count()
        self._process: Leashed | None = None
        self._qmp: Lines | None = None
        self.agent: Lines | None = None
        self.boot_seconds: list[float] = []

    def boot(self) -> None:
        """Power on; the agent answers when this returns. A guest that does not come up is started once more.

        Raises MachineError.
        """
        for left in reversed(range(_BOOTS)):
            try:
                self._boot_once()
            except MachineError as problem:
                if not left:
                    raise
                print(f"the guest did not come up and is started again: {problem}")
            else:
                return

    def _boot_once(self) -> None:
        began = time.monotonic()
        for socket in ("qmp", "agent"):
            (self._folder / socket).unlink(missing_ok=True)
        make_initramfs(self._files, self._folder / "initramfs")
        command = ["qemu-system-x86_64", *self._arguments()]
        self._process = Leashed(command, self._folder / "qemu.log", _SECONDS_LIMIT)
        try:
            self._qmp = Lines(self._folder / "qmp")
            self.agent = Lines(self._folder / "agent")
            self.ask("qmp_capabilities")
            self._await_hello(self.agent)
        except LineError as problem:
            self.cut()
            raise MachineError(f"{problem}\n{self.said()}") from None
        self.boot_seconds.append(time.monotonic() - began)

    def _await_hello(self, agent: Lines) -> None:
        """Wait for the agent's first word, as long as the console shows that the guest is on its way."""
        console, began, size, heard = self._folder / "console.log", time.monotonic(), 0, time.monotonic()
        while True:
            try:
                agent.take(lambda m: m["id"] == "hello", 1, "the guest's agent")
            except LineError:
                now = time.monotonic()
                if console.exists() and (grown := console.stat().st_size) != size:
                    size, heard = grown, now
                if not agent.is_open or now - heard > _SILENCE_LIMIT or now - began > _BOOT_LIMIT:
                    raise
            else:
                return

    def cut(self) -> None:
        """Cut the power: what disks and sticks had acknowledged stays, what the guest had in memory does not."""
        for lines in filter(None, (self._qmp, self.agent)):
            lines.close()
        if self._process is not None:
            self._process.kill()
        self._process = self._qmp = self.agent = None

    @property
    def is_on(self) -> bool:
        return self._process is not None and self._process.is_running

    def ask(self, command: str, **arguments: Any) -> Any:
        """Run a QMP command and return what it answers. Raises MachineError when QEMU refuses."""
        number = next(self._numbers)
        monitor = self._monitor()
        monitor.send({"execute": command, "arguments": arguments, "id": number})
        answer = monitor.take(lambda m: m.get("id") == number, 30, command)
        if "error" in answer:
            raise MachineError(f"{command} {arguments}: {answer['error']['desc']}")
        return answer["return"]

    @contextlib.contextmanager
    def expecting(self, event: str, **data: Any) -> Iterator[None]:
        """Leave the block only when QEMU has told of ``event`` with ``data``. Raises LineError."""

        def fits(message: dict[str, Any]) -> bool:
            return message.get("event") == event and data.items() <= message.get("data", {}).items()

        monitor = self._monitor()
        monitor.forget(fits)
        yield
        monitor.take(fits, 30, f"{event} {data}")

    def said(self) -> str:
        """The end of what QEMU and the guest's console said."""
        logs = [self._folder / name for name in ("qemu.log", "console.log")]
        return "\n".join(log.read_text(errors="replace")[-3000:] for log in logs if log.exists())

    def _monitor(self) -> Lines:
        if self._qmp is None:
            raise MachineError("the machine is off")
        return self._qmp

    def _arguments(self) -> list[str]:
        folder = self._folder
        append = (
            "console=ttyS0 loglevel=4 panic=-1 mitigations=off nokaslr random.trust_cpu=on nowatchdog "
            # On a busy host the kernel's check of its timer hears no tick in time, and panics.
            "no_timer_check "
            f"lab.python={PYTHON} lab.agent={INSIDE / 'agent.py'}"
        )
        return [
            *("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"),
            *("-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "2G", "-smp", "2"),
            *("-kernel", str(self._files.kernel), "-initrd", f"{folder}/initramfs", "-append", append),
            *_shared("host", "/", "readonly=on,multidevs=remap"),
            *_shared("tree", self._files.tree, "readonly=on"),
            *_shared("share", self._disks.share, "multidevs=remap"),
            *("-drive", f"if=none,id=state,format=raw,file={self._disks.state}"),
            *("-device", "virtio-blk-pci,drive=state", "-device", "virtio-rng-pci"),
            *("-serial", f"file:{folder}/console.log", "-qmp", f"unix:{folder}/qmp,server=on,wait=off"),
            *("-device", "virtio-serial-pci", "-chardev", f"socket,id=agent,path={folder}/agent,server=on,wait=off"),
            *("-device", f"virtserialport,chardev=agent,name={PORT}"),
            *("-device", "qemu-xhci,id=xhci,p2=15,p3=15"),
            *itertools.chain.from_iterable(("-device", f"usb-hub,bus=xhci.0,port={n},id=hub{n}") for n in HUBS),
        ]


def _shared(tag: str, folder: Path | str, options: str) -> tuple[str, str]:
    return "-virtfs", f"local,path={folder},mount_tag={tag},security_model=none,{options}"
