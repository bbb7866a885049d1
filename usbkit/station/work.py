"""What the station must fill, orders with the makers of their images, and what the operator allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from usbkit.core.messages import Text, _
from usbkit.disk.image import Image
from usbkit.drives.device import OURS, DriveFacts, DriveKind
from usbkit.drives.safety import Decision, Permission, Wish, is_confirmed
from usbkit.ledger.events import Stick
from usbkit.ledger.records import Order
from usbkit.trust.passport import DriveNumber


class NumberedMaker(Protocol):
    """Makes the images of an order's drives."""

    def smallest(self, sector_size: int) -> int:
        """The fewest bytes a drive must have."""

    def make(self, capacity: int, sector_size: int, drive: DriveNumber, nonce: str) -> Image:
        """Return the image of one numbered drive of ``capacity`` bytes. Raises InputError."""


@dataclass(frozen=True)
class Work:
    """One order to fill."""

    order: Order
    maker: NumberedMaker

    @property
    def id(self) -> str:
        return self.order.id


#: Rows of the safety table that are about what a drive holds, which the station says in its own words.
_BY_CONTENT = frozenset(("foreign-content", "full-image", "numbered", "added-to"))


class Foreign(StrEnum):
    """What is done with a stick that holds somebody's files."""

    ASK = "ask"
    LEAVE = "leave"
    OVERWRITE = "overwrite"


@dataclass(frozen=True)
class Policy:
    """What the operator allows.

    ``ports`` are USB port paths; if there are any, sticks in others are left alone. ``files`` are loop devices and
    image files used as ports. ``confirmed`` are serials and ports given with ``--confirm``.
    """

    foreign: Foreign = Foreign.ASK
    ports: Mapping[str, str] = field(default_factory=dict)
    files: frozenset[Path] = frozenset()
    confirmed: frozenset[str] = frozenset()

    @property
    def wish(self) -> Wish:
        """Return the wish for the safety table, without the space needed, which depends on the order."""
        return Wish(confirmed=self.confirmed)

    def port_of(self, facts: DriveFacts) -> str:
        """Return the name by which people know a drive's port."""
        port = facts.identity.port
        return str(facts.identity.node) if port is None else self.ports.get(port, port)

    def stick_of(self, facts: DriveFacts) -> Stick:
        """Return a drive in the ledger's form."""
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
        """Return why the station must leave a drive alone, whatever it holds; None if it need not."""
        facts, permission = decision.facts, decision.rule.permission
        if permission in (Permission.REFUSE, Permission.CONFIRM_NOT_USB):
            return decision.evidence
        if facts.identity.kind is not DriveKind.DISK:
            return None if facts.identity.node in self.files else _("it is not a USB drive")
        if self.ports and facts.identity.port not in self.ports:
            return _("this is not one of the station's ports; `usbkit station ports` lists them")
        return None

    def reasons_to_ask(
        self, decision: Decision, *, is_strangers: bool, is_finished: bool = False, is_renewed: bool = False
    ) -> list[Text]:
        """What somebody must say yes to before a drive is overwritten.

        ``is_strangers``: another ledger numbered it; ``is_finished``: it carries a passport, numbered or not. What is
        on such a drive is not blank, and its owner may have put files beside ours. ``is_renewed``: it never left, and
        was ordered to be written again; where a file of somebody's is on it, that is asked about all the same.
        """
        facts = decision.facts
        if is_confirmed(facts.identity, self.wish):
            return []
        reasons_to_ask = []
        if is_strangers:
            reasons_to_ask.append(_("a numbered drive that another station made"))
        elif is_renewed and not facts.strangers:
            pass
        elif facts.numbered is not None:
            reasons_to_ask.append(_("a numbered drive of ours: {number}", number=facts.numbered))
        elif is_finished:
            reasons_to_ask.append(_("a finished drive of ours"))
        elif facts.content not in (None, OURS) and self.foreign is not Foreign.OVERWRITE:
            reasons_to_ask.append(_("it holds data that is not ours: {content}", content=facts.content))
        if decision.rule.permission is Permission.CONFIRM and decision.rule.id not in _BY_CONTENT:
            reasons_to_ask.append(decision.evidence)
        return reasons_to_ask
