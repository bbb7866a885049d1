"""Sheets of labels, and the place of each label on its page. Pure geometry in millimetres.

Sizes and counts are those that makers print on the box; the sheets are symmetric, so margins follow from them. They
agree within a millimetre with the templates of gLabels (templates/avery-*-templates.xml), except for the 3 mm by which
those of 2008 let L7163 exceed its maker's own Word template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _

_INCH = 25.4
_A4 = (210.0, 297.0)
_LETTER = (8.5 * _INCH, 11 * _INCH)

#: The smallest label on which a QR code and a number can be read, and the largest that a printer for labels takes.
_SMALLEST, _LARGEST = (32.0, 17.0), (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """``columns`` × ``rows`` labels of ``width`` × ``height`` on a page, with ``gap`` between columns.

    ``products`` are sheets on sale with this division.
    """

    page: tuple[float, float]
    columns: int
    rows: int
    width: float
    height: float
    gap: float = 0.0
    products: str = ""

    @property
    def count(self) -> int:
        """Labels on a sheet."""
        return self.columns * self.rows

    @property
    def left(self) -> float:
        return (self.page[0] - self.columns * self.width - (self.columns - 1) * self.gap) / 2

    @property
    def top(self) -> float:
        return (self.page[1] - self.rows * self.height) / 2


#: By the name that ``--sheet`` takes: paper, columns, rows.
SHEETS: Mapping[str, Sheet] = {
    "a4-3x8": Sheet(_A4, 3, 8, 70.0, 37.0, 0.0, "Avery Zweckform 3474, Herma 4464"),
    "a4-3x7": Sheet(_A4, 3, 7, 63.5, 38.1, 2.5, "Avery L7160"),
    "a4-2x7": Sheet(_A4, 2, 7, 99.1, 38.1, 2.5, "Avery L7163"),
    "a4-2x8": Sheet(_A4, 2, 8, 99.1, 33.9, 2.5, "Avery L7162"),
    "a4-5x13": Sheet(_A4, 5, 13, 38.1, 21.2, 2.5, "Avery L7651"),
    "letter-3x10": Sheet(_LETTER, 3, 10, 2.625 * _INCH, 1.0 * _INCH, 0.125 * _INCH, "Avery 5160"),
    "letter-2x5": Sheet(_LETTER, 2, 5, 4.0 * _INCH, 2.0 * _INCH, 0.1875 * _INCH, "Avery 5163"),
    "letter-2x7": Sheet(_LETTER, 2, 7, 4.0 * _INCH, 4 / 3 * _INCH, 0.1875 * _INCH, "Avery 5162"),
}
DEFAULT = "a4-3x8"


@dataclass(frozen=True, slots=True)
class Spot:
    """A label's place: its page, from 0, and its corner on it from the left and the top."""

    page: int
    x: float
    y: float


def parse_printer(given: str) -> Sheet:
    """Parse a printer of single labels by their size, ``62x29`` in millimetres. Raises InputError."""
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,2})?)\s*[x×]\s*(\d{1,3}(?:\.\d{1,2})?)", given.strip())
    size = (float(match[1]), float(match[2])) if match else (0.0, 0.0)
    if not all(least <= n <= most for least, n, most in zip(_SMALLEST, size, _LARGEST, strict=True)):
        values = {"given": given, "least": "32x17", "most": "210x297"}
        what = _("found {given}, expected width x height in millimetres, {least} to {most}", **values)
        raise InputError(Finding("label-size", what, Place("--printer"), _("Write it as 62x29.")))
    return Sheet(size, 1, 1, *size)


def place_labels(sheet: Sheet, count: int, skip: int = 0) -> Iterator[Spot]:
    """Yield the spots of ``count`` labels row by row, after ``skip`` used ones. Raises InputError."""
    if not 0 <= skip < sheet.count:
        what = _(
            "found {skip}, expected 0 to {most}: a sheet has {count} labels",
            skip=skip,
            most=sheet.count - 1,
            count=sheet.count,
        )
        raise InputError(Finding("label-skip", what, Place("--skip")))
    for n in range(skip, skip + count):
        page, on_page = divmod(n, sheet.count)
        row, column = divmod(on_page, sheet.columns)
        yield Spot(page, sheet.left + column * (sheet.width + sheet.gap), sheet.top + row * sheet.height)
