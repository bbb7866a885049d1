"""A country is found by its code and by its name in any language of the pages."""

from __future__ import annotations

import pytest
from babel import Locale, UnknownLocaleError

from usbkit.manifest.country_names import english_name, find_countries, suggest_country
from usbkit.manifest.iso import ALPHA_2
from usbkit.manifest.values import LANGUAGE_NAMES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("jo", "JO"),
        ("Jordan", "JO"),
        ("요르단", "JO"),
        ("Иордания", "JO"),
        ("الأردن", "JO"),
        ("Camboya", "KH"),
        ("កម្ពុជា", "KH"),
        ("cote d'ivoire", "CI"),
        (" GUATEMALA ", "GT"),
        ("越南", "VN"),
        ("USA", "US"),
        ("jor", "JO"),
        ("400", "JO"),
        ("UK", "GB"),
        ("SU", None),  # many countries of today
        ("nowhere", None),
        ("", None),
    ],
)
def test_names(text: str, code: str | None) -> None:
    assert find_countries(text) == ([] if code is None else [code])


@pytest.mark.parametrize(("text", "codes"), [("Congo", ["CD", "CG"]), ("콩고", ["CD", "CG"]), ("Corea", ["KP", "KR"])])
def test_a_name_that_two_countries_share_is_neither(text: str, codes: list[str]) -> None:
    assert find_countries(text) == codes
    assert all("Congo" in english_name(code) or "Korea" in english_name(code) for code in codes)


def test_every_name_in_every_language_is_that_of_its_country_alone() -> None:
    """Khmer and Burmese write vowels as marks: without them Zambia, Cyprus and Serbia were one name."""
    for language in LANGUAGE_NAMES:
        try:
            territories = Locale(language).territories
        except UnknownLocaleError:
            continue
        for code in ALPHA_2 & set(territories):
            if (codes := find_countries(str(territories[code]))) != [code]:
                assert (language, code, codes) == ("es", "CG", ["CD", "CG"])


def test_a_slip_is_told_what_is_near() -> None:
    assert suggest_country("Jordann") == "Jordan"
