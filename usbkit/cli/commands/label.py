"""``usbkit label``: what is stuck on each drive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from usbkit.cli import ledger_access, paper_output
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, Finding, InputError
from usbkit.core.messages import _, mark
from usbkit.papers.sheets import DEFAULT, SHEETS, Sheet, parse_printer

if TYPE_CHECKING:
    from usbkit.ledger.records import Order
    from usbkit.ledger.state import LedgerState
    from usbkit.manifest.load import Manifests
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
    manifests, ledger_state = settings.load(), ledger_access.open_ledger(settings).read()
    labels = (
        _of_order(ledger_state, manifests, named, dry_run) if named else _of_drives(ledger_state, manifests, drives)
    )
    name = f"{named or 'drives'}-labels"
    templates = PaperTemplates(settings.templates)
    paper = make_labels(name, labels, manifests.programme, chosen, templates, skip=skip, language=language)
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


def _of_order(ledger_state: LedgerState, manifests: Manifests, named: str, dry_run: bool) -> list[Label]:
    from usbkit.orders.ordering import find_order
    from usbkit.papers.labels import labels_of_order

    order = find_order(ledger_state, named)
    country = manifests.countries[_stem(manifests, order)]
    return labels_of_order(ledger_state, order, country, is_sample=_is_sample(manifests, order), dry_run=dry_run)


def _of_drives(ledger_state: LedgerState, manifests: Manifests, drives: tuple[str, ...]) -> list[Label]:
    from usbkit.papers.labels import label_of

    labels = []
    for drive in drives:
        journeys = ledger_state.references(drive.upper())
        if not journeys:
            what = _("there is no drive {drive}", drive=drive)
            raise InputError(Finding("drive-unknown", what, None, _("`usbkit ledger list` lists them.")))
        for journey in journeys:
            order = ledger_state.order(journey.order)
            country = manifests.countries[_stem(manifests, order)]
            labels.append(label_of(journey, order, country, is_sample=_is_sample(manifests, order)))
    return labels


def _stem(manifests: Manifests, order: Order) -> str:
    paper_output.require_programme(manifests, order)
    return manifests.pick([order.added.country], False)[0]


def _is_sample(manifests: Manifests, order: Order) -> bool:
    from usbkit.manifest.samples import find_samples

    country = manifests.countries[order.added.country]
    return order.added.is_demo or bool(find_samples(manifests.programme, country))


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
