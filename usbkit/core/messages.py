"""Messages of the command line as values: a message id with its values, translated only when shown.

``_("{path} is empty", path=p)`` makes a ``Text``; ``str()`` of it looks the id up in the active catalogue
(``<lang>.po`` in each package; English is the id itself) and fills in the values. The names in braces are the contract
between a message and its translation; a test compares them. Values are untrusted and escaped for a terminal: control
characters, bidirectional overrides and lone surrogates become visible escapes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from usbkit.core.english import agree_in_number
from usbkit.core.korean import choose_particles

LANGUAGES = ("en", "ko")

# Controls, separators of lines and paragraphs, halves of surrogate pairs (Unicode's categories Cc, Zl, Zp, Cs).
# Bidirectional controls (Unicode 15, UAX #9) can make a name read as another; they are category Cf, which also holds
# joiners that Khmer and emoji need, so they are named one by one.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

_active: dict[str, str] = {}


def escape(value: object) -> str:
    """Return ``value`` as text that cannot control a terminal or reorder the line."""
    text = str(value)
    if text.isascii() and text.isprintable():
        return text  # nearly always
    return _STEERING.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\u{number:04x}" if number > 0xFF else f"\\x{number:02x}"


@dataclass(frozen=True, slots=True)
class Text:
    """A message id (English, with ``{names}``) and its values."""

    id: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.id, tuple(self.values)))  # the values themselves may be lists or mappings

    def __str__(self) -> str:
        values = {k: str(v) if isinstance(v, Text) else escape(v) for k, v in self.values.items()}
        template = _active.get(self.id)
        if not template:
            return agree_in_number(self.id, values).format_map(values)
        return choose_particles(template, values).format_map(values)


def mark(id: str) -> str:
    """Mark a help text for extraction where a plain string is needed; ``translate`` translates it later."""
    return id


def translate(id: str) -> str:
    """Return the message, which has no values, in the active language."""
    return _active.get(id) or id


def _(id: str, /, **values: Any) -> Text:
    """The marker that extraction looks for, and the way every message is made."""
    return Text(id, values)


def use_language(language: str) -> None:
    """Show messages in ``language`` from now on (``LANGUAGES``); ids without a translation stay English."""
    _active.clear()
    if language != "en":
        _active.update(read_catalogue(language))


def read_catalogue(language: str) -> dict[str, str]:
    """Return translations by message id, without fuzzy and empty ones."""
    from babel.messages.pofile import read_po  # heavy; English users never need it

    from usbkit.core.package_data import cli_catalogues

    known: dict[str, str] = {}
    for path in cli_catalogues(language):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        known |= {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}
    return known
