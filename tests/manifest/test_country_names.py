"""A country is known by its code and by its name in any language of the pages."""

from __future__ import annotations

import pytest

from usbkit.manifest.country_names import find_country, suggest_country


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
        ("nowhere", None),
        ("", None),
    ],
)
def test_names(text: str, code: str | None) -> None:
    assert find_country(text) == code


def test_a_slip_is_told_what_is_near() -> None:
    assert suggest_country("Jordann") == "Jordan"
