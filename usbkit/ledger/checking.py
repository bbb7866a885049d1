"""Checking an open ledger whole: its chains, what they say, its secrets, its documents and its state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from usbkit.core.errors import AnswerNoError, BrokenOffError, Finding, Place
from usbkit.core.messages import _
from usbkit.ledger.audit import Audit, audit
from usbkit.ledger.chain import Head
from usbkit.ledger.store import Ledger


def check_ledger(ledger: Ledger, heads: Iterable[Head] = ()) -> Audit:
    """Check everything that the ledger holds, and ``heads`` that were noted elsewhere."""
    kept, lost = None, None
    try:
        kept = ledger.state_rows()
    except BrokenOffError as problem:  # What cannot be folded is named below, by its entry.
        if problem.findings[0].id == "ledger-set-back":
            lost = problem.findings[0].what
    found = audit(ledger.entries(), ledger.secrets(), heads, kept=kept, recompute=ledger.recompute)
    wrong = tuple(name for name, _kind, body in ledger.documents() if hashlib.sha256(body).hexdigest() != name)
    return replace(found, documents=wrong, lost=lost, is_state_right=found.is_state_right and lost is None)


def checked_heads(ledger: Ledger) -> list[Head]:
    """Where each chain ends, ours first, once chains and state were checked: what is printed is believed for years.

    Raises AnswerNoError where something does not hold.
    """
    found = check_ledger(ledger)
    if not found.holds:
        what = _("this ledger does not hold together, so that its heads are not given out")
        raise AnswerNoError(
            Finding("head-unsound", what, Place(str(ledger.place)), _("`usbkit ledger check` names what is wrong."))
        )
    return ledger.heads()
