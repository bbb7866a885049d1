"""Shared by the commands that make papers: where they go, which browser prints them, what was written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli import options, programmes
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import DeviceError, Finding, InputError
from usbkit.core.messages import _, mark
from usbkit.manifest.values import LANGUAGE_NAMES

if TYPE_CHECKING:
    from usbkit.ledger import Ledger
    from usbkit.ledger.order_sheet import OrderSheet, SheetWords, Signer
    from usbkit.ledger.records import Journey, Order
    from usbkit.ledger.state import LedgerState
    from usbkit.papers.order_facts import OrderFacts
    from usbkit.papers.output import Places
    from usbkit.papers.paper_templates import Paper

Command = Callable[..., Any]

browser = click.option(
    "--browser",
    metavar="PROGRAM",
    type=options.PLACE,
    envvar="USBKIT_BROWSER",
    help=mark("The Chromium, Chrome or Edge that prints PDFs (default: the first that is found)."),
)

output = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=mark("The file, ending in .pdf or .html (default: both, here, named after the order)."),
)


foreword = click.option(
    "--foreword",
    type=click.Choice(["ko", "en"]),
    help=mark("The language that comes first (default: en to an embassy in Seoul, ko to Korea's office abroad)."),
)


def language(help: str) -> Callable[[Command], Command]:
    """``--language CODE``: a language that manifests know."""
    return click.option("--language", type=click.Choice(list(LANGUAGE_NAMES)), help=help)


def gather(settings: Settings, ledger: Ledger, named: Sequence[str]) -> list[OrderFacts]:
    """Return the facts for papers of the orders ``named``, from their order sheets.

    An order without a sheet is made again as it was ordered. Raises RefusedError if it was changed or withdrawn since,
    and for a cancelled order; InputError for orders of several programmes, or of another one than is used here.
    """
    from usbkit.orders.finding import find_order

    ledger_state = ledger.read()
    orders = [find_order(ledger_state, name) for name in dict.fromkeys(named)]
    for order in orders:
        if order.added.programme != orders[0].added.programme:
            values = {"one": orders[0].id, "other": order.id}
            what = _("{one} and {other} are of two programmes", **values)
            raise InputError(Finding("order-programmes", what, None, _("Make the papers of each programme apart.")))
    for order in orders:
        programmes.require_here(settings, order)
    return [_gather_one(settings, ledger, ledger_state, order) for order in orders]


def _gather_one(settings: Settings, ledger: Ledger, ledger_state: LedgerState, order: Order) -> OrderFacts:
    from usbkit.orders.order_sheets import find_sheet
    from usbkit.papers.order_facts import gather_facts

    sheet = find_sheet(ledger, order)
    if sheet is None:
        return gather_facts(order, ledger_state, _make_sheet_again(settings, order))
    folder = programme_folder(settings)
    return gather_facts(
        order, ledger_state, sheet, None if folder is None else _released(settings, folder, order, sheet)
    )


def programme_folder(settings: Settings) -> Path | None:
    """Return the folder of the current programme, None if there is none: a station needs none."""
    from usbkit.manifest.finding import find_programme

    try:
        return find_programme(settings.manifests)
    except InputError:
        return None


def _released(settings: Settings, folder: Path, order: Order, sheet: OrderSheet) -> Signer | None:
    """By whom the seal was signed since it was ordered, once it is known that nobody took it back."""
    from usbkit.orders.order_sheets import signer_of
    from usbkit.orders.taken_back import require_still_released
    from usbkit.trust.signing import check_any_edition
    from usbkit.trust.store import SealStore

    require_still_released(folder, order, sheet)
    store = SealStore.of(folder, order.added.country)
    of_edition = SealStore(store.folder / f"edition-{order.added.edition}")
    signature = of_edition.read_signature() or store.read_signature()
    if sheet.signer is not None or signature is None:
        return None
    manifests = settings.load()
    country = manifests.countries.get(order.added.country)
    if country is None:
        return None
    try:
        return signer_of(check_any_edition(manifests.programme, country, sheet.seal, signature)[0])
    except InputError:
        return None  # it is of another seal by now


def _make_sheet_again(settings: Settings, order: Order) -> OrderSheet:
    """The sheet of an order that has none here, from manifests and library as they are now."""
    from usbkit.orders.order_sheets import make_sheet
    from usbkit.orders.ordering import require_unchanged

    if order.added.sheet is not None:
        show.say(_("The order sheet of {order} is not here: its bundle is made again.", order=order.id))
    manifests, progress = settings.load(), settings.progress()
    context = settings.context(
        manifests,
        progress,
        allow_missing=order.added.allow_missing,
        allow_untranslated=order.added.allow_untranslated,
    )
    bundle = context.make_bundle(manifests.pick([order.added.country], False)[0])
    progress.end(order.added.country, "made")
    require_unchanged(order, manifests, bundle)
    return make_sheet(bundle, order.added.filesystem)


def words_for(settings: Settings, ledger: Ledger, order: Order, arguments: str | None = None) -> SheetWords:
    """Return the words for labels of ``order``: from its sheet, otherwise from its country's current manifest.

    Raises InputError for an order of another programme than is used here; ``arguments`` are the command's.
    """
    from usbkit.orders.order_sheets import find_sheet, words_of

    programmes.require_here(settings, order, arguments)
    if (sheet := find_sheet(ledger, order)) is not None:
        return sheet.words
    manifests = settings.load()
    (stem,) = manifests.pick([order.added.country], False)
    return words_of(manifests.programme_for(stem), manifests.countries[stem])


def gather_by_seal(settings: Settings, ledger: Ledger, named: str, seal: Path) -> OrderFacts:
    """Return the facts for the verification letter of the order ``named``, from the ``SHA256SUMS`` at ``seal``."""
    from usbkit.bundle.read_folder import read_seal
    from usbkit.orders.finding import find_order
    from usbkit.orders.programmes import require_programme
    from usbkit.papers.order_facts import gather_from_seal
    from usbkit.trust.minisign import MAX_SIGNATURE
    from usbkit.trust.sums import SIGNATURE_NAME

    manifests, ledger_state = settings.load(), ledger.read()
    order = find_order(ledger_state, named)
    require_programme(order, manifests.programme.id)
    manifests.pick([order.added.country], False)
    sums = read_seal(seal)
    beside = seal / SIGNATURE_NAME if seal.is_dir() else seal.with_name(SIGNATURE_NAME)
    signature = None
    if beside.is_file():
        with beside.open("rb") as file:
            signature = file.read(MAX_SIGNATURE + 1)
    return gather_from_seal(order, ledger_state, manifests, sums, signature)


def say_missing(facts: OrderFacts) -> None:
    """Print a remark if numbers of the order have no whole drive: papers leave them out."""
    if facts.missing and facts.drives:
        values = {"order": facts.order.id, "numbers": ", ".join(map(str, facts.missing))}
        show.say(_("{order}: the numbers {numbers} have no whole drive and are left out.", **values))


def say_unfit(ledger_state: LedgerState, journeys: Sequence[Journey]) -> None:
    """Print which of the drives must not leave as they are: a paper does not keep them here, `dispatch` does."""
    from usbkit.ledger.tracking import unfit_to_leave

    for finding in unfit_to_leave(ledger_state, journeys):
        show.say_finding(finding)


def say_gone(facts: OrderFacts) -> None:
    """Print a remark if drives of the order left before: the papers of a later dispatch leave them out."""
    if facts.gone:
        values = {"order": facts.order.id, "numbers": ", ".join(map(str, facts.gone))}
        show.say(_("{order}: left before, and left out: {numbers}", **values))


def write(settings: Settings, papers: list[tuple[Paper, Places]], named: str | None) -> list[Places]:
    """Write ``papers``. Without a browser, those wanted as HTML too are written as HTML only, with a remark.

    Raises DeviceError if only a PDF is wanted and nothing can print it.
    """
    from usbkit.papers.browser import find_browser, require_browser
    from usbkit.papers.output import Press, write_paper

    needs_pdf = any(places.pdf is not None for _paper, places in papers)
    must = any(places.html is None for _paper, places in papers)
    found: Path | None = None
    if needs_pdf:
        found = (require_browser if must else find_browser)(os.environ, named)
        if found is None:
            show.say(_("No Chromium, Chrome or Edge was found, so there is no PDF: print the HTML from any browser."))
    press = Press.prepare(found, [paper for paper, places in papers if places.pdf]) if found else None
    progress = settings.progress()
    written: list[Places] = []
    for paper, places in papers:
        progress.begin(paper.name, "print", _("printing {name}", name=paper.name), None)
        try:
            written.append(write_paper(paper, places, press))
        except DeviceError as problem:
            # A script without a font: the HTML is as good, and may be printed where the font is.
            if places.html is None:
                raise
            for finding in problem.findings:
                show.say_finding(finding)
            written.append(write_paper(paper, places, None))
        progress.end(paper.name, "printed")
    return written


def say_written(written: list[Places]) -> None:
    """Print a line for each file."""
    for place in paths_of(written):
        show.answer(_("{file}", file=place))


def paths_of(written: list[Places]) -> list[str]:
    """Return the files, HTML before PDF."""
    return [str(place) for places in written for place in (places.html, places.pdf) if place is not None]
