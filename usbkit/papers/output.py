"""Write papers as HTML, which any browser prints, and as PDF, if a browser here can print it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.atomic import beside
from usbkit.core.errors import DeviceError, Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.papers.paper_templates import Paper
from usbkit.papers.pdf import find_undrawn, letters_of, print_pdf

#: Who may read a file: everybody, or, where it holds a letter word, its owner alone.
_OPEN, _PRIVATE = 0o644, 0o600


@dataclass(frozen=True, slots=True)
class Places:
    """Where a paper is written: as HTML, as PDF, or both."""

    html: Path | None
    pdf: Path | None


def choose_places(name: str, output: Path | None) -> Places:
    """Return the file that ``output`` names, by its suffix; without it both, named ``name``. Raises InputError."""
    if output is None:
        return Places(Path(f"{name}.html"), Path(f"{name}.pdf"))
    ending = output.suffix.lower()
    if ending == ".pdf":
        return Places(None, output)
    if ending in (".html", ".htm"):
        return Places(output, None)
    what = _("found {name}, expected a name that ends in .pdf or .html", name=output.name)
    raise InputError(Finding("paper-ending", what, Place("-o"), _("Leave -o out to get both.")))


@dataclass(frozen=True, slots=True)
class Press:
    """A browser that prints, and the characters for which it has no font."""

    browser: Path
    undrawn: frozenset[str]

    @classmethod
    def prepare(cls, browser: Path, papers: Iterable[Paper]) -> Press:
        """Return the press for ``papers``. Raises BrokenOffError if the browser fails."""
        return cls(browser, find_undrawn((paper.html for paper in papers), browser))

    def print(self, paper: Paper) -> bytes:
        """Print ``paper``; return the PDF. Raises DeviceError if a character would be printed as a box."""
        if missing := letters_of(paper.html) & self.undrawn:
            what = _("this machine has no font for: {letters}", letters="".join(sorted(missing))[:40])
            todo = _("Install one (Debian: fonts-noto-cjk), or print the HTML on a computer that has it.")
            raise DeviceError(Finding("font-missing", what, None, todo))
        return print_pdf(paper.html, self.browser, paper.moment)


def write_paper(paper: Paper, places: Places, press: Press | None) -> Places:
    """Write ``paper``, as PDF only with a ``press``; return what was written.

    Nothing is written if the PDF fails: raises DeviceError and BrokenOffError like ``Press.print``.
    """
    pdf = press.print(paper) if places.pdf is not None and press is not None else None
    if places.html is not None:
        _write(places.html, paper.html.encode(), is_secret=paper.is_secret)
    if places.pdf is not None and pdf is not None:
        _write(places.pdf, pdf, is_secret=paper.is_secret)
    return Places(places.html, places.pdf if pdf is not None else None)


def _write(place: Path, data: bytes, *, is_secret: bool) -> None:
    with beside(place) as target:
        mode = _PRIVATE if is_secret else _OPEN
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
