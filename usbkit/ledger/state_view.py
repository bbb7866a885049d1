"""Looking into the state: orders, journeys, numbers, and what is held against a stick. Nothing here changes it."""

from __future__ import annotations

from collections.abc import Iterator

from usbkit.core.errors import BrokenOffError, Finding
from usbkit.core.messages import Text, _
from usbkit.drives.record import Outcome
from usbkit.ledger import events
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state_rows import Hardware, StateRows

#: Failures after which a stick is marked and refused until somebody clears it.
FAILURES_ALLOWED = 2


class StateView:
    """What holds now. ``home`` is the chain that is appended to here."""

    def __init__(self, home: str, rows: StateRows) -> None:
        self.home = home
        self.rows = rows
        self.orders = rows.orders
        self.journeys = rows.journeys
        self.by_nonce = rows.by_nonce
        self.by_job = rows.by_job

    @property
    def ports(self) -> tuple[events.PortName, ...]:
        """The station's ports here."""
        return self.rows.ports(self.home)

    def order(self, id: str) -> Order:
        """The order ``id``. Raises BrokenOffError."""
        try:
            return self.orders[id]
        except KeyError:
            raise impossible(_("there is no order {order}", order=id)) from None

    def journey(self, drive: str) -> Journey:
        """The journey of the passport ``drive``. Raises BrokenOffError."""
        try:
            return self.journeys[drive]
        except KeyError:
            raise impossible(_("there is no drive {drive}", drive=drive)) from None

    def open_orders(self) -> list[Order]:
        """Orders to be filled here that are neither cancelled nor filled, oldest first."""
        ours = self.orders.select("origin = ? AND NOT is_cancelled AND wanted > 0", (self.home,))
        return [o for o in ours if not self.is_filled(o.id)]

    def newest_edition(self, programme: str, country: str, order: str) -> int:
        """The newest edition that is ordered for a country; ``order`` counts though it was cancelled."""
        query = (
            "SELECT max(edition) FROM state_order WHERE programme = ? AND country = ? AND (NOT is_cancelled OR id = ?)"
        )
        return int(self.rows.connection.execute(query, (programme, country, order)).fetchone()[0])

    def names_document(self, name: str) -> bool:
        """Whether an order here has this document as its sheet."""
        query = "SELECT 1 FROM state_order WHERE sheet = ? LIMIT 1"
        return self.rows.connection.execute(query, (name,)).fetchone() is not None

    def journeys_of(self, order: str) -> list[Journey]:
        """All journeys of an order, in the order in which they were minted."""
        return self.journeys.select("order_id = ?", (order,))

    def journeys_in(self, origin: str, *stages: Stage) -> list[Journey]:
        """The journeys of one chain that are in these stages, in the order in which they were minted."""
        marks = ", ".join("?" * len(stages))
        return self.journeys.select(f"stage IN ({marks}) AND origin = ?", (*stages, origin))

    def references(self, reference: str) -> list[Journey]:
        """Every drive with this reference: one, but where two origins gave out the same."""
        return self.journeys.select("reference = ?", (reference,))

    def drive_of(self, origin: str, reference: str) -> Journey | None:
        """The drive that the chain ``origin`` minted as ``reference``."""
        drive = self.rows.drive_id(origin, reference)
        return None if drive is None else self.journeys[drive]

    def order_of(self, origin: str, name: str) -> Order | None:
        """The order that the chain ``origin`` calls ``name``."""
        id = self.rows.order_id(origin, name)
        return None if id is None else self.orders[id]

    def holder(self, order: str, number: int) -> Journey | None:
        """Whose the number is, None when it is free."""
        drive = self.rows.holder(order, number)
        return None if drive is None else self.journeys[drive]

    def holders(self, order: str) -> dict[int, Journey]:
        """Whose each number of an order is; a free one is not in it."""
        return {j.number: j for j in self.journeys.select("order_id = ? AND holds", (order,))}

    def free_numbers(self, order: str) -> list[int]:
        """The numbers that nobody holds, lowest first."""
        query = "SELECT number FROM state_drive WHERE order_id = ? AND holds"
        taken = {row[0] for row in self.rows.connection.execute(query, (order,))}
        return [n for n in self.order(order).numbers if n not in taken]

    def whole_numbers(self, order: str) -> list[int]:
        """The numbers that a whole drive has."""
        query = "SELECT number FROM state_drive WHERE order_id = ? AND holds AND stage = ?"
        whole = {row[0] for row in self.rows.connection.execute(query, (order, Stage.WHOLE))}
        return [n for n in self.order(order).numbers if n in whole]

    def is_filled(self, order: str) -> bool:
        """Whether every number has its whole drive."""
        return len(self.whole_numbers(order)) == len(self.order(order).numbers)

    def is_shared(self, stick: events.Stick) -> bool:
        """Whether what this stick says of itself is not its own: it has no serial, or another stick has the same."""
        return not stick.serial or self.rows.is_shared(hardware_of(stick))

    def failures(self, stick: events.Stick, last: str | None) -> list[Journey]:
        """The failures held against a stick: those of its hardware where that is its own, and those that ``last``,
        the passport that stands on it, follows on.
        """
        found = {j.drive: j for j in self._chain(last)}
        if not self.is_shared(stick):
            found |= {j.drive: j for j in self._on(hardware_of(stick)) if j.stage is Stage.FAILED}
        return [j for j in found.values() if not j.is_forgiven]

    def is_marked(self, stick: events.Stick, last: str | None) -> bool:
        """Whether the stick failed so often that it is refused. One that lies about its size need not do so twice."""
        held = self.failures(stick, last)
        return len(held) >= FAILURES_ALLOWED or any(j.ended and j.ended.outcome is Outcome.FAKE for j in held)

    def failures_named(self, name: str) -> list[str]:
        """The references of unforgiven failures of the stick that has this serial, or failed as this drive."""
        drive = name.upper()
        chained = {j.drive for j in self._chain(drive)}
        return [
            j.drive
            for j in self.journeys.select("stage = ?", (Stage.FAILED,))
            if not j.is_forgiven and (j.drive in chained or (j.stick is not None and j.stick.serial == name))
        ]

    def _on(self, hardware: Hardware) -> Iterator[Journey]:
        return (self.journeys[drive] for drive in self.rows.drives_on(hardware))

    def _chain(self, last: str | None) -> Iterator[Journey]:
        seen: set[str] = set()
        while last is not None and last in self.journeys and last not in seen:
            seen.add(last)
            journey = self.journeys[last]
            if journey.stage is Stage.FAILED:
                yield journey
            last = journey.begun.after if journey.begun else None


def impossible(why: Text) -> BrokenOffError:
    """The error for an entry that cannot follow on what was before."""
    todo = _("Run `usbkit ledger check`, and tell us what it says.")
    return BrokenOffError(Finding("ledger-impossible", why, todo=todo))


def hardware_of(stick: events.Stick) -> Hardware:
    """What a stick says of itself."""
    return stick.vendor, stick.model, stick.serial, stick.size
