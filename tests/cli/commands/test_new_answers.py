"""How answers are read, and the message for an unusable one."""

from __future__ import annotations

import datetime as dt

import pytest

from usbkit.cli.commands.new_answers import read_country, read_day, read_language, read_number, read_told, require_id
from usbkit.core.errors import InputError


def test_answers_as_people_give_them() -> None:
    assert read_day(" 2026년 11월 20일 ") == dt.date(2026, 11, 20)
    assert (read_language(" 한국어 "), read_language("KO")) == ("ko", "ko")
    assert (read_number(" 4 "), read_country("요르단")) == (4, "JO")
    assert read_told("--spoken", None, read_language) is None


@pytest.mark.parametrize(
    ("id", "meant"), [("The Summit", "the-summit"), ("한글", "hangeul"), ("x" * 50, "x" * 40), ("", None)]
)
def test_an_id_is_judged_with_one_that_is_like_it(id: str, meant: str | None) -> None:
    with pytest.raises(InputError) as caught:
        require_id(id)
    (finding,) = caught.value.findings
    assert finding.todo is None if meant is None else str(finding.todo) == f"Did you mean {meant}?"


def test_what_is_quoted_is_short_and_never_nothing() -> None:
    for text, quoted in (("x" * 5000, "x" * 59 + "…,"), ("", '"",')):
        with pytest.raises(InputError) as caught:
            read_country(text)
        assert f"found {quoted}" in str(caught.value.findings[0].what)
