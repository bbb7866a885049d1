"""The grammar of names: no path, no line break, nothing that controls a terminal."""

from __future__ import annotations

import pytest

from usbkit.ledger.names import as_person, is_order, is_person, is_port, tidy_person, why_no_person

pytestmark = pytest.mark.sqlite_only


@pytest.mark.parametrize("name", ["guatemala-1", "x", "guatemala-1.3-2", "A_b-9", "a" * 80])
def test_orders(name: str) -> None:
    assert is_order(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a..b", ".a", "a.", "a/b", "../../x", "/abs", "a b", "a\n", "a\x1b[31m", "é", "a@b", "a" * 81],
)
def test_no_orders(name: str) -> None:
    assert not is_order(name)


@pytest.mark.parametrize(
    "name",
    ["Kim", "김철수 서기관", "Embassy of Guatemala", "O’Brien, J.", "x" * 120, "علی\u200cرضا", "ក\u200bខ", "ക്\u200dക"],
)
def test_persons(name: str) -> None:
    assert is_person(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " Kim",
        "Kim\n",
        "a\x1b]0;x\x07",
        "a\u202eb",
        "a\u2028b",
        "a\ud800",
        "\x00",
        "x" * 121,
        "\u200b",
        "Kim\u200b",
        "Kim \u200b",
        "\u200cKim",
    ],
)
def test_no_persons(name: str) -> None:
    assert not is_person(name)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("kim", "kim"),
        ("Jos\udce9", "Jos"),
        ("a\x1b[31m\n", "a[31m"),
        ("x" * 130, "x" * 120),
        ("\udce9", ""),
        (" \u200b", ""),
    ],
)
def test_a_name_from_elsewhere_is_made_one(name: str, safe: str) -> None:
    assert as_person(name) == safe
    assert (why_no_person(safe) is None) is bool(safe)
    assert tidy_person(f" {safe}\u200b") == safe


def test_ports() -> None:
    assert is_port("left 1") and is_port("왼쪽")
    assert not any(map(is_port, ("", "a/b", "x" * 41, "a\t")))
