"""What waits, on one screen of 80 columns: a heading per kind, a line per country, the next command on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from usbkit.cli.output import show
from usbkit.cli.output.columns import fold, width
from usbkit.core.messages import Text, _
from usbkit.orders.waiting import Kind, Waiting

#: What a kind is called.
KINDS: dict[Kind, Text] = {
    Kind.MISSING: _("Missing"),
    Kind.APPROVE: _("To approve"),
    Kind.ORDER: _("To order"),
    Kind.MAKE: _("To make"),
    Kind.SEND: _("To send"),
    Kind.LATE: _("Late"),
    Kind.ANSWER: _("To answer"),
    Kind.REPLACE: _("To replace"),
    Kind.CHECK: _("To be checked"),
    Kind.OUTDATED: _("Outdated"),
}

#: Lines of one kind before the others are only named.
MOST_LINES = 4

#: Columns of a country's name.
COUNTRY = 14


def say_waiting(found: Sequence[Waiting], *, is_all: bool, typed: str = "usbkit") -> None:
    """Print everything that waits; ``is_all`` prints every line of it. ``typed`` is how commands begin here."""
    if not found:
        show.answer(_("Nothing waits for anybody."))
    columns = show.line_width()
    for kind, group in groupby(found, key=lambda w: w.kind):
        waiting = list(group)
        show.answer("")
        show.answer(_heading(kind, waiting))
        said = waiting if is_all or len(waiting) <= MOST_LINES + 1 else waiting[:MOST_LINES]
        for one in said:
            for line in _lines(one, columns):
                show.answer(line)
        if rest := waiting[len(said) :]:
            for line in fold(str(_rest(rest, typed)), columns, "    ", "  "):
                show.answer(line)


def _heading(kind: Kind, waiting: Sequence[Waiting]) -> Text:
    """How much of a kind waits: countries, or drives. A file is missing in each country that needs it."""
    if kind in (Kind.MISSING, Kind.APPROVE):
        countries = len({one.country for one in waiting})
        return _("{kind}: {count} countries", kind=KINDS[kind], count=countries)
    return _("{kind}: {count} drives", kind=KINDS[kind], count=sum(one.count for one in waiting))


def _rest(waiting: Sequence[Waiting], typed: str) -> Text:
    names = list(dict.fromkeys(w.country for w in waiting))
    command = f"{typed} status {' '.join(names)}"
    return _("and {count} more lines: {command}", count=len(waiting), command=command)


def _lines(one: Waiting, columns: int) -> Iterator[str]:
    """A line where all of it fits, else the command below; both in ``columns`` cells."""
    what = _("{what} ({whom})", what=one.what, whom=one.whom) if one.whom else one.what
    begin = "  " + one.country + " " * max(1, COUNTRY - width(one.country))
    line = f"{begin}{what}"
    indent = " " * width(begin)
    if width(line) + 4 + len(one.command) <= columns:
        yield f"{line}  → {one.command}"
        return
    yield from fold(str(what), columns, indent, begin)
    yield f"{indent if len(indent) + 2 + len(one.command) <= columns else '    '}→ {one.command}"


def waiting_json(one: Waiting) -> dict[str, Any]:
    """Return one entry as JSON; stable."""
    return {
        "kind": one.kind,
        "country": one.country,
        "count": one.count,
        "what": str(one.what),
        "whom": str(one.whom) or None,
        "command": one.command,
    }
