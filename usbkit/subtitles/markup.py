"""Markup inside a cue: read from SRT or WebVTT, kept as far as WebVTT can hold it, the rest said.

Whatever looks like a tag and is none stays as text: people write ``<Applause>``, and readers that drop it drop words.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Tags that every target can show.
BASIC = ("b", "i", "u")

#: Tags that only WebVTT has (W3C WebVTT section 3.2.1).
_RICH = ("v", "lang", "ruby", "rt", "c")

#: Tags of SRT files that no target of ours shows: they are dropped, their text stays.
_DROPPED = ("font", "s", "strike", "span", "p", "div")

_TAG = re.compile(r"<(/?)([a-zA-Z]+)((?:\.[^\s<>.]+)*)(?:[ \t\n]+([^<>]*))?\s*/?>")
_TIMESTAMP = re.compile(r"<(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}>")
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
_ALIGNMENT = re.compile(r"\\an([1-9])")
_CURLY = re.compile(r"\{(/?)([biuBIU])\}|\{\\([biu])([01])\}")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BREAK = re.compile(r"<br\s*/?>|\\N", re.IGNORECASE)

#: Put behind a literal ``<`` in SRT, which has no other way to say "this is not a tag" (U+2060, no width).
GUARD = "\u2060"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a cue: ``text`` (as is), ``open`` or ``close`` of a tag, or ``time`` (a karaoke timestamp)."""

    kind: str
    value: str
    classes: str = ""
    annotation: str = ""


@dataclass(slots=True)
class Marked:
    """A cue's text after reading: see `Cue` for ``text`` and ``rich``. ``remarks`` are ids with what was found."""

    text: str
    rich: str
    alignment: int | None = None
    remarks: list[tuple[str, str]] = field(default_factory=list)


def parse_markup(source: str, format: str) -> Marked:
    """Read the text of one cue of a file in ``format`` (``srt`` or ``webvtt``)."""
    scan = _Scan(source, is_srt=format == "srt")
    tokens = list(scan.tokens())
    basic, rich = _Writer(is_rich=False), _Writer(is_rich=True)
    for token in tokens:
        basic.take(token)
        rich.take(token)
    text, full = basic.finish(), rich.finish()
    remarks = [*scan.remarks, *rich.remarks]
    return Marked(text, "" if full == text else full, scan.alignment, remarks)


def strip_markup(text: str) -> str:
    """Canonical cue text as a viewer reads it."""
    return html.unescape(re.sub(r"</?[biu]>", "", text))


def escape_text(text: str) -> str:
    """``text`` as WebVTT cue text and HTML have it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class _Scan:
    """One pass over a cue's source."""

    def __init__(self, source: str, *, is_srt: bool) -> None:
        self.source = source
        self.is_srt = is_srt
        self.alignment: int | None = None
        self.remarks: list[tuple[str, str]] = []

    def tokens(self) -> Iterator[Token]:
        at, literal = 0, []
        while at < len(self.source):
            length, token = self._match(at)
            if length == 0:
                literal.append(self.source[at])
                at += 1
                continue
            if token is not None and token.kind == "text":
                literal.append(token.value)
            elif token is not None:
                if literal:
                    yield Token("text", "".join(literal))
                    literal = []
                yield token
            at += length
        if literal:
            yield Token("text", "".join(literal))

    def _match(self, at: int) -> tuple[int, Token | None]:
        """How many characters at ``at`` are markup, and what they mean; 0 when they are text."""
        char = self.source[at]
        if char == "<":
            return self._tag(at)
        if char == "&":
            return self._entity(at)
        if self.is_srt and char == "{":
            return self._curly(at)
        if self.is_srt and char == "\\":
            return self._escape(at)
        return 0, None

    def _tag(self, at: int) -> tuple[int, Token | None]:
        if self.source.startswith(GUARD, at + 1):
            return 2, Token("text", "<")
        if self.is_srt and (br := _BREAK.match(self.source, at)):
            self.remarks.append(("subtitle-line-break-tag", br.group()))
            return len(br.group()), Token("text", "\n")
        if time := _TIMESTAMP.match(self.source, at):
            return len(time.group()), Token("time", time.group())
        match = _TAG.match(self.source, at)
        name = match.group(2).lower() if match else ""
        if match is None:
            if self.source[at + 1 : at + 2].isalpha():
                self.remarks.append(("subtitle-tag-broken", self.source[at : at + 20]))
            return 0, None
        if name in _DROPPED:
            self.remarks.append(("subtitle-style-dropped", match.group()))
            return len(match.group()), None
        if name not in (*BASIC, *_RICH):
            self.remarks.append(("subtitle-unknown-tag", match.group()))
            return 0, None
        kind = "close" if match.group(1) else "open"
        return len(match.group()), Token(kind, name, match.group(3), " ".join((match.group(4) or "").split()))

    def _entity(self, at: int) -> tuple[int, Token | None]:
        match = _ENTITY.match(self.source, at)
        meant = html.unescape(match.group()) if match else ""
        if match is None or meant == match.group() or meant in ("\r", "\ufffd"):
            return 0, None
        if self.is_srt:
            self.remarks.append(("subtitle-entity", match.group()))
        return len(match.group()), Token("text", meant)

    def _curly(self, at: int) -> tuple[int, Token | None]:
        if match := _CURLY.match(self.source, at):
            name = (match.group(2) or match.group(3)).lower()
            is_close = match.group(1) == "/" or match.group(4) == "0"
            return len(match.group()), Token("close" if is_close else "open", name)
        match = _OVERRIDE.match(self.source, at)
        if match is None:
            return 0, None
        if found := _ALIGNMENT.search(match.group()):
            self.alignment = int(found.group(1))
        if not re.fullmatch(r"\{\\an[1-9]\}", match.group()):
            self.remarks.append(("subtitle-style-dropped", match.group()))
        return len(match.group()), None

    def _escape(self, at: int) -> tuple[int, Token | None]:
        if self.source.startswith("\\N", at):
            self.remarks.append(("subtitle-line-break-tag", "\\N"))
            return 2, Token("text", "\n")
        if self.source.startswith("\\h", at):
            return 2, Token("text", "\u00a0")
        return 0, None


class _Writer:
    """Puts tokens together again, each tag closed where it must be."""

    def __init__(self, *, is_rich: bool) -> None:
        self.is_rich = is_rich
        self.parts: list[str] = []
        self.open: list[Token] = []
        self.remarks: list[tuple[str, str]] = []

    def take(self, token: Token) -> None:
        if token.kind == "text":
            self.parts.append(escape_text(token.value))
        elif token.kind == "time":
            if self.is_rich:
                self.parts.append(token.value)
        elif token.kind == "open":
            self._open(token)
        else:
            self._close(token)

    def finish(self) -> str:
        for token in reversed(self.open):
            if token.value not in ("v", "lang"):
                self.remarks.append(("subtitle-tag-unclosed", f"<{token.value}>"))
            self._write_close(token)
        self.open = []
        return tidy_lines(_drop_empty_tags("".join(self.parts)))

    def _open(self, token: Token) -> None:
        if token.value in BASIC and any(t.value == token.value for t in self.open):
            self.remarks.append(("subtitle-tag-twice", f"<{token.value}>"))
            return
        if token.value == "v":
            self._close_all_of("v")
        self.open.append(token)
        self._write_open(token)

    def _close(self, token: Token) -> None:
        if not any(t.value == token.value for t in self.open):
            self.remarks.append(("subtitle-tag-stray", f"</{token.value}>"))
            return
        self._close_all_of(token.value)

    def _close_all_of(self, name: str) -> None:
        """Close the innermost ``name`` and open again what was closed on the way to it."""
        if not any(t.value == name for t in self.open):
            return
        again: list[Token] = []
        while (token := self.open.pop()).value != name:
            self._write_close(token)
            if token.value != "rt":  # a ruby's end is its text's end
                again.append(token)
        self._write_close(token)
        for token in reversed(again):
            self.open.append(token)
            self._write_open(token)

    def _write_open(self, token: Token) -> None:
        if token.value in BASIC:
            self.parts.append(f"<{token.value}>")
        elif self.is_rich:
            annotation = f" {escape_text(token.annotation)}" if token.annotation else ""
            self.parts.append(f"<{token.value}{token.classes}{annotation}>")
        elif token.value == "v" and token.annotation:
            self.parts.append(f"{escape_text(token.annotation)}: ")
        elif token.value == "rt":
            self.parts.append("(")

    def _write_close(self, token: Token) -> None:
        if token.value in BASIC or self.is_rich:
            self.parts.append(f"</{token.value}>")
        elif token.value == "rt":
            self.parts.append(")")


def _drop_empty_tags(text: str) -> str:
    before = None
    while before != text:
        before, text = text, re.sub(r"<([biu])>(\s*)</\1>", r"\2", text)
    return text


def tidy_lines(text: str) -> str:
    """Lines without spaces at their ends; no empty lines, which would end a cue."""
    lines = (re.sub(r"^[ \t]+|[ \t]+$", "", line) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
