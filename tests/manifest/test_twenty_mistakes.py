"""Two manifests with more than twenty mistakes: one run reports all of them, each with its line, in both languages."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cli import Done, usbkit

# Each line with a mistake ends in a comment that names it; what is expected of it stands below under that name.
PROGRAMME = """\
id = "Forum 2020"                                       #1 id
edition = "3"                                           #2 number
date = 2020-10-30
library = "library"
titel = { en = "A forum" }                              #3 key
organisers = [{ en = "An office" }]
event = { date = 2020-09-24, time = 25 }                #4 time
contact = { office = { en = "An office" }, email = "forum" }  #5 email

[[recording]]
id = "opening"
kind = "openning"                                       #6 kind
title = { en = "Opening", kr = "개회" }                   #7 language
source = "../opening.mp4"                               #8 outside
spoken = "ko"
subtitles = { en = "subtitles/opening.en.srt", es = "subtitles/opening.en.srt" }  #9 same file

[[recording]]
id = "opening"                                          #10 twice
kind = "presentation"
session = "one"                                         #11 no session
title = { es = "Documentos" }                           #12 no English
source = "videos/id-cards.mp4"
spoken = "ko"
chapters = [
  { at = "0:30", title = { en = "B" } },
  { at = "0:10", title = { en = "A" } },                #13 order
]

[[question]]
id = "q1"
text = { en = "Why?" }
answers = [{ recording = "opennig", at = 75 }]           #14 no recording, and #15 moment
"""
COUNTRY = """\
code = "gt"                                             #16 code
name = { en = "Guatemala" }
interface = ["es", "en"]
subtitles = ["es", "sp"]                                #17 language
recordings = ["opening", "opening"]                     #18 twice
delivery = "usb"                                        #19 no route
drives = 2000                                           #20 too many
label = "Forum: GT"                                     #21 label
filesystem = fat32                                      #22 quotes

[[document]]
file = "honduras/letter.pdf"                            #23 foreign
title = { en = "Letter" }
"""
HONDURAS = """\
code = "HN"
name = { en = "Honduras" }
interface = ["es"]
subtitles = ["es"]
recordings = ["opening"]
delivery = "website"
label = "FORUM2020HN"
"""


@dataclass(frozen=True)
class Expected:
    """A mistake's field, words of its message, and what is suggested (None where nothing can be)."""

    file: str
    number: int
    field: str
    english: str
    korean: str
    near: str | None


EXPECTED = [
    Expected("programme", 1, "id", "expected small letters, digits", "영문 소문자, 숫자", "forum-2020"),
    Expected("programme", 2, "edition", 'found "3", expected a whole number', "합니다: 정수", "edition = 1"),
    Expected("programme", 3, "titel", "unknown key titel", "알 수 없는 키 titel", "title"),
    Expected("programme", 4, "event.time", "found 25, expected a date or time", "날짜나 시각", None),
    Expected("programme", 5, "contact.email", "expected an e-mail address", "전자우편 주소", None),
    Expected("programme", 6, "recording.opening.kind", "expected one of: opening, promotion", "중 하나", "opening"),
    Expected("programme", 7, "recording.opening.title.kr", 'unknown language "kr"', '알 수 없는 언어 "kr"', "ko"),
    Expected("programme", 8, "recording.opening.source", "stays inside its folder", "벗어나지 않는", None),
    Expected("programme", 9, "recording.opening.subtitles.es", "a second time; the first is on line 16", "16행", None),
    Expected("programme", 10, "recording.opening.id", "a second time; the first is on line 11", "11행", None),
    Expected("programme", 11, "recording.opening.session", 'there is no session "one"', '"one"에 해당하는 세션', None),
    Expected("programme", 12, "recording.opening.title", "found es, expected en", "en이 포함되어야", None),
    Expected("programme", 13, "recording.opening.chapters[2].at", "found 0:10 after 0:30", "0:30 다음에 0:10", None),
    Expected(
        "programme", 14, "question.q1.answers[1].recording", 'no recording "opennig"', '"opennig"에 해당', "opening"
    ),
    Expected("programme", 14, "question.q1.answers[1].at", "found 75, expected a moment", "영상의 시점", None),
    Expected("guatemala", 16, "code", "expected two capital letters", "영문 대문자 두 자", 'code = "GT"'),
    Expected("guatemala", 17, "subtitles[2]", 'unknown language "sp"', '알 수 없는 언어 "sp"', "es"),
    Expected("guatemala", 18, "recordings[2]", "a second time", "중복됩니다", None),
    Expected("guatemala", 19, "delivery", "route is missing", "route가 없습니다", 'route = "corps"'),
    Expected("guatemala", 20, "drives", "found 2000, expected 999 or less", "999 이하", None),
    Expected("guatemala", 21, "label", "a label that FAT can hold", "FAT에 사용할 수 있는 이름", "FORUM GT"),
    Expected("guatemala", 22, "", "neither text in quotation marks", "따옴표로 묶은 글", 'filesystem = "fat32"'),
    Expected("guatemala", 23, "document[1].file", "from the folder of honduras", "honduras의 폴더", None),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mistakes")
    for name, text in (("programme", PROGRAMME), ("guatemala", COUNTRY), ("honduras", HONDURAS)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


@functools.cache
def ask(folder: Path, language: str, *options: str) -> Done:
    return usbkit("--lang", language, "--manifests", folder, "check", *options).expect(2)


def line_of(expected: Expected) -> int:
    text = PROGRAMME if expected.file == "programme" else COUNTRY
    return next(n for n, line in enumerate(text.splitlines(), 1) if f"#{expected.number} " in line)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_one_run_says_all_in_the_order_of_lines(folder: Path, language: str) -> None:
    findings = ask(folder, language, "--json").json["error"]["findings"]
    found = [(Path(f["file"]).stem, f["line"], f["field"] or "") for f in findings]
    assert sorted(found) == sorted((e.file, line_of(e), e.field) for e in EXPECTED)
    assert len(found) == 23
    lines = [(file, line) for file, line, _field in found if file == "programme"]
    assert lines == sorted(lines)
    for expected in EXPECTED:
        said = next(f for f in findings if f["field"] == (expected.field or None) and expected.file in f["file"])
        assert (expected.english if language == "en" else expected.korean) in said["what"]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("expected", [e for e in EXPECTED if e.near], ids=lambda e: f"{e.file}-{e.number}")
def test_what_was_probably_meant(folder: Path, language: str, expected: Expected) -> None:
    findings = ask(folder, language, "--json").json["error"]["findings"]
    said = next(f for f in findings if f["field"] == (expected.field or None) and expected.file in f["file"])
    assert expected.near is not None
    assert expected.near in said["todo"]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_as_text(folder: Path, language: str) -> None:
    shown = ask(folder, language).err
    places = re.findall(r"^(\S+\.toml):(\d+): ", shown, re.M)
    assert len(places) == 23
    assert ("→" in shown) and "Input should" not in shown
