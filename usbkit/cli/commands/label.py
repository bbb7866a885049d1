"""``usbkit label``: the label of each drive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from usbkit.cli import hub_access, paper_output
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, Finding, InputError
from usbkit.core.messages import _, mark
from usbkit.papers.sheets import DEFAULT, SHEETS, Sheet, parse_printer

if TYPE_CHECKING:
    from usbkit.ledger import Ledger
    from usbkit.ledger.order_sheet import SheetWords
    from usbkit.papers.labels import Label


@click.command(help=mark("Labels for the whole drives of ORDER, or for single drives, on sheets or one at a time."))
@click.argument("named", metavar="[ORDER]", required=False)
@click.option("--drive", "drives", multiple=True, metavar="REF", help=mark("Only this drive; may be given again."))
@click.option("--sheet", type=click.Choice(list(SHEETS)), help=mark("The sheet's division (default: a4-3x8)."))
@click.option("--printer", metavar="WxH", help=mark("A printer of single labels of this size in mm, such as 62x29."))
@click.option("--skip", type=int, default=0, help=mark("Labels of the first sheet that are used up (default: 0)."))
@click.option("--sheets", "list_sheets", is_flag=True, help=mark("List the sheets, make nothing."))
@paper_output.language(mark("The labels' language (default: the first of each country's)."))
@click.option("-n", "--dry-run", is_flag=True, help=mark("Labels for every number, marked DRY RUN, to try a sheet."))
@paper_output.output
@paper_output.browser
@click.pass_obj
def label(
    settings: Settings,
    named: str | None,
    drives: tuple[str, ...],
    sheet: str | None,
    printer: str | None,
    skip: int,
    list_sheets: bool,
    language: str | None,
    dry_run: bool,
    output: Path | None,
    browser: str | None,
) -> int:
    if list_sheets:
        return _list_sheets(settings)
    from usbkit.papers.labels import make_labels
    from usbkit.papers.output import choose_places
    from usbkit.papers.paper_templates import PaperTemplates

    chosen = _choose_sheet(sheet, printer)
    if (named is None) == (not drives):
        what = _("expected an order, or drives with --drive: one of the two")
        raise InputError(
            Finding("label-what", what, None, _("`usbkit order list` and `usbkit ledger list` show them."))
        )
    ledger = hub_access.open_current(settings)
    labels = _of_order(settings, ledger, named, dry_run) if named else _of_drives(settings, ledger, drives)
    name = f"{named or 'drives'}-labels"
    paper = make_labels(name, labels, chosen, PaperTemplates(settings.templates), skip=skip, language=language)
    written = paper_output.write(settings, [(paper, choose_places(name, output))], browser)
    if settings.json:
        listed = [{"drive": one.reference, "number": one.number, "of": one.of} for one in labels]
        show.document({"labels": listed, "dry_run": dry_run, "files": paper_output.paths_of(written)})
    else:
        paper_output.say_written(written)
    return EXIT_DONE


def _choose_sheet(sheet: str | None, printer: str | None) -> Sheet:
    if sheet is not None and printer is not None:
        what = _("found --sheet and --printer, expected one or the other")
        raise InputError(Finding("label-sheet", what))
    return parse_printer(printer) if printer is not None else SHEETS[sheet or DEFAULT]


def _of_order(settings: Settings, ledger: Ledger, named: str, dry_run: bool) -> list[Label]:
    from usbkit.orders.finding import find_order
    from usbkit.papers.labels import labels_of_order

    ledger_state = ledger.read()
    order = find_order(ledger_state, named)
    paper_output.say_unfit(ledger_state, ledger_state.journeys_of(order.id))
    return labels_of_order(ledger_state, order, paper_output.words_for(settings, ledger, order), dry_run=dry_run)


def _of_drives(settings: Settings, ledger: Ledger, drives: tuple[str, ...]) -> list[Label]:
    from usbkit.papers.labels import label_of

    ledger_state = ledger.read()
    labels: list[Label] = []
    words: dict[str, SheetWords] = {}
    for drive in drives:
        journeys = ledger_state.references(drive.upper())
        if not journeys:
            what = _("there is no drive {drive}", drive=drive)
            raise InputError(Finding("drive-unknown", what, None, _("`usbkit ledger list` lists them.")))
        paper_output.say_unfit(ledger_state, journeys)
        for journey in journeys:
            order = ledger_state.order(journey.order)
            if order.id not in words:
                words[order.id] = paper_output.words_for(settings, ledger, order, f"--drive {drive}")
            labels.append(label_of(journey, order, words[order.id]))
    return labels


def _list_sheets(settings: Settings) -> int:
    if settings.json:
        show.document(
            {
                "sheets": [
                    {"sheet": name, "page": s.page, "labels": s.count, "size": [s.width, s.height], "as": s.products}
                    for name, s in SHEETS.items()
                ]
            }
        )
        return EXIT_DONE
    rows = [(name, s.count, f"{s.width:.1f} × {s.height:.1f} mm", s.products) for name, s in SHEETS.items()]
    show.table((_("sheet"), _("labels"), _("size"), _("as")), rows)
    return EXIT_DONE
