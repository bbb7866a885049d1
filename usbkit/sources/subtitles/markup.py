"""Markup inside a cue, from SRT or WebVTT: kept as far as WebVTT allows, the rest reported.

Text that only looks like a tag is kept: people write ``<Applause>``, and dropping it would drop words.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from usbkit.sources.subtitles.cue_text import BASIC, GUARD, RICH, CueText, Token, is_tag

#: Tags of SRT files that no target of ours shows: they are dropped, their text stays.
_DROPPED = ("font", "s", "strike", "span", "p", "div")

_TAG = re.compile(r"<(/?)([a-zA-Z]+)((?:\.[^\s<>.]+)*)((?:[ \t\n]+[^<>]*)?/?)>")
_TIMESTAMP = re.compile(r"<(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}>")

#: ASS's overrides as libass knows them, each with what it takes; anything else in braces is words.
_OVERRIDE = re.compile(
    r"""\{\s*(?:\\(?:
        (?:[xy]?(?:bord|shad)|be|blur|fax|fay|fr[xyz]?|fs|fsc[xy]?|fsp|fe|pbo|p|q|an?|k[fot]?|K|[bius])[ ]*[-+]?[\d.]*
      | (?:[1-4]?(?:a|c)|alpha)(?:&?H[0-9A-Fa-f]{1,8}&?)?
      | (?:i?clip|fade?|move|org|pos|t)\([^{}]*\)
      | fn[^\\{}]* | r(?:[A-Z][^\\{}]*)?
    )\s*)+\}""",
    re.VERBOSE,
)
_ALIGNMENT = re.compile(r"\\an([1-9])")
_CURLY = re.compile(r"\{(/?)([biuBIU])\}|\{\\([biu])([01])\}")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BREAK = re.compile(r"<br\s*/?>|\\N", re.IGNORECASE)

#: A word with backslashes that is a path: from a drive or a server on, or with one that no escape begins with.
_PATH = re.compile(r"^\\\\|[A-Za-z]:\\|\\[^Nhn\\\s]")

#: Characters; a cue that is longer is a page of text by mistake, and not looked through for markup.
_LONGEST = 3000

#: Where markup may begin.
_SPECIAL = re.compile(r"[<&{\\\u2060]")

_ANY_TAG = re.compile(r"<[^<>]*>")
_EMPTY_TAG = re.compile(r"<([a-z]+)[^<>]*>(\s*)</\1>")


@dataclass(slots=True)
class MarkedText:
    """A cue's parsed text: see ``Cue`` for ``text`` and ``rich``. ``remarks`` are finding ids with details."""

    text: str
    rich: str
    alignment: int | None = None
    remarks: list[tuple[str, str]] = field(default_factory=list)


def parse_markup(source: str, format: str) -> MarkedText:
    """Parse the text of one cue of a file in ``format`` (``srt`` or ``webvtt``)."""
    if len(source) > _LONGEST:
        text = tidy_lines(escape_text(source.replace(GUARD, "")))
        return MarkedText(text, "", None, [("subtitle-endless", text[:40])])
    scan = CueText(source) if format == "webvtt" else _Scan(source)
    rich = _Writer(is_rich=True, is_webvtt=format == "webvtt")
    full = rich.write(scan.tokens())
    # From the canonical form and not from the source: then reading our own output gives the same again.
    text = _Writer(is_rich=False, is_webvtt=True).write(CueText(full).tokens())
    alignment = scan.alignment if isinstance(scan, _Scan) else None
    return MarkedText(text, "" if full == text else full, alignment, [*scan.remarks, *rich.remarks])


def strip_markup(text: str) -> str:
    """Canonical cue text as a viewer reads it."""
    return html.unescape(re.sub(r"</?[biu]>", "", text))


def escape_text(text: str) -> str:
    """Escape ``text`` for WebVTT cue text and HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class _Scan:
    """One pass over the source of an SRT cue."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.alignment: int | None = None
        self.remarks: list[tuple[str, str]] = []

    def tokens(self) -> Iterator[Token]:
        at, literal = 0, []
        while at < len(self.source):
            special = _SPECIAL.search(self.source, at)
            end = special.start() if special else len(self.source)
            literal.append(self.source[at:end])
            at = end
            if special is None:
                break
            length, token = self._match(at)
            if length == 0 or (token is not None and token.kind == "text"):
                literal.append(token.value if token is not None else self.source[at])
            elif token is not None:
                if any(literal):
                    yield Token("text", "".join(literal))
                literal = []
                yield token
            at += max(1, length)
        if any(literal):
            yield Token("text", "".join(literal))

    def _match(self, at: int) -> tuple[int, Token | None]:
        """How many characters at ``at`` are markup, and what they mean; 0 when they are text."""
        char = self.source[at]
        if char == GUARD:
            return 1, None
        if char == "<":
            return self._tag(at)
        if char == "&":
            return self._entity(at)
        if char == "{":
            return self._curly(at)
        if char == "\\":
            return self._escape(at)
        return 0, None

    def _tag(self, at: int) -> tuple[int, Token | None]:
        if br := _BREAK.match(self.source, at):
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
        slash, _name, classes, rest = match.groups()
        is_less = name == "v" and not slash and self.source[:at][-1:].isalnum()  # a voice begins where a word may
        is_known = name in (*_DROPPED, *BASIC, *RICH) and not is_less
        if not is_known or not is_tag("" if slash else name, rest):
            self.remarks.append(("subtitle-unknown-tag", match.group()))
            return 0, None
        if name in _DROPPED:
            self.remarks.append(("subtitle-style-dropped", match.group()))
            return len(match.group()), None
        annotation = " ".join(html.unescape(rest.removesuffix("/")).split()) if name in ("v", "lang") else ""
        return len(match.group()), Token("close" if slash else "open", name, classes, annotation)

    def _entity(self, at: int) -> tuple[int, Token | None]:
        match = _ENTITY.match(self.source, at)
        meant = html.unescape(match.group()) if match else ""
        if match is None or meant == match.group() or meant in ("\r", "\ufffd"):
            return 0, None
        self.remarks.append(("subtitle-entity", match.group()))
        return len(match.group()), Token("text", meant)

    def _curly(self, at: int) -> tuple[int, Token | None]:
        if match := _CURLY.match(self.source, at):
            name = (match.group(2) or match.group(3)).lower()
            is_close = match.group(1) == "/" or match.group(4) == "0"
            return len(match.group()), Token("close" if is_close else "open", name)
        match = _OVERRIDE.match(self.source, at)
        if match is None:
            if self.source.startswith("{\\", at):
                self.remarks.append(("subtitle-unknown-tag", self.source[at : at + 20].partition("}")[0] + "}"))
            return 0, None
        if found := _ALIGNMENT.search(match.group()):
            self.alignment = int(found.group(1))
        if not re.fullmatch(r"\{\\an[1-9]\}", match.group()):
            self.remarks.append(("subtitle-style-dropped", match.group()))
        return len(match.group()), None

    def _escape(self, at: int) -> tuple[int, Token | None]:
        if self._is_in_path(at):
            return 0, None
        if self.source.startswith("\\N", at):
            self.remarks.append(("subtitle-line-break-tag", "\\N"))
            return 2, Token("text", "\n")
        if self.source.startswith("\\h", at):
            return 2, Token("text", "\u00a0")
        return 0, None

    def _is_in_path(self, at: int) -> bool:
        """Whether the backslash at ``at`` is one of a folder's name: ``C:\\Notas``, ``\\\\server\\home``.

        Overrides are none of the word that they stand in.
        """
        begin = max(self.source.rfind(c, 0, at) for c in " \t\n") + 1
        end = min((i for c in " \t\n" if (i := self.source.find(c, at)) >= 0), default=len(self.source))
        return bool(_PATH.search(_OVERRIDE.sub("", self.source[begin:end])))


class _Writer:
    """Puts tokens together again, each tag closed where it must be.

    ``is_webvtt``: tags open and close as browsers build a cue's tree (W3C WebVTT section 6.5). Else as people mean
    them in SRT, which has no rule: crossed tags are untangled, and one inside itself counts once.
    """

    def __init__(self, *, is_rich: bool, is_webvtt: bool) -> None:
        self.is_rich, self.is_webvtt = is_rich, is_webvtt
        self.parts: list[str] = []
        self.open: list[Token] = []
        self.remarks: list[tuple[str, str]] = []

    def write(self, tokens: Iterable[Token]) -> str:
        """The canonical text of ``tokens``."""
        for token in tokens:
            self._take(token)
        return self._finish()

    def _take(self, token: Token) -> None:
        if token.kind == "text":
            self.parts.append(escape_text(token.value))
        elif token.kind == "time":
            if self.is_rich:
                self.parts.append(token.value)
        elif token.kind == "open":
            self._open(token)
        else:
            self._close(token)

    def _finish(self) -> str:
        while self.open:
            token = self.open.pop()
            if token.value not in ("v", "lang"):
                self.remarks.append(("subtitle-tag-unclosed", f"<{token.value}>"))
            if not self._is_repeated(token):
                self._write_close(token)
        return _settle("".join(self.parts))

    def _open(self, token: Token) -> None:
        if self.is_webvtt:
            if token.value == "rt" and not (self.open and self.open[-1].value == "ruby"):
                self.remarks.append(("subtitle-tag-stray", "<rt>"))
                return
            if not self._is_repeated(token):
                self._write_open(token)
            self.open.append(token)
            return
        if self._is_repeated(token):
            self.remarks.append(("subtitle-tag-twice", f"<{token.value}>"))
            return
        if token.value == "rt" and not any(t.value == "ruby" for t in self.open):
            self.remarks.append(("subtitle-tag-stray", "<rt>"))
            return
        if token.value in ("v", "rt"):
            self._close_all_of(token.value)  # voices and readings follow one another without closing tags
        within = self._close_down_to("ruby") if token.value == "rt" else []
        self._open_again([token, *within])

    def _close(self, token: Token) -> None:
        if self.is_webvtt:
            self._close_innermost(token)
            return
        if not any(t.value == token.value for t in self.open):
            self.remarks.append(("subtitle-tag-stray", f"</{token.value}>"))
            return
        self._close_all_of(token.value)

    def _close_innermost(self, token: Token) -> None:
        """An end tag closes the tag opened last, or a ruby with its reading; any other is passed over."""
        if token.value == "ruby" and [t.value for t in self.open[-2:]] == ["ruby", "rt"]:
            self._write_close(self.open.pop())
        if not self.open or self.open[-1].value != token.value:
            self.remarks.append(("subtitle-tag-stray", f"</{token.value}>"))
        elif not self._is_repeated(closed := self.open.pop()):
            self._write_close(closed)

    def _is_repeated(self, token: Token) -> bool:
        """Whether ``token`` says what is open already."""
        return token.value in BASIC and any(t.value == token.value for t in self.open)

    def _close_all_of(self, name: str) -> None:
        """Close the innermost ``name`` and open again what was closed on the way to it."""
        if not any(t.value == name for t in self.open):
            return
        again = self._close_down_to(name)
        self._write_close(self.open.pop())
        self._open_again(again)

    def _close_down_to(self, name: str) -> list[Token]:
        """Close what was opened within the innermost ``name``; what of it goes on afterwards, the outermost first."""
        again: list[Token] = []
        while (token := self.open[-1]).value != name:
            self._write_close(self.open.pop())
            if token.value != "rt":  # a ruby's end is its text's end
                again.insert(0, token)
        return again

    def _open_again(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            self.open.append(token)
            self._write_open(token)

    def _write_open(self, token: Token) -> None:
        if token.value in BASIC:
            self.parts.append(f"<{token.value}{token.classes if self.is_rich else ''}>")
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


def _settle(text: str) -> str:
    """``text`` without tags that hold nothing, tidied until nothing changes."""
    before = None
    while before != text:
        before, text = text, tidy_lines(_EMPTY_TAG.sub(r"\2", text))
    return text


def tidy_lines(text: str) -> str:
    """Return ``text`` without trailing spaces and without empty lines, which would end a cue.

    A line with nothing but tags counts as empty; its tags move to the next line that is not.
    """
    lines: list[str] = []
    carried = ""
    for line in text.split("\n"):
        if _ANY_TAG.sub("", line).strip():
            lines.append(_trim(carried + line))
            carried = ""
        else:
            carried += "".join(_ANY_TAG.findall(line))
    if carried and lines:
        lines[-1] = _trim(lines[-1] + carried)
    return "\n".join(lines)


def _trim(line: str) -> str:
    """``line`` without spaces before its first and behind its last visible character; tags stay."""
    tags = list(_ANY_TAG.finditer(line))
    first, last = 0, len(line)
    leading, trailing = [], []
    for tag in tags:
        if line[first : tag.start()].strip(" \t"):
            break
        leading.append(tag.group())
        first = tag.end()
    for tag in reversed(tags):
        if tag.start() < first or line[tag.end() : last].strip(" \t"):
            break
        trailing.append(tag.group())
        last = tag.start()
    return "".join([*leading, line[first:last].strip(" \t"), *reversed(trailing)])
