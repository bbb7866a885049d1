"""Mutants of a page's script: small changes of operators, constants and numbers, outside strings and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.support.mutants.mutant import Mutant, Site, draw

#: What becomes what. A token of several signs stands before those that it begins with.
_CHANGES = {
    "===": "!==",
    "!==": "===",
    "<=": "<",
    ">=": ">",
    "&&": "||",
    "||": "&&",
    "++": "--",
    "--": "++",
    "+=": "-=",
    "-=": "+=",
    "<": "<=",
    ">": ">=",
    "+": "-",
    "-": "+",
    "*": "+",
    "!": "",
    "true": "false",
    "false": "true",
    "break": "continue",
    "continue": "break",
}

_TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|=>|\s+)
    |(?P<number>0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?)
    |(?P<word>[A-Za-z_$][\w$]*)
    |(?P<sign>>>>=?|<<=?|>>=?|===|!==|<=|>=|&&|\|\||\+\+|--|\+=|-=|.)""",
    re.DOTALL | re.VERBOSE,
)
_REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*")

#: After these a ``/`` begins a regular expression; after anything else it divides.
_BEFORE_REGEX = {"", "(", ",", "=", ":", "[", "!", "&&", "||", "?", "{", "}", ";", "return", "+", "===", "!=="}


def tokens(text: str) -> Iterator[tuple[int, str]]:
    """The script's words, numbers and signs with their offsets; strings, comments and expressions are left out."""
    at, before = 0, ""
    while at < len(text):
        if text[at] == "/" and text[at : at + 2] not in ("//", "/*") and before in _BEFORE_REGEX:
            expression = _REGEX.match(text, at)
            if expression:
                at, before = expression.end(), "expression"
                continue
        token = _TOKEN.match(text, at)
        assert token is not None  # the last alternative takes any sign
        at = token.end()
        if token["skip"] is None:
            before = token[0]
            yield token.start(), token[0]
        elif token[0][0] in "\"'`":
            before = "string"


def _change(token: str) -> str | None:
    if token[0].isdigit():
        return str(int(token, 16) + 1) if token[:2] in ("0x", "0X") else f"{float(token) + 1:g}"
    return _CHANGES.get(token)


def mutants(path: PurePosixPath, text: str, count: int, seed: int) -> Iterator[Mutant]:
    """A sample of ``count`` mutants of the script at ``path``."""
    found = [(at, token) for at, token in tokens(text) if _change(token) is not None]
    sites = [Site(text.count("\n", 0, at) + 1, at, ((token, at),)) for at, token in found]
    for site, token, at in draw(sites, count, f"{seed}:{path}"):
        after = text[:at] + (_change(token) or "") + text[at + len(token) :]
        yield Mutant(path, site.line, f"{token} -> {_change(token)}", text, after)
