"""The result of a reported arrival, for people and as JSON."""

from __future__ import annotations

from typing import Any

from usbkit.cli import ledger_access
from usbkit.cli.output import show
from usbkit.core.messages import Text, _
from usbkit.ledger.names import name_of
from usbkit.ledger.records import Journey
from usbkit.ledger.state_view import StateView
from usbkit.orders.arrival_entry import Answer, Arriving

#: An answer in words.
ANSWERS: dict[Answer, Text] = {
    Answer.TOLD: _("told arrived"),
    Answer.KNOWN: _("known already"),
    Answer.UNDISPATCHED: _("BEFORE DISPATCH"),
    Answer.BACK: _("of a drive that CAME BACK"),
    Answer.VOID: _("of a VOID drive"),
    Answer.AMBIGUOUS: _("MORE THAN ONE DRIVE"),
    Answer.UNKNOWN: _("NO SUCH DRIVE"),
}

_TODO: dict[Answer, Text] = {
    Answer.VOID: _("It should not be in use: tell them so."),
    Answer.AMBIGUOUS: _("Ask for the country and the number on its label."),
}


def say_arrival(view: StateView, one: Arriving) -> None:
    """Print the result."""
    show.answer(_("{drive}: {answer}", drive=one.telling.reference, answer=ANSWERS[one.answer]))
    if one.journey is not None:
        show.answer(_("  {drive}", drive=_named(one.journey)))
    show.answer(_("  {why}", why=one.why))
    if one.telling.plays is False:
        show.answer(_("  it does not play: call them, and see usbkit status"))
    for journey in one.near:
        name = name_of(view, journey)
        values = {"reference": name, "drive": _named(journey), "where": ledger_access.where_of(journey)}
        show.answer(_("  perhaps {reference}: {drive}, {where}", **values))
        show.answer(_("  → if they say so: {line}", line=f"usbkit receipt enter {name}"))
    if one.journey is not None:
        drive = name_of(view, one.journey)
        if one.answer is Answer.UNDISPATCHED:
            show.answer(_("  → Say when it was sent: usbkit ledger mark sent {drive} --on DAY", drive=drive))
        if one.answer is Answer.BACK:
            show.answer(_("  → Sent again? Say so first: usbkit ledger mark sent {drive} --on DAY", drive=drive))
            show.answer(_("  → Not here after all? {line}", line=f"usbkit receipt enter {drive} --again"))
    if one.answer in _TODO:
        show.answer(_("  → {todo}", todo=_TODO[one.answer]))


def _named(journey: Journey) -> Text:
    return _("{order}, {number} of {of}", order=journey.order, number=journey.number, of=journey.of)


def arrival_json(view: StateView, one: Arriving) -> dict[str, Any]:
    """Return the result as JSON; stable."""
    return {
        "reference": one.telling.reference,
        "answer": one.answer,
        "why": str(one.why),
        "plays": one.telling.plays,
        "drive": one.journey.drive if one.journey else None,
        "order": one.journey.order if one.journey else None,
        "number": one.journey.number if one.journey else None,
        "near": [name_of(view, journey) for journey in one.near],
    }
