"""Orders with whole drives, and their printed papers, read by other people's tools."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from PIL import Image

from tests.ledger.stories import make_drive, open_ledger, order, stick
from tests.support import plans
from tests.support.cli import run
from usbkit.bundle.assembly import assemble
from usbkit.bundle.plan import plan_bundle
from usbkit.ledger import Ledger
from usbkit.manifest.kinds import Route
from usbkit.manifest.models import Country, Programme
from usbkit.orders.order_sheets import make_sheet
from usbkit.papers.browser import require_browser
from usbkit.papers.order_facts import OrderFacts, gather_facts
from usbkit.papers.output import Places, Press, write_paper
from usbkit.papers.paper_templates import Paper
from usbkit.papers.sheets import Sheet, Spot
from usbkit.site.verify_page import render_verify_page

#: A name that is markup, a template, a formula, an escape and a change of direction at once.
NASTY = '=HYPERLINK("x")<b onclick=1>&amp;{{ 7*7 }}</style>\u202etxt.exe'


def filled(folder: Path, count: int = 3, whole: int | None = None, **changes: object) -> Ledger:
    """A ledger with an order of ``count`` drives for Guatemala, of which ``whole`` (else all) are whole."""
    ledger = open_ledger(folder)
    ledger.append(order(count=count).model_copy(update=changes))
    for number in range(1, (count if whole is None else whole) + 1):
        make_drive(ledger, number, stick(f"S{number}"))
    return ledger


def printed(paper: Paper, folder: Path) -> Path:
    """``paper`` as PDF."""
    target = folder / f"{paper.name}.pdf"
    press = Press.prepare(require_browser(os.environ), [paper])
    write_paper(paper, Places(None, target), press)
    return target


def matter_of(
    ledger: Ledger,
    folder: Path,
    route: Route = Route.CORPS,
    *,
    programme: Programme | None = None,
    country: Country | None = None,
) -> OrderFacts:
    """What the papers of the only order speak of, going by ``route``."""
    programme, country = programme or plans.programme(), country or plans.country()
    sources = plans.inventory(folder / "library", programme, country)
    bundle = assemble(plan_bundle(programme, country, "guatemala", sources), [render_verify_page(programme)])
    ledger_state = ledger.read()
    (known,) = ledger_state.orders.values()
    added = known.added.model_copy(update={"route": route, "fingerprint": bundle.fingerprint})
    return gather_facts(replace(known, added=added), ledger_state, make_sheet(bundle, None))


def text_of(pdf: Path, how: str = "-layout") -> str:
    """What is copied out of a PDF by poppler, its line ends made spaces."""
    return " ".join(run("pdftotext", how, pdf, "-").split())


def pictures_of(pdf: Path, dots: int = 200) -> list[Path]:
    """Its pages as pictures, ``dots`` an inch."""
    run("pdftoppm", "-r", dots, "-png", pdf, pdf.with_suffix(""))
    return sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))


def fonts_of(pdf: Path) -> list[tuple[str, bool]]:
    """Each font's name, and whether it is embedded; the columns end with emb, sub, uni and the object's two numbers."""
    lines = [line.split() for line in run("pdffonts", pdf).splitlines()[2:]]
    return [(line[0], line[-5] == "yes") for line in lines]


def codes_of(pictures: list[Path]) -> list[str]:
    """What every QR code of the pictures says, as ZBar reads it."""
    found = run("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", *pictures)
    return found.split()


def labels_of(pictures: list[Path], sheet: Sheet, spots: list[Spot], dots: int) -> list[Path]:
    """The pictures of pages cut up into those of labels."""
    cut = []
    for number, spot in enumerate(spots):
        left, top, right, bottom = (
            round(mm / 25.4 * dots) for mm in (spot.x, spot.y, spot.x + sheet.width, spot.y + sheet.height)
        )
        with Image.open(pictures[spot.page]) as page:
            cut.append(pictures[0].with_name(f"label-{number}.png"))
            page.crop((left, top, right, bottom)).save(cut[-1])
    return cut
