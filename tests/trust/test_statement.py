"""Statements read what they write, and seals are compared file by file."""

from __future__ import annotations

import datetime as dt

from usbkit.trust.statement import SealStatement, compare_seals
from usbkit.trust.sums import format_sums

ZEROS, ONES = "0" * 64, "1" * 64


def test_a_statement_goes_both_ways() -> None:
    statement = SealStatement("forum-2020", "GT", 3, dt.date(2020, 11, 2), 214, ZEROS)
    line = f"usbkit seal v1 programme=forum-2020 country=GT edition=3 date=2020-11-02 files=214 sha256={ZEROS}"
    assert str(statement) == line
    assert SealStatement.parse(line) == statement


def test_what_changed_between_two_seals() -> None:
    older = format_sums({"a": ZEROS, "b": ZEROS, "c": ZEROS})
    newer = format_sums({"b": ZEROS, "c": ONES, "d": ONES})
    difference = compare_seals(older, newer)
    assert (difference.added, difference.removed, difference.changed, difference.same) == (("d",), ("a",), ("c",), 1)
