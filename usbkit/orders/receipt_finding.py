"""Finding receipt codes in what was sent: a code as it was typed, a mail, the page's whole sentence. Values only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from usbkit.trust.receipt_code import ALPHABET, GROUP, LENGTH, GarbledError, read_code

#: What stands between the groups of a code: spaces and dashes of every kind, as `read_code` forgives them.
_BETWEEN = r"[\s\-_.·−\u00ad\u2010-\u2015]{1,3}"
_TOKEN = re.compile(r"[0-9A-Za-z]+")
_RUN = re.compile(rf"[0-9A-Za-z]+(?:{_BETWEEN}[0-9A-Za-z]+)*")
_GROUPS = LENGTH // GROUP

#: As many characters as a text has that is a code by itself, however it was typed.
_MOST_TYPED = 3 * LENGTH


def find_codes(text: str) -> list[str]:
    """The codes in a text, each once and in its order; also what looks like one and has a mistake in it."""
    plain = unicodedata.normalize("NFKC", text)
    if len(plain.strip()) <= _MOST_TYPED and _is_code(plain):
        return [plain.strip()]
    found = [code for run in _RUN.findall(plain) for code in _in_run(run)]
    return list(dict.fromkeys(found))


def _in_run(run: str) -> Iterator[str]:
    """The codes among words with nothing but spaces and dashes between them."""
    tokens = _TOKEN.findall(run)
    at, is_found = 0, False
    while at < len(tokens):
        count = _groups_at(tokens, at)
        if count and _is_code("".join(tokens[at : at + count])):
            yield "-".join(tokens[at : at + count])
            at, is_found = at + count, True
        else:
            at += 1
    if not is_found:
        yield from _garbled_in(run)


def _groups_at(tokens: Sequence[str], at: int) -> int:
    """How many words from there on have the length of a code together."""
    length = 0
    for count, token in enumerate(tokens[at : at + LENGTH], start=1):
        length += len(token)
        if length >= LENGTH:
            return count if length == LENGTH else 0
    return 0


def _garbled_in(run: str) -> Iterator[str]:
    """What has the form of a code, five groups joined by dashes, and is none."""
    group = r"[0-9A-Za-z]{3,5}"
    for found in re.finditer(rf"(?<![0-9A-Za-z]){group}(?:\s?[\-\u2010-\u2015−]\s?{group}){{4}}(?![0-9A-Za-z])", run):
        yield found[0]


def _is_code(typed: str) -> bool:
    try:
        read_code(typed)
    except GarbledError:
        return False
    return True


def near_codes(typed: str) -> Iterator[str]:
    """The codes that are one character away from what was typed: another one, one more, one less."""
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
