"""``usbkit receipt``: codes that came back from drives."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from usbkit.cli import ledger_access
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO, Finding, InputError, Place
from usbkit.core.messages import Text, _, mark
from usbkit.ledger.delivery_status import Answer
from usbkit.orders.receipt_entry import Coming, Entering, enter_receipt, shown
from usbkit.trust.receipt_code import MOST_COUNTED, Found

#: Ways on which a code comes.
WAYS = ("telephone", "e-mail", "letter", "in-person")


@click.group(help=mark("Enter the codes with which the far end says what it found."))
def receipt() -> None:
    pass


@receipt.command(help=mark("Enter receipt CODEs; each gets its own answer, and nothing overwrites anything."))
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@click.option("--from", "sender", default="", metavar="NAME", help=mark("Who sent it."))
@click.option("--by", "way", type=click.Choice(WAYS), help=mark("How it came."))
@click.option(
    "--batch",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=mark("A CSV file with the columns code, from, by; the last two may be missing."),
)
@click.option("--again", is_flag=True, help=mark("Look at a code although too many wrong ones came for its drive."))
@ledger_access.operator
@click.pass_obj
def enter(
    settings: Settings,
    codes: tuple[str, ...],
    sender: str,
    way: str | None,
    batch: Path | None,
    again: bool,
    operator: str | None,
) -> int:
    rows = [_Row(code, Coming(sender, way)) for code in _joined(codes)]
    if batch is not None:
        rows += _read_batch(batch, Coming(sender, way))
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


def _read_batch(file: Path, fallback: Coming) -> list[_Row]:
    """The rows of a CSV file. Raises InputError, with all of its mistakes at once."""
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    reader = csv.DictReader(text.splitlines())
    names = {name.strip().lower(): name for name in reader.fieldnames or ()}
    if "code" not in names:
        found = ", ".join(names) or "-"
        what = _("found the columns {found}, expected code, and perhaps from and by", found=found)
        raise InputError(
            Finding("batch-columns", what, Place(str(file), 1), _("Give the first line the columns' names."))
        )
    rows, findings = list[_Row](), list[Finding]()
    for row in reader:
        way = (row.get(names.get("by", "")) or "").strip().lower() or fallback.way
        if way is not None and way not in WAYS:
            what = _("found {way}, expected one of {ways}", way=way, ways=", ".join(WAYS))
            findings.append(Finding("batch-way", what, Place(str(file), reader.line_num, "by")))
        code = (row[names["code"]] or "").strip()
        if code:
            sender = (row.get(names.get("from", "")) or "").strip() or fallback.sender
            rows.append(_Row(code, Coming(sender, way)))
    if findings:
        raise InputError(*findings)
    return rows


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
    if one.answer in _TODO:
        show.answer(_("  → {todo}", todo=_TODO[one.answer]))


def _to_json(one: Entering) -> dict[str, Any]:
    report = one.receipt.report if one.receipt else None
    return {
        "code": shown(one),
        "answer": one.answer,
        "why": str(one.why),
        "group": one.group,
        "drive": one.journey.drive if one.journey else report.reference if report else None,
        "order": one.journey.order if one.journey else None,
        "number": one.journey.number if one.journey else None,
        "found": report.found if report else None,
        "count": report.count if report else None,
        "letter": report.has_letter if report else None,
    }
