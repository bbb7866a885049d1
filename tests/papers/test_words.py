"""The catalogues of labels and letters: complete, with the same placeholders, and promising no more than is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from usbkit.core import package_data
from usbkit.manifest.values import LANGUAGE_NAMES

TRANSLATED = tuple(code for code in LANGUAGE_NAMES if code != "en")
BY_MEANING = {"es", "ru", "zh", "vi", "ko"}
PROMISES = re.compile(r"\b(safe|secure|virus|certified|tamper)", re.IGNORECASE)


def _folder() -> Path:
    return package_data.templates() / "locales" / "papers"


def _extracted() -> set[str]:
    templates = [
        *sorted((package_data.templates() / "papers").glob("*.html")),
        package_data.templates() / "promises.html",
    ]
    return {
        str(message)
        for template in templates
        for _line, message, _comments, _context in extract_from_file("jinja2.ext:babel_extract", template)
    }


def _placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s", text))


def test_the_extraction_finds_the_words() -> None:
    assert {"Covering letter", "The word of this letter", "Handed over by"} <= _extracted()
    assert len(_extracted()) > 70
    assert not [text for text in _extracted() if PROMISES.search(text)]


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_every_string_and_no_other(language: str) -> None:
    with (_folder() / f"{language}.po").open("rb") as file:
        catalogue = {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string and not m.fuzzy}
    assert set(catalogue) == _extracted()
    for id, string in catalogue.items():
        assert _placeholders(string) == _placeholders(id), id
        assert string != id or id in ("Date", "Signature"), id


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_says_whether_a_native_speaker_has_read_it(language: str) -> None:
    head = (_folder() / f"{language}.po").read_text(encoding="utf-8").split("msgid", 1)[0]
    assert ("To be read by a native speaker" in head) is (language not in BY_MEANING)


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_verify_html_says_too_is_said_in_the_same_words(language: str) -> None:
    there = package_data.templates() / "locales" / "verify" / f"{language}.po"
    if not there.is_file():
        assert language == "ar", "the page speaks every language that a manifest may name but Arabic"
        return
    with there.open("rb") as file, (_folder() / f"{language}.po").open("rb") as ours:
        known, said = ({m.id: m.string for m in read_po(one) if m.id} for one in (file, ours))
    both = known.keys() & said.keys()
    assert len(both) >= 10
    assert {id: said[id] for id in both} == {id: known[id] for id in both}
