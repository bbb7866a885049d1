"""Characters that look right but are wrong: no-break spaces, full-width signs, typographic quotation marks.

Text pasted from documents looks the same on the screen. So a message names the character and its place, and shows the
intended line.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from usbkit.core.messages import Text, _

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_NOTHING = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_SINGLE, _DOUBLE = "‘’‚‛′`´＇", "“”„‟″«»＂「」『』"
_DASHES = "‐‑‒–—―−－"

#: Letters of other scripts that look like one of ours.
_CYRILLIC = dict(zip("аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅ", "aeopcyxijshdqwABEKMHOPCTYXIJS", strict=False))
_GREEK = dict(zip("οικνρυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oiknpyxABEZHIKMNOPTYX", strict=True))
_HOMOGLYPHS = _CYRILLIC | {k: v for k, v in _GREEK.items() if k not in "ικ"}

_SIGNS = {
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_NOTHING, ""),
    **dict.fromkeys(_SINGLE, "'"),
    **dict.fromkeys(_DOUBLE, '"'),
    **dict.fromkeys(_DASHES, "-"),
    **{chr(0xFEE0 + n): chr(n) for n in range(0x21, 0x7F) if chr(0xFEE0 + n) not in "＂＇"},
    "、": ",",
    "【": "[",
    "】": "]",
}

#: A text of a manifest, in whichever quotation marks; what stands in it is the writer's.
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')

_BARE_KEY = re.compile(r"^(\s*)([^\s=\"'\[{#]+)(\s*=)")


#: What a character is, for people, by the first of these that has it.
_KINDS: tuple[tuple[Container[str], Text], ...] = (
    ("\u00a0\u2007\u202f", _("a no-break space")),
    ("\u3000", _("a full-width space")),
    (_SPACES, _("a space of another width")),
    (_NOTHING, _("a character without a width")),
    ([chr(code) for code in range(0xFF01, 0xFF5F)], _("a full-width character")),
    ("、【】", _("a full-width character")),
    (_SINGLE + _DOUBLE, _("a typographic quotation mark")),
    (_DASHES, _("a dash")),
    (_CYRILLIC, _("a Cyrillic letter")),
    (_GREEK, _("a Greek letter")),
)


def _kind_of(char: str) -> Text:
    return next((said for chars, said in _KINDS if char in chars), _("another character"))


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A character at ``column`` (from 1) to be replaced by ``meant``, which is empty for an invisible one."""

    column: int
    char: str
    meant: str

    def describe(self) -> Text:
        """Return what the character is, and its place."""
        values = {"name": _kind_of(self.char), "code": f"U+{ord(self.char):04X}", "column": self.column}
        if self.meant == "":
            return _("character {column} is {name} ({code}), which nobody sees", **values)
        if self.meant == " ":
            return _("character {column} is {name} ({code}), which looks like a space", **values)
        return _("character {column} is {name} ({code}), which looks like {meant}", meant=self.meant, **values)


def straighten_line(line: str) -> tuple[str, list[Lookalike]]:
    """Return a line of a manifest with ASCII where TOML requires it; texts and comments stay unchanged."""
    found: list[Lookalike] = []
    parts: list[str] = []
    at = 0
    while at < len(line):
        text = _TEXT.match(line, at)
        if text is not None:
            parts.append(text.group())
            at = text.end()
            continue
        if line[at] == "#":
            parts.append(line[at:])
            break
        meant = _SIGNS.get(line[at])
        if meant is not None:
            found.append(Lookalike(at + 1, line[at], meant))
        parts.append(line[at] if meant is None else meant)
        if meant == '"':
            end = _closing(line, at)
            parts.append(line[at + 1 : end] + '"' * (end < len(line)))
            at = end
        at += 1
    straight = "".join(parts)
    key = _BARE_KEY.match(straight)
    if key is not None and not key[2].isascii():
        straight, more = straight[: key.start(2)] + _latin(key[2]) + straight[key.end(2) :], _homoglyphs(key[2])
        found += [Lookalike(key.start(2) + x.column, x.char, x.meant) for x in more]
    return straight, sorted(found, key=lambda x: x.column)


def _closing(line: str, at: int) -> int:
    """Where the text ends that a quotation mark of a word processor opens at ``at``."""
    return next((i for i in range(at + 1, len(line)) if line[i] in _DOUBLE or line[i] == '"'), len(line))


def _latin(word: str) -> str:
    return "".join(_HOMOGLYPHS.get(c, c) for c in word)


def _homoglyphs(word: str) -> list[Lookalike]:
    return [Lookalike(i, c, _HOMOGLYPHS[c]) for i, c in enumerate(word, start=1) if c in _HOMOGLYPHS]


def find_in_text(text: str) -> list[Lookalike]:
    """Return suspects in a plain value: invisible characters, and letters of other scripts in a Latin word."""
    has_latin = any(c.isascii() and c.isalpha() for c in text) or (bool(text) and _latin(text).isascii())
    found = [Lookalike(i, c, _SIGNS[c]) for i, c in enumerate(text, start=1) if c in _SPACES or c in _NOTHING]
    found += [Lookalike(i, c, _SIGNS[c]) for i, c in enumerate(text, start=1) if "\uff01" <= c <= "\uff5e"]
    return sorted(found + (_homoglyphs(text) if has_latin else []), key=lambda x: x.column)


def straighten_text(text: str) -> str:
    """Return ``text`` with everything that ``find_in_text`` finds corrected."""
    suspects = {x.char: x.meant for x in find_in_text(text)}
    return "".join(suspects.get(c, c) for c in text).strip()


def explain_text(text: object) -> Text | None:
    """Return which characters in ``text`` only look right, with the corrected text; None if there are none."""
    if not isinstance(text, str) or not (found := find_in_text(text)):
        return None
    return _("{which}. Write: {meant}", which=found[0].describe(), meant=f'"{straighten_text(text)}"')
