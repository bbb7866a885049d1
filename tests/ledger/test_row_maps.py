"""Rows as mappings: read on demand, remembered up to a bound, in the order of insertion."""

from __future__ import annotations

import sqlite3

import pytest

from usbkit.ledger import row_maps
from usbkit.ledger.row_maps import Form, FoundRows, Rows


@pytest.fixture
def table() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (place INTEGER PRIMARY KEY, name TEXT, drive TEXT, body BLOB)")
    rows = [("b", "D2", b"2"), ("a", "D1", b"1"), ("c", None, b"3")]
    connection.executemany("INSERT INTO t (name, drive, body) VALUES (?, ?, ?)", rows)
    return connection


def test_rows_are_read_in_the_order_of_insertion(table: sqlite3.Connection) -> None:
    rows = Rows(table, "t", "name", Form[int](int))
    assert dict(rows) == {"b": 2, "a": 1, "c": 3}
    assert (len(rows), "a" in rows, "z" in rows) == (3, True, False)
    assert rows.select("body > ?", (b"1",)) == [2, 3]
    assert rows.dump(7) == b"7"
    with pytest.raises(KeyError):
        rows["z"]


def test_what_is_remembered_is_bounded_and_can_be_forgotten(
    table: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_maps, "_MOST_REMEMBERED", 2)
    rows = Rows(table, "t", "name", Form[int](int))
    assert [rows[name] for name in "abc"] == [1, 2, 3]
    table.execute("UPDATE t SET body = body || '0'")
    assert [rows["c"], rows["a"]] == [3, 10], "the first two made room, the third is remembered"
    rows.forget()
    assert rows["c"] == 30


def test_a_key_is_found_only_where_it_stands_rightly(table: sqlite3.Connection) -> None:
    rows = FoundRows(table, "t", "name", "drive IS NOT NULL")
    assert dict(rows) == {"b": "D2", "a": "D1"} and len(rows) == 2
    with pytest.raises(KeyError):
        rows["c"]
