"""English singulars: messages are written in the plural, and ``{count} drives are`` becomes *1 drive is*."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_PLURALS = """
    archives bits bytes cells channels characters clusters codes countries cues digits drives entries files frames heads
    hours labels lines megabits minutes mistakes numbers packs pages parts pictures pieces pixels places questions
    recordings remarks rounds rows seconds sectors sources streams subtitles times titles tracks transcodes values
    videos words
"""

#: Nouns that messages count, and what one of them is called. A test holds it against all messages.
NOUNS: Final = {noun: re.sub("ies$", "y", noun) if noun.endswith("ies") else noun[:-1] for noun in _PLURALS.split()}
NOUNS["question marks"] = "question mark"

_VERBS: Final = {"are": "is", "were": "was", "have": "has", "do": "does"}

_COUNTED: Final = re.compile(
    r"(?P<there>\bthere are )?(?P<and>\band )?\{(?P<name>\w+)\}"
    r"(?P<between>(?: (?!(?:of|has|makes|counts|share)\b)[a-z]+)?)"
    rf" (?P<noun>{'|'.join(sorted(NOUNS, key=len, reverse=True))})\b(?P<after>(?: of (?:it|(?:edition )?\{{\w+\}}))?)"
    rf"(?: (?P<verb>{'|'.join(_VERBS)})\b)?"
)


def agree_in_number(template: str, values: Mapping[str, str]) -> str:
    """Return ``template`` with noun and verb in the singular after each value that is 1."""
    if "1" not in values.values():
        return template
    return _COUNTED.sub(lambda match: _one(match) if values.get(match["name"]) == "1" else match[0], template)


def _one(match: re.Match[str]) -> str:
    there = "there is " if match["there"] else ""
    verb = match["verb"]
    # What is counted beside something else has its verb with that.
    said = "" if verb is None else f" {verb if match['and'] else _VERBS[verb]}"
    counted = f"{{{match['name']}}}{match['between']} {NOUNS[match['noun']]}"
    return f"{there}{match['and'] or ''}{counted}{match['after']}{said}"
