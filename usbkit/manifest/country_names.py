"""Which country a name means, in any language that pages can be in (Unicode's CLDR)."""

from __future__ import annotations

import unicodedata

from usbkit.manifest.iso import ALPHA_2
from usbkit.manifest.suggestions import nearest
from usbkit.manifest.values import LANGUAGE_NAMES


def find_country(text: str) -> str | None:
    """The ISO 3166 code that ``text`` is or names."""
    wanted = text.strip()
    if wanted.upper() in ALPHA_2:
        return wanted.upper()
    return _names().get(_fold(wanted))


def suggest_country(text: str) -> str | None:
    """The English name most like ``text``."""
    from babel import Locale

    english = Locale("en").territories
    return nearest(text, [str(english[code]) for code in ALPHA_2 if code in english])


def _names() -> dict[str, str]:
    from babel import Locale, UnknownLocaleError

    found: dict[str, str] = {}
    for language in LANGUAGE_NAMES:
        try:
            territories = Locale(language).territories
        except UnknownLocaleError:
            continue
        for code in ALPHA_2:
            if code in territories:
                found.setdefault(_fold(str(territories[code])), code)
    return found


def _fold(name: str) -> str:
    """``name`` without case, accents and what is no letter: people leave them out."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if c.isalnum())
