"""Record that a drive arrived, as reported by its label's reference without a code. Nothing was checked.

The drive's page writes a mark that is the same in every language, ``[USB 7K3QF plays]`` (``usbkit.site.reply``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from usbkit.core.errors import InputError
from usbkit.core.messages import Text, _
from usbkit.ledger.appending import Writing
from usbkit.ledger.delivery_status import Mark, Where
from usbkit.ledger.events import ArrivalTold
from usbkit.ledger.explaining import why_not_counted
from usbkit.ledger.journey import Stage
from usbkit.ledger.names import is_person, name_of
from usbkit.ledger.records import Journey
from usbkit.ledger.selecting import find_drives, find_number
from usbkit.ledger.state_view import StateView
from usbkit.ledger.store import Ledger
from usbkit.orders.receipt_entry import Coming
from usbkit.orders.receipt_finding import plain_text, words_beside
from usbkit.trust.references import ALPHABET

#: Characters of a drive's reference.
LENGTH = 5

#: The most drives that a wrong reference is said to be near to.
MOST_NEAR = 5

_FORGIVEN = str.maketrans("OIL", "011")

#: A drive's name in full, as usbkit prints it where two drives have one reference; and as the number of an order.
_IN_FULL = re.compile(r"(?P<reference>[^@\s]{5})@(?P<origin>[A-Za-z0-9-]{1,63})")
_NUMBERED = re.compile(r"[A-Za-z0-9_.@-]{1,150}[:#][0-9]{1,3}")

#: The mark that a drive's page puts into a mail; what stands in it may be anything, also the blanks of the paper form.
_MARK = re.compile(r"\[\s*USB[\s:\-]+([^\s\]]{1,20})(?:\s+(plays|trouble))?\s*\]", re.IGNORECASE)


#: The line of a mail's head that names its sender, as mail programs here save it.
_SENDER = re.compile(r"^(?:From|보낸 ?사람)\s*:[ \t]*(\S.*)$", re.MULTILINE)

#: Where a drive is that may arrive.
_OUT = (Where.SENT, Where.HANDED_OVER, Where.LOST)


class Answer(StrEnum):
    """The rating of a report. Stable names."""

    TOLD = "told"
    KNOWN = "already-known"  # told before, or checked
    UNDISPATCHED = "before-dispatch"
    BACK = "came-back"  # it is here, as somebody said
    VOID = "void"  # the drive does not count
    AMBIGUOUS = "ambiguous"  # two ledgers gave out the same reference
    UNKNOWN = "no-such-drive"


#: What is written down: each of these says something new.
RECORDED = frozenset((Answer.TOLD, Answer.UNDISPATCHED, Answer.VOID))


@dataclass(frozen=True, slots=True)
class Telling:
    """The drive's name in a report (``plain_name``); ``plays`` is None if nothing was said of it."""

    reference: str
    plays: bool | None = None


@dataclass(frozen=True)
class Arriving:
    """The result of one report. ``near`` are drives that may have been meant."""

    telling: Telling
    answer: Answer
    why: Text
    journey: Journey | None = None
    near: tuple[Journey, ...] = field(default=())


def plain_reference(typed: str) -> str | None:
    """Return a reference in canonical form, with common misreadings corrected; None if it is invalid."""
    plain = unicodedata.normalize("NFKC", typed).strip().upper().translate(_FORGIVEN)
    return plain if len(plain) == LENGTH and set(plain) <= set(ALPHABET) else None


def plain_name(typed: str) -> str | None:
    """Return a drive's name in canonical form: a reference, REFERENCE@CHAIN or ORDER:NUMBER. None if it is none."""
    plain = unicodedata.normalize("NFKC", typed).strip()
    if (full := _IN_FULL.fullmatch(plain)) is not None:
        reference = plain_reference(full["reference"])
        return reference and f"{reference}@{full['origin'].lower()}"
    return plain if _NUMBERED.fullmatch(plain) else plain_reference(plain)


def find_tellings(text: str) -> list[Telling]:
    """Return the marks of drives' pages in a text, the last one for each drive. Unfilled blanks stay as they are, so
    that the person who enters the text notices them.
    """
    found: dict[str, Telling] = {}
    for one in _MARK.finditer(plain_text(text)):
        reference = plain_reference(one[1]) or one[1]
        plays = {"plays": True, "trouble": False}.get((one[2] or "").lower())
        found[reference] = Telling(reference, plays)
    return list(found.values())


def find_named(state: StateView, text: str) -> list[Journey]:
    """Return the drives whose references are words in a text, outside marks and codes: what is said of them only a
    person can tell.
    """
    words = words_beside(_MARK.sub(" ", plain_text(text)))
    plain = dict.fromkeys(p for word in words if (p := plain_reference(word)) is not None)
    return [journey for reference in plain for journey in state.references(reference) if journey.was_whole]


def find_sender(text: str) -> str:
    """Return the sender of a pasted mail; empty if there is no valid name."""
    said = _SENDER.search(text)
    name = " ".join(said[1].split()) if said else ""
    return name if is_person(name) else ""


def tell_arrival(ledger: Ledger, telling: Telling, coming: Coming, *, note: str = "", again: bool = False) -> Arriving:
    """Rate a report and record what is new; ``again`` also records what is already known."""
    with ledger.write() as writing:
        found = _judge(writing, telling, again=again)
        if found.journey is None or found.answer not in RECORDED:
            return found
        writing.append(
            ArrivalTold(
                drive=found.journey.reference,
                plays=telling.plays,
                drive_origin=None if found.journey.origin == ledger.origin else found.journey.origin,
                sender=coming.sender,
                way=coming.way,
                note=note,
            )
        )
        return found


def _judge(writing: Writing, telling: Telling, *, again: bool) -> Arriving:
    plain = plain_name(telling.reference)
    if plain is not None and plain_reference(plain) is None:
        try:
            journeys = find_drives(writing.state, [plain])
        except InputError as problem:
            near = tuple(_had_number(writing.state, plain))
            return Arriving(telling, Answer.UNKNOWN, problem.findings[0].what, near=near)
    else:
        journeys = writing.state.references(plain) if plain else []
    if not journeys:
        near = tuple(_near(writing.state, plain or telling.reference))
        return Arriving(telling, Answer.UNKNOWN, _why_unknown(telling.reference, plain), near=near)
    if len(journeys) > 1:
        drives = ", ".join(name_of(writing.state, journey) for journey in journeys)
        why = _("it is more than one drive: {drives}", drives=drives)
        return Arriving(telling, Answer.AMBIGUOUS, why, near=tuple(journeys))
    (journey,) = journeys
    answer, why = _worth(writing.state, journey, telling, again=again)
    return Arriving(telling, answer, why, journey)


def _why_unknown(typed: str, plain: str | None) -> Text:
    if plain is None:
        return _("found {found}, expected the five characters on the drive's label", found=typed)
    return _("no drive here has the reference {drive}", drive=plain)


def _had_number(state: StateView, name: str) -> list[Journey]:
    """The drives that had a number of an order which no drive has now."""
    found = find_number(state, name)
    return [] if found is None else state.journeys.select("order_id = ? AND number = ?", (found[0].id, found[1]))


def _worth(state: StateView, journey: Journey, telling: Telling, *, again: bool) -> tuple[Answer, Text]:
    if journey.stage is not Stage.WHOLE or journey.is_replaced:
        return Answer.VOID, why_not_counted(state, journey)
    if journey.where is Where.RECEIVED and not again:
        checked = journey.arrived[-1]
        return Answer.KNOWN, _("it was checked, as {by} entered on {at}", at=f"{checked.at:%Y-%m-%d}", by=checked.by)
    before = journey.telling
    is_known = before is not None and journey.where is Where.ARRIVED and telling.plays in (None, before.plays)
    if before is not None and is_known and not again:
        values = {"at": before.day, "by": before.sender or before.by}
        return Answer.KNOWN, _("{by} told it on {at}; nothing is new", **values)
    if journey.where is Where.RETURNED and not again:
        back = next(m for m in reversed(journey.standing) if m.mark is Mark.RETURNED)
        return Answer.BACK, _("it came back on {day}, as {by} said; nothing was recorded", day=back.day, by=back.by)
    if journey.where is Where.HERE:
        return Answer.UNDISPATCHED, _("nothing here says that it was sent")
    return Answer.TOLD, _("told, not checked")


def _near(state: StateView, typed: str) -> Iterator[Journey]:
    """Drives whose reference is one mistake away: one character, one too many or too few, or two in each other's
    place. Those that are out come first.
    """
    plain = "".join(c for c in typed.upper().translate(_FORGIVEN) if c in ALPHABET)
    found = {j.drive: j for reference in _neighbours(plain) for j in state.references(reference)}
    ordered = sorted(found.values(), key=lambda j: j.where not in _OUT)
    yield from ordered[:MOST_NEAR]


def _neighbours(plain: str) -> Iterator[str]:
    tried: Sequence[str] = ()
    if len(plain) == LENGTH:
        one_other = [plain[:at] + char + plain[at + 1 :] for at in range(LENGTH) for char in ALPHABET]
        swapped = [plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :] for at in range(LENGTH - 1)]
        tried = [*one_other, *swapped]
    elif len(plain) == LENGTH - 1:
        tried = [plain[:at] + char + plain[at:] for at in range(LENGTH) for char in ALPHABET]
    elif len(plain) == LENGTH + 1:
        tried = [plain[:at] + plain[at + 1 :] for at in range(LENGTH + 1)]
    yield from dict.fromkeys(tried)
