"""Read a table of receipt codes as offices save it: CSV in their encodings and with their separators, or a workbook.

Strict: anything ambiguous is an error with its line, and nothing of the file is taken.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.ledger.names import is_person
from usbkit.orders.arrival_entry import LENGTH, Telling, plain_name
from usbkit.orders.receipt_entry import WAYS, Coming
from usbkit.trust.receipt_code import GarbledError, read_code

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
    "plays": "plays",
    "재생": "plays",
}

#: What is said in the column plays.
_PLAYS = {"": None, "yes": True, "no": False, "예": True, "아니요": False, "아니오": False}

_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One row: its line in the file, the code as written, its sender, and how it came. ``telling`` where a drive's
    name stands there instead of a code: it is told to have arrived.
    """

    line: int
    code: str
    coming: Coming
    telling: Telling | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """The cells of a row, and the line where it ends."""

    number: int
    cells: Sequence[str]


def read_batch(data: bytes, file: str, fallback: Coming) -> list[BatchRow]:
    """Return the rows of a file. Raises InputError with all its mistakes."""
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
        drive, plays = plain_name(named["code"]), _PLAYS[named.get("plays", "").lower()]
        if drive is None and (garbled := _why_garbled(named["code"])) is not None:
            todo = _("Put it right in the file. What may have been meant: usbkit receipt enter CODE")
            findings.append(Finding("batch-row", garbled, Place(file, line.number), todo))
            continue
        if drive is None and plays is not None:
            todo = _("Leave plays empty there, or give the drive's reference a row of its own.")
            what = _("found plays beside a code, which says itself what was found")
            findings.append(Finding("batch-row", what, Place(file, line.number), todo))
            continue
        coming = Coming(named.get("from") or fallback.sender, named.get("by", "").lower() or fallback.way)
        telling = None if drive is None else Telling(drive, plays)
        rows.append(BatchRow(line.number, named["code"], coming, telling))
    if findings:
        raise InputError(*findings)
    return rows


def _why_unread(cells: Sequence[str], columns: dict[int, str]) -> Text | None:
    if len(cells) != len(columns):
        return _("found {count} cells, expected {expected}", count=len(cells), expected=len(columns))
    named = {name: cells[at] for at, name in columns.items()}
    if any(len(cell) > MOST_CELL or "\ufffd" in cell or not _is_readable(name, cell) for name, cell in named.items()):
        return _("a cell is too long, or holds what cannot be printed")
    if not named["code"]:
        return _("there is no code in it")
    if named.get("from") and not is_person(named["from"]):
        return _("found {name}, expected who sent it", name=named["from"])
    if (way := named.get("by", "").lower()) and way not in WAYS:
        return _("found {way}, expected one of {ways}", way=way, ways=", ".join(WAYS))
    if (plays := named.get("plays", "").lower()) not in _PLAYS:
        return _("found {plays}, expected yes, no or nothing in the column plays", plays=plays)
    return None


def _is_readable(column: str, cell: str) -> bool:
    return cell.isprintable() or (column == "from" and is_person(cell))


def _why_garbled(code: str) -> Text | None:
    """Why the code of a row is none, None where it was read right."""
    if abs(len(code) - LENGTH) <= 1:
        return _("found {found}, expected a code, or the five characters on the drive's label", found=code)
    try:
        read_code(code)
    except GarbledError as problem:
        return _("the code {code} is garbled: {why}", code=code, why=problem.why)
    return None


def _columns_of(line: _Line, file: str) -> dict[int, str]:
    """What each column is, by its place. Raises InputError for one that is nothing, or twice."""
    found = [cell.strip().lower() for cell in line.cells]
    columns = {at: _COLUMNS[name] for at, name in enumerate(found) if name in _COLUMNS}
    is_plain = len(columns) == len(found) and len(set(columns.values())) == len(found)
    if not is_plain or "code" not in columns.values():
        names = ", ".join(name or "“”" for name in found)
        what = _("found the columns {found}, expected code, and perhaps from, by and plays", found=names)
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
    line = 1
    for encoding in encodings:
        try:
            read, null, _rest = data.decode(encoding).partition("\x00")
        except UnicodeDecodeError as problem:
            line = max(line, data[: problem.start].count(b"\n") + 1)
            continue
        if not null:
            return read
        line = read.count("\n") + 1
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
    except csv.Error:
        what = _("a row cannot be read")
        raise _wrong(file, begun + skipped, what, _("Is a quotation mark without its other half?")) from None


def _read_workbook(data: bytes, file: str) -> Iterator[_Line]:
    """The one sheet of a workbook in which something stands. Raises InputError for one that is none, or unpacks to too
    much, and for what does not stand in it as it shows.
    """
    from openpyxl import load_workbook

    try:
        _require_bound(data, file)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = _only_sheet(book.worksheets, file)
        rows = [[_cell(cell, file, number) for cell in row] for number, row in enumerate(_rows_of(sheet), start=1)]
        book.close()
        words = load_workbook(io.BytesIO(data), read_only=True)
        _require_values(rows, _rows_of(words[sheet.title]), file)
        words.close()
    except _NO_WORKBOOK:
        what = _("it is no workbook, or a damaged one")
        raise _wrong(file, None, what, _("Save it as .xlsx, or as “CSV UTF-8”.")) from None
    if len(rows) > MOST_ROWS:
        raise _wrong(file, None, _("it has more than {most} lines", most=MOST_ROWS))
    width = max((at + 1 for row in rows for at, cell in enumerate(row) if cell), default=0)
    for number, row in enumerate(rows, start=1):
        yield _Line(number, [row[at] if at < len(row) else "" for at in range(width)])


#: What openpyxl raises for files that are none; the last where charts stand in the place of a sheet.
_NO_WORKBOOK = (
    *(zipfile.BadZipFile, LookupError, ValueError, TypeError, OSError, SyntaxError, zlib.error),
    AttributeError,
)


def _rows_of(sheet: Any) -> Iterator[Sequence[Any]]:
    yield from sheet.iter_rows(max_row=MOST_ROWS + 1)


def _only_sheet(sheets: Sequence[Any], file: str) -> Any:
    """The sheet in which something stands, hidden or not; the first where that is none. Raises InputError for two."""
    filled = [s for s in sheets if any(cell.value is not None for row in _rows_of(s) for cell in row)]
    if len(filled) > 1:
        what = _("something stands in several sheets: {sheets}", sheets=", ".join(sheet.title for sheet in filled))
        raise _wrong(file, None, what, _("Leave one of them, and look for hidden ones."))
    return (filled or sheets)[0]


def _require_values(rows: Sequence[Sequence[str]], words: Iterable[Sequence[Any]], file: str) -> None:
    """Raises InputError for a formula whose value is not in the file: it would be read as an empty cell."""
    for number, (row, said) in enumerate(zip(rows, words, strict=False), start=1):
        for at, cell in enumerate(said):
            if cell.data_type == "f" and (at >= len(row) or not row[at]):
                what = _("found the formula {formula} without its value", formula=str(cell.value))
                raise _wrong(file, number, what, _TYPED)


def _require_bound(data: bytes, file: str) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(member.file_size for member in archive.infolist())
        if size > MOST_UNPACKED:
            what = _("it unpacks to {size} bytes, at most {most} are read", size=size, most=MOST_UNPACKED)
            raise _wrong(file, None, what)
        for name in archive.namelist():
            merged = _MERGED.search(archive.read(name)) if name.startswith("xl/worksheets/") else None
            if merged is not None:
                what = _("the cells {cells} are one", cells=merged[1].decode("ascii", "replace"))
                todo = _("Give each row cells of its own: only the first of them would have what stands there.")
                raise _wrong(file, None, what, todo)


#: Cells that are merged into one, as a workbook's sheet names them (ECMA-376, part 1, 18.3.1.54).
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([^\"']{1,40})")

#: Numbers from this on lose digits when they are typed into a workbook (Excel specifications: precision, 15 digits).
_EXACT = 10**15

_TYPED = _("Type it in as text.")


def _cell(cell: Any, file: str, number: int) -> str:
    """A cell as it shows: a code of digits alone may stand there as a number. Raises InputError for what may show as
    something else: a date, a formula's error, a number with a fraction or too many digits.
    """
    value = cell.value
    if value is None or (isinstance(value, str) and cell.data_type != "e"):
        return value or ""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (is_number and abs(value) < _EXACT and value == int(value)):
        raise _wrong(file, number, _("found {value}, expected text", value=str(value)), _TYPED)
    return str(int(value))


def _wrong(file: str, line: int | None, what: Text, todo: Text | None = None) -> InputError:
    return InputError(Finding("batch-unreadable", what, Place(file, line), todo))
