"""Reading a table of receipt codes as offices save it: CSV in their encodings and with their separators, or a workbook.

Strict: whatever cannot be read for certain is an error with its line, and nothing of the file is taken.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.ledger.names import is_person
from usbkit.orders.receipt_entry import WAYS, Coming

#: Bytes of the largest file that is read, and of what a workbook may unpack to; rows and characters of a cell.
MOST_BYTES, MOST_UNPACKED, MOST_ROWS, MOST_CELL = 8 * 2**20, 64 * 2**20, 10_000, 300

#: What a column is called, and what it is.
_COLUMNS = {
    "code": "code",
    "receipt": "code",
    "코드": "code",
    "확인코드": "code",
    "from": "from",
    "보낸 사람": "from",
    "by": "by",
    "방법": "by",
}

_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One row: its line in the file, the code as it stands there, who sent it and how it came."""

    line: int
    code: str
    coming: Coming


@dataclass(frozen=True, slots=True)
class _Line:
    """The cells of a row, and the line where it ends."""

    number: int
    cells: Sequence[str]


def read_batch(data: bytes, file: str, fallback: Coming) -> list[BatchRow]:
    """The rows of a file. Raises InputError with all of its mistakes."""
    if len(data) > MOST_BYTES:
        raise _wrong(file, None, _("it has {size} bytes, at most {most} are read", size=len(data), most=MOST_BYTES))
    is_workbook = data.startswith(b"PK\x03\x04")
    lines = list(_read_workbook(data, file) if is_workbook else _read_csv(_decode(data, file), file))
    if not lines:
        raise _wrong(file, 1, _("there is nothing in it"))
    columns = _columns_of(lines[0], file)
    rows, findings = list[BatchRow](), list[Finding]()
    for line in lines[1:]:
        cells = [cell.strip() for cell in line.cells]
        if not any(cells):
            continue
        if (why := _why_unread(cells, columns)) is not None:
            findings.append(Finding("batch-row", why, Place(file, line.number)))
            continue
        named = {name: cells[at] for at, name in columns.items()}
        coming = Coming(named.get("from") or fallback.sender, named.get("by", "").lower() or fallback.way)
        rows.append(BatchRow(line.number, named["code"], coming))
    if findings:
        raise InputError(*findings)
    return rows


def _why_unread(cells: Sequence[str], columns: dict[int, str]) -> Text | None:
    if len(cells) != len(columns):
        return _("found {count} cells, expected {expected}", count=len(cells), expected=len(columns))
    if any(len(cell) > MOST_CELL or "\ufffd" in cell or not cell.isprintable() for cell in cells):
        return _("a cell is too long, or holds what cannot be printed")
    named = {name: cells[at] for at, name in columns.items()}
    if not named["code"]:
        return _("there is no code in it")
    if named.get("from") and not is_person(named["from"]):
        return _("found {name}, expected who sent it", name=named["from"])
    if (way := named.get("by", "").lower()) and way not in WAYS:
        return _("found {way}, expected one of {ways}", way=way, ways=", ".join(WAYS))
    return None


def _columns_of(line: _Line, file: str) -> dict[int, str]:
    """What each column is, by its place. Raises InputError for one that is nothing, or twice."""
    found = [cell.strip().lower() for cell in line.cells]
    columns = {at: _COLUMNS[name] for at, name in enumerate(found) if name in _COLUMNS}
    is_plain = len(columns) == len(found) and len(set(columns.values())) == len(found)
    if not is_plain or "code" not in columns.values():
        names = ", ".join(name or "“”" for name in found)
        what = _("found the columns {found}, expected code, and perhaps from and by", found=names)
        todo = _("Give the first line the columns' names, and leave out all other columns.")
        raise InputError(Finding("batch-columns", what, Place(file, line.number), todo))
    return columns


def _decode(data: bytes, file: str) -> str:
    """The text of a CSV file: by its mark, else UTF-8, else as Korean Excel saves it. Raises InputError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif data[1:2] == b"\x00":
        encodings = ["utf-16-le"]
    elif data[:1] == b"\x00":
        encodings = ["utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp949"]
    at = 0
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as problem:
            at = max(at, problem.start)
            continue
        if "\x00" not in text:
            return text
    line = data[:at].count(b"\n") + 1
    what = _("it is no text in UTF-8, UTF-16 or CP949")
    raise _wrong(file, line, what, _("Save it as “CSV UTF-8”, or as a workbook (.xlsx)."))


def _read_csv(text: str, file: str) -> Iterator[_Line]:
    first, _newline, rest = text.partition("\n")
    skipped = 0
    if first.lower().startswith("sep=") and len(first.rstrip("\r")) == 5:
        separator, text, skipped = first[4], rest, 1
    else:
        separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begun = 1
    try:
        for cells in reader:
            if reader.line_num > MOST_ROWS:
                raise _wrong(file, None, _("it has more than {most} lines", most=MOST_ROWS))
            yield _Line(begun + skipped, cells)
            begun = reader.line_num + 1
    except csv.Error as problem:
        what = _("a row cannot be read: {reason}", reason=str(problem))
        raise _wrong(file, begun + skipped, what, _("Is a quotation mark without its other half?")) from None


def _read_workbook(data: bytes, file: str) -> Iterator[_Line]:
    """The first sheet of a workbook. Raises InputError for one that is none, or unpacks to too much."""
    from openpyxl import load_workbook

    try:
        _require_bound(data, file)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(max_row=MOST_ROWS + 1, values_only=True))
        book.close()
    except (zipfile.BadZipFile, LookupError, ValueError, TypeError, OSError, SyntaxError, zlib.error) as problem:
        what = _("it is no workbook: {reason}", reason=str(problem) or type(problem).__name__)
        raise _wrong(file, None, what, _("Save it as .xlsx, or as “CSV UTF-8”.")) from None
    if len(rows) > MOST_ROWS:
        raise _wrong(file, None, _("it has more than {most} lines", most=MOST_ROWS))
    width = max((at + 1 for row in rows for at, cell in enumerate(row) if cell is not None), default=0)
    for number, row in enumerate(rows, start=1):
        yield _Line(number, [_cell(row[at]) if at < len(row) else "" for at in range(width)])


def _require_bound(data: bytes, file: str) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MOST_UNPACKED:
        raise _wrong(
            file, None, _("it unpacks to {size} bytes, at most {most} are read", size=size, most=MOST_UNPACKED)
        )


def _cell(value: object) -> str:
    """A cell as it shows: a code of digits alone may stand there as a number."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _wrong(file: str, line: int | None, what: Text, todo: Text | None = None) -> InputError:
    return InputError(Finding("batch-unreadable", what, Place(file, line), todo))
