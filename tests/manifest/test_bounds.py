"""Oversized manifests: one finding each, within seconds of CPU, and nothing of them is used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.cli import usbkit
from usbkit.core.errors import InputError
from usbkit.core.units import parse_size
from usbkit.manifest.bounds import MOST_BYTES, check_document, check_text, read_manifest
from usbkit.manifest.load import load_programme
from usbkit.manifest.syntax import read_toml

#: A second or two each; what is watched for took minutes and hours.
pytestmark = pytest.mark.timeout(60)

#: A text, and what is said of it.
EXCESSES = {
    "deep lists": ("a = " + "[\n" * 17 + "]" * 17, "nested too deep"),
    "deep lists in one line": ("a = " + "[" * 9_000 + "]" * 9_000, "nested too deep"),
    "deep inline tables": ("a = " + "{a=" * 4_000 + "1" + "}" * 4_000, "nested too deep"),
    "deep by keys and tables": ("a = " + "{a.a.a.a.a.a.a.a.a.a=" * 5 + "1" + "}" * 5, "nested too deep"),
    "deep lists between sound lines": ("a = 1\nb = [\n" + "[1],[\n" * 60_000, "nested too deep"),
    "dotted key": ("k = 1\n" + ".".join("a" * 9_000) + " = 1", "more than 16 parts"),
    "dotted key with spaces": (" . ".join(["a", '"b"'] * 9) + " = 1", "more than 16 parts"),
    "dotted header": ("[" + ".".join("a" * 17) + "]", "more than 16 parts"),
    "long bare key": ("k = 1\n" + "a" * 101 + " = 1", "a word without quotation marks has 101 characters"),
    "long quoted key": ('"' + "a" * 101 + '" = 1', "a key has 101 characters"),
    "key with a control": ('"a\\u0000" = 1', "a key holds a control character"),
    "digits": ("edition = " + "9" * 5_000, "a word without quotation marks has 5000 characters"),
    "hexadecimal digits": ("edition = 0x" + "f" * 90, "a number has more than 64 bits"),
    "65 bits": ("edition = 9223372036854775808", "a number has more than 64 bits"),
    "65 bits below zero": ("edition = [-9223372036854775809]", "a number has more than 64 bits"),
    "tables": ("\n".join(f"[a{n}.b]" for n in range(11_000)), "more than 20000 values"),
    "entries": ("a = [\n" + "1,\n" * 20_000 + "]", "more than 20000 values"),
    "line": ('a = "' + "x" * 20_000 + '"', "at most 20000 are read"),
    "bytes": ("# remark\n" * 60_000, "larger than 524 kB"),
    "control in a text": ('a = "x\\u0007"', "a text holds a control character"),
    "end of a C string": ('a = "\\u0000"', "a text holds a control character"),
    "escape of a terminal": ('a = "\\u001b]0;x"', "a text holds a control character"),
}

#: What is much and not too much.
AMPLE = {
    "deepest lists": "a = " + "[" * 16 + "]" * 16,
    "longest key": ".".join("a" * 16) + " = 1",
    "longest bare key": "a" * 100 + " = 1",
    "largest number": "a = [9223372036854775807, -9223372036854775808]",
    "dots and brackets in texts": 'a = """\n'
    + "[" * 99
    + '."'
    + "." * 99
    + '\n"""\nb = "'
    + "{" * 50
    + ".a" * 50
    + '"',
    "dots and brackets in literal texts": "a = '''\n" + "[." * 99 + "'\n'''\nb = '" + "{." * 50 + "'",
    "dots and brackets in remarks": "# " + "[" * 50 + "a." * 50 + "9" * 200 + "\na = 1",
    "many rows": "\n".join(f'[[recording]]\nid = "r{n}"\n' for n in range(2_000)),
    "prose over several lines": 'a = """one\n\ttwo\r\n"""',
}


@pytest.mark.parametrize(("text", "said"), EXCESSES.values(), ids=EXCESSES.keys())
def test_more_than_a_manifest_may_hold_is_one_finding_and_nothing_is_read(text: str, said: str) -> None:
    reading = read_toml(text.encode(), "gt.toml")
    (finding,) = reading.findings
    assert finding.id == "manifest-excess"
    assert said in str(finding.what)
    assert (reading.document, reading.positions.lines) == ({}, {})


@pytest.mark.parametrize("text", AMPLE.values(), ids=AMPLE.keys())
def test_what_is_within_the_bounds_is_read(text: str) -> None:
    reading = read_toml(text.encode(), "gt.toml")
    assert reading.findings == ()
    assert reading.document


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\n\nb = " + "[" * 17, 3),
        ('a = """\none\n"""\n' + "k" * 101 + " = 1", 4),
        ("a = [\n1,\n" + "[" * 16, 3),
        ("x = 1\n" + "y" * 20_001, 2),
        ('a = 1\nb = "\\u0000"\n', 2),
        ('[t]\na = 1\n[[u]]\nb = ["x", "\\u0000"]\n', 4),
    ],
)
def test_the_line_is_said(text: str, line: int) -> None:
    (finding,) = read_toml(text.encode(), "gt.toml").findings
    assert finding.place is not None
    assert finding.place.line == line


def test_brackets_that_were_left_open_add_up_to_no_depth() -> None:
    text = "\n".join(f"a{n} = [1, 2" for n in range(20))
    assert check_text(text) is None
    assert {f.id for f in read_toml(text.encode(), "gt.toml").findings} == {"manifest-syntax"}


@pytest.mark.parametrize(
    "text", ["[" * 16 + "]" * 40 + "[" * 16, "]" * 99, "a.b\nc.d\n" * 20, '"' * 9_999, "'" * 9_999]
)
def test_what_is_no_toml_is_no_excess(text: str) -> None:
    assert check_text(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "a = [\n" + '"x",\n' * 20_000 + "=",  # found at the end, begun far above
        "<html>\n" * 50_000,
        "a = 1 1\n" * 40_000,
        ("a = '" + '"\\' * 5_000 + "\n") * 40,  # lines that could be put right, if they were short
        "flag = " + "yes " * 4_900 + "\n",
        ("a" + " " * 19_000 + "b\n") * 25,
    ],
)
def test_a_large_file_of_mistakes_is_given_up_with_the_first_of_them(text: str) -> None:
    reading = read_toml(text.encode(), "gt.toml")
    assert reading.findings[0].id == "manifest-syntax"
    assert reading.findings[0].place is not None
    assert reading.findings[0].place.line


def test_what_is_left_out_is_said() -> None:
    reading = read_toml(b"<html>\n" * 50_000, "gt.toml")
    assert "more mistakes" in str(reading.findings[-1].what)


def test_depth_is_counted_in_the_document_too() -> None:
    value: object = 1
    for _step in range(40):
        value = {"a": value}
    excess = check_document({"a": value})
    assert excess is not None
    assert "nested too deep" in str(excess.what)


def test_no_more_is_read_of_a_file_than_shows_that_it_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "gt.toml"
    with path.open("wb") as file:
        file.truncate(2**40)
    assert len(read_manifest(path)) == MOST_BYTES + 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gt.toml")
    with pytest.raises(OSError, match="no file"):
        read_manifest(tmp_path / "gt.toml")


#: Programmes that are TOML within the bounds and still nothing that can be described one by one, or by a number.
PROGRAMMES = {
    "size of many digits": 'edition = 1\nminimum = "' + "9" * 5_000 + 'GB"',
    "size with many spaces": 'edition = 1\nminimum = "9' + " " * 19_000 + 'x"',
    "unknown keys": "\n".join(f"key{n} = 1" for n in range(15_000)),
    "entries of a wrong kind": "recording = [\n" + "1,\n" * 15_000 + "]",
}


@pytest.mark.parametrize("text", PROGRAMMES.values(), ids=PROGRAMMES.keys())
def test_so_many_mistakes_are_described_as_anybody_mends_at_a_time(text: str, tmp_path: Path) -> None:
    (tmp_path / "programme.toml").write_text(text, encoding="utf-8")
    (tmp_path / "gt.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_programme(tmp_path)
    assert 2 <= len(caught.value.findings) <= 2 * 201 + 10
    many = [f for f in caught.value.findings if "more mistakes" in str(f.what)]
    assert len(many) == {15_001: 1, 14_999: 2}.get(text.count("\n"), 0)
    assert all(f.place is not None and f.place.line for f in many)


@pytest.mark.parametrize("text", ["9" * 41, "9" * 5_000 + "GB", "9" + " " * 30_000 + "x"])
def test_a_size_has_few_characters(text: str) -> None:
    with pytest.raises(ValueError, match="expected a size"):
        parse_size(text)


@pytest.mark.parametrize("name", ["deep lists in one line", "digits", "end of a C string"])
@pytest.mark.parametrize("command", [["check", "--all"], ["ledger", "list"]])
def test_on_the_command_line(name: str, command: list[str], tmp_path: Path) -> None:
    """The ledger's commands ask the programme for its place alone, and pass over one that cannot be read."""
    (tmp_path / "programme.toml").write_text('ledger = "there.sqlite"\n' + EXCESSES[name][0], encoding="utf-8")
    done = usbkit("--json", "--manifests", tmp_path, *command, environ={"HOME": str(tmp_path)})
    assert "Traceback" not in done.err
    if command[0] == "check":
        found = done.expect(2).json["error"]["findings"]
        assert [f["id"] for f in found] == ["manifest-excess"]
    else:
        assert "our-mistake" not in done.out


def test_the_bounds_are_far_above_our_own_manifests() -> None:
    for path in sorted(Path(__file__).parents[2].glob("manifests/*/*.toml")):
        assert path.stat().st_size * 4 < MOST_BYTES, path
