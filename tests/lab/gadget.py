"""USB devices that QEMU lacks, made by the guest's own kernel: a stick that is also a keyboard, one without a serial.

The guest plays both sides: a controller without wires (dummy_hcd) and the device behind it, configured by configfs.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.lab.guest import SHARE, Guest
from tests.lab.guestfiles import INSIDE
from tests.lab.installation import PYTHON
from tests.lab.stick import Seen, await_seen

_SCRIPT = INSIDE / "gadget.py"


@dataclass(frozen=True)
class GadgetMake:
    """What the device says it is. ``keyboard`` gives it a second interface, which types nothing."""

    manufacturer: str = "Acme"
    product: str = "Stick"
    serial: str | None = "G1"
    keyboard: bool = False


class Gadget:
    """``image`` is the file behind it, seen by host and guest."""

    def __init__(self, guest: Guest, share: Path, name: str, make: GadgetMake, size: int) -> None:
        self._guest = guest
        self._name = name
        self.make = make
        self.image = share / f"{name}.img"
        with self.image.open("xb") as file:
            file.truncate(size)
        link = self._run(
            "plug", json.dumps({**asdict(make), "name": name, "image": str(SHARE / self.image.name)})
        ).strip()
        self.seen: Seen = await_seen(guest, link)

    @property
    def node(self) -> Path:
        return self.seen.node

    @property
    def usb_port(self) -> str:
        return self.seen.usb_port

    def pull(self) -> None:
        """Take it out and remove it."""
        self._run("pull", self._name)
        self._guest.shell("udevadm settle")
        self.image.unlink()

    def digest(self) -> str:
        """SHA-256 of all that is on it."""
        with self.image.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _run(self, *arguments: str) -> str:
        done = self._guest.run(PYTHON, _SCRIPT, *arguments)
        assert done.code == 0, done.err
        return done.out
