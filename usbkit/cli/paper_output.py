"""What the commands that make papers share: where they go, which browser prints them, what was written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import DeviceError, Finding, InputError, Place
from usbkit.core.messages import _, mark
from usbkit.manifest.values import LANGUAGE_NAMES

if TYPE_CHECKING:
    from usbkit.ledger import Ledger
    from usbkit.ledger.records import Order
    from usbkit.manifest.load import Manifests
    from usbkit.papers.order_facts import OrderFacts
    from usbkit.papers.output import Places
    from usbkit.papers.paper_templates import Paper

Command = Callable[..., Any]

browser = click.option(
    "--browser",
    metavar="PROGRAM",
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
    """``--language CODE``: one that manifests know."""
    return click.option("--language", type=click.Choice(list(LANGUAGE_NAMES)), help=help)


def gather(settings: Settings, ledger: Ledger, named: Sequence[str]) -> list[OrderFacts]:
    """What the papers of the orders ``named`` speak of, their bundles made again as they were ordered.

    Raises RefusedError for what was changed or taken back since, and for an order that is cancelled.
    """
    from usbkit.orders.ordering import find_order, require_unchanged
    from usbkit.papers.order_facts import gather_order_facts

    manifests, progress, ledger_state = settings.load(), settings.progress(), ledger.read()
    matters = []
    for order in [find_order(ledger_state, name) for name in dict.fromkeys(named)]:
        require_programme(manifests, order)
        context = settings.context(
            manifests,
            progress,
            allow_missing=order.added.allow_missing,
            allow_untranslated=order.added.allow_untranslated,
        )
        bundle = context.make_bundle(manifests.pick([order.added.country], False)[0])
        progress.end(order.added.country, "made")
        require_unchanged(order, manifests, bundle)
        matters.append(gather_order_facts(order, ledger_state, bundle))
    return matters


def gather_by_seal(settings: Settings, ledger: Ledger, named: str, seal: Path) -> OrderFacts:
    """What the verification letter of the order ``named`` says, from the ``SHA256SUMS`` at ``seal``."""
    from usbkit.bundle.read_folder import read_seal
    from usbkit.orders.ordering import find_order
    from usbkit.papers.order_facts import gather_from_seal
    from usbkit.trust.minisign import MAX_SIGNATURE
    from usbkit.trust.sums import SIGNATURE_NAME

    manifests, ledger_state = settings.load(), ledger.read()
    order = find_order(ledger_state, named)
    require_programme(manifests, order)
    manifests.pick([order.added.country], False)
    sums = read_seal(seal)
    beside = seal / SIGNATURE_NAME if seal.is_dir() else seal.with_name(SIGNATURE_NAME)
    signature = None
    if beside.is_file():
        with beside.open("rb") as file:
            signature = file.read(MAX_SIGNATURE + 1)
    return gather_from_seal(order, ledger_state, manifests, sums, signature)


def say_missing(facts: OrderFacts) -> None:
    """A remark where numbers of the order have no whole drive: papers leave them out."""
    if facts.missing and facts.drives:
        numbers = ", ".join(map(str, facts.missing))
        values = {"order": facts.order.id, "numbers": numbers}
        show.say(_("{order}: the numbers {numbers} have no whole drive and are left out.", **values))


def write(settings: Settings, papers: list[tuple[Paper, Places]], named: str | None) -> list[Places]:
    """Write ``papers``. Where no browser is found those that are wanted as HTML too are written as HTML, which is said.

    Raises DeviceError where only a PDF is wanted and nothing can print it.
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
                show.say(show.finding_line(finding))
            written.append(write_paper(paper, places, None))
        progress.end(paper.name, "printed")
    return written


def say_written(written: list[Places]) -> None:
    """A line for each file."""
    for place in paths_of(written):
        show.answer(_("{file}", file=place))


def paths_of(written: list[Places]) -> list[str]:
    """The files, HTML before PDF."""
    return [str(place) for places in written for place in (places.html, places.pdf) if place is not None]


def require_programme(manifests: Manifests, order: Order) -> None:
    """Whether ``order`` is of this programme. Raises InputError."""
    if order.added.programme != manifests.programme.id:
        values = {"order": order.id, "other": order.added.programme, "programme": manifests.programme.id}
        what = _("{order} is of the programme {other}, and these manifests are of {programme}", **values)
        raise InputError(Finding("order-programme", what, Place("--manifests"), _("Name that programme's folder.")))
