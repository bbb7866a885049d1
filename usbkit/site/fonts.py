"""Fonts for scripts that old computers cannot draw; included if a country's languages need them."""

from __future__ import annotations

from collections.abc import Iterable

#: Language to the folder under ``assets/fonts`` that holds its font, its licence and the style sheet naming it.
FONTS = {"km": "noto-sans-khmer", "my": "noto-sans-myanmar"}


def fonts_for(languages: Iterable[str]) -> tuple[str, ...]:
    """Return the font folders that ``languages`` need, sorted."""
    return tuple(sorted({FONTS[code] for code in languages if code in FONTS}))
