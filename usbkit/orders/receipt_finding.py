"""Find receipt codes in the text that was sent: a typed code, a mail, a whole sentence from the page. Values only."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence

from usbkit.trust.receipt_code import GROUP, LENGTH, GarbledError, read_code
from usbkit.trust.references import ALPHABET

#: What stands between the groups of a code: spaces and dashes of every kind, as `read_code` forgives them.
_BETWEEN = r"[\s\-_.·−\u00ad\u2010-\u2015]{1,3}"
_TOKEN = re.compile(r"[0-9A-Za-z]+")
_RUN = re.compile(rf"[0-9A-Za-z]+(?:{_BETWEEN}[0-9A-Za-z]+)*")

#: Groups of a code as it is read out.
GROUPS = LENGTH // GROUP

#: As many characters as a text has that is a code by itself, however it was typed.
_MOST_TYPED = 3 * LENGTH


def find_codes(text: str) -> list[str]:
    """Return the codes in a text, each once and in order, including near-codes with a mistake."""
    plain = plain_text(text)
    if len(plain.strip()) <= _MOST_TYPED and _is_code(plain):
        return [plain.strip()]
    found = [code for run in _RUN.findall(plain) for code in _in_run(run)]
    return list(dict.fromkeys(found))


def plain_text(text: str) -> str:
    """Return the visible text of a paste with markup: a raw mail (RFC 2045, section 6.7), quotation marks before lines,
    HTML, terminal colours, digits of other scripts.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = _COLOUR.sub("", _SOFT_BREAK.sub("", plain))
    plain = plain.replace("=2D", "-").replace("=20", " ")
    plain = unicodedata.normalize("NFKC", html.unescape(_TAG.sub(" ", plain)))
    plain = _QUOTED.sub("", plain)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain if c.isspace() or c.isprintable())


_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_QUOTED = re.compile(r"^[ \t]*[>|]+(?:[ \t]*[>|])*[ \t]?", re.MULTILINE)


def words_beside(text: str) -> tuple[str, ...]:
    """The words of a text that belong to no code, nor to what looks like one."""
    gaps = (gap for run in _RUN.findall(plain_text(text)) for gap, _code in _parts_of(run))
    return tuple(word for gap in gaps for word in _TOKEN.findall(_GARBLED.sub(" ", gap)))


def _in_run(run: str) -> Iterator[str]:
    """The codes among words with nothing but spaces and dashes between them, and what looks like one before, between
    and after those.
    """
    for gap, code in _parts_of(run):
        yield from (found[0] for found in _GARBLED.finditer(gap))
        if code:
            yield code


def _parts_of(run: str) -> Iterator[tuple[str, str]]:
    """What stands before each code, and the code; at last what stands behind them, and none."""
    found = list(_TOKEN.finditer(run))
    tokens, at, end = [token[0] for token in found], 0, 0
    while at < len(tokens):
        count = _groups_at(tokens, at)
        if count and _is_code("".join(tokens[at : at + count])):
            yield run[end : found[at].start()], "-".join(tokens[at : at + count])
            at, end = at + count, found[at + count - 1].end()
        else:
            at += 1
    yield run[end:], ""


def _groups_at(tokens: Sequence[str], at: int) -> int:
    """How many words from there on have the length of a code together."""
    length = 0
    for count, token in enumerate(tokens[at : at + LENGTH], start=1):
        length += len(token)
        if length >= LENGTH:
            return count if length == LENGTH else 0
    return 0


#: What has the form of a code, five groups joined by dashes, and is none.
_GARBLED = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{3,5}(?:\s?[\-\u2010-\u2015−]\s?[0-9A-Za-z]{3,5}){4}(?![0-9A-Za-z])")


def _is_code(typed: str) -> bool:
    try:
        read_code(typed)
    except GarbledError:
        return False
    return True


def near_codes(typed: str) -> Iterator[str]:
    """Yield the codes one character away from the input: one changed, added or removed."""
    kept = "".join(_TOKEN.findall(unicodedata.normalize("NFKC", typed))).upper().translate(_FORGIVEN)
    tried: Iterator[str] = iter(())
    if len(kept) == LENGTH:
        tried = (kept[:at] + char + kept[at + 1 :] for at in range(LENGTH) for char in ALPHABET if char != kept[at])
    elif len(kept) == LENGTH - 1:
        tried = (kept[:at] + char + kept[at:] for at in range(LENGTH) for char in ALPHABET)
    elif len(kept) == LENGTH + 1:
        tried = (kept[:at] + kept[at + 1 :] for at in range(LENGTH + 1))
    yield from dict.fromkeys(code for code in tried if _is_code(code))


#: As `read_code` forgives them.
_FORGIVEN = str.maketrans("OIL", "011")
