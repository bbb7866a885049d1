"""Drives that several chains say are theirs: which, and what to do, in words and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from usbkit.cli.output import show
from usbkit.core.messages import _
from usbkit.ledger.records import Dispute, Journey


def say_dispute(claimed: Sequence[Journey]) -> None:
    """Whose a drive is that several say they minted; where nobody can tell, the command for each that may be false."""
    rightful = next((journey for journey in claimed if journey.dispute is None), None)
    for journey in claimed:
        values = {"drive": journey.drive, "origin": journey.origin, "entry": f"{journey.origin}:{journey.sequence}"}
        if journey.dispute is Dispute.LOST and rightful is not None:
            values |= {"right": rightful.drive, "station": rightful.origin}
            what = _("CONFLICT: {origin} says that it made drive {drive}, which is {right} of {station}", **values)
            show.answer(what)
            show.answer(_("  It does not count. Ask at {origin} how that came about.", **values))
        elif journey.dispute is Dispute.OPEN:
            show.answer(_("CONFLICT: {origin} says that it made drive {drive}, and so does another", **values))
            show.answer(_("  If that is false: usbkit ledger mark undo {entry}", **values))


def disputes_json(disputes: Sequence[Sequence[Journey]]) -> list[dict[str, Any]]:
    """The same; stable."""
    return [
        {"drive": j.drive, "origin": j.origin, "dispute": j.dispute, "entry": f"{j.origin}:{j.sequence}"}
        for claimed in disputes
        for j in claimed
    ]
