"""Tables of codes as offices save them, and faulty ones."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.cli.calls import call
from tests.ledger.stories import SEAL, begin_with_order, make_drive, named, send_drive, stick
from tests.support.cli import usbkit
from usbkit.core.errors import InputError
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Answer, Mark
from usbkit.ledger.events import DriveMarked
from usbkit.orders.arrival_entry import Telling
from usbkit.orders.receipt_batch import BatchRow, read_batch
from usbkit.orders.receipt_entry import Coming, enter_receipt
from usbkit.trust.receipt_code import Found, Report, make_code, show_code
from usbkit.trust.references import ALPHABET

#: Codes that nobody's drive made, and that are none.
CODE, OTHER = (show_code(make_code(Report(drive, Found.WHOLE), "ab" * 16, SEAL)) for drive in ("ABCDE", "00001"))
GARBLED = "ABCD-EFGH-JKMN-PQRS-TVWX"
TABLE = f"code,from,by\r\n{CODE},김철수 서기관,letter\r\n\r\n{OTHER},Lee,\r\n"
ROWS = [
    BatchRow(2, CODE, Coming("김철수 서기관", "letter")),
    BatchRow(4, OTHER, Coming("Lee", "telephone")),
]
#: With the joiner that is ordinary in Persian.
PERSIAN = "علی\u200cرضا"


def read(data: bytes) -> list[BatchRow]:
    return read_batch(data, "batch", Coming("", "telephone"))


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, written = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        b"\xfe\xff" + TABLE.encode("utf-16-be"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("cp949"),
        TABLE.replace(",", ";").encode("cp949"),
        b"\xff\xfe" + TABLE.replace(",", "\t").encode("utf-16-le"),
        TABLE.replace("\r\n", "\n").encode(),
        TABLE.replace("code,from,by", "코드,보낸 사람,방법").encode("cp949"),
        TABLE.replace("code,from,by", " Code ,FROM,By").encode(),
        TABLE.replace(CODE, f'"{CODE}"').encode(),
        workbook(("code", "from", "by"), (CODE, "김철수 서기관", "letter"), (), (OTHER, "Lee", None)),
        workbook(
            ("code", "from", "by", None), (CODE, "김철수 서기관", "Letter", None), (None, "", ""), (OTHER, "Lee", "")
        ),
    ],
    ids=range(14),
)
def test_what_offices_save(data: bytes) -> None:
    assert read(data) == ROWS


def test_a_row_may_name_a_drive_instead_of_a_code() -> None:
    """It was called a garbled code."""
    rows = (f"{CODE},Kim,", "7k3qo,Lee,Yes", "7K3QF,,no", "guatemala-1:2,,", "7K3QF@vm-1,,아니요", "ab:1,,예")
    found = read("\n".join(("code,from,plays", *rows)).encode())
    assert [row.telling for row in found] == [
        None,
        Telling("7K3Q0", True),
        Telling("7K3QF", False),
        Telling("guatemala-1:2", None),
        Telling("7K3QF@vm-1", False),
        Telling("ab:1", True),
    ]
    assert found[1] == BatchRow(3, "7k3qo", Coming("Lee", "telephone"), Telling("7K3Q0", True))


def test_a_batch_tells_arrivals_and_checks_codes(tmp_path: Path, ledger: Ledger, code: str) -> None:
    told, broken = (make_drive(ledger, n, stick(f"S{n}")) for n in (2, 3))
    for drive in (told, broken):
        ledger.append(DriveMarked(drive=drive, mark=Mark.SENT))
    batch = tmp_path / "batch.xlsx"
    rows = ((show_code(code), "Kim", None), (told, "Lee", "yes"), (broken, "Park", "no"))
    batch.write_bytes(workbook(("code", "from", "plays"), *rows))
    run = ("--ledger", named(tmp_path), "--json", "receipt", "enter", "--by", "letter", "--batch", batch, "--yes")
    found = usbkit(*run).expect(0).json
    assert [(a["drive"], a["plays"]) for a in found["arrivals"]] == [(told, True), (broken, False)]
    assert [r["answer"] for r in found["receipts"]] == ["accepted"]
    state = ledger.read()
    assert [(a.sender, a.way) for j in state.journeys.values() for a in j.arrivals] == [
        ("Lee", "letter"),
        ("Park", "letter"),
    ]


def test_a_name_may_have_what_joins_its_letters() -> None:
    assert read(f"code,from\n{CODE},{PERSIAN}\n".encode()) == [BatchRow(2, CODE, Coming(PERSIAN, "telephone"))]
    with pytest.raises(InputError, match="cannot be printed"):
        read(f"code,from\n{CODE}\u200c,Lee\n".encode())


@pytest.mark.parametrize("separator", [";", "|", ","])
def test_a_separator_that_is_named(separator: str) -> None:
    text = f"sep={separator}\r\ncode{separator}from\r\n{CODE}{separator}Lee\r\n"
    assert read(text.encode("utf-16")) == [BatchRow(3, CODE, Coming("Lee", "telephone"))]


#: Wrong tables: where in the file, None for all of it, and what is said.
WRONG: list[tuple[bytes, int | None, str]] = [
    (f'code,from,by\r\n{CODE},"Kim, letter\r\n{OTHER},Lee,letter\r\n'.encode(), 2, "cannot be read"),
    (f'code,from\r\n{CODE},"a"b"\r\n'.encode(), 2, "cannot be read"),
    (f'sep=;\r\ncode;from\r\n{CODE};"Kim\r\n'.encode(), 3, "cannot be read"),
    (workbook(), 1, "there is nothing in it"),
    (f",code\n0,{CODE}\n".encode(), 1, "found the columns “”, code"),
    (f"code,name\n{CODE},x\n".encode(), 1, "found the columns code, name"),
    (f"code,code\n{CODE},x\n".encode(), 1, "found the columns"),
    (b"from,by\nKim,letter\n", 1, "expected code"),
    (f"code,from\n{CODE}\n".encode(), 2, "found 1 cell, expected 2"),
    (f"code,from\n{CODE},a,b\n".encode(), 2, "found 3 cells, expected 2"),
    (f"code,from\n{CODE},{'x' * 200000}\n".encode(), 2, "cannot be read|too long"),
    (f"code,from\n{CODE},{'x' * 301}\n".encode(), 2, "too long"),
    (f"code,from\n{CODE},a\ufffdb\n".encode(), 2, "cannot be printed"),
    (f"code,from\n{CODE},a\x1b[31m\n".encode(), 2, "cannot be printed"),
    (f"code,from\n{CODE},{'x' * 130}\n".encode(), 2, "expected who sent it"),
    (f"code,by\n{CODE},pigeon\n".encode(), 2, "pigeon"),
    (b"code,from\n,Kim\n", 2, "no code"),
    (b"code,plays\n7K3QF,perhaps\n", 2, "found perhaps, expected yes, no or nothing"),
    (f"code,plays\n{CODE},yes\n".encode(), 2, "found plays beside a code"),
    (b"code,from\n7K3UF,Kim\n", 2, "found 7K3UF, expected a code, or the five characters"),
    (f"code,from\n{CODE},Kim\n{GARBLED},Lee\n".encode(), 3, f"the code {GARBLED} is garbled: "),
    (f"sep=;\ncode;from\n{CODE};Kim\n{GARBLED};Lee\n".encode("cp949"), 4, "is garbled"),
    (f"from\tcode\n\nKim\t{GARBLED}\n".encode("utf-16"), 3, "is garbled"),
    (f"code\n{CODE[:-1]}\n".encode("utf-8-sig"), 2, "is garbled"),
    (workbook(("code", "from"), (CODE, "Kim"), (GARBLED, "Lee")), 3, "is garbled"),
    (b"code,from\nABCD,M\xfcller\n", 2, "no text in UTF-8"),
    (b"code\n\xff\xfe\xfd\n", 2, "no text in UTF-8"),
    (b"code\nA\nB\x00C\n", 3, "no text in UTF-8"),
    ("code\nA\nB\x00C\n".encode("utf-16"), 3, "no text in UTF-8"),
    (b"", 1, "there is nothing in it"),
    (b"PK\x03\x04 no workbook", None, "no workbook"),
    (b"code\n" + b"A\n" * 10_001, None, "more than 10000 lines"),
]


@pytest.mark.parametrize(("data", "line", "said"), WRONG, ids=range(32))
def test_what_cannot_be_read_is_named_with_its_line(data: bytes, line: int | None, said: str) -> None:
    with pytest.raises(InputError, match=said) as found:
        read(data)
    place = found.value.findings[0].place
    assert place is not None and place.line == line


def changed(change: Callable[[Workbook, Worksheet], object]) -> bytes:
    """A workbook of two rows, changed."""
    book, written = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for row in (("code", "from", "by"), (CODE, "Kim", "letter"), (OTHER, "Lee", "letter")):
        sheet.append(row)
    change(book, sheet)
    book.save(written)
    return written.getvalue()


def put(cell: str, value: object) -> Callable[[Workbook, Worksheet], object]:
    return lambda _book, sheet: sheet.__setitem__(cell, value)


def hide_another(book: Workbook, sheet: Worksheet) -> None:
    book.create_sheet("late").append(("code",))
    sheet.sheet_state = "hidden"
    book.active = book["late"]


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (put("B3", "=A1"), 3, "the formula =A1 without its value"),
        (put("A2", '="x"'), 2, "the formula"),
        (put("C2", "=B1"), 2, "the formula"),
        (put("B2", dt.date(2026, 11, 30)), 2, "found 2026-11-30 00:00:00, expected text"),
        (put("B2", True), 2, "found True, expected text"),
        (put("B3", "#REF!"), 3, "found #REF!, expected text"),
        (put("A2", 12345678901234567890), 2, "expected text"),
        (put("B2", 10**15), 2, "found 1000000000000000, expected text"),
        (put("B2", 3.5), 2, "found 3.5, expected text"),
        (put("B2", 1e300), 2, "found 1e+300, expected text"),
        (put("A10001", OTHER), None, "more than 10000 lines"),
        (lambda _book, sheet: sheet.merge_cells("B2:B3"), None, "the cells B2:B3 are one"),
        (hide_another, None, "several sheets: Sheet, late"),
        (lambda book, _sheet: book.create_chartsheet("chart", 0), None, "no workbook"),
    ],
    ids=range(14),
)
def test_a_workbook_that_may_show_something_else(
    change: Callable[[Workbook, Worksheet], object], line: int | None, said: str
) -> None:
    with pytest.raises(InputError) as problem:
        read(changed(change))
    (finding,) = problem.value.findings
    assert said in str(finding.what) and finding.place is not None and finding.place.line == line


@pytest.mark.parametrize("at", [0, 1])
def test_empty_sheets_beside_the_table_do_no_harm(at: int) -> None:
    """Before it and behind it."""
    assert len(read(changed(lambda book, _sheet: [book.create_sheet(n, at) for n in ("Sheet2", "Sheet3")]))) == 2


def test_columns_may_stand_in_any_order() -> None:
    assert read(f"from,by,code\nLee,letter,{CODE}\n".encode()) == [BatchRow(2, CODE, Coming("Lee", "letter"))]


@pytest.mark.parametrize(("more", "said"), [(0, "it is no workbook"), (1, "it unpacks to 67108865 bytes")])
def test_a_workbook_that_is_a_bomb(more: int, said: str) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * (64 * 2**20 + more))
    with pytest.raises(InputError, match=said):
        read(written.getvalue())


def test_a_number_in_a_workbook_is_what_it_shows() -> None:
    assert [row.coming.sender for row in read(changed(put("B2", 7)))] == ["7", "Lee"]
    assert [row.coming.sender for row in read(changed(put("B2", -7.0)))] == ["-7", "Lee"]
    assert [row.coming.sender for row in read(changed(put("B2", 10**15 - 1)))] == ["999999999999999", "Lee"]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return begin_with_order(tmp_path)


@pytest.fixture
def code(ledger: Ledger) -> str:
    """The code of a drive that was sent."""
    drive = send_drive(ledger)
    return make_code(Report(drive, Found.WHOLE), ledger.nonce_of(drive), SEAL)


def test_a_batch_with_a_mistake_leaves_the_ledger_as_it_was(tmp_path: Path, ledger: Ledger, code: str) -> None:
    before, batch = list(ledger.entries()), tmp_path / "batch.csv"
    batch.write_bytes(f"code,by\r\n{code},letter\r\n{code},pigeon\r\n".encode())
    said = usbkit("--ledger", named(tmp_path), "receipt", "enter", "--batch", batch, "--yes").expect(2).err
    assert f"{batch}:3" in said and list(ledger.entries()) == before
    batch.write_bytes(workbook(("code", "by"), (show_code(code), "letter")))
    usbkit("--ledger", named(tmp_path), "receipt", "enter", "--batch", batch).expect(2)
    assert list(ledger.entries()) == before
    usbkit("--ledger", named(tmp_path), "receipt", "enter", "--batch", batch, "--yes").expect(0)
    assert len(list(ledger.entries())) == len(before) + 1


def test_each_wrong_one_leaves_every_byte_of_the_ledger(tmp_path: Path, ledger: Ledger, code: str) -> None:
    ledger.close()
    batch, before = tmp_path / "batch", {p.name: p.read_bytes() for p in tmp_path.glob("ledger.sqlite*")}
    for data, _line, said in WRONG:
        batch.write_bytes(data.replace(CODE.encode(), show_code(code).encode()))
        done = call("--ledger", named(tmp_path), "receipt", "enter", "--batch", batch, "--yes").expect(2)
        assert re.search(said, done.err), (data[:80], done.err)
        assert {p.name: p.read_bytes() for p in tmp_path.glob("ledger.sqlite*")} == before


@pytest.mark.parametrize(("size", "said"), [(2**23, "more than 10000 lines"), (2**23 + 1, "it is larger than 8.")])
def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, ledger: Ledger, size: int, said: str) -> None:
    (tmp_path / "batch").write_bytes(b"\n" * size)
    done = call("--ledger", named(tmp_path), "receipt", "enter", "--batch", tmp_path / "batch", "--yes").expect(2)
    assert said in done.err


def test_a_garbled_code_offers_what_was_meant_and_keeps_both(tmp_path: Path, ledger: Ledger, code: str) -> None:
    wrong = show_code(code[:9] + ALPHABET[(ALPHABET.index(code[9]) + 1) % 32] + code[10:])
    found = enter_receipt(ledger, wrong, Coming())
    assert found.answer is Answer.GARBLED and [o.code for o in found.offers] == [code]
    assert [o.code for o in enter_receipt(ledger, code[:7] + code[8:], Coming()).offers] == [code]
    said = usbkit("--ledger", named(tmp_path), "receipt", "enter", wrong).expect(1).out
    assert f"perhaps {show_code(code)}: guatemala-1, 1 of 3, whole" in said and f"--corrects {wrong}" in said
    usbkit("--ledger", named(tmp_path), "receipt", "enter", show_code(code), "--corrects", wrong).expect(0)
    (kept,) = next(iter(ledger.read().journeys.values())).receipts
    assert (kept.code, kept.typed) == (code, wrong)


def test_only_drives_that_are_out_are_offered(ledger: Ledger) -> None:
    drive = make_drive(ledger, 2, stick("B"))
    code = make_code(Report(drive, Found.WHOLE), ledger.nonce_of(drive), SEAL)
    assert enter_receipt(ledger, code[:7] + code[8:], Coming()).offers == ()


def test_one_garbled_code_among_several_lets_nothing_in(tmp_path: Path, ledger: Ledger, code: str) -> None:
    """The others went in, and nobody was asked."""
    before, shown = list(ledger.entries()), show_code(code)
    wrong = show_code(code[:9] + ALPHABET[(ALPHABET.index(code[9]) + 1) % 32] + code[10:])
    (drive,) = ledger.read().journeys
    mail = f"Dear office,\nthe first says {wrong}.\nAnd the second: {shown}.\n"
    place = "--ledger", named(tmp_path), "--lang", "en"
    for words, pasted in (
        ([wrong, shown], ""),
        (["-"], mail),
        ([wrong, drive], ""),
        ([*wrong.split("-"), *shown.split("-")], ""),
    ):
        done = usbkit(*place, "receipt", "enter", *words, stdin=pasted).expect(2)
        assert (
            f"{wrong} is garbled: " in done.err.replace(" ", "-").replace("-is-garbled:-", " is garbled: ")
            and "nothing was entered" in done.err
        )
        assert list(ledger.entries()) == before, words
    done = usbkit(*place, "receipt", "enter", wrong, shown, "--yes").expect(1)
    assert "GARBLED" in done.out and "accepted" in done.out, "said, and no success"
    assert len(list(ledger.entries())) == len(before) + 1
    usbkit(*place, "receipt", "enter", wrong).expect(1)


def test_a_reference_beside_a_code_is_told_too(tmp_path: Path, ledger: Ledger, code: str) -> None:
    """It was left out, and nobody was told."""
    other = make_drive(ledger, 2, stick("B"))
    ledger.append(DriveMarked(drive=other, mark=Mark.SENT))
    done = usbkit("--ledger", named(tmp_path), "--json", "receipt", "enter", *show_code(code).split("-"), other)
    found = done.expect(0).json
    assert [r["answer"] for r in found["receipts"]] == ["accepted"]
    assert [a["drive"] for a in found["arrivals"]] == [other]
    mail = ["The", "drive", "plays:", show_code(code)]
    assert usbkit("--ledger", named(tmp_path), "--json", "receipt", "enter", *mail).expect(0).json["arrivals"] == []


def test_a_mail_is_pasted(tmp_path: Path, ledger: Ledger, code: str) -> None:
    mail = f"Dear office,\nit arrived.\nGuatemala, drive 1 of 3: whole. Receipt: {show_code(code)}\nYours\n"
    done = usbkit("--ledger", named(tmp_path), "receipt", "enter", "-", stdin=mail).expect(0)
    assert "accepted" in done.out
    usbkit("--ledger", named(tmp_path), "receipt", "enter", "-", stdin="nothing here").expect(2)


def test_a_mail_that_is_too_long_is_not_read_in_part(tmp_path: Path, ledger: Ledger, code: str) -> None:
    """What is beyond the end would be lost, and nobody would know."""
    mail, before = f"{show_code(code)}\n" + "x" * 2**20, list(ledger.entries())
    done = usbkit("--ledger", named(tmp_path), "receipt", "enter", "-", stdin=mail).expect(2)
    assert "longer than 1048576 characters" in done.err and list(ledger.entries()) == before


@pytest.mark.parametrize(
    ("option", "most"), [("--corrects", 200), ("--from", 120), ("--note", 2000), ("--operator", 120)]
)
def test_words_that_are_too_long_are_named(tmp_path: Path, ledger: Ledger, code: str, option: str, most: int) -> None:
    before = list(ledger.entries())
    for count in (most + 1, 5000):
        what = code if option == "--corrects" else next(iter(ledger.read().journeys))
        said = call("--ledger", named(tmp_path), "receipt", "enter", what, option, "x" * count).expect(2).err
        assert str(most) in said or str(count) in said
    assert list(ledger.entries()) == before
