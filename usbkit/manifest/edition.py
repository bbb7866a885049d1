"""Write a country's own edition into its manifest and leave the rest as staff wrote it."""

from __future__ import annotations

import datetime as dt
import re
import tomllib

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _

_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_CODE = re.compile(r"^code[ \t]*=[^\n]*\n", re.MULTILINE)


def set_edition(text: str, edition: int, date: dt.date, file: str) -> str:
    """Return the text of a country manifest with its own ``edition`` and ``date``: existing lines changed, or new ones
    added below its code.

    Raises InputError if they are not found in their usual form, so that nothing is changed by guessing.
    """
    first = _TABLE.search(text)
    head, rest = (text, "") if first is None else (text[: first.start()], text[first.start() :])
    lines = {"edition": f"edition = {edition}\n", "date": f"date = {date.isoformat()}\n"}
    for key in lines:
        head = re.sub(rf"^{key}[ \t]*=[^\n]*\n", "", head, flags=re.MULTILINE)
    written = _CODE.sub(lambda found: found.group() + "".join(lines.values()), head, count=1) + rest
    if _read(written) != {**(_read(text) or {}), "edition": edition, "date": date}:
        what = _("the place of edition and date was not found")
        todo = _("Write edition = {edition} and date = {date} under code by hand.", edition=edition, date=date)
        raise InputError(Finding("edition-line", what, Place(file), todo))
    return written


def _read(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text)
    except ValueError:
        return None
