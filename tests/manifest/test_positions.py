"""Every key and entry of a TOML text is found on its line, in any TOML style."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usbkit.manifest.positions import Path, Positions

SCALARS = [
    "12",
    "-3.5e2",
    "true",
    "2020-09-24",
    "2020-09-24 14:00:00",
    "2020-09-24T14:00:00.5+09:00",
    "14:00:00",
    "inf",
    '""',
    '"# no comment, no ] end }"',
    r'"a \" quote \\"',
    "'C:\\folder\\'",
    "''",
    r'"""one ] "two" \""" three # four' + '\n# five\n"""',
    '"""ends with quotes"""""',
    '""""""',
    "'''\nit's [one]\n# two '' three\n'''",
    "''''quoted''''",
]


class Writer:
    """Writes TOML from drawn choices; every key is unique, so that its line is the one that holds it."""

    def __init__(self, draw: Any) -> None:
        self.draw, self.names = draw, (f"k{n}x" for n in itertools.count())

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def key(self) -> str:
        name = next(self.names)
        return str(self.pick(name, f'"{name}"', f"'{name}'", f'"{name} \\u00e9.]"'))

    def dotted(self) -> str:
        return str(self.pick(".", " . ")).join(self.key() for _ in range(self.pick(1, 1, 2, 3)))

    def pair(self, depth: int) -> str:
        return f"{self.dotted()}{self.pick('=', ' = ')}{self.value(depth)}"

    def value(self, depth: int) -> str:
        form = self.pick("scalar", "scalar", "array", "inline") if depth else "scalar"
        if form == "scalar":
            return str(self.pick(*SCALARS))
        count = self.pick(0, 1, 2, 3)
        if form == "inline":
            return "{ " + ", ".join(self.pair(depth - 1) for _ in range(count)) + " }"
        gap = self.pick("", " ", "\n  ", " # ] a comment [\n")
        entries = [gap + self.value(depth - 1) + gap for _ in range(count)]
        return f"[{','.join(entries)}{self.pick('', ',') if count else ''}{gap}]"

    def document(self) -> str:
        lines = [self.pair(2) for _ in range(self.pick(0, 1, 2))]
        for _ in range(self.pick(0, 1, 3)):
            lines += self.table()
        return "".join(self.pick("", "\n", "  ", "# a comment = [\n") + line + "\n" for line in lines)

    def table(self) -> Iterator[str]:
        name = self.dotted()
        is_array = self.pick(True, False)
        for _ in range(self.pick(1, 3) if is_array else 1):
            yield f"[[ {name} ]]" if is_array else f"[{name}] # ends"
            yield from [self.pair(2) for _ in range(self.pick(0, 1, 2))]
            if self.pick(True, False):
                yield f"[{name}.{self.key()}]"
                yield self.pair(1)


@st.composite
def documents(draw: st.DrawFn) -> str:
    return Writer(draw).document()


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    entries: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in entries:
        yield from paths(below, (*path, step))


@given(documents())
def test_finds_everything_on_its_line(text: str) -> None:
    document, found = tomllib.loads(text), Positions(text)
    assert set(found.lines) == set(paths(document))
    lines = text.split("\n")
    for path, line in found.lines.items():
        if isinstance(path[-1], str):
            name = re.match(r"k\d+x", path[-1])
            assert name is not None
            assert name[0] in lines[line - 1]


def test_entries_of_a_list_stand_on_their_own_lines() -> None:
    found = Positions('recordings = [\n  "a", # first\n\n  "b", "c",\n]\n')
    assert [found.lines["recordings", n] for n in range(3)] == [2, 4, 4]


def test_arrays_of_tables_count_their_own() -> None:
    found = Positions("[[a]]\nx = 1\n[[a.b]]\ny = 2\n[[a]]\n[[a.b]]\ny = 3\n[[a.b]]\ny = 4\n[a.c]\nz = 5\n")
    assert found.lines["a", 0, "b", 0, "y"] == 4
    assert found.lines["a", 1, "b", 1, "y"] == 9
    assert found.lines["a", 1, "c", "z"] == 11


@pytest.mark.parametrize(
    ("path", "line"), [(("a", "b", "missing"), 2), (("a", "missing"), 1), (("missing",), 1), ((), 1)]
)
def test_what_is_not_there_is_placed_in_its_table(path: Path, line: int) -> None:
    assert Positions("[a]\nb = { c = 1 }\n").line(path) == line


def test_an_empty_text_has_no_lines() -> None:
    assert Positions("").line(("a",)) is None


@pytest.mark.parametrize("text", ["= 1", "[", "[[a", 'a = "open', "a = [1, 2", "a = { b = ", "]]]]", "a b c", "\x00"])
def test_what_is_not_toml_ends(text: str) -> None:
    assert Positions(text).line(("a",)) != 0


@given(st.text(alphabet="ab.=[]{}\"'#,\n \\1", max_size=40))
def test_any_text_ends(text: str) -> None:
    assert Positions(text).line(("a",)) != 0
