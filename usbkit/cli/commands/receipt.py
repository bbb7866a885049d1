"""``usbkit receipt``: codes that came back from drives."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
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
from usbkit.ledger.names import name_of
from usbkit.orders.arrival_entry import Answer as Arrived
from usbkit.orders.arrival_entry import (
    Arriving,
    find_named,
    find_sender,
    tell_arrival,
)
from usbkit.orders.receipt_entry import WAYS, Coming, Entering, enter_receipt, is_readable, shown
from usbkit.orders.receipt_given import MOST_PASTED, Given, read_pasted, read_typed
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
        "characters on its label, or ORDER:NUMBER, only that it is there: usbkit receipt enter 7K3QF --from Embassy "
        "--by telephone"
    )
)
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@click.option("--from", "sender", type=options.PERSON, default="", metavar="NAME", help=mark("Who sent it."))
@click.option("--by", "way", type=click.Choice(WAYS), help=mark("How it came."))
@click.option(
    "--batch",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=mark(
        "A CSV file or workbook (.xlsx) with the columns code, from, by, plays; only the first is needed. A row may "
        "have a drive's reference in the place of a code; then plays may say yes or no."
    ),
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
    told = [(replace(t, plays=t.plays if plays is None else plays), coming) for t in given.tellings]
    if corrects and len(rows) != 1:
        todo = _("Give the one code that was meant.")
        raise InputError(Finding("receipt-corrects", _("{count} codes are given", count=len(rows)), None, todo))
    if batch is not None:
        read = read_batch(read_small(batch, MOST_BYTES), str(batch), coming)
        _confirm(batch, read, yes=yes)
        rows += [_Row(row.code, row.coming) for row in read if row.telling is None]
        told += [
            (replace(t, plays=plays if t.plays is None else t.plays), row.coming) for row in read if (t := row.telling)
        ]
    ledger = hub_access.open_current(settings, operator)
    if not rows and not told:
        _require_no_name(ledger, given.text)
        todo = _(
            "Give the code as it was read out, or the drive's reference: usbkit receipt enter ABCD-EFGH-JKMN-PQRS-TVWX"
        )
        raise InputError(Finding("receipt-none", _("no code is given, and no drive's reference"), None, todo))
    _ask_about_garbled(ledger, rows, len(told), yes=yes)
    entered = [enter_receipt(ledger, row.code, row.coming, again=again) for row in rows]
    arrived = [tell_arrival(ledger, one, of, note=note, again=again) for one, of in told]
    hub_access.tell(settings, ledger)
    ledger_state = ledger.read()
    left = _left(ledger_state, given.text, entered, arrived)
    if settings.json:
        answers = [{**_to_json(one), "replacement": _replacement(ledger_state, one)} for one in entered]
        arrivals = [arrival_json(ledger_state, one) for one in arrived]
        show.document({"receipts": answers, "arrivals": arrivals, "left": [name_of(ledger_state, j) for j in left]})
    else:
        for one in entered:
            _say(ledger_state, one)
            if (line := _replacement(ledger_state, one)) is not None:
                show.answer(_("  → send another: {line}", line=line))
        for arrival in arrived:
            say_arrival(ledger_state, arrival)
        if left:
            show.answer(_("not entered: {drives}, which the text names too", drives=_listed(ledger_state, left)))
            show.answer(_("  → if it says that they arrived: {line}", line=_line_for(ledger_state, left)))
    is_well = all(one.answer in (Answer.ACCEPTED, Answer.REPEATED) for one in entered)
    is_well &= all(one.answer in (Arrived.TOLD, Arrived.KNOWN) for one in arrived)
    return EXIT_DONE if is_well and not left else EXIT_NO


def _left(
    ledger_state: LedgerState, text: str, entered: Sequence[Entering], arrived: Sequence[Arriving]
) -> list[Journey]:
    """The drives that a text names beside what was entered of it: what it says of them is not known."""
    answered = {one.receipt.report.reference for one in entered if one.receipt is not None}
    answered |= {one.journey.reference for one in arrived if one.journey is not None}
    answered |= {one.telling.reference for one in arrived}
    return [journey for journey in find_named(ledger_state, text) if journey.reference not in answered]


def _listed(ledger_state: LedgerState, drives: Sequence[Journey]) -> str:
    return ", ".join(f"{name_of(ledger_state, j)} ({j.order} {j.number}/{j.of})" for j in drives)


def _line_for(ledger_state: LedgerState, drives: Sequence[Journey]) -> str:
    return " ".join(("usbkit receipt enter", *(name_of(ledger_state, j) for j in drives)))


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
    return f"usbkit order add {country} --replaces {name_of(ledger_state, one.journey)}"


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


def _given(codes: tuple[str, ...]) -> Given:
    """What was typed, or pasted into standard input."""
    if codes != ("-",):
        return read_typed(codes)
    text = sys.stdin.read(MOST_PASTED + 1)
    if len(text) > MOST_PASTED:
        what = _("it is longer than {most} characters", most=MOST_PASTED)
        todo = _("Paste the mail without what is attached.")
        raise InputError(Finding("receipt-long", what, Place("-"), todo))
    return read_pasted(text)


def _require_no_name(ledger: Ledger, text: str) -> None:
    """Raise InputError where a pasted mail has no code and no mark, and yet names drives that are out."""
    ledger_state = ledger.read()
    if named := find_named(ledger_state, text):
        drives, line = _listed(ledger_state, named), _line_for(ledger_state, named)
        todo = _("It names {drives}. If it says that they arrived: {line}", drives=drives, line=line)
        raise InputError(Finding("receipt-none", _("no code and no mark of a drive's page is in it"), None, todo))


def _confirm(batch: Path, rows: Sequence[BatchRow], *, yes: bool) -> None:
    """Show what was read, and ask. Raises RefusedError where nobody says yes."""
    headers = (_("line"), _("code or drive"), _("plays"), _("from"), _("came by"))
    plays = {None: "", True: _("yes"), False: _("no")}
    cells = [
        (r.line, r.code, plays[None if r.telling is None else r.telling.plays], r.coming.sender, r.coming.way or "")
        for r in rows
    ]
    show.table(headers, cells, show.say)
    if not yes and not (sys.stdin.isatty() and ask_yes_no(_("Enter these?"))):
        what, todo = _("the table was not confirmed, and nothing of it was entered"), _("Check it, then pass --yes.")
        raise RefusedError(Finding("batch-unconfirmed", what, Place(str(batch)), todo))


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
    Answer.VOID: _("It should not be in use: tell them so."),
    Answer.DISPUTED: _("Find out who made it first: usbkit ledger check names the entries."),
    Answer.SUPERSEDED: _("The newer edition may be on its way: see usbkit ledger report."),
}


def _say(ledger_state: LedgerState, one: Entering) -> None:
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
        drive = name_of(ledger_state, one.journey)
        show.answer(_("  → Say when it was sent: usbkit ledger mark sent {drive} --on DAY", drive=drive))
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
