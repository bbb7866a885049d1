"""The grammar of each kind of name in a ledger, wherever it is typed, taken, merged or read. Values only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from usbkit.core.messages import Text, _
from usbkit.core.units import shown
from usbkit.ledger.chain import ORIGIN_PATTERN

if TYPE_CHECKING:
    from usbkit.ledger.records import Journey
    from usbkit.ledger.state_view import StateView

#: Characters of the longest name of each sort.
MOST_ORDER, MOST_PORT, MOST_PERSON, MOST_STEM = 80, 40, 120, 40

#: Characters of a line that hardware says of itself, or a person types; and of what is told in sentences, or as a path.
MOST_LINE, MOST_PROSE = 300, 8000

#: The name of a manifest, and so of a country or a programme.
_STEM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

#: An order: no path, since no dot is at an end or beside another. ``@`` is this ledger's, between name and origin.
ORDER_PATTERN = r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*"

_ORDER = re.compile(ORDER_PATTERN)

#: Unicode categories of what changes a line or its direction without being seen: controls, formats, surrogates,
#: what is not assigned, and separators of lines and paragraphs.
_UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))

#: Where letters join or a line may break: unseen, and ordinary within a name in Persian, Khmer and others.
_JOINERS = frozenset("\u200b\u200c\u200d")

_AT_AN_END = re.compile(r"^[\s\u200b-\u200d]+|[\s\u200b-\u200d]+$")


def is_order(name: str) -> bool:
    """Whether ``name`` is valid for an order in its own chain."""
    return len(name) <= MOST_ORDER and _ORDER.fullmatch(name) is not None


def is_port(name: str) -> bool:
    """Whether ``name`` is valid for a station's port."""
    return _is_line(name, MOST_PORT) and "/" not in name


def is_person(name: str) -> bool:
    """Whether ``name`` is valid for a person or an office: one printable line, seen from end to end."""
    seen = "".join(char for char in name if char not in _JOINERS)
    return len(name) <= MOST_PERSON and name == tidy_person(name) and _is_line(seen, MOST_PERSON)


def tidy_person(typed: str) -> str:
    """Return a name as typed without what is not seen at its ends."""
    return _AT_AN_END.sub("", typed)


def why_no_person(name: str) -> Text | None:
    """Return what is wrong with the name of a person or an office, None if nothing is."""
    if is_person(name):
        return None
    return _("found {found}, expected {expected}", found=shown(name), expected=_PERSON_EXPECTED)


def as_person(name: str) -> str:
    """Return what a name from elsewhere has that a person's may; empty if that is nothing."""
    kept = (char for char in name if char in _JOINERS or not _is_unprintable(char))
    return tidy_person(tidy_person("".join(kept))[:MOST_PERSON])


def name_of(view: StateView, journey: Journey) -> str:
    """Return the name by which every command finds a drive: its reference, in full where two drives have one."""
    alike = view.references(journey.reference)
    is_one = [one.drive for one in alike] == [journey.drive]
    return journey.reference if is_one else f"{journey.reference}@{journey.origin}"


def _is_line(name: str, most: int) -> bool:
    return 0 < len(name) <= most and name == name.strip() and not any(map(_is_unprintable, name))


def _is_unprintable(char: str) -> bool:
    return unicodedata.category(char) in _UNPRINTABLE


@dataclass(frozen=True, slots=True)
class Form:
    """What a value in an entry may be. It is judged where an entry is written here, or comes from elsewhere, and not
    where a kept one is read: what is in a chain stays readable.
    """

    fits: Callable[[Any], bool]
    expected: Text


def _like(pattern: str) -> Callable[[Any], bool]:
    return lambda value: re.fullmatch(pattern, value) is not None


def _up_to(most: int) -> Callable[[Any], bool]:
    return lambda value: len(value) <= most


def _is_known_order(name: str) -> bool:
    """Whether ``name`` is an order's as a ledger knows it: of another chain with that behind it."""
    order, at, origin = name.partition("@")
    return is_order(order) and (not at or ORIGIN_PATTERN.fullmatch(origin) is not None)


_ORDER_EXPECTED = _("an order's name: up to {most} of A-Z a-z 0-9 . _ -", most=MOST_ORDER)
_PERSON_EXPECTED = _("a name of up to {most} printable characters", most=MOST_PERSON)
_SHORT = _("up to {most} characters", most=MOST_LINE)

#: Each sort of text and number in entries, with its grammar and its length.
OrderName = Annotated[str, Form(is_order, _ORDER_EXPECTED)]
KnownOrder = Annotated[str, Form(_is_known_order, _ORDER_EXPECTED)]
Person = Annotated[
    str,
    Form(
        lambda name: not name or is_person(name),
        _PERSON_EXPECTED,
    ),
]
Port = Annotated[str, Form(is_port, _("a port's name of up to {most} characters", most=MOST_PORT))]
Stem = Annotated[
    str,
    Form(
        lambda name: len(name) <= MOST_STEM and _STEM.fullmatch(name) is not None,
        _("up to {most} small letters, digits and single hyphens", most=MOST_STEM),
    ),
]
CountryCode = Annotated[str, Form(_like(r"[A-Z]{2}"), _("two capital letters"))]
LanguageCode = Annotated[str, Form(_like(r"[A-Za-z0-9-]{1,35}"), _("the code of a language"))]
Word = Annotated[str, Form(_like(r"[a-z][a-z ,-]{0,39}"), _("a word of up to {most} small letters", most=40))]
Line = Annotated[str, Form(_up_to(MOST_LINE), _SHORT)]
Prose = Annotated[str, Form(_up_to(MOST_PROSE), _("up to {most} characters", most=MOST_PROSE))]
Speed = Annotated[int, Form(lambda speed: 0 <= speed < 2**31, _("megabits a second"))]
