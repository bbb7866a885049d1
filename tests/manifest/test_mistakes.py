"""Every fault of a field has a message of ours: found, expected, and what was probably meant."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from usbkit.core import package_data
from usbkit.core.errors import Finding
from usbkit.manifest.load import load_programme
from usbkit.manifest.mistakes import describe_mistakes
from usbkit.manifest.models import Country, Model, Programme
from usbkit.manifest.positions import Positions
from usbkit.manifest.syntax import Reading

FORUM = load_programme(package_data.manifests() / "forum-2020")
WRONG_VALUES = [
    None,
    "",
    "?",
    "x" * 5000,
    -1,
    10**9,
    0.5,
    True,
    [],
    {},
    [1],
    {"en": 1},
    dt.date(2020, 1, 1),
    ["?", "?"],
]


def mistakes(document: dict[str, Any], model: type[Model]) -> list[Finding]:
    try:
        model.model_validate(document)
    except ValidationError as error:
        return describe_mistakes(error, model, "x.toml", Reading(document, Positions("a = 1"), ()))
    return []


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in ``value`` with each of its keys."""
    pairs: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in list(pairs):
        yield value, key
        yield from spots(below)


@pytest.mark.parametrize(
    ("document", "model"),
    [(FORUM.programme_source.document, Programme), (FORUM.country_sources["guatemala"].document, Country)],
    ids=["programme", "country"],
)
def test_any_value_anywhere_is_answered_in_our_words(document: dict[str, Any], model: type[Model]) -> None:
    document = copy.deepcopy(dict(document))
    said = 0
    for container, key in spots(document):
        kept = container[key]
        for wrong in WRONG_VALUES:
            container[key] = wrong
            for finding in mistakes(document, model):
                said += 1
                assert "something else" not in str(finding.what)
                assert "Input should" not in str(finding.what)
                assert finding.place is not None
                assert finding.place.field
        container[key] = kept
    assert mistakes(document, model) == []
    assert said > 500


COUNTRY: dict[str, Any] = {
    "code": "GT",
    "name": {"en": "Guatemala"},
    "interface": ["es"],
    "subtitles": ["es"],
    "recordings": ["opening"],
    "delivery": "usb",
    "label": "FORUM2020GT",
}


def the_only(changes: dict[str, Any]) -> Finding:
    findings = mistakes({**COUNTRY, **changes}, Country)
    assert len(findings) == 1, [str(f.what) for f in findings]
    return findings[0]


@pytest.mark.parametrize(
    ("changes", "what", "todo"),
    [
        ({"code": "gt"}, 'found "gt", expected two capital letters, such as GT', 'Write it as in: code = "GT"'),
        ({"code": "ZZ"}, 'found "ZZ", expected the ISO 3166 code of a country', "https://www.iso.org/obp"),
        ({"interface": ["sp"]}, 'unknown language "sp"', "Did you mean es?"),
        ({"interface": ["zh-CN"]}, 'unknown language "zh-CN"', "Did you mean zh?"),
        ({"interface": ["xx"]}, 'unknown language "xx"', "Known here: en, es"),
        ({"interface": "es"}, 'found "es", expected a list in square brackets', None),
        ({"interface": []}, "found [], expected at least one entry", None),
        ({"drives": "2"}, 'found "2", expected a whole number', "Write it as in: drives = 20"),
        ({"drives": 5000}, "found 5000, expected 999 or less", None),
        ({"delivery": "ubs"}, 'found "ubs", expected one of: website, usb, both', "Did you mean usb?"),
        ({"filesystem": "fat23"}, "expected one of: auto, fat32, exfat", "Did you mean fat32?"),
        ({"minimum_size": 16}, "found 16, expected a size: 16GB", None),
        ({"minimum_size": "16 Gigs"}, 'found "16 Gigs", expected a size', None),
        ({"label": "Forum 2020 GT"}, "expected a label that FAT can hold", "Did you mean FORUM2020GT?"),
        ({"label": "FORUM:GT"}, "expected a label that FAT can hold", "Did you mean FORUMGT?"),
        ({"label": "포럼"}, "expected a label that FAT can hold", None),
        ({"quality": "720"}, "expected original, a height such as 720p, or a size to fit", None),
        ({"lable": "X"}, "unknown key lable", "Did you mean label?"),
        ({"colour": "X"}, "unknown key colour", "Known here: code, name"),
        ({"name": {"en": "x", "kr": "y"}}, 'unknown language "kr"', "Did you mean ko?"),
        ({"addressee": {"name": "A"}}, "office is missing: The office.", None),
        ({"document": [{"file": "../x.pdf", "title": {}}]}, "expected a path that stays inside its folder", None),
        ({"document": [{"file": "C:\\x.pdf", "title": {}}]}, "expected a path that stays inside its folder", None),
        ({"document": [{"file": "a\\x.pdf", "title": {}}]}, "expected / between folders", "Did you mean a/x.pdf?"),
    ],
)
def test_found_expected_and_meant(changes: dict[str, Any], what: str, todo: str | None) -> None:
    finding = the_only(changes)
    assert what in str(finding.what)
    if todo:
        assert todo in str(finding.todo)


def test_a_mistyped_key_is_said_once() -> None:
    document = {**COUNTRY, "lable": COUNTRY["label"]}
    del document["label"]
    findings = mistakes(document, Country)
    assert [str(f.what) for f in findings] == ["unknown key lable"]


@pytest.mark.parametrize("at", [754, 12.5, "75:00", "1:2:3", "soon", dt.date(2020, 1, 1)])
def test_a_moment_is_no_number(at: object) -> None:
    recording = {"id": "a", "kind": "demo", "title": {"en": "A"}, "source": "a.mp4", "spoken": "ko"}
    document = {**copy.deepcopy(dict(FORUM.programme_source.document)), "question": [], "sample": []}
    document["recording"] = [{**recording, "chapters": [{"at": at, "title": {"en": "A"}}]}]
    findings = mistakes(document, Programme)
    assert len(findings) == 1
    assert "expected a moment of the video" in str(findings[0].what)
    assert findings[0].place is not None
    assert findings[0].place.field == "recording.a.chapters[1].at"
