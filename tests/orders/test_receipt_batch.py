"""Tables of codes as offices save them, and each wrong one."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.ledger.stories import SEAL, make_drive, named, open_ledger, order, stick
from tests.support.cli import usbkit
from usbkit.core.errors import InputError
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Answer, Mark
from usbkit.ledger.events import DriveMarked
from usbkit.orders.receipt_batch import MOST_BYTES, BatchRow, read_batch
from usbkit.orders.receipt_entry import Coming, enter_receipt
from usbkit.trust.receipt_code import ALPHABET, Found, Report, make_code, show_code

CODE, OTHER = "ABCD-EFGH-JKMN-PQRS-TVWX", "0000-1111-2222-3333-4444"
TABLE = f"code,from,by\r\n{CODE},김철수 서기관,letter\r\n\r\n{OTHER},Lee,\r\n"
ROWS = [
    BatchRow(2, CODE, Coming("김철수 서기관", "letter")),
    BatchRow(4, OTHER, Coming("Lee", "telephone")),
]


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


@pytest.mark.parametrize("separator", [";", "|", ","])
def test_a_separator_that_is_named(separator: str) -> None:
    text = f"sep={separator}\r\ncode{separator}from\r\n{CODE}{separator}Lee\r\n"
    assert read(text.encode("utf-16")) == [BatchRow(3, CODE, Coming("Lee", "telephone"))]


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (f'code,from,by\r\n{CODE},"Kim, letter\r\n{OTHER},Lee,letter\r\n'.encode(), 2, "cannot be read"),
        (f'code,from\r\n{CODE},"a"b"\r\n'.encode(), 2, "cannot be read"),
        (f",code\n0,{CODE}\n".encode(), 1, "found the columns “”, code"),
        (f"code,name\n{CODE},x\n".encode(), 1, "found the columns code, name"),
        (f"code,code\n{CODE},x\n".encode(), 1, "found the columns"),
        (b"from,by\nKim,letter\n", 1, "expected code"),
        (f"code,from\n{CODE}\n".encode(), 2, "found 1 cells, expected 2"),
        (f"code,from\n{CODE},a,b\n".encode(), 2, "found 3 cells, expected 2"),
        (f"code,from\n{CODE},{'x' * 200000}\n".encode(), 2, "cannot be read|too long"),
        (f"code,from\n{CODE},{'x' * 301}\n".encode(), 2, "too long"),
        (f"code,from\n{CODE},a\ufffdb\n".encode(), 2, "cannot be printed"),
        (f"code,from\n{CODE},a\x1b[31m\n".encode(), 2, "cannot be printed"),
        (f"code,from\n{CODE},{'x' * 130}\n".encode(), 2, "expected who sent it"),
        (f"code,by\n{CODE},pigeon\n".encode(), 2, "pigeon"),
        (b"code,from\n,Kim\n", 2, "no code"),
        (b"code,from\nABCD,M\xfcller\n", 2, "no text in UTF-8"),
        (b"code\n\xff\xfe\xfd\n", 2, "no text in UTF-8"),
        (b"", 1, "there is nothing in it"),
        (b"PK\x03\x04 no workbook", None, "no workbook"),
        (b"x" * (MOST_BYTES + 1), None, "at most"),
        (b"code\n" + b"A\n" * 10_001, None, "more than 10000 lines"),
    ],
    ids=range(21),
)
def test_what_cannot_be_read_is_named_with_its_line(data: bytes, line: int | None, said: str) -> None:
    with pytest.raises(InputError, match=said) as found:
        read(data)
    place = found.value.findings[0].place
    assert place is not None and place.line == line


def test_a_workbook_that_is_a_bomb() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * (65 * 2**20))
    with pytest.raises(InputError, match="it unpacks to"):
        read(written.getvalue())


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = open_ledger(tmp_path)
    made.append(order())
    return made


@pytest.fixture
def code(ledger: Ledger) -> str:
    """The code of a drive that was sent."""
    drive = make_drive(ledger, 1, stick())
    ledger.append(DriveMarked(drive=drive, mark=Mark.SENT))
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


def test_a_mail_is_pasted(tmp_path: Path, ledger: Ledger, code: str) -> None:
    mail = f"Dear office,\nit arrived.\nGuatemala, drive 1 of 3: whole. Receipt: {show_code(code)}\nYours\n"
    done = usbkit("--ledger", named(tmp_path), "receipt", "enter", "-", stdin=mail).expect(0)
    assert "accepted" in done.out
    usbkit("--ledger", named(tmp_path), "receipt", "enter", "-", stdin="nothing here").expect(2)
