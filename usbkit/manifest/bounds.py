"""Limits on a manifest: far above what any programme needs, and low enough to be read in a moment.

A manifest may be untrusted. The standard library's reader has no limits: long keys, deep nesting and many digits take
it minutes or end in errors without a line. So the text is checked first, in linear time. A file beyond a limit gives
one error and is not read further.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from usbkit.core.messages import Text, _
from usbkit.core.small_files import read_file
from usbkit.core.units import format_size, shown
from usbkit.manifest.positions import Path as FieldPath

#: Bytes of a file: a hundred recordings in six languages with their prose take a quarter of it.
MOST_BYTES = 512 * 2**10

#: Characters of one line, of one key, and of one word without quotation marks (a bare key, a number, a date).
LONGEST_LINE, LONGEST_KEY, LONGEST_WORD = 20_000, 100, 100

#: Keys in a dotted key or header, and lists and tables inside one another. A programme's own deepest has 4.
MOST_PARTS, DEEPEST = 16, 16

#: Values of all kinds in a file, its tables and lists counted too.
MOST_VALUES = 20_000

#: TOML 1.0.0: integers of 64 bits.
_INTEGERS = range(-(2**63), 2**63)

# Texts first, so that nothing inside one counts; one that is not closed goes to its line's end, or to the file's. No
# form is tried twice at one place, so the whole takes time in proportion to the text. A line that begins a statement
# is inside no list, whatever was left open above it.
_TOKEN = re.compile(
    r'''(?P<text>"""(?s:\\.|(?!""")[^\\])*(?:"{3,5}|\\?\Z)'''
    r"""|'''(?s:(?!''').)*(?:'{3,5}|\Z)"""
    r"""|"(?:\\.|[^"\\\n])*"?"""
    r"""|'[^'\n]*'?)"""
    r"""|(?P<statement>(?m:^)[ \t]*[A-Za-z0-9_-]{1,100}[ \t]*=)"""
    r"""|(?P<word>[A-Za-z0-9_+-]+)"""
    r"""|(?P<dot>\.)|(?P<open>[\[{])|(?P<close>[\]}])|(?P<line>\n)|(?P<space>[ \t\r]+)|(?P<other>\#[^\n]*|.)"""
)


@dataclass(frozen=True, slots=True)
class Excess:
    """What exceeds a manifest's limits, with its line (from 1) if known, otherwise its path."""

    what: Text
    line: int | None = None
    path: FieldPath = ()


class ExcessError(ValueError):
    """A text exceeds a manifest's limits."""

    def __init__(self, excess: Excess) -> None:
        super().__init__(str(excess.what))
        self.excess = excess


def read_manifest(path: Path) -> bytes:
    """Read the file, at most enough to see that it is too large. Raises OSError, also if it is no file."""
    return read_file(path, MOST_BYTES)


def parse_toml(text: str) -> dict[str, Any]:
    """Parse a TOML document. Raises TOMLDecodeError if it is invalid, ExcessError if ``text`` exceeds the limits."""
    if (excess := check_text(text)) is not None:
        raise ExcessError(excess)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ExcessError(Excess(_("lists or tables are nested too deep"))) from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # a number of so many digits that Python makes none of it
        raise ExcessError(Excess(_("a number has too many digits"))) from None


def check_size(size: int) -> Excess | None:
    """Return an excess if ``size``, the file's bytes, is over the limit; such a file need not be read."""
    if size <= MOST_BYTES:
        return None
    return Excess(_("the file is larger than {most}, which no manifest is", most=format_size(MOST_BYTES)))


def check_text(text: str) -> Excess | None:
    """Return what in ``text``, which need not be TOML, exceeds the limits of its reader."""
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            return Excess(
                _("a line has {count} characters, at most {most} are read", **_of(line, LONGEST_LINE)), number
            )
    depth = dots = 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind in _BETWEEN:
            continue
        depth = 0 if kind == "statement" else depth + (kind == "open") - (kind == "close" and depth > 0)
        dots = dots + 1 if kind == "dot" else dots if kind == "word" else 0
        if (what := _judge(token.group() if kind == "word" else "", depth, dots)) is not None:
            return Excess(what, text.count("\n", 0, token.start()) + 1)
    return None


#: Kinds of tokens that change nothing.
_BETWEEN = frozenset(("text", "space"))


def _judge(word: str, depth: int, dots: int) -> Text | None:
    if len(word) > LONGEST_WORD:
        words = _of(word, LONGEST_WORD)
        return _("a word without quotation marks has {count} characters, at most {most} are read", **words)
    if depth > DEEPEST:
        return _("lists or tables are nested too deep")
    if dots >= MOST_PARTS:
        return _("a key has more than {most} parts", most=MOST_PARTS)
    return None


def check_document(document: dict[str, Any]) -> Excess | None:
    """Return what in a document exceeds a manifest's limits or is no valid value."""
    left: list[tuple[FieldPath, Any]] = [((), document)]
    count = 0
    while left:
        path, value = left.pop()
        count += 1
        if count > MOST_VALUES:
            return Excess(_("the file holds more than {most} values", most=MOST_VALUES))
        if len(path) > 2 * DEEPEST:
            return Excess(_("lists or tables are nested too deep"), path=path)
        if (what := _check_value(value)) is not None:
            return Excess(what, path=path)
        if isinstance(value, dict):
            if (key := next((k for k in value if len(k) > LONGEST_KEY or _CONTROL.search(k)), None)) is not None:
                return Excess(_check_key(key), path=path)
            left += [((*path, key), entry) for key, entry in value.items()]
        elif isinstance(value, list):
            left += [((*path, index), entry) for index, entry in enumerate(value)]
    return None


#: Controls but the tabulator and the line's end, which prose has (Unicode's category Cc).
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _check_key(key: str) -> Text:
    if len(key) > LONGEST_KEY:
        return _("a key has {count} characters, at most {most} are read", **_of(key, LONGEST_KEY))
    return _("a key holds a control character: {key}", key=shown(key))


def _check_value(value: Any) -> Text | None:
    if isinstance(value, int) and value not in _INTEGERS:
        return _("a number has more than 64 bits")
    if isinstance(value, str) and _CONTROL.search(value):
        return _("a text holds a control character: {value}", value=shown(value))
    return None


def _of(found: str, most: int) -> dict[str, int]:
    return {"count": len(found), "most": most}
