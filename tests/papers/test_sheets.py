"""Sheets of labels: the makers' measures, and each label in its place."""

from __future__ import annotations

from itertools import pairwise

import pytest

from usbkit.core.errors import InputError
from usbkit.papers.sheets import DEFAULT, SHEETS, Sheet, parse_printer, place_labels

#: From the makers' own templates: left and top margin, steps to the right and down, in millimetres.
MEASURED = {
    "a4-3x8": (0.0, 0.5, 70.0, 37.0),
    "a4-3x7": (7.25, 15.15, 66.0, 38.1),
    "a4-2x7": (4.65, 15.15, 101.6, 38.1),
    "a4-2x8": (4.65, 12.9, 101.6, 33.9),
    "a4-5x13": (4.75, 10.7, 40.6, 21.2),
    "letter-3x10": (4.7625, 12.7, 69.85, 25.4),
    "letter-2x5": (3.96875, 12.7, 106.3625, 50.8),
    "letter-2x7": (3.96875, 21.1667, 106.3625, 33.8667),
}


def test_each_sheet_was_measured() -> None:
    assert set(MEASURED) == set(SHEETS) and DEFAULT in SHEETS


@pytest.mark.parametrize("name", SHEETS)
def test_labels_stand_where_the_maker_cut_them(name: str) -> None:
    sheet = SHEETS[name]
    left, top, across, down = MEASURED[name]
    spots = list(place_labels(sheet, sheet.count))
    assert (spots[0].x, spots[0].y) == pytest.approx((left, top), abs=0.01)
    assert spots[1].x - spots[0].x == pytest.approx(across, abs=0.01)
    assert spots[sheet.columns].y - spots[0].y == pytest.approx(down, abs=0.01)
    last = spots[-1]
    assert last.x + sheet.width == pytest.approx(sheet.page[0] - left, abs=0.01)
    assert last.y + sheet.height == pytest.approx(sheet.page[1] - top, abs=0.01)


@pytest.mark.parametrize("name", SHEETS)
def test_no_two_labels_overlap(name: str) -> None:
    sheet = SHEETS[name]
    for one, other in pairwise(place_labels(sheet, sheet.count)):
        assert other.x >= one.x + sheet.width - 0.001 or other.y >= one.y + sheet.height - 0.001


def test_used_labels_are_skipped_and_a_full_sheet_goes_on_on_the_next() -> None:
    sheet = SHEETS["a4-2x7"]
    spots = list(place_labels(sheet, 14, skip=13))
    assert [s.page for s in spots] == [0] + [1] * 13
    assert (spots[0].x, spots[0].y) == pytest.approx((106.25, 243.75))
    with pytest.raises(InputError, match="expected 0 to 13"):
        list(place_labels(sheet, 1, skip=14))
    with pytest.raises(InputError, match="expected 0 to 13"):
        list(place_labels(sheet, 1, skip=-1))


@pytest.mark.parametrize(("given", "size"), [("62x29", (62, 29)), ("89 × 36", (89, 36)), ("57.5x32", (57.5, 32))])
def test_a_printer_of_single_labels(given: str, size: tuple[float, float]) -> None:
    sheet = parse_printer(given)
    assert (sheet.page, sheet.width, sheet.height, sheet.count) == (size, *size, 1)
    assert [(s.page, s.x, s.y) for s in place_labels(sheet, 2)] == [(0, 0, 0), (1, 0, 0)]


@pytest.mark.parametrize("given", ["", "62", "62x", "x29", "62x29mm", "5x5", "62x1", "999x999", "-62x29", "62x29x1"])
def test_a_size_that_is_none(given: str) -> None:
    with pytest.raises(InputError, match="expected width x height in millimetres"):
        parse_printer(given)


def test_a_sheet_is_plain_geometry() -> None:
    sheet = Sheet((100, 100), 2, 2, 40, 40, 10)
    assert (sheet.left, sheet.top, sheet.count) == (5, 10, 4)
