"""Prepare text for a page: mark its language, isolate its direction, escape what could end a script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

# UAX #9: embeddings and overrides end with PDF, isolates with PDI.
_EMBEDDINGS = frozenset("\u202a\u202b\u202d\u202e")
_ISOLATES = frozenset("\u2066\u2067\u2068")
_PDF, _PDI = "\u202c", "\u2069"
_STEERING = _EMBEDDINGS | _ISOLATES | {_PDF, _PDI}


def close_bidi(text: str) -> str:
    """Return ``text`` with every bidirectional embedding, override and isolate closed, so that none affects what
    follows.

    Unmatched closers are dropped. Control characters other than line feed and tab become U+FFFD.
    """
    if text.isprintable():
        return text
    open_now: list[str] = []
    kept: list[str] = []
    for char in text:
        if char in _EMBEDDINGS or char in _ISOLATES:
            open_now.append(_PDI if char in _ISOLATES else _PDF)
        elif char in (_PDF, _PDI):
            if not open_now or open_now[-1] != char:
                continue
            open_now.pop()
        kept.append(char if char in "\n\t" or char in _STEERING or not _is_control(char) else "\ufffd")
    return "".join(kept) + "".join(reversed(open_now))


def _is_control(char: str) -> bool:
    code = ord(char)
    return code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000


@dataclass(frozen=True, slots=True)
class Phrase:
    """Text from a manifest in the language in which it was found.

    ``{{ phrase }}`` in a template is the escaped text, isolated from its surroundings and marked with its language if
    that is not the page's; ``phrase.text`` is the bare text, for attributes.
    """

    text: str
    language: str
    page_language: str

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    def __html__(self) -> Markup:
        if self.language == self.page_language:
            return Markup("<bdi>{}</bdi>").format(self.text)
        return Markup('<bdi lang="{}">{}</bdi>').format(self.language, self.text)


def say(texts: Mapping[str, str], language: str) -> Phrase:
    """Return the text in ``language``, otherwise in English, or in the first language; empty if there is none."""
    for choice in (language, "en", *texts):
        if choice in texts:
            return Phrase(close_bidi(texts[choice]), choice, language)
    return Phrase("", language, language)


def paragraphs(phrase: Phrase) -> Markup:
    """Return prose as HTML paragraphs, divided at empty lines."""
    mark = Markup(' lang="{}"').format(phrase.language) if phrase.language != phrase.page_language else Markup("")
    parts = [part.strip() for part in phrase.text.split("\n\n") if part.strip()]
    return Markup("\n").join(Markup('<p dir="auto"{}>{}</p>').format(mark, part) for part in parts)


def script_json(value: Any) -> Markup:
    """Return ``value`` as JSON that is safe in a script element or a script file, in browsers of any age."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for char in "<>&\u2028\u2029\ufeff":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)


__all__ = ["Phrase", "close_bidi", "escape", "paragraphs", "say", "script_json"]
