"""The sticks in their ports as the station decides about them: what is known of each, and its line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from usbkit.core.errors import Finding
from usbkit.core.messages import Text
from usbkit.drives.inspection import Inspection
from usbkit.drives.safety import Wish, is_confirmed
from usbkit.ledger.records import Journey
from usbkit.station.messages import Line, PortState, Show, Slot

#: States in which a slot has a worker or is about to get one.
BUSY = (PortState.LOOKING, PortState.WRITING, PortState.PROVING, PortState.CHECKING)


@dataclass
class Plugged:
    """A stick in its port. ``drive`` is the passport it seems to have; ``consent`` what may be overwritten.

    ``alike`` is a drive that counts in the ledger and was made from a stick with this serial: perhaps this one, wiped
    elsewhere.
    """

    node: Path
    line: Line
    look: Inspection | None = None
    drive: str | None = None
    alike: Journey | None = None
    consent: str | None = None
    asked_about: str | None = None
    waits: bool = False  # for something that another event may bring
    retries: int = 0
    retry_at: float | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it is examined, written or read, or is about to be."""
        return self.line.state in BUSY

    def show(
        self, state: PortState, text: Text, *, percent: int | None = None, findings: tuple[Finding, ...] = ()
    ) -> Show:
        """Set its line. It is news if the operator has not seen it there yet."""
        before = self.line
        self.line = replace(before, state=state, text=text, percent=percent, findings=findings)
        return Show(self.line, is_news=(before.state, before.text) != (state, text) and state is not PortState.PROVING)

    def number(self, journey: Journey, country: str) -> None:
        """Put the drive that it is or becomes on its line."""
        self.line = replace(
            self.line,
            order=journey.order,
            country=country,
            number=journey.number,
            of=journey.of,
            drive=journey.drive,
        )


def twin_of(slots: Mapping[Slot, Plugged], slot: Slot) -> Plugged | None:
    """Return another plugged-in stick with the same passport: one of the two is a copy."""
    drive = slots[slot].drive
    if drive is None:
        return None
    others = (other for key, other in slots.items() if key != slot)
    return next((other for other in others if other.drive == drive), None)


def ports_confirmed_alike(
    slots: Mapping[Slot, Plugged], look: Inspection, confirmed: Collection[str]
) -> list[str] | None:
    """Return the ports whose sticks match one ``--confirm``, if this stick is one of several: none is confirmed."""
    for name in confirmed:
        wish = Wish(confirmed=frozenset((name,)))
        alike = [s for s in slots.values() if s.look and is_confirmed(s.look.facts.identity, wish)]
        if len(alike) > 1 and is_confirmed(look.facts.identity, wish):
            return [one.line.port for one in alike]
    return None
