"""The language of a text by its letters and words; and whether its script is one of the claimed language."""

from __future__ import annotations

import pytest

from tests.sources.subtitles.declaration import TEXTS
from tests.sources.subtitles.words import srt
from usbkit.sources.subtitles import parse_track
from usbkit.sources.subtitles.languages import find_language, find_other_script, variant_of

PERSIAN = "صبح همگی به خیر و به انجمن خوش آمدید. ثبت احوال کارت شناسایی صادر می‌کند."
UZBEK_CYRILLIC = "Ҳамма одамлар эркин, қадр-қиммат ва ҳуқуқларда тенг бўлиб туғиладилар."
TRANSLITERATED = "Dobryi den, dorogie uchastniki foruma. Deti takzhe poluchayut nomer."


@pytest.mark.parametrize("language", TEXTS)
def test_each_language_is_in_its_own_script(language: str) -> None:
    assert find_other_script([TEXTS[language][0]], language) is None


@pytest.mark.parametrize("claimed", ["ru", "ko", "zh", "ar", "km", "my", "ky"])
@pytest.mark.parametrize(
    "text",
    [
        TEXTS["de"][0],
        TRANSLITERATED,
        "+BBQEPgQxBEAESwQ5 +BDQENQQ9BEw, +BDQEPgRABD4EMwQ4BDU",
        "~{4s<RTgIO:C#,;6S-@45=B[L3!#~} ~{UbJG;aRi5D5Z6~>d;0!#~} ~{P;P;DzVW5D9XW#,CwLl<{!#~}",
    ],
)
def test_latin_letters_are_no_text_in_another_script(claimed: str, text: str) -> None:
    found = {f.id: f for f in parse_track(srt((text,)).encode(), claimed, "x.srt").findings}
    assert found["subtitle-language"].is_error
    assert str(found["subtitle-language"].what).endswith("letters are Latin")
    assert f"the name says {claimed}" in str(found["subtitle-language"].what)


def test_a_language_of_latin_letters_is_in_no_other() -> None:
    found = find_other_script([TEXTS["el"][0]], "es")
    assert found is not None
    assert (found.name, found.count) == ("GREEK", found.letters)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Программа Windows PowerPoint и Microsoft Office открыта для всех"),
        ("ru", "KOTRA, KOICA, NIA"),
        ("ko", "정부24 portal of the Republic of Korea 국민 모두의 서비스"),
        ("zh", "欢迎来到论坛 Welcome to the forum of the ministry"),
        ("xx", TEXTS["el"][0]),
    ],
)
def test_names_few_letters_and_two_languages_are_allowed(language: str, text: str) -> None:
    assert find_other_script([text], language) is None


@pytest.mark.parametrize(
    ("text", "language"), [(TEXTS["uk"][0], "uk"), (PERSIAN, "fa"), (UZBEK_CYRILLIC, "uz"), (TEXTS["ky"][0], "ky")]
)
def test_letters_that_the_usual_language_of_a_script_does_not_have_tell_another(text: str, language: str) -> None:
    assert find_language([text]) == language
    usual = "ar" if language == "fa" else "ru"
    assert find_language([TEXTS[usual][0]]) == usual
    assert "subtitle-language" in [f.id for f in parse_track(srt((text,)).encode(), usual, "x.srt").findings]


def test_a_foreign_name_makes_no_other_language() -> None:
    assert find_language([TEXTS["ru"][0] * 3, "Київ"]) == "ru"


def test_uzbek_is_at_home_in_two_scripts() -> None:
    assert variant_of("uz", UZBEK_CYRILLIC) == "uz-cyrl"
    assert variant_of("uz", "Hamma odamlar erkin") == "uz"
    assert variant_of("sr", "Sva ljudska bića") == "sr-latn"
    ids = {f.id for f in parse_track(srt((UZBEK_CYRILLIC,)).encode(), "uz", "x.srt").findings}
    assert not ids & {"subtitle-language", "subtitle-strange"}


@pytest.mark.parametrize("language", ["ru-KZ", "sr-Latn", "zh-Hant-TW", "es-419"])
def test_a_language_with_a_region_is_written_as_the_language(language: str) -> None:
    base = language.partition("-")[0]
    own = {"ru": "Каждый человек имеет право", "sr": "Svako ima pravo na sve", "zh": "人人有資格享有一切" * 3}
    assert find_other_script([own.get(base, "Toda persona tiene derecho")], language) is None
    assert find_other_script(["ყველა ადამიანი იბადება თავისუფალი"], language) is not None


def test_foreign_words_alone_are_japanese() -> None:
    assert find_language(["コンピューターネットワークサービスセンター"] * 3) == "ja"


def test_three_small_words_tell_a_language_and_two_do_not() -> None:
    assert find_language(["Casa grande de la ciudad y mercado"]) == "es"
    assert find_language(["Casa grande de mercado y ciudad verde"]) is None
