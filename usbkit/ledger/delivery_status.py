"""Where a drive is once it has left the station, and what came back from it. Values only.

This is a second state beside `usbkit.ledger.journey.Stage`: the stage belongs to the station that made the drive, this
to whoever follows it, and neither waits for the other's chain.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from usbkit.trust.receipt_code import Found


class Mark(StrEnum):
    """What somebody says became of a drive. Stable names."""

    SENT = "sent"
    HANDED_OVER = "handed-over"
    LOST = "lost"
    REPLACED = "replaced"


class Where(StrEnum):
    """Where a drive is, as far as anybody told. Stable names."""

    HERE = "here"
    SENT = "sent"
    HANDED_OVER = "handed-over"
    RECEIVED = "received"
    LOST = "lost"
    REPLACED = "replaced"


class Answer(StrEnum):
    """What a receipt code is worth. Stable names; those in `AUTHENTIC` came from the drive itself."""

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


#: The code was made by the drive that it names, and says something new.
AUTHENTIC = frozenset((Answer.ACCEPTED, Answer.CONTRADICTS, Answer.SUPERSEDED, Answer.UNDISPATCHED, Answer.VOID))

#: The code was read right and was not made by the drive that it names.
WRONG = frozenset((Answer.WRONG, Answer.WRONG_WORD))


@dataclass(frozen=True, slots=True)
class Marked:
    """One mark. ``day`` is when it happened, ``at`` when it was recorded."""

    mark: Mark
    at: dt.datetime
    by: str
    day: dt.date
    route: str | None = None
    bag: str | None = None
    note: str = ""
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """One receipt that was entered. ``way`` is how it came: telephone, e-mail.

    ``typed`` is what was sent, where a person said which code was meant.
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


_WHERE = {
    Mark.SENT: Where.SENT,
    Mark.HANDED_OVER: Where.HANDED_OVER,
    Mark.LOST: Where.LOST,
    Mark.REPLACED: Where.REPLACED,
}


def where_after(marks: tuple[Marked, ...], receipts: tuple[Entered, ...]) -> Where:
    """Where a drive is: what was recorded last says so, but what is replaced stays replaced."""
    if any(m.mark is Mark.REPLACED for m in marks):
        return Where.REPLACED
    came = [r.at for r in receipts if r.is_authentic]
    if came and (not marks or came[-1] >= marks[-1].at or marks[-1].mark is not Mark.LOST):
        return Where.RECEIVED
    return _WHERE[marks[-1].mark] if marks else Where.HERE
