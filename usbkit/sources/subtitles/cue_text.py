"""Tokens of WebVTT cue text, by the specification's own tokenizer (W3C WebVTT section 6.4).

Text that looks like a tag and that browsers would hide (``<Applause>``, ``1 < 2``) is kept as a text token here, with a
remark.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Tags that every target can show.
BASIC = ("b", "i", "u")

#: Tags that only WebVTT has (W3C WebVTT section 6.5).
RICH = ("v", "lang", "ruby", "rt", "c")

#: U+2060, a character without width: our SRT has it behind what a reader would take for markup, since SRT has no other
#: way to say that it is none. Dropped wherever it is read.
GUARD = "\u2060"

#: Names of HTML's own elements: they mean a style, and browsers drop them as we do.
_STYLES = frozenset(
    {"a", "b", "big", "body", "center", "cite", "code", "div", "em", "font", "h1", "h2", "h3", "i", "li"}
)
_STYLES |= {"p", "q", "s", "small", "span", "strike", "strong", "tt", "u"}

#: A tag from its ``<`` to its ``>`` or the cue's end, in the tokenizer's states: what begins it, and the rest.
_TAG = re.compile(r"<(/?)([^>]*)(>?)", re.DOTALL)
_NAME = re.compile(r"([^\s.]*)((?:\.[^\s.]*)*)(.*)", re.DOTALL)

#: What may stand behind a tag's name without being words: HTML's attributes; a language (BCP 47) in ``lang``.
_ATTRIBUTES = re.compile(r"""(?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=]+))*\s*/?\s*""")
_LANGUAGE = re.compile(r"\s*(?:[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)?\s*")
_TIMESTAMP = re.compile(r"(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}", re.ASCII)


def is_tag(name: str, rest: str) -> bool:
    """Whether ``<name`` with ``rest`` behind it is markup: words in it are text that a ``<`` happens to stand before.

    Only a voice has words of its own (W3C WebVTT section 4.2.2).
    """
    return name == "v" or bool((_LANGUAGE if name == "lang" else _ATTRIBUTES).fullmatch(rest))


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a cue: ``text`` (as is), ``open`` or ``close`` of a tag, or ``time`` (a karaoke timestamp)."""

    kind: str
    value: str
    classes: str = ""
    annotation: str = ""


@dataclass(slots=True)
class CueText:
    """The text of one cue. ``remarks`` are finding ids with details, complete once ``tokens`` has run."""

    source: str
    remarks: list[tuple[str, str]] = field(default_factory=list)

    def tokens(self) -> Iterator[Token]:
        """Yield all tokens of the source, with adjacent texts joined."""
        text = ""
        for token in self._pieces():
            if token.kind == "text":
                text += token.value
                continue
            if text:
                yield Token("text", text)
            text = ""
            yield token
        if text:
            yield Token("text", text)

    def _pieces(self) -> Iterator[Token]:
        at = 0
        while at < len(self.source):
            tag = _TAG.match(self.source, at)
            if tag is None:
                end = self.source.find("<", at)
                end = len(self.source) if end < 0 else end
                yield Token("text", html.unescape(self.source[at:end]).replace(GUARD, "").replace("\r", "\n"))
                at = end
                continue
            if (token := self._read_tag(tag)) is not None:
                yield token
            at = tag.end()

    def _read_tag(self, tag: re.Match[str]) -> Token | None:
        slash, inside, end = tag.groups()
        if not slash and _TIMESTAMP.fullmatch(inside):
            return Token("time", f"<{inside}>")
        name, classes, rest = _split_tag(inside) if not slash else (inside, "", "")
        if name in (*BASIC, *RICH) and end and is_tag(name, rest):
            annotation = " ".join(html.unescape(rest).split()) if name in ("v", "lang") else ""
            return Token("close" if slash else "open", name, classes, annotation)
        element, _classes, rest = _split_tag(inside)
        element = element.rstrip("/").lower()
        if element == "br" and is_tag(element, rest):
            self.remarks.append(("subtitle-browsers-hide", tag.group()))
            return Token("text", "\n")
        if element in _STYLES and end and is_tag(element, rest):
            self.remarks.append(("subtitle-style-dropped", tag.group()[:40]))
            return None
        self.remarks.append(("subtitle-browsers-hide", tag.group()[:40]))
        return Token("text", html.unescape(tag.group()).replace(GUARD, ""))


def _split_tag(inside: str) -> tuple[str, str, str]:
    """Name, classes (``.a.b``) and what is behind them."""
    match = _NAME.match(inside)
    if match is None:
        return "", "", ""
    name, classes, rest = match.groups()
    kept = "".join(f".{c}" for c in classes.split(".") if c and not set(c) & set("<&"))
    return name, kept, rest
