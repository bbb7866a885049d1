"""Rules beyond types: each broken once, and reported at its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.manifest.test_load import COUNTRY, PROGRAMME, findings_of, only_finding, write
from usbkit.manifest.load import load_programme

SESSION = '\n[[session]]\nid = "one"\ntitle = { en = "One" }\n'
SECOND = """
[[recording]]
id = "id-cards"
kind = "presentation"
title = { en = "ID cards" }
source = "videos/id-cards.mp4"
spoken = "ko"
"""
QUESTION = '\n[[question]]\nid = "q1"\ntext = { en = "Why?" }\n'

PROGRAMMES = {
    "recording twice": (
        PROGRAMME + SECOND.replace('"id-cards"\nkind', '"opening"\nkind'),
        "name-twice",
        "first is on line 11",
    ),
    "video twice": (
        PROGRAMME + SECOND.replace("videos/id-cards", "videos/opening"),
        "name-twice",
        "first is on line 14",
    ),
    "subtitle file twice": (
        PROGRAMME + SECOND + 'subtitles = { es = { file = "subtitles/opening.en.srt" } }\n',
        "name-twice",
        "line 16",
    ),
    "captions that are the subtitles": (
        PROGRAMME + SECOND + 'captions = { en = "subtitles/opening.en.srt" }\n',
        "name-twice",
        "line 16",
    ),
    "a version that is the recording": (
        PROGRAMME + SECOND + 'versions = [{ kind = "sign-language", file = "videos/id-cards.mp4" }]\n',
        "name-twice",
        '"videos/id-cards.mp4"',
    ),
    "session twice": (PROGRAMME + SESSION + SESSION, "name-twice", '"one"'),
    "unknown session": (PROGRAMME + SESSION + SECOND + 'session = "on"\n', "name-unknown", 'no session "on"'),
    "question twice": (PROGRAMME + QUESTION + QUESTION, "name-twice", '"q1"'),
    "answer elsewhere": (
        PROGRAMME + QUESTION + 'answers = [{ recording = "openin", at = "0:01" }]\n',
        "name-unknown",
        'no recording "openin"',
    ),
    "chapters": (
        PROGRAMME + 'chapters = [{ at = 00:01:00, title = { en = "B" } }, { at = "0:59", title = { en = "A" } }]\n',
        "moment-order",
        "found 0:59 after 1:00",
    ),
    "same moment": (
        PROGRAMME + 'slides = [{ file = "a.pdf", shown = ["0:01", "0:01"] }]\n',
        "moment-order",
        "found 0:01 after 0:01",
    ),
    "no English title": (PROGRAMME.replace('{ en = "A forum" }', '{ es = "Un foro" }'), "english-missing", "found es"),
    "no English organiser": (PROGRAMME.replace('[{ en = "An', '[{ ko = "An'), "english-missing", "found ko"),
    "sample of nothing": ('sample = ["edtion"]\n' + PROGRAMME, "name-unknown", 'no field "edtion"'),
    "sample that is not set": ('sample = ["website"]\n' + PROGRAMME, "sample-absent", "website"),
}


@pytest.mark.parametrize(("text", "id", "said"), PROGRAMMES.values(), ids=PROGRAMMES.keys())
def test_programme(tmp_path: Path, text: str, id: str, said: str) -> None:
    finding = only_finding(write(tmp_path, text))
    assert finding.id == id
    assert said in str(finding.what)
    assert finding.place is not None
    assert finding.place.line


def put(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


COUNTRIES = {
    "recording twice": (put('["opening"]', '["opening", "opening"]'), "name-twice", "a second time", 5),
    "unknown recording": (put('["opening"]', '["opening", "openig"]'), "name-unknown", 'no recording "openig"', 5),
    "asked for and not given": (
        put("route", 'requested = ["id-cards"]\nroute'),
        "name-unknown",
        'recording of this country "id-cards"',
        7,
    ),
    "language twice": (put('["es", "en"]', '["es", "en", "es"]'), "name-twice", '"es"', 3),
    "unknown question": (put("route", 'questions = ["q2"]\nroute'), "name-unknown", 'no question "q2"', 7),
    "own question of the programme's name": (
        lambda text: text + QUESTION,
        "name-twice",
        "a name in the programme already",
        12,
    ),
    "no route": (put('route = "corps"\n', ""), "route-missing", "route is missing", 6),
    "no drives": (put("drives = 2", "drives = 0"), "drives-missing", "no drives are asked for", 8),
    "drives by website": (put('"usb"', '"website"'), "drives-unwanted", "found 2 drives", 8),
    "no English name": (put('{ en = "Guatemala" }', '{ es = "Guatemala" }'), "english-missing", "found es", 2),
    "sample that is not set": (put("route", 'sample = ["addressee"]\nroute'), "sample-absent", "addressee", 7),
    "document twice": (
        lambda text: text + 2 * '\n[[document]]\nfile = "a.pdf"\ntitle = { en = "A" }\n',
        "name-twice",
        '"a.pdf"',
        16,
    ),
    "document from another country": (
        lambda text: text + '\n[[document]]\nfile = "honduras/a.pdf"\ntitle = { en = "A" }\n',
        "file-foreign",
        "the folder of honduras",
        12,
    ),
}

HONDURAS = COUNTRY.replace('"GT"', '"HN"')


@pytest.mark.parametrize(("change", "id", "said", "line"), COUNTRIES.values(), ids=COUNTRIES.keys())
def test_country(tmp_path: Path, change: Callable[[str], str], id: str, said: str, line: int) -> None:
    finding = only_finding(write(tmp_path, PROGRAMME + QUESTION, guatemala=change(COUNTRY), honduras=HONDURAS))
    assert finding.id == id
    assert said in str(finding.what)
    assert finding.place is not None
    assert (Path(finding.place.file).stem, finding.place.line) == ("guatemala", line)


def test_two_manifests_of_one_country(tmp_path: Path) -> None:
    finding = only_finding(write(tmp_path, gt=COUNTRY, guatemala=COUNTRY))
    assert finding.id == "code-twice"
    assert "is also in gt.toml" in str(finding.what)


def test_a_document_from_a_folder_beside(tmp_path: Path) -> None:
    """Two findings: it leaves its folder, and it is another country's."""
    text = COUNTRY + '\n[[document]]\nfile = "../honduras/a.pdf"\ntitle = { en = "A" }\n'
    findings = findings_of(write(tmp_path, guatemala=text, honduras=HONDURAS))
    assert {f.id for f in findings} == {"manifest-value", "file-foreign"}


def test_what_breaks_no_rule(tmp_path: Path) -> None:
    text = (
        PROGRAMME
        + SECOND
        + 'session = "one"\nchapters = [{ at = "0:00", title = { en = "A" } }]\n'
        + SESSION
        + QUESTION
    )
    own = (
        '\n[[question]]\nid = "own"\ntext = { es = "¿Por qué?" }\nanswers = [{ recording = "opening", at = "0:01" }]\n'
    )
    country = (
        COUNTRY.replace('["opening"]', '["id-cards", "opening"]\nrequested = ["id-cards"]\nquestions = ["q1"]') + own
    )
    manifests = load_programme(write(tmp_path, text, guatemala=country, honduras=HONDURAS))
    assert manifests.countries["guatemala"].question[0].text == {"es": "¿Por qué?"}


@pytest.mark.parametrize(
    "broken", ["recording = 5", "recording = [1, 2]", 'recording = "x"', "recording = {}", "question = [[]]"]
)
def test_rules_bear_any_shape(tmp_path: Path, broken: str) -> None:
    """What has a wrong type is said as such; no rule stumbles over it."""
    lines = PROGRAMME.partition("\n[[recording]]")[0]
    assert findings_of(write(tmp_path, f"{broken}\n{lines}", guatemala=COUNTRY))
