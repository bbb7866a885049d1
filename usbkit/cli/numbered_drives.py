"""Numbered drives and the ledger: identify each, and decide whether it may be overwritten.

The ledger knows where a drive is. One that is out may not be overwritten until its return is recorded; one that is here
only if its reference is named, which gives its number to another stick.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from usbkit.cli import ledger_access
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, Place, RefusedError
from usbkit.core.messages import _
from usbkit.drives.inspection import Inspection, inspect_drive
from usbkit.drives.safety import Decision
from usbkit.ledger import Ledger
from usbkit.ledger.appending import digest_nonce
from usbkit.ledger.events import Stick
from usbkit.ledger.journey import HOLDING, Stage
from usbkit.ledger.records import Journey
from usbkit.ledger.seals import is_outdated_drive
from usbkit.ledger.selecting import find_drives
from usbkit.ledger.state import LedgerState
from usbkit.ledger.tracking import AT_HAND
from usbkit.station.overwritten import give_up
from usbkit.station.recognition import counted_alike


@dataclass(frozen=True)
class Numbered:
    """The drives that will be overwritten although the ledger counts them."""

    ledger: Ledger
    journeys: tuple[Journey, ...]

    def free(self, reason: str) -> None:
        """Record that they are gone."""
        if not self.journeys:
            return
        for journey in give_up(self.ledger, self.journeys, reason):
            values = {"order": journey.order, "number": journey.number, "of": journey.of}
            show.say(_("{order}, {number} of {of} is no longer counted", **values))


def decide(settings: Settings, decisions: Sequence[Decision], freed: Collection[str]) -> Numbered:
    """Like ``usbkit.cli.numbered.require_numbers_free``, with a ledger."""
    ledger = ledger_access.open_ledger(settings)
    ledger_state = ledger.read()
    names = {journey.drive for journey in find_drives(ledger_state, list(freed))}
    found, findings = list[Journey](), list[Finding]()
    for decision in decisions:
        node = decision.facts.identity.node
        journey = _journey_on(ledger_state, decision)
        if journey is None:
            _say_same_stick(ledger_state, decision)
        elif not _holds(journey):
            continue
        elif (finding := _why_not(ledger_state, journey, node, names)) is not None:
            findings.append(finding)
        else:
            found.append(journey)
    if findings:
        raise RefusedError(*findings)
    return Numbered(ledger, tuple(found))


def _holds(journey: Journey) -> bool:
    return journey.stage in HOLDING and not journey.is_replaced


def _journey_on(ledger_state: LedgerState, decision: Decision) -> Journey | None:
    """The drive whose passport stands on this one, None where this ledger knows none."""
    if decision.facts.numbered is None:
        return None
    look = inspect_drive(decision.facts.identity.node)
    if not isinstance(look, Inspection) or look.passport is None or look.passport.nonce is None:
        return None
    drive = ledger_state.by_nonce.get(digest_nonce(look.passport.nonce))
    return None if drive is None else ledger_state.journeys[drive]


def _why_not(ledger_state: LedgerState, journey: Journey, node: Path, names: set[str]) -> Finding | None:
    """Why a counted drive is not written over: it is out, or nobody said what becomes of its number."""
    place = Place(str(node))
    where = ledger_access.where_of(journey)
    values = {"drive": journey.drive, "order": journey.order, "number": journey.number, "of": journey.of}
    if journey.stage is Stage.WHOLE and journey.where not in AT_HAND:
        what = _("this is drive {drive}, {number} of {of} of {order}: {where}", where=where, **values)
        todo = _("If it came back, say so first: usbkit ledger mark returned {drive}", **values)
        return Finding("numbered-out", what, place, todo)
    if journey.drive in names or _is_answered(journey):
        return None
    what = _("this is drive {drive}, {number} of {of} of {order}, and it is counted: {where}", where=where, **values)
    if is_outdated_drive(ledger_state, journey):
        todo = _(
            "To write it again under its number: usbkit order renew {order}, then usbkit station."
            " To give its number to another stick: --free {drive}. Else leave it, and use another.",
            **values,
        )
    else:
        todo = _("To give its number to another stick: --free {drive}. Else leave it, and use another.", **values)
    return Finding("numbered-counted", what, place, todo)


def _is_answered(journey: Journey) -> bool:
    """Whether somebody at the terminal types the reference: then its number goes to another stick."""
    if not sys.stdin.isatty():
        return False
    values = {"drive": journey.reference, "order": journey.order, "number": journey.number, "of": journey.of}
    prompt = _("Type {drive} to write over {number} of {of} of {order}: another stick gets its number", **values)
    answer = click.prompt(str(prompt), default="", show_default=False, err=True)
    return str(answer).strip().upper() == journey.reference


def _say_same_stick(ledger_state: LedgerState, decision: Decision) -> None:
    """A stick without our passport may still be one that the ledger counts: its serial says so, and proves nothing."""
    identity = decision.facts.identity
    stick = Stick(size=identity.size, vendor=identity.vendor, model=identity.model, serial=identity.serial)
    journey = counted_alike(stick, ledger_state)
    if journey is not None:
        values = {"node": identity.node, "serial": identity.serial, "drive": journey.drive, "order": journey.order}
        show.say(_("{node}: the ledger counts a stick with serial {serial} as drive {drive} of {order}", **values))
        show.say(_("    → If it is this one: usbkit ledger mark replaced {drive}", **values))
