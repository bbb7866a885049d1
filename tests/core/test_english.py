"""Singular and plural in messages."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from usbkit.core.english import NOUNS
from usbkit.core.messages import Text, use_language
from usbkit.core.package_data import cli_catalogues

#: Words in -s behind a value that are no nouns: the value is a name or an amount there.
OTHERS = frozenset(re.findall(r"\w+", """
    appears as asks bears begins captions closes counts does draws ends fits forks gets goes has holds hundreds is
    its lacks lasts less letters lies makes manifests marks ms needs opens records says stands stays takes this was
"""))  # fmt: skip


@pytest.mark.parametrize(
    ("id", "one", "two"),
    [
        ("To make: {n} drives", "To make: 1 drive", "To make: 2 drives"),
        ("{n} values are invented, so", "1 value is invented, so", "2 values are invented, so"),
        ("{n} more files have another size", "1 more file has another size", "2 more files have another size"),
        ("there are {n} archives", "there is 1 archive", "there are 2 archives"),
        ("{n} words of it were not found", "1 word of it was not found", "2 words of it were not found"),
        ("{n} drives of {order} are whole", "1 drive of gt-1 is whole", "2 drives of gt-1 are whole"),
        ("{n} entries, checked", "1 entry, checked", "2 entries, checked"),
        ("{n} countries", "1 country", "2 countries"),
        ("{n} question marks: lost", "1 question mark: lost", "2 question marks: lost"),
        ("number {n} of the drives", "number 1 of the drives", "number 2 of the drives"),
        ("5 entries and {n} transcodes are whole", "5 entries and 1 transcode are whole", None),
        ("{n} of 3 drives are WHOLE", "1 of 3 drives are WHOLE", "2 of 3 drives are WHOLE"),
        ("{n} has numbers {order} of it", "1 has numbers gt-1 of it", None),
        ("drive {n} stands there", "drive 1 stands there", None),
    ],
)
def test_the_noun_and_its_verb_agree_with_the_number(id: str, one: str, two: str | None) -> None:
    assert str(Text(id, {"n": 1, "order": "gt-1"})) == one
    assert two is None or str(Text(id, {"n": 2, "order": "gt-1"})) == two


def test_each_value_has_its_own_noun() -> None:
    said = Text("{files} files in {count} archives, {more} parts", {"files": 1, "count": 3, "more": 1})
    assert str(said) == "1 file in 3 archives, 1 part"


def test_another_language_is_left_alone() -> None:
    use_language("ko")
    try:
        assert "1" in str(Text("{count} drives of {order}", {"count": 1, "order": "x-1"}))
    finally:
        use_language("en")


def test_every_noun_that_a_message_counts_is_known() -> None:
    unknown = set()
    for path in cli_catalogues("ko"):
        with path.open("rb") as file:
            for message in read_po(file):
                found = re.findall(r"\{\w+\}(?: (?!of\b)[a-z]+)?? ([a-z]+s)\b", str(message.id))
                unknown |= {word for word in found if word not in NOUNS and word not in OTHERS}
    assert not unknown
