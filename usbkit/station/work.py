"""What the station has to fill: orders with what makes their images, and what the operator allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from usbkit.bundle.assembly import Bundle
from usbkit.bundle.drive_ids import FileSystem
from usbkit.core.messages import Text, _
from usbkit.disk.image import Image
from usbkit.drives.device import OURS, DriveFacts, DriveKind
from usbkit.drives.safety import Decision, Permission, Wish, is_confirmed
from usbkit.ledger.events import Stick
from usbkit.ledger.records import Order
from usbkit.pipeline import make_image, smallest_drive
from usbkit.trust.passport import DriveNumber


class NumberedMaker(Protocol):
    """Makes the images of an order's drives."""

    def smallest(self, sector_size: int) -> int:
        """The fewest bytes a drive must have."""

    def make(self, capacity: int, sector_size: int, drive: DriveNumber, nonce: str) -> Image:
        """The image of one numbered drive of ``capacity`` bytes. Raises InputError."""


@dataclass(frozen=True)
class BundleImages:
    """The images of a bundle's numbered drives."""

    bundle: Bundle
    filesystem: FileSystem | None = None

    def smallest(self, sector_size: int) -> int:
        return smallest_drive(self.bundle, sector_size, self.filesystem)

    def make(self, capacity: int, sector_size: int, drive: DriveNumber, nonce: str) -> Image:
        return make_image(
            self.bundle,
            capacity,
            sector_size=sector_size,
            filesystem=self.filesystem,
            drive=drive,
            nonce=nonce,
        )


@dataclass(frozen=True)
class Work:
    """One order that is to be filled."""

    order: Order
    maker: NumberedMaker

    @property
    def id(self) -> str:
        return self.order.id


#: Rows of the safety table that are about what a drive holds, which the station says in its own words.
_BY_CONTENT = frozenset(("foreign-content", "full-image", "numbered"))


class Foreign(StrEnum):
    """What is done about a stick that holds somebody's files."""

    ASK = "ask"
    LEAVE = "leave"
    OVERWRITE = "overwrite"


@dataclass(frozen=True)
class Policy:
    """What the operator allows.

    ``ports`` names USB port paths; where any are named, sticks in others are left alone. ``files`` are loop devices
    and image files that stand for ports. ``confirmed`` are serials and ports given with ``--confirm``.
    """

    foreign: Foreign = Foreign.ASK
    ports: Mapping[str, str] = field(default_factory=dict)
    files: frozenset[Path] = frozenset()
    confirmed: frozenset[str] = frozenset()

    @property
    def wish(self) -> Wish:
        """What the safety table is asked with; how much room is needed depends on the order and is asked apart."""
        return Wish(confirmed=self.confirmed)

    def port_of(self, facts: DriveFacts) -> str:
        """The name by which people know the port that a drive is in."""
        port = facts.identity.port
        return str(facts.identity.node) if port is None else self.ports.get(port, port)

    def stick_of(self, facts: DriveFacts) -> Stick:
        """A drive as the ledger keeps it."""
        identity = facts.identity
        return Stick(
            size=identity.size,
            vendor=identity.vendor,
            model=identity.model,
            serial=identity.serial,
            port=identity.port,
            port_name=self.port_of(facts),
            speed_mbps=facts.speed_mbps,
            kind=identity.kind,
        )

    def why_left(self, decision: Decision) -> Text | None:
        """Why a drive is none of the station's business, whatever it holds; None when it is."""
        facts, permission = decision.facts, decision.rule.permission
        if permission in (Permission.REFUSE, Permission.CONFIRM_NOT_USB):
            return decision.evidence
        if facts.identity.kind is not DriveKind.DISK:
            return None if facts.identity.node in self.files else _("it is not a USB drive")
        if self.ports and facts.identity.port not in self.ports:
            return _("this is none of the station's ports; `usbkit station ports` names them")
        return None

    def reasons_to_ask(self, decision: Decision, *, is_strangers: bool, is_finished: bool = False) -> list[Text]:
        """What somebody must say yes to before a drive is overwritten.

        ``is_strangers``: another ledger numbered it; ``is_finished``: it carries a passport, numbered or not. What is
        on such a drive is not blank, and its owner may have put files beside ours.
        """
        facts = decision.facts
        if is_confirmed(facts.identity, self.wish):
            return []
        reasons_to_ask = []
        if is_strangers:
            reasons_to_ask.append(_("a numbered drive that another station made"))
        elif facts.numbered is not None:
            reasons_to_ask.append(_("a numbered drive of ours: {number}", number=facts.numbered))
        elif is_finished:
            reasons_to_ask.append(_("a finished drive of ours"))
        elif facts.content not in (None, OURS) and self.foreign is not Foreign.OVERWRITE:
            reasons_to_ask.append(_("it holds something that is not ours: {content}", content=facts.content))
        if decision.rule.permission is Permission.CONFIRM and decision.rule.id not in _BY_CONTENT:
            reasons_to_ask.append(decision.evidence)
        return reasons_to_ask
