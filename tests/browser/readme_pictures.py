"""The README's three pictures: ``python -m tests.browser.readme_pictures``.

The recipient's first page, the station's board in a terminal, and a drive's label; all made by the code itself.
"""

from __future__ import annotations

import html
import io
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.papers.world import filled
from tests.support import plans
from tests.support.cli import TOP, usbkit
from usbkit.cli.output.banners import bands
from usbkit.core.messages import _
from usbkit.orders.order_sheets import words_of
from usbkit.papers.labels import labels_of_order, make_labels
from usbkit.papers.paper_templates import PaperTemplates
from usbkit.papers.sheets import parse_printer
from usbkit.station.messages import Line, PortState

FOLDER: Final = TOP / "docs/pictures"

#: Pixels across in the README.
_WIDTH = 480

#: The terminal, in characters.
_COLUMNS, _ROWS = 96, 26

#: What click's colours are drawn as.
_COLOURS: Final = ("#000", "#c4314b", "#2f8f3a", "#b8860b", "#2b62c4", "#8a3f9e", "#148f8f", "#e6e6e6")

BOARD: Final = (
    Line("1", "1", PortState.WHOLE, _("guatemala-1, 3 of 20: take it out; its label is ready"), Path("/dev/sda")),
    Line("2", "2", PortState.WRITING, _("guatemala-1, 4 of 20"), Path("/dev/sdb"), 43),
    Line("3", "3", PortState.PROVING, _("guatemala-1, 5 of 20"), Path("/dev/sdc"), 71),
    Line("4", "4", PortState.BAD, _("take it out: it holds 8.0 GB and says 64.0 GB"), Path("/dev/sdd")),
)


def page(folder: Path) -> str:
    """The address of the English index of the demo's country."""
    usbkit("demo", folder / "demo").expect(0)
    return (folder / "demo/guatemala/pages/en/index.html").as_uri()


def station(folder: Path) -> str:
    """The board, as a terminal shows it."""
    rows = "\n".join(_as_html(row) for row in bands(BOARD, _COLUMNS, _ROWS))
    style = (
        "margin:0;padding:12px;background:#111;color:#ddd;font:14px/1.1 'DejaVu Sans Mono',monospace;width:max-content"
    )
    return _kept(folder / "station.html", f'<pre id="picture" style="{style}">{rows}</pre>')


def label(folder: Path) -> str:
    """The label of a drive, on a printer of single labels."""
    words = words_of(plans.programme(contact={"office": {"en": "An office"}}), plans.country())
    state = filled(folder, count=20, whole=3).read()
    made = labels_of_order(state, state.order("guatemala-1"), words, dry_run=False)[-1:]
    paper = make_labels("label", made, parse_printer("89x36"), PaperTemplates(), language="en")
    return _kept(folder / "label.html", paper.html)


def _kept(path: Path, text: str) -> str:
    path.write_text(f'<!doctype html><meta charset="utf-8">{text}' if "<html" not in text else text, encoding="utf-8")
    return path.as_uri()


def _as_html(row: str) -> str:
    """A terminal's row with its colours."""
    out, is_open = [], False
    for part in re.split(r"(\x1b\[[\d;]*m)", row):
        if not part.startswith("\x1b"):
            out.append(html.escape(part))
            continue
        codes = [int(code or 0) for code in part[2:-1].split(";")]
        out.append("</span>" if is_open else "")
        styles = ["font-weight:bold" for code in codes if code == 1]
        styles += [f"color:{_COLOURS[code - 30]}" for code in codes if 30 <= code <= 37]
        styles += [f"background:{_COLOURS[code - 40]}" for code in codes if 40 <= code <= 47]
        is_open = bool(styles)
        out.append(f'<span style="{";".join(styles)}">' if is_open else "")
    return "".join(out) + ("</span>" if is_open else "")


#: Picture → what makes its page, and the part of it that is shown.
PICTURES: Mapping[str, tuple[Callable[[Path], str], str]] = {
    "page": (page, "html"),
    "station": (station, "#picture"),
    "label": (label, ".label"),
}


def take(tab: Page, name: str, folder: Path) -> Image.Image:
    """The picture, as wide as the README shows it."""
    make, part = PICTURES[name]
    tab.goto(make(folder))
    shot = tab.screenshot() if part == "html" else tab.locator(part).first.screenshot()
    drawn = Image.open(io.BytesIO(shot)).convert("RGB")
    return drawn.resize((_WIDTH, round(drawn.height * _WIDTH / drawn.width)), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as place:
        browser = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        window = browser.new_page(viewport={"width": 1366, "height": 768})
        for each in PICTURES:
            taken = take(window, each, Path(place))
            taken.quantize(64, dither=Image.Dither.NONE).save(FOLDER / f"{each}.png", optimize=True)
        browser.close()
