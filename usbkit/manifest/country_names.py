"""Find a country by its name in any language that pages can have (Unicode's CLDR)."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence

from usbkit.core.errors import Finding
from usbkit.core.messages import _
from usbkit.manifest.iso import ALPHA_2
from usbkit.manifest.suggestions import nearest
from usbkit.manifest.values import LANGUAGE_NAMES

#: Names that two countries share, and of which CLDR has none or gives one of them to one country alone.
_SHARED = {
    **dict.fromkeys(("congo", "конго", "콩고", "刚果", "الكونغو"), frozenset(("CD", "CG"))),
    **dict.fromkeys(("korea", "corea", "corée", "корея", "كوريا"), frozenset(("KP", "KR"))),
}


def find_countries(text: str) -> list[str]:
    """Return the ISO 3166 codes of the countries that ``text`` is or names; several if the name is ambiguous.

    ``USA``, ``400`` and ``UK`` are accepted too.
    """
    from babel.core import get_global

    wanted = text.strip()
    if wanted.upper() in ALPHA_2:
        return [wanted.upper()]
    if (named := _names().get(_fold(wanted))) is not None:
        return sorted(named)
    meant = get_global("territory_aliases").get(wanted.upper(), ())
    return [str(meant[0])] if len(meant) == 1 and meant[0] in ALPHA_2 else []


def why_ambiguous(name: str, codes: Sequence[str]) -> Finding:
    """Return what is asked about a ``name`` that several countries share."""
    choices = ", ".join(f"{code} ({english_name(code)})" for code in codes)
    what = _("found {value}, which is the name of several countries", value=name)
    todo = _("Give the code of the one that is meant: {choices}", choices=choices)
    return Finding("country-ambiguous", what, todo=todo)


def english_name(code: str) -> str:
    """A country's name in English."""
    from babel import Locale

    return str(Locale("en").territories[code])


def suggest_country(text: str) -> str | None:
    """Return the English name most similar to ``text``."""
    from babel import Locale

    english = Locale("en").territories
    return nearest(text, [str(english[code]) for code in ALPHA_2 if code in english])


@functools.cache
def _names() -> dict[str, frozenset[str]]:
    from babel import Locale, UnknownLocaleError

    found: dict[str, frozenset[str]] = {_fold(name): codes for name, codes in _SHARED.items()}
    for language in LANGUAGE_NAMES:
        try:
            territories = Locale(language).territories
        except UnknownLocaleError:
            continue
        for code in ALPHA_2:
            if code in territories:
                name = _fold(str(territories[code]))
                found[name] = found.get(name, frozenset()) | {code}
    return found


def _fold(name: str) -> str:
    """``name`` without case, blanks, punctuation, and the accents and points that people leave out: those of Latin,
    Greek, Cyrillic and Arabic letters. The marks of Khmer and Burmese are vowels: without them names fall together.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in decomposed if c.isalnum() or (unicodedata.category(c)[0] == "M" and c not in _LEFT_OUT))


#: Combining diacritical marks, and the points and hamza of Arabic (Unicode's blocks of these names).
_LEFT_OUT = frozenset(map(chr, (*range(0x300, 0x370), *range(0x64B, 0x656), 0x670)))
