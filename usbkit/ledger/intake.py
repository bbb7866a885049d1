"""What is wrong with an entry that is about to be written, or comes from elsewhere: each field by its form
(``usbkit.ledger.names``), and the numbers of an order among each other. Values only.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, get_args

from usbkit.core.messages import Text, _
from usbkit.core.units import shown
from usbkit.ledger import events
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import Record
from usbkit.ledger.names import MOST_PERSON, Form, is_person


def why_unfit(note: EntryBody) -> Text | None:
    """Return what is wrong with an entry, with its field and what was found there; None if nothing is."""
    if not is_person(note.by):
        expected = _("a name of up to {most} printable characters", most=MOST_PERSON)
        return _found("by", note.by, expected)
    return why_unfit_event(note.event)


def why_unfit_event(event: events.AnyEvent) -> Text | None:
    """Return what is wrong with an event, None if nothing is."""
    why = _why_unfit_in(event, "")
    if why is None and isinstance(event, events.OrderAdded):
        why = _why_misnumbered(event.numbers, event.of)
    return why


def _why_unfit_in(record: Record, within: str) -> Text | None:
    for name, form in forms_of(type(record)):
        value = getattr(record, name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(form, Form):
                if one is not None and not form.fits(one):
                    return _found(f"{within}{name}", one, form.expected)
            elif one is not None and (why := _why_unfit_in(one, f"{within}{name}.")) is not None:
                return why
    return None


def _why_misnumbered(numbers: Iterable[int], of: int) -> Text | None:
    seen = set[int]()
    for number in numbers:
        if number > of or number in seen:
            return _found("numbers", number, _("numbers up to {of}, each once", of=of))
        seen.add(number)
    return None


def _found(field: str, value: object, expected: Text) -> Text:
    return _("{field}: found {found}, expected {expected}", field=field, found=shown(value), expected=expected)


@cache
def forms_of(kind: type[Record]) -> tuple[tuple[str, Form | type[Record]], ...]:
    """Return the fields of a record that have a form, or are records themselves."""
    found = ((name, _form_in((field.annotation, *field.metadata))) for name, field in kind.model_fields.items())
    return tuple((name, form) for name, form in found if form is not None)


def _form_in(parts: Iterable[Any]) -> Form | type[Record] | None:
    for part in parts:
        if isinstance(part, Form) or (isinstance(part, type) and issubclass(part, Record)):
            return part
        if (found := _form_in(get_args(part))) is not None:
            return found
    return None
