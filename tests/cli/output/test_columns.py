"""Tables in a terminal's columns: unchanged if they fit, otherwise folded, without loss."""

from __future__ import annotations

import pytest

from usbkit.cli.output.columns import fold, table, width

HEADERS = ("order", "for", "what became of it")
ROWS = [
    ("guatemala-1", "Guatemala", "2 of 2 drives made; sent on 2020-11-02 with the courier of the embassy"),
    ("kyrgyzstan-12", "키르기스스탄", "쓰기 전에 주문한 사람에게 물어보십시오"),
]


def words(lines: list[str]) -> list[str]:
    return sorted(word for line in lines for word in line.split())


def test_one_that_fits_stays_as_it_is() -> None:
    assert list(table(HEADERS, ROWS, None)) == list(table(HEADERS, ROWS, 200))
    assert list(table(("a", "b"), [("1", "2"), ("", "3")], 80)) == ["a  b", "1  2", "   3"]


@pytest.mark.parametrize("columns", [80, 60, 48])
def test_one_that_does_not_fit_is_folded_and_keeps_its_words(columns: int) -> None:
    lines = list(table(HEADERS, ROWS, columns))
    assert max(map(width, lines)) <= columns
    assert words(lines) == words([" ".join(row) for row in (HEADERS, *ROWS)])
    assert lines[0].startswith("order          for"), "the widest column gives way first"
    assert all(line.startswith(" " * 15) or line.split()[0] in ("order", *(r[0] for r in ROWS)) for line in lines)


def test_where_words_are_too_long_each_row_is_a_paragraph() -> None:
    seal = "e7d5ee2bb7ba7a8700684e4fc6c64b76"
    lines = list(table(("order", "seal", "by"), [("guatemala-1", seal, "Kim"), ("peru-1", "", "Lee and others")], 40))
    assert lines == ["guatemala-1", f"  seal  {seal}", "  by    Kim", "peru-1", "  by    Lee and others"]


def test_without_headers_there_is_no_first_line() -> None:
    assert list(table((), [("a", "one"), ("bb", "two")], 80)) == ["a   one", "bb  two"]
    assert list(table((), [], 80)) == []


def test_a_word_that_is_longer_than_a_line_stays_whole() -> None:
    assert list(fold("see /a/very/long/path now", 10, "    ", "at: ")) == [
        "at: see",
        "    /a/very/long/path",
        "    now",
    ]


def test_a_word_that_fits_a_line_leaves_its_label() -> None:
    word = "x" * 24
    assert list(fold(f"{word} and more", 30, " " * 14, "  public half  ")) == [
        "  public half",
        f"    {word}",
        "              and more",
    ]
