"""Headers of tables, ``[table]`` and ``[[list entry]]``, checked against the model.

A mistyped header puts everything after it in the wrong place; so it is corrected before parsing, and its consequences
are not reported as mistakes.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.manifest.fields import is_list_of_tables, is_table, list_model, table_model
from usbkit.manifest.suggestions import nearest

#: How much an unknown word must be like a known one to be read as it: what is less like it is left to be named.
_LIKENESS = 0.8

_HEADER = re.compile(r"^(\s*)(\[\[?)\s*([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)\s*(\]\]?)\s*(#.*)?$")


@dataclass(frozen=True, slots=True)
class _Meant:
    """What a header should be, and the word of it that is unknown."""

    header: str
    unknown: str | None = None


def straighten_headers(lines: list[str], model: type[BaseModel], file: str) -> Iterator[Finding]:
    """Correct headers in ``lines``; yield a finding for each kind of mistake, at its first line."""
    if any(quotes in line for line in lines for quotes in ('"""', "'''")):
        return  # a line of a long text may look like a header
    firsts: dict[str, tuple[re.Match[str], _Meant, int]] = {}
    others: Counter[str] = Counter()
    for number, line in enumerate(lines):
        match = _HEADER.match(line)
        meant = _find_meant(match[2], match[3], match[4], model) if match else None
        if match is None or meant is None:
            continue
        lines[number] = f"{match[1]}{meant.header}"
        way = meant.unknown or line.strip()
        others[way] += way in firsts
        firsts.setdefault(way, (match, meant, number))
    for way, (match, meant, number) in firsts.items():
        yield _describe(match, meant, Place(file, number + 1), others[way])


def _describe(match: re.Match[str], meant: _Meant, place: Place, others: int) -> Finding:
    todo: Text = _("Write the line as: {line}", line=meant.header)
    if others:
        todo = _("Write the line as: {line} ({count} more like it)", line=meant.header, count=others)
    if meant.unknown is not None:
        return Finding("manifest-unknown-key", _("unknown key {key}", key=meant.unknown), place, todo)
    found = f"{match[2]}{match[3]}{match[4]}"
    what = (
        _("found {found}: there may be several of these, each is [[…]]", found=found)
        if meant.header.startswith("[[")
        else _("found {found}: there is one of these, it is […]", found=found)
    )
    return Finding("manifest-syntax", what, place, todo)


def _find_meant(opening: str, name: str, closing: str, model: type[BaseModel]) -> _Meant | None:
    """None where the header is right, or where nothing like it is known."""
    table: type[BaseModel] | None = model
    is_list, unknown, words = False, None, []
    for word in name.split("."):
        if table is None:
            words.append(word)  # a key of a table by language, say
            is_list = False
            continue
        tables = _tables_of(table)
        known = word if word in table.model_fields else nearest(word, tables, _LIKENESS)
        if known is None or known not in tables:
            return None
        unknown = unknown or (word if known != word else None)
        field = tables[known]
        is_list = is_list_of_tables(field)
        table = list_model(field) or table_model(field)
        words.append(known)
    header = f"[[{'.'.join(words)}]]" if is_list else f"[{'.'.join(words)}]"
    return None if header == f"{opening}{name}{closing}" else _Meant(header, unknown)


@functools.cache
def _tables_of(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """The fields that headers name."""
    return {key: field for key, field in model.model_fields.items() if is_table(field) or is_list_of_tables(field)}
