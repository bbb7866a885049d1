"""The pages' catalogues: complete, with the same placeholders, in CLDR's forms; missing ones are named."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from usbkit.core import package_data
from usbkit.core.errors import InputError
from usbkit.manifest.values import LANGUAGE_NAMES
from usbkit.site import reply, script_words, views
from usbkit.site.words import load_words, require_complete

TRANSLATED = tuple(code for code in LANGUAGE_NAMES if code != "en")
BY_MEANING = {"es", "ru", "zh", "vi", "ko"}
TEMPLATES = ("base.html", "parts.html", "index.html", "recording.html", "transcript.html", "reply.html", "README.txt")


def _extracted() -> set[str]:
    found: set[str] = set()
    for name in TEMPLATES:
        messages = extract_from_file("jinja2.ext:babel_extract", package_data.templates() / name)
        found |= {str(message) for _line, message, _comments, _context in messages}
    for module in (reply, script_words, views):
        found |= {str(m) for _line, m, _comments, _context in extract_from_file("python", str(module.__file__))}
    return found


def _folder() -> Path:
    return package_data.templates() / "locales"


def _placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s|\{\w+\}", text))


def test_the_extraction_finds_the_words() -> None:
    assert {"Welcome", "Transcript", "Results: {count}", "Opening"} <= _extracted()
    assert len(_extracted()) > 70


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_every_string_and_no_other(language: str) -> None:
    with (_folder() / f"{language}.po").open("rb") as file:
        catalogue = {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string and not m.fuzzy}
    assert set(catalogue) == _extracted()
    for id, string in catalogue.items():
        assert _placeholders(string) == _placeholders(id), id


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_says_whether_a_native_speaker_has_read_it(language: str) -> None:
    head = (_folder() / f"{language}.po").read_text(encoding="utf-8").split("msgid", 1)[0]
    assert ("To be read by a native speaker" in head) is (language not in BY_MEANING)


def test_words_that_promise_too_much_stand_in_no_string() -> None:
    assert not [id for id in _extracted() if re.search(r"\b(safe|secure|virus|certified|tamper)", id, re.I)]


def test_dates_times_numbers_and_durations_have_the_language_s_own_form() -> None:
    date, time = dt.date(2020, 9, 24), dt.time(14, 0)
    said = {c: load_words(c, [_folder()]) for c in ("en", "es", "ru", "zh", "ko", "uz", "ar")}
    assert said["en"].date(date) == "24 September 2020"
    assert said["ru"].date(date) == "24 сентября 2020\u202fг."
    assert said["zh"].date(date) == "2020年9月24日"
    assert said["ko"].time(time) == "14:00"
    assert said["es"].size(1_234_000_000) == "1,2\u00a0GB"
    assert [said["ru"].duration(n * 60_000) for n in (1, 2, 5, 61)] == [
        "1 минута",
        "2 минуты",
        "5 минут",
        "1 час 1 минута",
    ]
    assert said["zh"].duration(464 * 60_000) == "7小时44分钟"
    assert load_words("vi", [_folder()]).duration(464 * 60_000) == "7 giờ 44 phút"
    assert said["uz"].translations.gettext("Search") == "Qidirish"
    assert (said["ar"].direction, said["es"].direction) == ("rtl", "ltr")


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_every_language_can_say_how_long(language: str) -> None:
    said = load_words(language, [_folder()]).duration(72 * 60_000)
    assert "12" in said and "duration" not in said


def test_a_string_without_translation_is_named_with_its_catalogue(tmp_path: Path) -> None:
    (tmp_path / "es.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Search"\nmsgstr "Buscar"\n', encoding="utf-8")
    words = load_words("es", [tmp_path])
    assert words.translations.gettext("Search") == "Buscar"
    require_complete(words)
    assert words.translations.gettext("Transcript") == "Transcript"
    with pytest.raises(InputError) as caught:
        require_complete(words)
    [finding] = caught.value.findings
    assert "Transcript" in str(finding.what)
    assert finding.place and finding.place.file == str(tmp_path / "es.po")


def test_a_fuzzy_string_counts_as_missing(tmp_path: Path) -> None:
    text = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n#, fuzzy\nmsgid "Search"\nmsgstr "?"\n'
    (tmp_path / "es.po").write_text(text, encoding="utf-8")
    words = load_words("es", [tmp_path])
    assert words.translations.gettext("Search") == "Search"
    with pytest.raises(InputError):
        require_complete(words)


def test_the_user_s_catalogue_stands_before_ours(tmp_path: Path) -> None:
    (tmp_path / "es.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Search"\nmsgstr "Encontrar"\n', encoding="utf-8")
    assert load_words("es", [tmp_path, _folder()]).translations.gettext("Search") == "Encontrar"


def test_a_label_is_parted_from_what_it_names_by_the_languages_rule() -> None:
    said = {code: load_words(code, (package_data.templates() / "locales",)).colon for code in ("en", "fr", "zh", "ru")}
    assert said == {"en": ": ", "fr": "\u00a0: ", "zh": "：", "ru": ": "}


def test_names_of_a_list_are_parted_by_the_languages_sign() -> None:
    said = {code: load_words(code, (package_data.templates() / "locales",)).comma for code in ("en", "zh", "ar", "ru")}
    assert said == {"en": ", ", "zh": "、", "ar": "، ", "ru": ", "}
