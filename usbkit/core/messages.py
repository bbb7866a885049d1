"""Messages of the command line as values: a message id with its values, put into words only when shown.

``_("{path} is empty", path=p)`` makes a `Text`; ``str()`` of it looks the id up in the active catalogue
(``<lang>.po`` in each package; English is the id itself) and fills in the values. The names in braces are the contract
between a message and its translation; a test compares them. Values come from outside and are made harmless for a
terminal: control characters, bidirectional overrides and lone surrogates become visible escapes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LANGUAGES = ("en", "ko")

# Bidirectional controls (Unicode 15, UAX #9) can make a name read as another; they are category Cf, which also holds
# joiners that Khmer and emoji need, so they are named one by one.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_active: dict[str, str] = {}


def escape(value: object) -> str:
    """``value`` as text in which nothing can steer a terminal or reorder the line."""
    text = str(value)
    if text.isascii() and text.isprintable():
        return text  # nearly always
    return "".join(_escape_char(c) for c in text)


def _escape_char(char: str) -> str:
    if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _BIDI:
        return f"\\u{ord(char):04x}" if ord(char) > 0xFF else f"\\x{ord(char):02x}"
    return char


@dataclass(frozen=True, slots=True)
class Text:
    """A message id (English, with ``{names}``) and its values."""

    id: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.id, tuple(self.values)))  # the values themselves may be lists or mappings

    def __str__(self) -> str:
        template = _active.get(self.id) or self.id
        return template.format_map({k: v if isinstance(v, Text) else escape(v) for k, v in self.values.items()})


def mark(id: str) -> str:
    """Mark a help text for extraction where a plain string is wanted; `translate` puts it into words later."""
    return id


def translate(id: str) -> str:
    """The message without values in the language in use."""
    return _active.get(id) or id


def _(id: str, /, **values: Any) -> Text:
    """The marker that extraction looks for, and the way every message is made."""
    return Text(id, values)


def use_language(language: str) -> None:
    """Show messages in ``language`` from now on (`LANGUAGES`); ids without a translation stay English."""
    _active.clear()
    if language != "en":
        _active.update(read_catalogue(language))


def read_catalogue(language: str) -> dict[str, str]:
    """Message id to translation, fuzzy and empty ones left out."""
    from babel.messages.pofile import read_po  # heavy; English users never need it

    from usbkit.core.package_data import cli_catalogues

    known: dict[str, str] = {}
    for path in cli_catalogues(language):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        known |= {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}
    return known
