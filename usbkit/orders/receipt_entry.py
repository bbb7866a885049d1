"""Enter receipt codes that came back: each is rated separately, and nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from usbkit.core.messages import Text, _
from usbkit.core.wordlist import words
from usbkit.ledger.appending import Writing
from usbkit.ledger.delivery_status import AUTHENTIC, WRONG, Answer, Entered, Mark, Where
from usbkit.ledger.events import ReceiptEntered
from usbkit.ledger.explaining import why_not_counted
from usbkit.ledger.records import Journey
from usbkit.ledger.state import LedgerState
from usbkit.ledger.store import Ledger
from usbkit.orders.receipt_finding import near_codes
from usbkit.trust.receipt_code import Found, GarbledError, Receipt, plain_word, read_code, show_code

#: Wrong codes for one drive after which no more are looked at: 56 bits cannot be guessed in so few.
MOST_TRIES = 10

#: Ways on which a code comes.
WAYS = ("telephone", "e-mail", "letter", "in-person")

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Offer:
    """A code that may have been meant: one character different, and made by a drive that is out."""

    code: str
    journey: Journey
    receipt: Receipt


@dataclass(frozen=True)
class Entering:
    """The result for one code. ``group`` is the group to ask for again, if known; ``offers`` are codes that may have
    been meant.
    """

    typed: str
    answer: Answer
    why: Text
    receipt: Receipt | None = None
    journey: Journey | None = None
    group: int | None = None
    offers: tuple[Offer, ...] = ()

    @property
    def needs_replacement(self) -> bool:
        """Whether a new drive should be sent: the drive itself reported damaged or missing files."""
        is_broken = self.receipt is not None and self.receipt.report.found in (Found.DAMAGED, Found.INCOMPLETE)
        return is_broken and self.answer in AUTHENTIC and self.journey is not None and self.journey.counts


@dataclass(frozen=True, slots=True)
class Coming:
    """Who sent a code, and how it came; ``typed`` is the original input if a person chose which code was meant."""

    sender: str = ""
    way: str | None = None
    typed: str = ""


def enter_receipt(ledger: Ledger, typed: str, coming: Coming, *, again: bool = False) -> Entering:
    """Rate a code and record the result. ``again`` allows one more after too many wrong ones."""
    try:
        receipt = read_code(typed)
    except GarbledError as problem:
        offers = tuple(_offers(ledger, typed))
        return Entering(typed, Answer.GARBLED, problem.why, group=problem.group, offers=offers)
    with ledger.write() as writing:
        found = _judge(writing, typed, receipt, again=again)
        is_said_before = found.answer in WRONG and _is_known(found)
        if found.journey is None or found.answer not in AUTHENTIC | WRONG or is_said_before:
            return found
        writing.append(_event(found, receipt, coming, ledger.origin))
        return found


def is_readable(typed: str) -> bool:
    """Whether a code has no mistake in it, whoever made it."""
    try:
        read_code(typed)
    except GarbledError:
        return False
    return True


def _is_known(found: Entering) -> bool:
    """Whether this wrong code was entered before: typing it once more is not one more try."""
    assert found.journey is not None and found.receipt is not None
    return any(r.code == found.receipt.code for r in found.journey.receipts)


def _event(found: Entering, receipt: Receipt, coming: Coming, home: str) -> ReceiptEntered:
    assert found.journey is not None
    return ReceiptEntered(
        drive=found.journey.reference,
        drive_origin=None if found.journey.origin == home else found.journey.origin,
        code=receipt.code,
        found=receipt.report.found,
        count=receipt.report.count,
        has_letter=receipt.report.has_letter,
        answer=found.answer,
        sender=coming.sender,
        way=coming.way,
        typed=coming.typed,
    )


def _offers(ledger: Ledger, typed: str) -> Iterator[Offer]:
    """The codes one character away that a drive made which is out: its nonce says so, so that no other is offered."""
    state = ledger.read()
    for code in near_codes(typed):
        receipt = read_code(code)
        for journey in state.references(receipt.report.reference):
            is_out = journey.counts and journey.where in (Where.SENT, Where.HANDED_OVER, Where.ARRIVED, Where.LOST)
            if is_out and not _is_locked(journey, again=False) and ledger.made_code(receipt, journey):
                yield Offer(code, journey, receipt)


def _judge(writing: Writing, typed: str, receipt: Receipt, *, again: bool) -> Entering:
    reference = receipt.report.reference
    journeys = writing.state.references(reference)
    if not journeys:
        return Entering(typed, Answer.UNKNOWN, _("no drive here has the reference {drive}", drive=reference), receipt)
    for journey in journeys:
        if (before := _before(journey, receipt)) is not None:
            values = {"at": f"{before.at:%Y-%m-%d %H:%M}", "by": before.by}
            if before.is_authentic:
                why = _("it was entered on {at} by {by}; nothing is new", **values)
                return Entering(typed, Answer.REPEATED, why, receipt, journey)
            if not again:
                why = _("it was entered on {at} by {by}, and was wrong then", **values)
                return Entering(typed, before.answer, why, receipt, journey)
    nonces = {journey.drive: writing.find_nonce(journey) for journey in journeys}
    readable = [journey for journey in journeys if nonces[journey.drive] is not None]
    if not readable:
        origins = ", ".join(journey.origin for journey in journeys)
        why = _("the nonce of drive {drive} is in the ledger of {origin}", drive=reference, origin=origins)
        return Entering(typed, Answer.NO_SECRET, why, receipt, journeys[0])
    for journey in readable:
        known = _words_of(writing, journey)
        if not _is_locked(journey, again=again) and _is_by(writing, receipt, journey, nonces[journey.drive], known):
            if journey.dispute is not None:
                why = _("{origin} says that it made drive {drive}, and so does another station", origin=journey.origin,
                        drive=reference)  # fmt: skip
                return Entering(typed, Answer.DISPUTED, why, receipt, journey)
            answer, why = _worth(writing.state, journey, receipt)
            return Entering(typed, answer, why, receipt, journey)
    journey = readable[0]
    if _is_locked(journey, again=again):
        why = _("{count} wrong codes came for drive {drive}: no more are looked at", count=MOST_TRIES, drive=reference)
        return Entering(typed, Answer.LOCKED, why, receipt, journey)
    return _wrong(writing, typed, receipt, journey, nonces[journey.drive] or "")


def _before(journey: Journey, receipt: Receipt) -> Entered | None:
    """The same code, entered before. A drive that came back and was sent anew makes its code again: that is new."""
    now = journey.receipts_now
    former = journey.receipts[: len(journey.receipts) - len(now)]
    known = [*(r for r in former if not r.is_authentic), *now]
    return next((r for r in known if r.code == receipt.code), None)


def _is_locked(journey: Journey, *, again: bool) -> bool:
    wrong = {r.code for r in journey.receipts if r.answer in WRONG}
    return len(wrong) >= MOST_TRIES and not again


def _words_of(writing: Writing, journey: Journey) -> tuple[str, ...]:
    return writing.letter_words(writing.state.orders[journey.order])


def _is_by(writing: Writing, receipt: Receipt, journey: Journey, nonce: str | None, known: Sequence[str]) -> bool:
    fingerprint = writing.state.orders[journey.order].added.fingerprint
    tried = known if receipt.report.has_letter else ("",)
    return nonce is not None and any(receipt.is_by(nonce, fingerprint, word) for word in tried)


def _wrong(writing: Writing, typed: str, receipt: Receipt, journey: Journey, nonce: str) -> Entering:
    """A code that the drive did not make with this letter's word: with another's, or not at all."""
    fingerprint = writing.state.orders[journey.order].added.fingerprint
    known = _words_of(writing, journey)
    if receipt.report.has_letter and any(receipt.is_by(nonce, fingerprint, word) for word in _misread(known)):
        why = _("the drive made it, but another word than its letter's was typed: ask which letter they have")
        return Entering(typed, Answer.WRONG_WORD, why, receipt, journey)
    if receipt.report.has_letter:
        why = _("it was not made by this drive with this letter's word: another word, or not our drive")
    else:
        why = _("it was not made by this drive: its seal is another, or it is not our drive")
    return Entering(typed, Answer.WRONG, why, receipt, journey)


def _misread(known: Sequence[str]) -> Iterator[str]:
    """Words that may have been typed for the right ones: one letter off, or any other letter's word."""
    for word in map(plain_word, known):
        for at in range(len(word) + 1):
            yield word[:at] + word[at + 1 :]
            for letter in _LETTERS:
                yield word[:at] + letter + word[at:]
                yield word[:at] + letter + word[at + 1 :]
            if at + 1 < len(word):
                yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    yield from words()


def _worth(ledger_state: LedgerState, journey: Journey, receipt: Receipt) -> tuple[Answer, Text]:
    """What an authentic code is worth."""
    report, order = receipt.report, ledger_state.orders[journey.order]
    if not journey.counts:
        return Answer.VOID, _("the drive made it, but {why}", why=why_not_counted(ledger_state, journey))
    now = [r for r in journey.receipts_now if r.is_authentic]
    said = [r for r in now if (r.found, r.count) != (report.found, report.count)]
    if said:
        values = {"at": f"{said[-1].at:%Y-%m-%d}", "before": said[-1].found, "after": report.found}
        return Answer.CONTRADICTS, _("the drive made it, but on {at} it said {before}, now {after}", **values)
    newest = ledger_state.newest_edition(order.added.programme, order.added.country, order.id)
    if newest > order.added.edition:
        editions = {"edition": order.added.edition, "newest": newest}
        return Answer.SUPERSEDED, _(
            "the drive made it; it is of edition {edition}, and {newest} is ordered", **editions
        )
    if not any(m.mark in (Mark.SENT, Mark.HANDED_OVER) for m in journey.marks):
        return Answer.UNDISPATCHED, _("the drive made it, but nothing here says that it was sent")
    if journey.where is Where.RETURNED:
        return Answer.ACCEPTED, _("the drive made it; it was marked as come back, and counts as checked now")
    return Answer.ACCEPTED, _("the drive made it")


def shown(found: Entering) -> str:
    """Return the code in groups, or the input if it is no code."""
    return show_code(found.receipt.code) if found.receipt else found.typed
