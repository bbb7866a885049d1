"""``usbkit receipt``: codes that came back from drives."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli import ledger_access
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO, Finding, InputError, Place, RefusedError
from usbkit.core.messages import Text, _, mark, translate
from usbkit.ledger.delivery_status import Answer
from usbkit.orders.receipt_entry import WAYS, Coming, Entering, enter_receipt, shown
from usbkit.orders.receipt_finding import find_codes
from usbkit.trust.receipt_code import MOST_COUNTED, Found, show_code

if TYPE_CHECKING:
    from usbkit.orders.receipt_batch import BatchRow


@click.group(help=mark("Enter the codes with which the far end says what it found."))
def receipt() -> None:
    pass


@receipt.command(help=mark("Enter receipt CODEs, or all that stand in a pasted text (- reads it from standard input)."))
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@click.option("--from", "sender", default="", metavar="NAME", help=mark("Who sent it."))
@click.option("--by", "way", type=click.Choice(WAYS), help=mark("How it came."))
@click.option(
    "--batch",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=mark("A CSV file or workbook (.xlsx) with the columns code, from, by; the last two may be missing."),
)
@click.option("--yes", is_flag=True, help=mark("Keep the batch without being asked."))
@click.option("--corrects", metavar="TEXT", default="", help=mark("What was sent, where CODE is what was meant."))
@click.option("--again", is_flag=True, help=mark("Look at a code although too many wrong ones came for its drive."))
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
    again: bool,
    operator: str | None,
) -> int:
    from usbkit.orders.receipt_batch import read_batch

    coming = Coming(sender, way, corrects)
    rows = [_Row(code, coming) for code in _given(codes)]
    if corrects and len(rows) != 1:
        todo = _("Give the one code that was meant.")
        raise InputError(Finding("receipt-corrects", _("{count} codes are given", count=len(rows)), None, todo))
    if batch is not None:
        read = read_batch(batch.read_bytes(), str(batch), coming)
        _confirm(batch, read, yes=yes)
        rows += [_Row(row.code, row.coming) for row in read]
    if not rows:
        todo = _("Give the code as it was read out: usbkit receipt enter ABCD-EFGH-JKMN-PQRS-TVWX")
        raise InputError(Finding("receipt-none", _("no code is given"), None, todo))
    ledger = ledger_access.open_ledger(settings, operator)
    entered = [enter_receipt(ledger, row.code, row.coming, again=again) for row in rows]
    if settings.json:
        show.document({"receipts": [_to_json(one) for one in entered]})
    else:
        for one in entered:
            _say(one)
    is_well = all(one.answer in (Answer.ACCEPTED, Answer.REPEATED) for one in entered)
    return EXIT_DONE if is_well else EXIT_NO


@dataclass(frozen=True, slots=True)
class _Row:
    code: str
    coming: Coming


def _given(codes: tuple[str, ...]) -> list[str]:
    """The codes in what was given: each in its own words, a mail, or a shell's pieces of one."""
    text = sys.stdin.read(_MOST_PASTED) if codes == ("-",) else " ".join(codes)
    return find_codes(text) or ([] if codes == ("-",) else list(_joined(codes)))


#: Characters of the longest text that is looked through.
_MOST_PASTED = 2**20


def _confirm(batch: Path, rows: Sequence[BatchRow], *, yes: bool) -> None:
    """Show what was read, and ask. Raises RefusedError where nobody says yes."""
    cells = [(row.line, row.code, row.coming.sender, row.coming.way or "") for row in rows]
    show.table((_("line"), _("code"), _("from"), _("by")), cells, show.say)
    if not yes and not (sys.stdin.isatty() and click.confirm(translate(mark("Enter these?")), err=True)):
        what, todo = _("the table was not confirmed, and nothing of it was entered"), _("Look at it, then pass --yes.")
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
    Answer.UNDISPATCHED: _("Say when it was sent: usbkit ledger mark sent DRIVE --on DAY"),
    Answer.VOID: _("It should not be in use: tell them which drive stands in its place."),
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
