"""The programme of each row, where a list has more than one."""

from __future__ import annotations

from usbkit.cli.output.programme_column import with_programmes


def test_one_programme_needs_no_column() -> None:
    assert with_programmes(["a", "b"], [("1", "2")], ["x"]) == (["a", "b"], [("1", "2")])
    assert with_programmes(["a", "b"], [], []) == (["a", "b"], [])


def test_of_several_each_row_says_its_own() -> None:
    headers, rows = with_programmes(["a", "b", "c"], [("1", "2", "3"), ("4", "5", "6")], ["x", "y"])
    assert list(map(str, headers)) == ["a", "b", "programme", "c"]
    assert rows == [["1", "2", "x", "3"], ["4", "5", "y", "6"]]
