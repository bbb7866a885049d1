"""Cells that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import datetime as dt

import pytest

from usbkit.core.csv_table import to_csv


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "|calc", "\uff1d1", "\n=1"])
def test_a_formula_is_text(text: str) -> None:
    (_head, row) = csv.reader(to_csv(["a"], [[text]]).splitlines(keepends=True))
    assert row[0].startswith(("'", "\ufffd"))


def test_cells_come_back() -> None:
    day = dt.date(2026, 11, 27)
    written = to_csv(
        ["a", "b", "c", "d", "e"], [["x,y", 'q"q', None, -7, day], ["가", "\x1b[31m", True, "two\nlines", ""]]
    )
    back = list(csv.reader(written.splitlines(keepends=True)))
    assert back[1] == ["x,y", 'q"q', "", "-7", "2026-11-27"]
    assert back[2] == ["가", "\ufffd[31m", "True", "two\nlines", ""]
