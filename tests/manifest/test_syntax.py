"""Invalid TOML is reported with its line and in words, and the rest of the file is still read."""

from __future__ import annotations

import tomllib

import pytest

from usbkit.manifest.syntax import MOST_MISTAKES, REASONS, read_toml

BROKEN = {
    "no quotes": ("name = Guatemala", 'Write it as in: name = "Guatemala"'),
    "no equals sign": ("name", None),
    "colon": ("name: Guatemala", 'Write the line as: name = "Guatemala"'),
    "semicolon": ('name = "Guatemala";', 'Write the line as: name = "Guatemala"'),
    "remark of other languages": ("drives = 2 // so far", "Write the line as: drives = 2 # so far"),
    "digits in groups": ("drives = 1,000", "Write the line as: drives = 1000"),
    "per cent": ("share = 100%", "Write the line as: share = 100"),
    "no value": ("name =", None),
    "quote missing": ('name = "Guatemala', 'Write the line as: name = "Guatemala"'),
    "single quote missing": ("name = 'Guatemala", "Write the line as: name = 'Guatemala'"),
    "quotes of a word processor": (
        "name = “Guatemala”",
        'Write the line as: name = "Guatemala"',
    ),
    "two values": ('name = "a" "b"', None),
    "key twice": ("last = 2", None),
    "table not closed": ("[contact", None),
    "list of tables not closed": ("[[recording]", None),
    "moment without hours": ("at = 12:34", 'A moment without hours needs quotation marks: at = "12:34"'),
    "backslash": ('file = "slides\\x.pdf"', 'Write the line as: file = "slides/x.pdf"'),
    "no such day": ("date = 2020-02-30", None),
    "umlaut in a key": ("añadir = 1", None),
    "table inline twice": ("t = { a = 1, a = 2 }", None),
    "inline table open": ("t = { a = 1", None),
    "control character": ('name = "a\x07b"', None),
}


@pytest.mark.parametrize(("line", "todo"), BROKEN.values(), ids=BROKEN.keys())
def test_a_line_that_is_not_toml(line: str, todo: str | None) -> None:
    reading = read_toml(f'first = 1\n\nlast = 1\n{line}\nafter = "read"\n'.encode(), "gt.toml")
    assert len(reading.findings) == 1
    finding = reading.findings[0]
    assert finding.place is not None
    assert finding.place.line == 4
    assert "Expected" not in str(finding.what), "the library's words, not ours"
    assert (str(finding.todo) if finding.todo else None) == todo
    after = [reading.document, *(t for t in reading.document.values() if isinstance(t, dict | list))]
    assert any("after" in (t[0] if isinstance(t, list) else t) for t in after)


def test_several_in_one_run() -> None:
    lines = [f"key{n} = no quotes here" for n in range(20)]
    reading = read_toml("\n".join(lines).encode(), "gt.toml")
    assert [f.place.line for f in reading.findings if f.place] == list(range(1, 21))
    assert reading.lost == {f"key{n}" for n in range(20)}


def test_a_line_that_was_put_right_is_read_and_its_key_not_missed() -> None:
    reading = read_toml(b'code: "GT"\nlabel = "GT";\nour office = 1\n', "gt.toml")
    assert reading.document == {"code": "GT", "label": "GT"}
    assert reading.lost == {"our"}
    assert [f.place.line for f in reading.findings if f.place] == [1, 2, 3]


def test_a_mended_header_keeps_its_table_apart() -> None:
    reading = read_toml(b'[[recording]\nid = "a"\n[[recording]]\nid = "b"\n', "programme.toml")
    assert reading.document == {"recording": [{"id": "a"}, {"id": "b"}]}


@pytest.mark.parametrize("text", ["a = [1, 2\nb = 3\n", 'a = """never\nclosed\n', "a = [\n"])
def test_what_never_ends_is_said(text: str) -> None:
    reading = read_toml(text.encode(), "gt.toml")
    assert reading.findings
    assert len(reading.findings) <= 3


@pytest.mark.parametrize(
    ("opened", "line"),
    [
        ('["a",', 3),  # the next line shows it
        ('["a"', 3),
        ('["a"\n"b"]', 3),
        ('"""never closed', 2),
        ("'''never closed", 2),
    ],
)
def test_what_is_not_closed_spoils_nothing_else(opened: str, line: int) -> None:
    reading = read_toml(f'first = 1\nopened = {opened}\n[table]\nafter = "read"\n'.encode(), "gt.toml")
    assert [f.place.line for f in reading.findings if f.place] == [line]
    assert reading.document == {"first": 1, "table": {"after": "read"}}
    assert "opened" in reading.lost


def test_no_manifest_at_all() -> None:
    reading = read_toml(b"<html>\n" * 500, "gt.toml")
    assert len(reading.findings) == MOST_MISTAKES


def test_nested_too_deep() -> None:
    assert len(read_toml(b"a = " + b"[" * 100_000, "gt.toml").findings) == 1


def test_every_reason_of_the_library_has_our_words() -> None:
    texts = [line for line, _todo in BROKEN.values()] + [
        "a = [1", 'a = "\\uD800"', 'a = "\\uZZZZ"', "[a]\n[a]", "a = {}\na.b = 1", "[[a]]\n[a]", "a.b = 1\n[a]",
        "[a]]", "[[a] ]", "a = 1979-13-01", "a = nul", "x = '''",
    ]  # fmt: skip
    said = set()
    for text in texts:
        try:
            tomllib.loads("last = 1\n" + text)
        except tomllib.TOMLDecodeError as problem:
            assert any(str(problem).startswith(begin) for begin in REASONS), str(problem)
            said.add(next(begin for begin in REASONS if str(problem).startswith(begin)))
    assert len(said) >= 14
