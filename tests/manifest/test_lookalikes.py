"""Characters that only look right are named, and the corrected line is shown."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from usbkit.core.errors import InputError
from usbkit.core.messages import use_language
from usbkit.manifest.load import load_programme
from usbkit.manifest.lookalikes import Lookalike, explain_text, find_in_text, straighten_line
from usbkit.manifest.syntax import read_toml

_CASES = Path(__file__).parents[3] / "shared" / "cases" / "material"

LINES = {
    "NBSP": ("edition\u00a0= 1", 8, "a no-break space", "edition = 1"),
    "U+3000": ("\u3000edition = 1", 1, "a full-width space", "edition = 1"),
    "U+200B": ("edition\u200b = 1", 8, "a character without a width", "edition = 1"),
    "full-width equals": ("edition ＝ 1", 9, "a full-width character", "edition = 1"),
    "full-width digit": ("edition = １", 11, "a full-width character", "edition = 1"),
    "smart quotes": ("title = “a b”", 9, "a typographic quotation mark", 'title = "a b"'),
    "full-width quotes": ("title = ＂a＂", 9, "a full-width character", 'title = "a"'),
    "single smart quotes": ("title = ‘a’", 9, "a typographic quotation mark", "title = 'a'"),
    "Cyrillic letter": ("еdition = 1", 1, "a Cyrillic letter", "edition = 1"),
    "Greek letter": ("nοte = 1", 2, "a Greek letter", "note = 1"),
    "wide comma": ('a = ["x"，"y"]', 9, "a full-width character", 'a = ["x","y"]'),
    "smart list": ("a = [“x”、“y”]", 6, "a typographic quotation mark", 'a = ["x","y"]'),
    "wide bracket": ("［event］", 1, "a full-width character", "[event]"),
    "behind a header": ("[event]\u00a0", 8, "a no-break space", "[event]"),
    "minus": ("edition = −1", 11, "a dash", "edition = -1"),
}


@pytest.mark.parametrize(("line", "column", "name", "meant"), LINES.values(), ids=LINES.keys())
def test_the_character_is_named_and_the_line_corrected(line: str, column: int, name: str, meant: str) -> None:
    reading = read_toml(f"first = 1\n{line}\nlast = 2\n".encode(), "x.toml")
    (finding,) = reading.findings
    assert finding.place is not None
    assert (finding.id, finding.place.line) == ("manifest-character", 2)
    assert f"character {column} is {name} (U+" in str(finding.what)
    assert str(finding.todo) == f"Write the line as: {meant}"
    assert read_toml(f"first = 1\n{meant}\nlast = 2\n".encode(), "x.toml").findings == ()
    assert reading.document == read_toml(f"first = 1\n{meant}\nlast = 2\n".encode(), "x.toml").document


@pytest.mark.parametrize(
    "line", ['title = "“a” ＝ b\u00a0"', "title = 'а'  # “remark” ＝", "# ＝", 'x = "\\"“" # “', "x = 1"]
)
def test_texts_and_remarks_stay(line: str) -> None:
    assert straighten_line(line) == (line, [])


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("sample = True", "sample = true"),
        ("sample = yes # sure", "sample = yes # sure".replace("yes", "true")),
        ("sample = NO", "sample = false"),
        ("date = 2026.11.20", "date = 2026-11-20"),
        ("date = 2026/1/5", "date = 2026-01-05"),
        ("date = 20.11.2026", "date = 2026-11-20"),
        ("date = 2026년 11월 20일", "date = 2026-11-20"),
    ],
)
def test_what_is_suggested_is_accepted(line: str, meant: str) -> None:
    (finding,) = read_toml(line.encode(), "x.toml").findings
    assert str(finding.todo) == f"Write the line as: {meant}"
    assert read_toml(meant.encode(), "x.toml").findings == ()


@pytest.mark.parametrize("line", ["date = 2026.13.40", "date = 11/20/2026", "sample = perhaps"])
def test_what_could_be_two_things_is_not_guessed(line: str) -> None:
    (finding,) = read_toml(line.encode(), "x.toml").findings
    assert "Write the line as" not in str(finding.todo)


@pytest.mark.parametrize("encoding", ["cp949", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251"])
def test_another_encoding_is_said_once_and_read_on(encoding: str) -> None:
    text = "title = 'Привет'\nx = 1\n" if encoding == "cp1251" else "title = '한국어 제목'\nx = 1\n"
    reading = read_toml(text.encode(encoding), "x.toml")
    (finding,) = reading.findings
    assert finding.id == "manifest-encoding"
    assert reading.document["x"] == 1
    if encoding != "cp1251":
        assert reading.document["title"] == "한국어 제목"
        assert encoding.partition("-")[0].upper() in str(finding.what)


def test_a_value_is_explained() -> None:
    assert str(explain_text("оpening")) == (
        'character 1 is a Cyrillic letter (U+043E), which looks like o. Write: "opening"'
    )
    assert str(explain_text("a\u00a0b")).endswith('Write: "a b"')
    assert explain_text("Привет, мир") is None
    assert explain_text("한국어") is None
    assert explain_text(5) is None
    assert [x.char for x in find_in_text("ＡB\u200b")] == ["Ａ", "\u200b"]


@pytest.mark.skipif(not _CASES.is_dir(), reason=f"no cases at {_CASES}")
@pytest.mark.parametrize("case", ["m-nbsp", "m-u3000", "m-fweq", "m-bool"])
def test_the_cases_say_one_thing(case: str) -> None:
    with pytest.raises(InputError) as raised:
        load_programme(_CASES / case)
    (finding,) = raised.value.findings
    assert str(finding.todo).startswith("Write the line as: ")


def _programme(folder: Path, programme: str = "", country: str = "") -> None:
    source = _CASES / "m-bool"
    text = (source / "programme.toml").read_text(encoding="utf-8").replace("sample = True\n", "")
    (folder / "programme.toml").write_text(programme or text, encoding="utf-8")
    text = (source / "guatemala.toml").read_text(encoding="utf-8")
    (folder / "guatemala.toml").write_text(country or text, encoding="utf-8")


@pytest.mark.skipif(not _CASES.is_dir(), reason=f"no cases at {_CASES}")
@pytest.mark.parametrize(
    ("file", "found", "written", "part"),
    [
        ("guatemala.toml", 'recordings = ["opening"]', 'recordings = ["оpening"]', "a Cyrillic letter"),
        ("guatemala.toml", 'interface = ["es", "en"]', 'interface = ["еs", "en"]', "a Cyrillic letter"),
        ("guatemala.toml", 'route = "corps"', 'route = "corps\u200b"', "a character without a width"),
        ("guatemala.toml", 'route = "corps"', "route = corps!", "route = corps!"),
        ("programme.toml", 'id = "opening"', "id = opening!", "id = opening!"),
        ("programme.toml", 'spoken = "en"', 'spoken = "en"\nsample = "yes"', "expected true or false"),
        ("programme.toml", "date = 2026-11-20", 'date = "2026.11.20"', "expected a date"),
    ],
)
def test_one_mistake_is_one_finding(tmp_path: Path, file: str, found: str, written: str, part: str) -> None:
    _programme(tmp_path)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert found in text
    (tmp_path / file).write_text(text.replace(found, written), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_programme(tmp_path)
    (finding,) = raised.value.findings
    assert part in f"{finding.what} {finding.todo}"


@pytest.mark.skipif(not _CASES.is_dir(), reason=f"no cases at {_CASES}")
def test_a_programme_that_cannot_be_read_is_the_only_finding(tmp_path: Path) -> None:
    _programme(tmp_path)
    text = (tmp_path / "programme.toml").read_text(encoding="utf-8").replace('en = "Opening"', 'en = "한국어 제목"')
    (tmp_path / "programme.toml").write_bytes(text.encode("cp949"))
    with pytest.raises(InputError) as raised:
        load_programme(tmp_path)
    assert [f.id for f in raised.value.findings] == ["manifest-encoding"]


def test_normal_forms_are_the_same_name(tmp_path: Path) -> None:
    from usbkit.core.spelled_paths import find_spelled

    folder = tmp_path / unicodedata.normalize("NFD", "영상")
    folder.mkdir()
    file = folder / unicodedata.normalize("NFD", "개회식 é.mp4")
    file.touch()
    assert find_spelled(tmp_path, "영상/개회식 é.mp4") == file
    assert find_spelled(tmp_path, unicodedata.normalize("NFD", "영상/개회식 é.mp4")) == file
    assert find_spelled(tmp_path, "영상/다른.mp4") == tmp_path / "영상/다른.mp4"
    composed = tmp_path / unicodedata.normalize("NFC", "é.srt")
    decomposed = tmp_path / unicodedata.normalize("NFD", "é.srt")
    composed.touch()
    decomposed.touch()
    assert find_spelled(tmp_path, composed.name) == composed
    assert find_spelled(tmp_path, decomposed.name) == decomposed


def test_no_character_is_called_by_an_english_name_in_korean() -> None:
    use_language("ko")
    try:
        for char in "\u00a0\u3000\u2003\u200b＝“‘—еο、":
            said = str(Lookalike(1, char, "x").describe())
            assert not re.search("[A-Za-z]{2,}", re.sub(r"U\+[0-9A-F]+", "", said)), said
    finally:
        use_language("en")
