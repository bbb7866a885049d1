"""One USB stick: its backing file, its faults, plugged into a port of the guest and pulled out of it."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.faults import Fault
from tests.lab.guest import Guest, GuestError
from tests.lab.machine import Machine, MachineError
from tests.lab.processes import Leashed

LIAR = Path(__file__).parent / "liar.py"

#: Seconds that a stick may take to be seen, or its going to be noticed, under emulation on a loaded machine.
_PATIENCE = 60


@dataclass(frozen=True)
class Make:
    """What a stick is, wherever it is plugged: ``size`` in bytes as it says, ``inquiry`` SCSI's vendor and product."""

    size: int
    serial: str
    inquiry: tuple[str, str] | None = None
    removable: bool = True
    read_only: bool = False
    sector_size: int = 512


@dataclass(frozen=True)
class Seen:
    """Where the guest sees a plugged stick: its device, and its USB port as the kernel names it."""

    node: Path
    usb_port: str


def await_seen(guest: Guest, link: str) -> Seen:
    """Where the guest sees what udev makes ``link`` for, as soon as it does."""
    script = (
        f"for i in $(seq {_PATIENCE * 5}); do udevadm settle; node=$(readlink -e {link}) && "
        "{ echo $node; readlink -e /sys/class/block/${node##*/}; exit; }; sleep 0.2; done; exit 1"
    )
    node, folder = guest.shell(script).splitlines()
    found = re.search(r".*/(\d+-[\d.]+)/\1:", folder)
    if found is None:
        raise GuestError(f"{node} is on no USB port: {folder}")
    return Seen(Path(node), found[1])


class Stick:
    """``image`` is the sparse file behind it; it outlives pulls and power cuts."""

    def __init__(self, machine: Machine, guest: Guest, folder: Path, id: str, make: Make, fault: Fault | None) -> None:
        self._machine = machine
        self._guest = guest
        self._id = id
        self._folder = folder
        self._liar: Leashed | None = None
        self._lies = fault is not None
        self._seen: Seen | None = None
        self.make = make
        self.port: str | None = None
        self.image = folder / f"{id}.img"
        with self.image.open("xb") as file:
            file.truncate((fault.true_size if fault else None) or make.size)
        if fault is not None:
            self.change(fault)

    def plug(self, port: str) -> Stick:
        """Put it into ``port`` ("1.4": the first hub's fourth; "5": the controller's own) and wait until it is seen."""
        self.connect(port)
        self._seen = await_seen(self._guest, self._link())
        return self

    def connect(self, port: str) -> None:
        """Put it into ``port`` and do not wait."""
        self._machine.ask("blockdev-add", **self._block_node())
        usb = {"id": self._id, "bus": "xhci.0", "port": port, "serial": self.make.serial}
        disk: dict[str, Any] = {"drive": f"node-{self._id}", "removable": self.make.removable}
        if self.make.sector_size != 512:
            disk |= {"logical_block_size": self.make.sector_size, "physical_block_size": self.make.sector_size}
        if self.make.inquiry is None:
            self._machine.ask("device_add", driver="usb-storage", **usb, **disk)
        else:
            self._connect_in_parts(usb, disk)
        self.port = port
        self._seen = None

    def _connect_in_parts(self, usb: dict[str, Any], disk: dict[str, Any]) -> None:
        """As a bare bulk-only device with a SCSI disk in it, which may say who made it."""
        vendor, product = self.make.inquiry or ("", "")
        self._machine.ask("device_add", driver="usb-bot", attached=False, **usb)
        lun = {"bus": f"{self._id}.0", "lun": 0, "vendor": vendor, "product": product}
        self._machine.ask("device_add", driver="scsi-hd", id=f"disk-{self._id}", **lun, **disk)
        self._machine.ask("qom-set", path=f"/machine/peripheral/{self._id}", property="attached", value=True)

    def pull(self) -> None:
        """Pull it out, whatever is going on, and wait until the guest has noticed."""
        link = self._link()
        self.disconnect()
        self._guest.shell(
            f"for i in $(seq {_PATIENCE * 5}); do udevadm settle; test -L {link} || exit 0; sleep 0.2; done; exit 1"
        )

    def disconnect(self) -> None:
        """Pull it out and do not wait for the guest."""
        with self._machine.expecting("DEVICE_DELETED", device=self._id):
            self._machine.ask("device_del", id=self._id)
        self._drop_node()
        self.unpowered()
        self.port = None

    def unpowered(self) -> None:
        """What happens to it when the power is cut; it stays in its port."""
        if self._liar is not None:
            self._liar.kill()
            self._liar = None
        self._seen = None

    def change(self, fault: Fault) -> None:
        """Give a stick that was made with a fault another one, now."""
        if not self._lies:
            raise ValueError("this stick was made honest: it is no liar's")
        new = self._fault_file.with_suffix(".new")
        new.write_text(fault.to_json())
        new.rename(self._fault_file)

    @property
    def node(self) -> Path:
        """The guest's device of it, now."""
        return self.seen.node

    @property
    def usb_port(self) -> str:
        """Its port as the kernel and usbkit name it: ``1-1.4``."""
        return self.seen.usb_port

    @property
    def seen(self) -> Seen:
        if self._seen is None:
            self._seen = await_seen(self._guest, self._link())
        return self._seen

    def digest(self) -> str:
        """SHA-256 of all that is on it, read on the host."""
        with self.image.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def _fault_file(self) -> Path:
        return self._folder / f"{self._id}.fault"

    def _link(self) -> str:
        return f"/dev/disk/by-path/pci-*-usb-0:{self.port}:1.0-scsi-0:0:0:0"

    def _block_node(self) -> dict[str, Any]:
        read_only = self.make.read_only
        source: dict[str, Any]
        if self._lies:
            source = {"driver": "nbd", "server": {"type": "unix", "path": str(self._start_liar())}}
        else:
            source = {"driver": "file", "filename": str(self.image)}
        return {
            "driver": "raw",
            "node-name": f"node-{self._id}",
            "read-only": read_only,
            "file": source | {"read-only": read_only},
        }

    def _start_liar(self) -> Path:
        socket = self._folder / f"{self._id}.nbd"
        socket.unlink(missing_ok=True)
        settings = (f"image={self.image}", f"size={self.make.size}", f"fault={self._fault_file}")
        command = ("nbdkit", "--foreground", "--unix", socket, "python", LIAR, *settings)
        self._liar = Leashed(command, self._folder / "nbdkit.log", 3 * 3600)
        until = time.monotonic() + 20
        while not socket.exists():
            if time.monotonic() > until or not self._liar.is_running:
                raise MachineError(f"nbdkit did not start: {self._liar.said()}")
            time.sleep(0.02)
        return socket

    def _drop_node(self) -> None:
        """The node is busy until what was in flight has ended."""
        until = time.monotonic() + 60
        while True:
            try:
                self._machine.ask("blockdev-del", **{"node-name": f"node-{self._id}"})
            except MachineError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return
