"""A mistyped header is one mistake, whatever follows it."""

from __future__ import annotations

import pytest

from usbkit.manifest.headers import straighten_headers
from usbkit.manifest.models import Country, Programme
from usbkit.manifest.syntax import read_toml

RIGHT = ["[event]", "[[session]]", "[[recording]]", "[recording.subtitles]", "[recording.subtitles.en]"]
RIGHT += ["[[recording.slides]]", "[[organisers]]", "[[recording.photos]] # as they were sent", "[summary]"]


def _straighten(*lines: str) -> tuple[list[str], list[tuple[int | None, str, str]]]:
    meant = list(lines)
    found = list(straighten_headers(meant, Programme, "x.toml"))
    return meant, [(f.place.line if f.place else None, str(f.what), str(f.todo)) for f in found]


@pytest.mark.parametrize("line", [*RIGHT, "[what-nobody-knows]", "[[library]]", "names = [", "[1]"])
def test_what_is_right_or_like_nothing_stays(line: str) -> None:
    assert _straighten("id = 1", line) == (["id = 1", line], [])


@pytest.mark.parametrize(
    ("line", "meant", "what"),
    [
        ("[recording]", "[[recording]]", "found [recording]: there may be several of these, each is [[…]]"),
        ("[[event]]", "[event]", "found [[event]]: there is one of these, it is […]"),
        ("[[recording.subtitles]]", "[recording.subtitles]", "there is one of these"),
        ("[organisers]", "[[organisers]]", "there may be several of these"),
        ("[recording.slides]", "[[recording.slides]]", "there may be several of these"),
        ("[[recordings]]", "[[recording]]", "unknown key recordings"),
        ("[[Session]]", "[[session]]", "unknown key Session"),
        ("[recordings.subtitles]", "[recording.subtitles]", "unknown key recordings"),
        ("[[recording.subtitle]]", "[recording.subtitles]", "unknown key subtitle"),
        ("[[sesion] # the first", "[[session]]", "unknown key sesion"),
    ],
)
def test_it_is_read_as_it_is_meant(line: str, meant: str, what: str) -> None:
    lines, ((number, said, todo),) = _straighten("", line)
    assert (lines, number) == (["", meant], 2)
    assert what in said and todo == f"Write the line as: {meant}"


def test_one_way_of_being_wrong_is_said_once() -> None:
    lines, found = _straighten("[recording]", "[recording.subtitles]", "[[sesion]]", "[recording]", "[recording]")
    assert lines == ["[[recording]]", "[recording.subtitles]", "[[session]]", "[[recording]]", "[[recording]]"]
    assert [(number, todo) for number, _what, todo in found] == [
        (1, "Write the line as: [[recording]] (2 more like it)"),
        (3, "Write the line as: [[session]]"),
    ]


def test_a_line_of_a_long_text_is_no_header() -> None:
    text = 'id = """\n[recording]\n"""'
    assert _straighten(*text.split("\n")) == (text.split("\n"), [])


def test_a_header_that_cannot_be_put_right_takes_its_lines_with_it() -> None:
    text = '[contact]\nname = "a"\n[contact]\nname = "b"\nrole = "c"\n[event]\nname = 1\n'
    reading = read_toml(text.encode(), "x.toml", Programme)
    assert [(f.place.line if f.place else None, str(f.what)) for f in reading.findings] == [
        (3, 'found "[contact]": the same [table] appears twice')
    ]
    assert reading.document == {"contact": {"name": "a"}, "event": {"name": 1}}


def test_a_countrys_headers_too() -> None:
    lines = ["[[addressee]]", "[document]", "[[recordings]]"]
    findings = list(straighten_headers(lines, Country, "gt.toml"))
    assert lines == ["[addressee]", "[[document]]", "[[recordings]]"] and len(findings) == 2
