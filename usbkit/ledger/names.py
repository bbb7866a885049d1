"""The grammar of each kind of name in a ledger, wherever it is typed, taken, merged or read. Values only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from usbkit.core.messages import Text, _
from usbkit.ledger import events
from usbkit.ledger.entry_body import EntryBody

if TYPE_CHECKING:
    from usbkit.ledger.records import Journey
    from usbkit.ledger.state_view import StateView

#: Characters of the longest name of each sort.
MOST_ORDER, MOST_PORT, MOST_PERSON = 80, 40, 120

#: An order: no path, since no dot is at an end or beside another. ``@`` is this ledger's, between name and origin.
ORDER_PATTERN = r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*"

_ORDER = re.compile(ORDER_PATTERN)

#: Unicode categories of what changes a line or its direction without being seen: controls, formats, surrogates,
#: what is not assigned, and separators of lines and paragraphs.
_UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))


def is_order(name: str) -> bool:
    """Whether ``name`` is valid for an order in its own chain."""
    return len(name) <= MOST_ORDER and _ORDER.fullmatch(name) is not None


def is_port(name: str) -> bool:
    """Whether ``name`` is valid for a station's port."""
    return _is_line(name, MOST_PORT) and "/" not in name


def is_person(name: str) -> bool:
    """Whether ``name`` is valid for a person or an office: one printable line."""
    return _is_line(name, MOST_PERSON)


def name_of(view: StateView, journey: Journey) -> str:
    """Return the name by which every command finds a drive: its reference, in full where two drives have one."""
    alike = view.references(journey.reference)
    is_one = [one.drive for one in alike] == [journey.drive]
    return journey.reference if is_one else f"{journey.reference}@{journey.origin}"


def _is_line(name: str, most: int) -> bool:
    return 0 < len(name) <= most and name == name.strip() and not any(map(_is_unprintable, name))


def _is_unprintable(char: str) -> bool:
    return unicodedata.category(char) in _UNPRINTABLE


def why_misnamed(note: EntryBody) -> Text | None:
    """Return what is wrong with the names in an entry, None if nothing."""
    if not is_person(note.by):
        return _("found {name}, expected a name of up to {most} printable characters", name=note.by, most=MOST_PERSON)
    for name in _persons_in(note.event):
        if name and not is_person(name):
            return _("found {name}, expected a name of up to {most} printable characters", name=name, most=MOST_PERSON)
    for name in _orders_in(note.event):
        if not is_order(name):
            return _("found {name}, expected an order's name: up to {most} of A-Z a-z 0-9 . _ -", name=name, most=80)
    if isinstance(note.event, events.PortsNamed):
        for port in note.event.ports:
            if not is_port(port.name):
                return _("found {name}, expected a port's name of up to {most} characters", name=port.name, most=40)
    return None


def _persons_in(event: events.AnyEvent) -> Iterator[str]:
    match event:
        case events.OrderAdded(approved_by=name):
            yield name or ""
        case events.SealReleased(approved_by=name):
            yield name
        case events.OrderSplit(to=name) | events.ReceiptEntered(sender=name) | events.ArrivalTold(sender=name):
            yield name


def _orders_in(event: events.AnyEvent) -> Iterator[str]:
    match event:
        case events.OrderAdded(order=name, parent=parent, renews=renews):
            yield from (n for n in (name, parent, renews) if n is not None)
        case (
            events.NumbersClaimed(order=name) | events.NumbersReturned(order=name) | events.NumbersRecalled(order=name)
        ):
            yield name
        case events.OrderSplit(order=name) | events.PassportMinted(order=name) | events.LetterWordMade(order=name):
            yield name
        case events.OrderCancelled(order=name) | events.OrderCorrected(order=name):
            yield name.partition("@")[0]
