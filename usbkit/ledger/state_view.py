"""Read-only view of the state: orders, journeys, numbers, and the failures of a stick."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from usbkit.core.errors import BrokenOffError, Finding
from usbkit.core.messages import Text, _
from usbkit.drives.record import Outcome
from usbkit.ledger import events
from usbkit.ledger.delivery_status import Where
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Dispute, Journey, Order, Release
from usbkit.ledger.state_rows import Hardware, StateRows

#: Failures after which a stick is marked and refused until somebody clears it.
FAILURES_ALLOWED = 2


@dataclass(frozen=True, slots=True)
class Naming:
    """An order or a release that names a sheet: what people call it, and its chain."""

    called: str
    origin: str
    event: events.OrderAdded | events.SealReleased


class StateView:
    """The current state. ``home`` is the chain that this computer appends to."""

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
        """Return orders to fill here that are neither cancelled nor filled, oldest first."""
        where = "(origin = ? OR at_hub > 0) AND NOT is_cancelled AND wanted > 0"
        ours = self.orders.select(where, (self.home,))
        return [o for o in ours if not self.is_filled(o.id)]

    def newest_edition(self, programme: str, country: str, order: str) -> int:
        """Return the newest edition ordered for a country; ``order`` counts even if cancelled."""
        query = (
            "SELECT max(edition) FROM state_order WHERE programme = ? AND country = ? AND (NOT is_cancelled OR id = ?)"
        )
        return int(self.rows.connection.execute(query, (programme, country, order)).fetchone()[0])

    def programmes(self) -> list[str]:
        """Return the programmes of all orders, by id."""
        rows = self.rows.connection.execute("SELECT DISTINCT programme FROM state_order ORDER BY programme")
        return [str(id) for (id,) in rows]

    def released(self, programme: str, country: str) -> Release | None:
        """Return a country's last release recorded by a desk; None if there is none."""
        return self.rows.release(programme, country)

    def named_by(self, name: str | None = None) -> list[Naming]:
        """The orders and releases that name a sheet, or that of this ``name``."""
        where, values = ("sheet IS NOT NULL", ()) if name is None else ("sheet = ?", (name,))
        releases = (r for r in self.rows.releases() if r.event.sheet is not None)
        return [
            *(Naming(order.id, order.origin, order.added) for order in self.orders.select(where, values)),
            *(Naming(r.event.country, r.origin, r.event) for r in releases if name in (None, r.event.sheet)),
        ]

    def journeys_of(self, order: str) -> list[Journey]:
        """All journeys of an order, in the order in which they were minted."""
        return self.journeys.select("order_id = ?", (order,))

    def journeys_in(self, origin: str, *stages: Stage) -> list[Journey]:
        """Return the journeys of one chain that are in these stages, in the order in which they were minted."""
        marks = ", ".join("?" * len(stages))
        return self.journeys.select(f"stage IN ({marks}) AND origin = ?", (*stages, origin))

    def references(self, reference: str) -> list[Journey]:
        """Every drive with this reference: one, but where two origins gave out the same; those that are another's under
        a false name only where there is no other.
        """
        found = self.journeys.select("reference = ?", (reference,))
        return [j for j in found if j.dispute is not Dispute.LOST] or found

    def drive_of(self, origin: str, reference: str) -> Journey | None:
        """The drive that the chain ``origin`` minted as ``reference``."""
        drive = self.rows.drive_id(origin, reference)
        return None if drive is None else self.journeys[drive]

    def order_of(self, origin: str, name: str) -> Order | None:
        """The order that the chain ``origin`` calls ``name``."""
        id = self.rows.order_id(origin, name)
        return None if id is None else self.orders[id]

    def holder(self, order: str, number: int) -> Journey | None:
        """Return the journey that has the number, None if it is free."""
        drive = self.rows.holder(order, number)
        return None if drive is None else self.journeys[drive]

    def holders(self, order: str) -> dict[int, Journey]:
        """Return the journey that has each number of an order; free numbers are left out."""
        return {j.number: j for j in self.journeys.select("order_id = ? AND holds", (order,))}

    def free_numbers(self, order: str) -> list[int]:
        """Return the numbers that may be minted here, in ascending order; of those that a hub gives out, only the
        claimed ones.
        """
        query = "SELECT number FROM state_drive WHERE order_id = ? AND holds"
        taken = {row[0] for row in self.rows.connection.execute(query, (order,))}
        found, claims = self.order(order), self.rows.claims(order)
        ours = {number for number, claim in claims.items() if claim.origin == self.home}
        return [n for n in found.numbers if n not in taken and (n not in found.at_hub or n in ours)]

    def whole_numbers(self, order: str) -> list[int]:
        """Return the numbers that have a whole drive."""
        query = "SELECT number FROM state_drive WHERE order_id = ? AND holds AND NOT is_aside AND stage = ?"
        whole = {row[0] for row in self.rows.connection.execute(query, (order, Stage.WHOLE))}
        return [n for n in self.order(order).numbers if n in whole]

    def whole_counts(self) -> dict[str, int]:
        """How many whole drives stand for numbers of each order; those with none are not in it."""
        query = "SELECT order_id, sum(count) FROM state_count WHERE whereabouts != ? GROUP BY 1"
        return {str(id): int(count) for id, count in self.rows.connection.execute(query, (Where.REPLACED,))}

    def held_numbers(self, order: str) -> dict[int, dict[str, str | None]]:
        """Of the drive that has each number of an order: its name, stage (``state``), where it is once it is whole, and
        what its last receipt says (``found``). A free number is not in it.
        """
        query = (
            "SELECT number, stage AS state, drive, CASE stage WHEN 'whole' THEN whereabouts END AS \"where\", found "
            "FROM state_drive WHERE order_id = ? AND holds"
        )
        rows = self.rows.connection.execute(query, (order,))
        names = [column[0] for column in rows.description[1:]]
        return {number: dict(zip(names, values, strict=True)) for number, *values in rows}

    def drives_aside(self, order: str) -> list[str]:
        """The drives of an order that never count (`Journey.is_aside`), in the order in which they were minted."""
        query = "SELECT drive FROM state_drive WHERE order_id = ? AND is_aside ORDER BY place"
        return [str(row[0]) for row in self.rows.connection.execute(query, (order,))]

    def is_filled(self, order: str) -> bool:
        """Whether every number has a whole drive."""
        return len(self.whole_numbers(order)) == len(self.order(order).numbers)

    def is_shared(self, stick: events.Stick) -> bool:
        """Whether this stick cannot be told from others: it has no serial, or another stick has the same."""
        return not stick.serial or self.rows.is_shared(hardware_of(stick))

    def failures(self, stick: events.Stick, last: str | None) -> list[Journey]:
        """Return the failures of a stick: those of its hardware, if that is unique, and those that precede ``last``,
        the passport on the stick.
        """
        found = {j.drive: j for j in self._chain(last)}
        if not self.is_shared(stick):
            found |= {j.drive: j for j in self._on(hardware_of(stick)) if j.stage is Stage.FAILED}
        return [j for j in found.values() if not j.is_forgiven]

    def is_marked(self, stick: events.Stick, last: str | None) -> bool:
        """Whether the stick failed so often that it is refused; a false size is enough once."""
        held = self.failures(stick, last)
        return len(held) >= FAILURES_ALLOWED or any(j.ended and j.ended.outcome is Outcome.FAKE for j in held)

    def failures_named(self, name: str) -> list[str]:
        """Return the references of unforgiven failures of the stick with this serial, or of this drive."""
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
    """The error for an entry that cannot follow those before it."""
    todo = _("Run `usbkit ledger check` and send us the output.")
    return BrokenOffError(Finding("ledger-impossible", why, todo=todo))


def hardware_of(stick: events.Stick) -> Hardware:
    """Return how a stick identifies itself."""
    return stick.vendor, stick.model, stick.serial, stick.size
