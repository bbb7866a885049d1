"""Single values, validated as in a manifest."""

from __future__ import annotations

import pytest

from usbkit.manifest.judging import judge_fields, judge_value
from usbkit.manifest.models import Country
from usbkit.manifest.values import EmailAddress, InvalidValueError, Line


def test_a_line_is_as_a_manifest_has_it() -> None:
    assert judge_value('  The "Embassy" of Korea \\n ', Line) == 'The "Embassy" of Korea \\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  ", "at least one character"),
        ("x" * 301, "at most 300 characters"),
        ("an arrow key\x1b[D", "a control character"),
        ("not UTF-8 \udcff", "text in UTF-8"),
    ],
)
def test_what_no_manifest_takes_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        judge_value(text, Line)
    assert said in str(caught.value.what)


def test_other_kinds_are_judged_as_themselves() -> None:
    assert judge_value("desk@office.example", EmailAddress) == "desk@office.example"
    with pytest.raises(InvalidValueError, match="an e-mail address"):
        judge_value("the desk", EmailAddress)


def test_fields_are_judged_and_named() -> None:
    assert judge_fields(Country, {"label": "FORUM", "drives": 4, "interface": ["es"]}) == []
    found = judge_fields(Country, {"label": "a label", "minimum_size": "lots", "drives": 4})
    assert [f.place.field for f in found if f.place] == ["label", "minimum_size"]
