"""CSV tables that a spreadsheet shows as text: no cell is ever read as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

#: What spreadsheets take for the beginning of a formula or a command (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def to_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return CSV (RFC 4180) with a header line and CRLF; None is an empty cell. Write it as UTF-8 with a BOM, for
    Excel.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return written.getvalue()


def _cell(value: object) -> str:
    """A cell as text; an apostrophe before what would be a formula. Numbers of ours stay numbers."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    # Other control characters have no business in a cell and break readers.
    text = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in str(value))
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
