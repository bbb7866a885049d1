"""Where a drive is after it left the station, and the replies about it. Values only.

This state is independent of ``usbkit.ledger.journey.Stage``: the stage belongs to the station that made the drive, this
one to whoever follows it, and neither waits for the other's chain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from usbkit.trust.receipt_code import Found


class Mark(StrEnum):
    """What a person recorded about a drive. Stable names."""

    SENT = "sent"
    HANDED_OVER = "handed-over"
    LOST = "lost"
    REPLACED = "replaced"
    FOUND = "found"
    RETURNED = "returned"


class Where(StrEnum):
    """Where a drive is, as far as is known. Stable names."""

    HERE = "here"
    SENT = "sent"
    HANDED_OVER = "handed-over"
    ARRIVED = "arrived"  # somebody told so; nothing was checked
    RECEIVED = "received"  # its receipt code came back: it was checked
    LOST = "lost"
    REPLACED = "replaced"
    RETURNED = "returned"


class Answer(StrEnum):
    """How a receipt code is rated. Stable names; those in ``AUTHENTIC`` came from the drive itself."""

    ACCEPTED = "accepted"
    CONTRADICTS = "contradicts"  # an earlier one of the same drive says something else
    SUPERSEDED = "superseded"  # there is a newer edition for this country
    UNDISPATCHED = "before-dispatch"  # it was never said to have been sent
    VOID = "void"  # the drive does not count
    REPEATED = "already-entered"
    WRONG_WORD = "wrong-word"  # right but for the letter's word
    WRONG = "wrong"  # not made by this drive
    LOCKED = "too-many-tries"  # not looked at: too many wrong ones came for this drive
    UNKNOWN = "no-such-drive"
    NO_SECRET = "no-secret"  # the drive is known, its nonce is in another ledger
    GARBLED = "garbled"
    DISPUTED = "disputed"  # several stations say that they made the drive, and nobody can tell who did


#: The code was made by the drive that it names, and says something new.
AUTHENTIC = frozenset((Answer.ACCEPTED, Answer.CONTRADICTS, Answer.SUPERSEDED, Answer.UNDISPATCHED, Answer.VOID))

#: The code was read right and was not made by the drive that it names.
WRONG = frozenset((Answer.WRONG, Answer.WRONG_WORD))


@dataclass(frozen=True, slots=True)
class Marked:
    """One mark. ``day`` is when it happened, ``at`` when it was recorded, in entry ``sequence`` of ``chain``.

    ``receipts`` counts the drive's receipts at that time; ``is_undone``: a later entry took the mark back. ``by_drive``
    is the drive that replaces it.
    """

    mark: Mark
    at: dt.datetime
    by: str
    day: dt.date
    route: str | None = None
    bag: str | None = None
    note: str = ""
    successor: str | None = None
    chain: str = ""
    sequence: int = -1
    receipts: int = 0
    is_undone: bool = False
    by_drive: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A drive of an older seal that stays as it is, and why; ``seal`` is its country's seal at that time."""

    seal: str
    reason: str
    at: dt.datetime
    by: str
    chain: str = ""
    sequence: int = -1
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """One receipt that was entered. ``way`` is how it came: telephone, e-mail.

    ``typed`` is the original input if a person chose which code was meant.
    """

    code: str
    found: Found
    count: int
    has_letter: bool
    answer: Answer
    at: dt.datetime
    by: str
    sender: str = ""
    way: str | None = None
    typed: str = ""

    @property
    def is_authentic(self) -> bool:
        return self.answer in AUTHENTIC


@dataclass(frozen=True, slots=True)
class Arrival:
    """A report by ``sender``, on ``day``, that a drive has arrived; recorded at ``at`` by ``by``.

    ``plays`` is None if nothing was said of it; ``way`` is how the report came, ``note`` what else it said. ``chain``
    and ``sequence`` are its entry; ``is_undone``: it was taken back.
    """

    day: dt.date
    at: dt.datetime
    by: str
    plays: bool | None = None
    sender: str = ""
    way: str | None = None
    note: str = ""
    chain: str = ""
    sequence: int = 0
    is_undone: bool = False


_WHERE = {
    Mark.SENT: Where.SENT,
    Mark.HANDED_OVER: Where.HANDED_OVER,
    Mark.LOST: Where.LOST,
    Mark.REPLACED: Where.REPLACED,
    Mark.RETURNED: Where.RETURNED,
}


def where_after(marks: tuple[Marked, ...], receipts: tuple[Entered, ...], arrivals: tuple[Arrival, ...] = ()) -> Where:
    """Return where a drive is: the last record decides, but a replaced drive stays replaced, and a check outranks a
    report.
    """
    standing = [m for m in marks if not m.is_undone]
    if any(m.mark is Mark.REPLACED for m in standing):
        return Where.REPLACED
    came = [r.at for r in receipts[seen_when_it_came_back(standing) :] if r.is_authentic]
    if came and (not standing or came[-1] >= standing[-1].at or standing[-1].mark is not Mark.LOST):
        return Where.RECEIVED
    back = max((m.at for m in standing if m.mark is Mark.RETURNED), default=None)
    told = [a for a in arrivals if not a.is_undone and (back is None or a.at > back)]
    if told and (not standing or not _is_gone_again(standing[-1], told[-1])):
        return Where.ARRIVED
    return place_after(standing)


def _is_gone_again(mark: Marked, arrival: Arrival) -> bool:
    """Whether what was said of a drive that had arrived means that it is no longer there: lost, back, or sent anew."""
    if mark.mark is Mark.SENT:
        return mark.day > arrival.day
    return mark.mark is Mark.LOST and mark.at > arrival.at


def seen_when_it_came_back(standing: Sequence[Marked]) -> int:
    """Return how many receipts are of a journey that is over: the drive came back here after them."""
    return next((m.receipts for m in reversed(standing) if m.mark is Mark.RETURNED), 0)


def place_after(standing: Sequence[Marked]) -> Where:
    """Return where a drive is by its marks alone. A found drive is where it was before it was lost."""
    where = before = Where.HERE
    for marked in standing:
        if marked.mark is Mark.FOUND:
            where = before
            continue
        if marked.mark is Mark.LOST and where is not Where.LOST:
            before = where
        where = _WHERE[marked.mark]
    return where
