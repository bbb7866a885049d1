"""Suggest what a mistyped name probably meant."""

from __future__ import annotations

from collections.abc import Iterable

from usbkit.core.messages import Text, _

# What people write for a language: its country's code, its English name, a regional tag's first part.
_LANGUAGE_MISTAKES = {
    "kr": "ko",
    "cn": "zh",
    "ch": "zh",
    "vn": "vi",
    "sp": "es",
    "kh": "km",
    "mm": "my",
    "kg": "ky",
    "english": "en",
    "spanish": "es",
    "russian": "ru",
    "chinese": "zh",
    "vietnamese": "vi",
    "korean": "ko",
    "french": "fr",
    "indonesian": "id",
    "khmer": "km",
    "burmese": "my",
    "uzbek": "uz",
    "kyrgyz": "ky",
    "arabic": "ar",
}


def nearest(name: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """Return the known name most similar to ``name``, None if none reaches ``likeness`` (1 is equal)."""
    from difflib import get_close_matches

    folded = {k.lower(): k for k in known}
    close = get_close_matches(name.lower(), folded, n=1, cutoff=likeness)
    return folded[close[0]] if close else None


def nearest_language(code: str, known: Iterable[str]) -> str | None:
    """Return the known language that ``code`` stands for: ``kr``, ``spanish`` and ``zh-CN`` are common mistakes."""
    choices = list(known)
    return _meant(code) if _meant(code) in choices else nearest(code, choices)


def _meant(code: str) -> str:
    first = code.lower().replace("_", "-").partition("-")[0]
    return _LANGUAGE_MISTAKES.get(first, first)


def suggest(near: str | None, known: Iterable[str]) -> Text:
    """Return "Did you mean …?", otherwise the known names."""
    if near is not None:
        return _("Did you mean {near}?", near=near)
    return _("Known here: {names}", names=", ".join(known))
