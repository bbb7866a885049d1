"""Check an open ledger as a whole: its chains, entries, secrets, documents and state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from usbkit.core.errors import AnswerNoError, BrokenOffError, Finding, Place
from usbkit.core.messages import _
from usbkit.ledger.audit import Audit, audit
from usbkit.ledger.chain import Entry, Head, head_of
from usbkit.ledger.disputes import disputes_in
from usbkit.ledger.documents import digest_document
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import LetterWordMade
from usbkit.ledger.order_sheet import why_another
from usbkit.ledger.records import Order
from usbkit.ledger.store import Ledger


def check_ledger(ledger: Ledger, heads: Iterable[Head] = ()) -> Audit:
    """Check everything in the ledger, and ``heads`` recorded elsewhere."""
    kept, lost = None, None
    try:
        kept = ledger.state_rows()
    except BrokenOffError as problem:  # What cannot be folded is named below, by its entry.
        if problem.findings[0].id == "ledger-set-back":
            lost = problem.findings[0].what
    found = audit(ledger.entries(), ledger.secrets(), heads, kept=kept, recompute=ledger.recompute)
    found = replace(found, lost=lost, is_state_right=found.is_state_right and lost is None)
    return _check_documents(ledger, found)


def _check_documents(ledger: Ledger, found: Audit) -> Audit:
    """``found`` with what is wrong with the documents, and with the orders whose sheet is not here."""
    kept = dict[str, bytes]()
    wrong = set[str]()
    for name, _kind, body in ledger.documents():
        kept[name] = body
        if digest_document(body) != name:
            wrong.add(name)
    if found.breaks or found.lost is not None:  # then nobody can say which orders there are
        return replace(found, documents=tuple(sorted(wrong)))
    lacking, misnaming, state = list[str](), list[str](), ledger.read()
    others = (head.origin for head in ledger.heads() if head.origin != ledger.origin)
    unadopted = tuple(origin for origin in others if state.rows.role(origin) is None)
    for one in state.named_by():
        name = one.event.sheet or ""
        if name not in kept:
            lacking.append(one.called)
        elif name not in wrong and why_another(one.event, kept[name]) is not None:
            # What another's order says is its chain's fault; of an order of ours it is this ledger's.
            if one.origin == ledger.origin:
                wrong.add(name)
            else:
                misnaming.append(one.called)
    return replace(
        found,
        documents=tuple(sorted(wrong)),
        lacking=tuple(lacking),
        misnaming=tuple(misnaming),
        unadopted=unadopted,
        disputes=tuple(disputes_in(state)),
    )


def checked_heads(ledger: Ledger) -> list[Head]:
    """Return the head of each chain, ours first, after checking chains and state: printed heads are relied on for
    years.

    Raises AnswerNoError if a check fails.
    """
    _require_sound(ledger)
    return ledger.heads()


def checked_heads_of_letter(ledger: Ledger, order: Order) -> list[Head]:
    """Return the head of each chain when the word of an order's letter was made, ours first, so that a reprint says the
    same as the first print. Raises AnswerNoError like ``checked_heads``.
    """
    _require_sound(ledger)
    ends = dict[str, Head]()
    for entry in ledger.entries():
        ends[entry.origin] = head_of(entry)
        if _is_word_of(entry, order):
            break
    return [ends[origin] for origin in sorted(ends, key=lambda origin: (origin != ledger.origin, origin))]


def _is_word_of(entry: Entry, order: Order) -> bool:
    if LETTER_WORD_MADE not in entry.body:
        return False
    match EntryBody.from_body(entry.body, _("its body")).event:
        case LetterWordMade(order=name, order_origin=of):
            return (of or entry.origin, name) == (order.origin, order.added.order)
    return False


#: What stands in the body of every such entry: to look into no other.
LETTER_WORD_MADE = b'"letter-word-made"'


def _require_sound(ledger: Ledger) -> None:
    if not check_ledger(ledger).holds:
        what = _("this ledger is inconsistent, so its heads are not printed")
        raise AnswerNoError(
            Finding("head-unsound", what, Place(str(ledger.place)), _("`usbkit ledger check` shows what is wrong."))
        )
