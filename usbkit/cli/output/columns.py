"""Lines and tables in the columns of a terminal: wide text is folded at spaces, never wrapped by the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

#: Cells between two columns, and the narrowest that a column of words is made.
_GAP, _NARROWEST = 2, 10


@lru_cache(maxsize=4096)
def width(text: str) -> int:
    """Return the terminal cells of ``text``."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) or unicodedata.category(c) == "Cf" else 2 if wide(c) else 1 for c in text)


def wide(char: str) -> bool:
    """Whether ``char`` takes two cells (Unicode Standard Annex #11)."""
    return unicodedata.east_asian_width(char) in ("W", "F")


def fold(text: str, columns: int, indent: str = "", begin: str = "") -> Iterator[str]:
    """Yield ``text`` in lines of at most ``columns`` cells, broken at spaces: the first after ``begin``, others after
    ``indent``. A word longer than a line gets its own line, away from a label in ``begin`` too.
    """
    held, is_empty = begin, True
    for word in text.split():
        longer = held + word if is_empty else f"{held} {word}"
        if width(longer) > columns and (begin.strip() or not is_empty):
            yield held.rstrip()
            longer = indent + word if width(indent + word) <= columns else "    " + word
        held, is_empty = longer, False
    yield held


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], columns: int | None) -> Iterator[str]:
    """Yield the lines of a table in ``columns`` cells, None for any number.

    If it does not fit, cells are folded, the widest column first; if words are too long for that, each row becomes a
    paragraph: its first cell, then a line for each other nonempty cell.
    """
    every = [headers, *rows] if headers else list(rows)
    if not every:
        return
    natural = [max(map(width, cells)) for cells in zip(*every, strict=True)]
    fitted = _fit(natural, [max(map(_longest_word, cells)) for cells in zip(*every, strict=True)], columns)
    if fitted is None:
        yield from _paragraphs(headers, rows, columns or 0)
        return
    for row in every:
        yield from _row(row, fitted)


def _fit(natural: list[int], longest: list[int], columns: int | None) -> list[int] | None:
    """How wide each column is made, or None where no folding makes them fit."""
    widths = list(natural)
    least = [min(n, max(word, _NARROWEST)) for n, word in zip(natural, longest, strict=True)]
    excess = sum(widths) + _GAP * (len(widths) - 1) - columns if columns is not None else 0
    while excess > 0:
        at = max(range(len(widths)), key=lambda i: widths[i] - least[i])
        if widths[at] == least[at]:
            return None
        widths[at] -= 1
        excess -= 1
    return widths


def _longest_word(text: str) -> int:
    return max(map(width, text.split()), default=0)


def _row(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    folded = [[c] if width(c) <= w else list(fold(c, w)) for c, w in zip(cells, widths, strict=True)]
    for line in range(max(map(len, folded))):
        parts = [f[line] if line < len(f) else "" for f in folded]
        padded = (part + " " * (w - width(part)) for part, w in zip(parts, widths, strict=True))
        yield (" " * _GAP).join(padded).rstrip()


def _paragraphs(headers: Sequence[str], rows: Sequence[Sequence[str]], columns: int) -> Iterator[str]:
    named = max((width(h) for h in headers[1:]), default=0)
    for first, *others in rows:
        yield from fold(first, columns, "  ")
        for header, cell in zip(headers[1:] or [""] * len(others), others, strict=True):
            if cell.strip():
                begin = "  " + (header + " " * (named - width(header) + _GAP) if headers else "")
                yield from fold(cell, columns, " " * width(begin) if width(begin) < columns // 2 else "    ", begin)
