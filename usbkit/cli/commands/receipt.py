"""``usbkit receipt``: codes that came back from drives."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli import hub_access, ledger_access, options
from usbkit.cli.asking import ask_yes_no
from usbkit.cli.output import show
from usbkit.cli.output.arrival_view import arrival_json, say_arrival
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO, Finding, InputError, Place, RefusedError
from usbkit.core.messages import Text, _, mark
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Answer
from usbkit.orders.arrival_entry import (
    LENGTH,
    Telling,
    find_named,
    find_sender,
    find_tellings,
    plain_reference,
    tell_arrival,
)
from usbkit.orders.arrival_entry import Answer as Arrived
from usbkit.orders.receipt_entry import WAYS, Coming, Entering, enter_receipt, is_readable, shown
from usbkit.orders.receipt_finding import GROUPS, find_codes, words_beside
from usbkit.trust.receipt_code import MOST_COUNTED, Found, show_code

if TYPE_CHECKING:
    from usbkit.ledger.records import Journey
    from usbkit.ledger.selecting import Choice
    from usbkit.ledger.state import LedgerState
    from usbkit.orders.receipt_batch import BatchRow


@click.group(help=mark("Enter the codes with which the far end says what it found."))
def receipt() -> None:
    pass


@receipt.command(
    help=mark(
        "Enter receipt CODEs, and the references of drives that are told to have arrived; or all that stand in a "
        "pasted mail (- reads it from standard input).\n\nA code says that a drive was checked. A reference, the five "
        "characters on its label, only that it is there: usbkit receipt enter 7K3QF --from Embassy --by telephone"
    )
)
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@click.option("--from", "sender", type=options.TYPED, default="", metavar="NAME", help=mark("Who sent it."))
@click.option("--by", "way", type=click.Choice(WAYS), help=mark("How it came."))
@click.option(
    "--batch",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=mark("A CSV file or workbook (.xlsx) with the columns code, from, by; the last two may be missing."),
)
@click.option(
    "--yes",
    is_flag=True,
    help=mark("Keep the batch without being asked; of codes that were pasted, those that can be read."),
)
@click.option(
    "--corrects",
    type=options.TYPED,
    metavar="TEXT",
    default="",
    help=mark("What was sent, where CODE is what was meant."),
)
@click.option(
    "--plays/--trouble",
    "plays",
    default=None,
    help=mark("Whether a drive that arrived plays, as they told."),
)
@click.option(
    "--note", type=options.NOTE, default="", metavar="TEXT", help=mark("What else they told of a drive that arrived.")
)
@click.option(
    "--again",
    is_flag=True,
    help=mark("Look at a code although too many wrong ones came for its drive; keep what was told before."),
)
@ledger_access.operator
@click.pass_obj
def enter(
    settings: Settings,
    codes: tuple[str, ...],
    sender: str,
    way: str | None,
    batch: Path | None,
    yes: bool,
    corrects: str,
    plays: bool | None,
    note: str,
    again: bool,
    operator: str | None,
) -> int:
    from usbkit.core.small_files import read_small
    from usbkit.orders.receipt_batch import MOST_BYTES, read_batch

    given = _given(codes)
    coming = Coming(sender or find_sender(given.text), way, corrects)
    rows = [_Row(code, coming) for code in given.codes]
    if corrects and len(rows) != 1:
        todo = _("Give the one code that was meant.")
        raise InputError(Finding("receipt-corrects", _("{count} codes are given", count=len(rows)), None, todo))
    if batch is not None:
        read = read_batch(read_small(batch, MOST_BYTES), str(batch), coming)
        _confirm(batch, read, yes=yes)
        rows += [_Row(row.code, row.coming) for row in read]
    ledger = hub_access.open_current(settings, operator)
    if not rows and not given.tellings:
        _require_no_name(ledger, given.text)
        todo = _(
            "Give the code as it was read out, or the drive's reference: usbkit receipt enter ABCD-EFGH-JKMN-PQRS-TVWX"
        )
        raise InputError(Finding("receipt-none", _("no code is given, and no drive's reference"), None, todo))
    _ask_about_garbled(ledger, rows, len(given.tellings), yes=yes)
    entered = [enter_receipt(ledger, row.code, row.coming, again=again) for row in rows]
    told = [replace(t, plays=t.plays if plays is None else plays) for t in given.tellings]
    arrived = [tell_arrival(ledger, one, coming, note=note, again=again) for one in told]
    hub_access.tell(settings, ledger)
    if settings.json:
        ledger_state = ledger.read()
        answers = [{**_to_json(one), "replacement": _replacement(ledger_state, one)} for one in entered]
        show.document({"receipts": answers, "arrivals": [arrival_json(one) for one in arrived]})
    else:
        ledger_state = ledger.read()
        for one in entered:
            _say(one)
            if (line := _replacement(ledger_state, one)) is not None:
                show.answer(_("  → send another: {line}", line=line))
        for arrival in arrived:
            say_arrival(arrival)
    is_well = all(one.answer in (Answer.ACCEPTED, Answer.REPEATED) for one in entered)
    is_well &= all(one.answer in (Arrived.TOLD, Arrived.KNOWN) for one in arrived)
    return EXIT_DONE if is_well else EXIT_NO


def _ask_about_garbled(ledger: Ledger, rows: Sequence[_Row], told: int, *, yes: bool) -> None:
    """Where some of several codes cannot be read, show those, and ask before the others are entered.

    Raises RefusedError where nobody says yes.
    """
    garbled = [enter_receipt(ledger, row.code, row.coming) for row in rows if not is_readable(row.code)]
    others = len(rows) - len(garbled) + told
    if yes or not garbled or not others:
        return
    todo = _("Ask for it again, or enter the others with --yes.")
    findings = [
        Finding("receipt-garbled", _("{code} is garbled: {why}", code=one.typed, why=one.why), None, todo)
        for one in garbled
    ]
    for finding in findings:
        show.say_finding(finding)
    question = _("Of the others, {count} can be read. Enter those?", count=others)
    if not (sys.stdin.isatty() and ask_yes_no(question)):
        what = _("{count} of {all} codes cannot be read, and nothing was entered", count=len(garbled), all=len(rows))
        raise RefusedError(*findings, Finding("receipt-some-garbled", what, None, todo))


def _replacement(ledger_state: LedgerState, one: Entering) -> str | None:
    """The command that orders a drive in place of one that is damaged or lacks files."""
    if not one.needs_replacement or one.journey is None:
        return None
    country = ledger_state.orders[one.journey.order].added.country
    return f"usbkit order add {country} --replaces {one.journey.drive}"


@receipt.command(
    help=mark(
        "Whom to call back: drives that arrived with trouble or do not play, and codes that no drive made."
        "\n\nExample: usbkit receipt calls --country guatemala"
    )
)
@ledger_access.choosing
@click.pass_obj
def calls(settings: Settings, choice: Choice) -> int:
    from usbkit.ledger.reporting import TO_CALL, UNPLAYED
    from usbkit.ledger.selecting import choose

    ledger = hub_access.open_current(settings)
    ledger_state = ledger.read()
    journeys = choose(ledger_state, choice, ledger.now(), f"({TO_CALL} OR ({UNPLAYED}))")
    if settings.json:
        show.document({"calls": [_call_json(ledger_state, j) for j in journeys]})
    elif not journeys:
        show.answer(_("Nobody needs to be called back."))
    else:
        headers = (_("drive"), _("order"), _("number"), _("country"), _("from"), _("came by"), _("came on"), _("found"))
        show.table(headers, [_call_row(ledger_state, j) for j in journeys])
        show.answer(_("Call them at a number of your own. What each drive said: usbkit ledger show DRIVE"))
    return EXIT_DONE


def _call_row(ledger_state: LedgerState, journey: Journey) -> tuple[object, ...]:
    about, told = journey.call_about, journey.telling
    country = ledger_state.orders[journey.order].added.country
    drive = (journey.drive, journey.order, f"{journey.number}/{journey.of}", country)
    if about is not None:
        said = FOUND[about.found] if about.is_authentic else ANSWERS[about.answer]
        return (*drive, about.sender, about.way or "", f"{about.at:%Y-%m-%d}", said)
    if told is not None:
        return (*drive, told.sender, told.way or "", f"{told.at:%Y-%m-%d}", _("does not play"))
    return (*drive, "", "", "", "")


def _call_json(ledger_state: LedgerState, journey: Journey) -> dict[str, Any]:
    about, told = journey.call_about, journey.telling
    came = about or told
    return {
        "drive": journey.drive,
        "order": journey.order,
        "number": journey.number,
        "country": ledger_state.orders[journey.order].added.country,
        "from": came and came.sender,
        "way": came and came.way,
        "at": came and came.at.isoformat(),
        "answer": about and about.answer,
        "found": about and about.found,
        "plays": told and told.plays,
    }


@dataclass(frozen=True, slots=True)
class _Row:
    code: str
    coming: Coming


@dataclass(frozen=True, slots=True)
class _Given:
    """The codes and the references in what was given."""

    codes: list[str]
    tellings: list[Telling]
    text: str = ""


def _given(codes: tuple[str, ...]) -> _Given:
    """The codes in what was given: each in its own words, a mail, or a shell's pieces of one. And the references: in
    the mark that a drive's page puts into a mail, or each as a word of its own.
    """
    if codes == ("-",):
        text = sys.stdin.read(_MOST_PASTED + 1)
        if len(text) > _MOST_PASTED:
            what, todo = (
                _("it is longer than {most} characters", most=_MOST_PASTED),
                _("Paste the mail without what is attached."),
            )
            raise InputError(Finding("receipt-long", what, Place("-"), todo))
        return _Given(find_codes(text), find_tellings(text), text)
    text = " ".join(codes)
    found, told = find_codes(text), find_tellings(text)
    if found or told:
        rest = words_beside(text)
        beside = [plain_reference(word) for word in rest]
        if not told and None not in beside:
            told = [Telling(one) for one in dict.fromkeys(beside) if one is not None]
        return _Given([*found, *_joined(rest)] if not told and _is_taken_apart(rest) else found, told)
    if len(codes) == 1 and abs(len(codes[0]) - LENGTH) <= 1:
        return _Given([], [Telling(plain_reference(codes[0]) or codes[0])])
    references = [plain for code in codes if (plain := plain_reference(code)) is not None]
    rest = tuple(code for code in codes if plain_reference(code) is None)
    return _Given(list(_joined(rest)), [Telling(plain) for plain in dict.fromkeys(references)])


def _is_taken_apart(rest: tuple[str, ...]) -> bool:
    """Whether these are the groups of codes that a shell took apart and that have a mistake in them: a mail's words are
    of other lengths, and have no digits.
    """
    is_grouped = bool(rest) and len(rest) % GROUPS == 0 and all(3 <= len(one) <= 5 and one.isalnum() for one in rest)
    return is_grouped and any(char.isdigit() for one in rest for char in one)


def _require_no_name(ledger: Ledger, text: str) -> None:
    """Raise InputError where a pasted mail has no code and no mark, and yet names drives that are out."""
    named = find_named(ledger.read(), text) if text else []
    if named:
        drives = ", ".join(f"{j.reference} ({j.order} {j.number}/{j.of})" for j in named)
        line = f"usbkit receipt enter {named[0].reference}"
        todo = _("It names {drives}. If it says that they arrived: {line}", drives=drives, line=line)
        raise InputError(Finding("receipt-none", _("no code and no mark of a drive's page is in it"), None, todo))


#: Characters of the longest text that is looked through.
_MOST_PASTED = 2**20


def _confirm(batch: Path, rows: Sequence[BatchRow], *, yes: bool) -> None:
    """Show what was read, and ask. Raises RefusedError where nobody says yes."""
    cells = [(row.line, row.code, row.coming.sender, row.coming.way or "") for row in rows]
    show.table((_("line"), _("code"), _("from"), _("came by")), cells, show.say)
    if not yes and not (sys.stdin.isatty() and ask_yes_no(_("Enter these?"))):
        what, todo = _("the table was not confirmed, and nothing of it was entered"), _("Check it, then pass --yes.")
        raise RefusedError(Finding("batch-unconfirmed", what, Place(str(batch)), todo))


def _joined(codes: tuple[str, ...]) -> Iterator[str]:
    """Codes, also where a shell took one apart at its spaces: groups of up to four characters are put together."""
    group: list[str] = []
    for part in codes:
        if len(part.strip("-")) > 4:
            if group:
                yield " ".join(group)
                group = []
            yield part
            continue
        group.append(part)
        if len(group) == 5:
            yield " ".join(group)
            group = []
    if group:
        yield " ".join(group)


#: An answer in words.
ANSWERS: dict[Answer, Text] = {
    Answer.ACCEPTED: _("accepted"),
    Answer.CONTRADICTS: _("CONTRADICTS an earlier one"),
    Answer.SUPERSEDED: _("of a SUPERSEDED edition"),
    Answer.UNDISPATCHED: _("BEFORE DISPATCH"),
    Answer.VOID: _("of a VOID drive"),
    Answer.REPEATED: _("entered already"),
    Answer.WRONG_WORD: _("WRONG LETTER WORD"),
    Answer.WRONG: _("NOT OF THIS DRIVE"),
    Answer.LOCKED: _("TOO MANY WRONG TRIES"),
    Answer.UNKNOWN: _("NO SUCH DRIVE"),
    Answer.NO_SECRET: _("CANNOT BE CHECKED HERE"),
    Answer.GARBLED: _("GARBLED"),
    Answer.DISPUTED: _("OF A DRIVE THAT TWO STATIONS SAY THEY MADE"),
}

#: What a receipt says was found.
FOUND: dict[Found, Text] = {
    Found.WHOLE: _("whole"),
    Found.ADDED_TO: _("added to"),
    Found.INCOMPLETE: _("incomplete"),
    Found.DAMAGED: _("damaged"),
    Found.REFUSED: _("origin refused"),
}

_TODO: dict[Answer, Text] = {
    Answer.GARBLED: _("Ask for it again, spelt out; the recipient's page shows how."),
    Answer.UNKNOWN: _("Is it a drive of another station? Merge its ledger: usbkit ledger merge FILE"),
    Answer.NO_SECRET: _("Merge that station's own ledger: usbkit ledger merge FILE"),
    Answer.CONTRADICTS: _("Both stand in the ledger. Call them: which is true now?"),
    Answer.WRONG_WORD: _("Do they have another letter, of another country or edition?"),
    Answer.WRONG: _("Call them at a number of your own. If it comes again, send another drive."),
    Answer.LOCKED: _("Somebody may be guessing. Call them at a number of your own; then enter it with --again."),
    Answer.VOID: _("It should not be in use: tell them which drive stands in its place."),
    Answer.DISPUTED: _("Find out who made it first: usbkit ledger check names the entries."),
    Answer.SUPERSEDED: _("The newer edition may be on its way: see usbkit ledger report."),
}


def _say(one: Entering) -> None:
    show.answer(_("{code}: {answer}", code=shown(one), answer=ANSWERS[one.answer]))
    if one.receipt is not None and one.journey is not None:
        report, journey = one.receipt.report, one.journey
        count = _("{count} or more", count=report.count) if report.count >= MOST_COUNTED else report.count
        values = {"order": journey.order, "number": journey.number, "of": journey.of, "found": FOUND[report.found]}
        letter = _("letter at hand") if report.has_letter else _("without the letter")
        show.answer(
            _(
                "  {order}, {number} of {of}: {found}, files in trouble: {count}, {letter}",
                count=count,
                letter=letter,
                **values,
            )
        )
    show.answer(_("  {why}", why=one.why))
    for offer in one.offers:
        code, journey = show_code(offer.code), offer.journey
        values = {"order": journey.order, "number": journey.number, "of": journey.of}
        found = FOUND[offer.receipt.report.found]
        show.answer(_("  perhaps {code}: {order}, {number} of {of}, {found}", code=code, found=found, **values))
        line = f"usbkit receipt enter {code} --corrects {shlex.quote(one.typed)}"
        show.answer(_("  → if they say so: {line}", line=line))
    if one.answer is Answer.UNDISPATCHED and one.journey is not None:
        show.answer(_("  → Say when it was sent: usbkit ledger mark sent {drive} --on DAY", drive=one.journey.drive))
    if one.answer in _TODO:
        show.answer(_("  → {todo}", todo=_TODO[one.answer]))


def _to_json(one: Entering) -> dict[str, Any]:
    report = one.receipt.report if one.receipt else None
    return {
        "code": shown(one),
        "answer": one.answer,
        "why": str(one.why),
        "group": one.group,
        "offers": [{"code": show_code(o.code), "drive": o.journey.drive} for o in one.offers],
        "drive": one.journey.drive if one.journey else report.reference if report else None,
        "order": one.journey.order if one.journey else None,
        "number": one.journey.number if one.journey else None,
        "found": report.found if report else None,
        "count": report.count if report else None,
        "letter": report.has_letter if report else None,
    }
