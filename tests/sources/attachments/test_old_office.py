"""Word, Excel and PowerPoint before 2007, laid out by Microsoft's descriptions, and the findings on each."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.sources.attachments.compounds import make_compound
from tests.sources.attachments.test_hwp import NO_STREAMS
from usbkit.sources.attachments.old_office import examine_compound, is_compound

#: MS-PPT 2.3.2: an atom of 20 bytes whose token says whether the document is encrypted.
PLAIN, ENCRYPTED = 0xE391C05F, 0xF3D1C4DF


def said(data: bytes, suffix: str) -> list[str]:
    assert is_compound(data[:32])
    return [f"{f.id}: {f.what}" for f in examine_compound(Path(f"a{suffix}"), data, suffix)]


def ids(data: bytes, suffix: str) -> list[str]:
    return [line.partition(":")[0] for line in said(data, suffix)]


def word(flags: int = 0x1000, streams: Mapping[str, bytes] = NO_STREAMS) -> bytes:
    return make_compound(
        {"WordDocument": struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, flags).ljust(5000, b"t"), **streams}
    )


def deck(token: int = PLAIN, streams: Mapping[str, bytes] = NO_STREAMS) -> bytes:
    user = struct.pack("<HHII", 0, 0x0FF6, 20, 20)[:8] + struct.pack("<II", 20, token) + bytes(12)
    return make_compound({"Current User": user, "PowerPoint Document": b"slides" * 900, **streams})


def book(
    *records: tuple[int, bytes],
    stream: str = "Workbook",
    at: int | None = None,
    streams: Mapping[str, bytes] = NO_STREAMS,
) -> bytes:
    """A workbook of one sheet, which it says to be ``at``."""

    def lay_out(at: int) -> bytes:
        parts = [(0x0809, b"\0\6\5\0"), *records, (0x85, struct.pack("<IH", at, 0) + b"\5\0sheet"), (0x0A, b"")]
        return b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in parts)

    place = len(lay_out(0)) if at is None else at
    sheet = struct.pack("<HH", 0x0809, 4) + b"\0\6\x10\0" + struct.pack("<HH", 0x0A, 0)
    return make_compound({stream: (lay_out(place) + sheet).ljust(4096, b"\0"), **streams})


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (word(), ".doc"),
        (word(streams={"Pictures/_VBA_PROJECTS": b"x"}), ".doc"),
        (deck(), ".ppt"),
        (make_compound({"PowerPoint Document": b"x"}), ".ppt"),
        (book(), ".xls"),
        (book(stream="Book"), ".xls"),
        (book(stream="WORKBOOK"), ".xls"),
    ],
)
def test_a_whole_document_has_no_findings(data: bytes, suffix: str) -> None:
    assert ids(data, suffix) == []


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (word(0x1100), ".doc"),
        (deck(ENCRYPTED), ".ppt"),
        (book((0x2F, b"\1\0")), ".xls"),
        (make_compound({"EncryptionInfo": b"i", "EncryptedPackage": b"p" * 5000}), ".docx"),
        (make_compound({"EncryptionInfo": b"i", "EncryptedPackage": b"p" * 5000}), ".xlsx"),
    ],
)
def test_what_asks_for_a_password_is_said(data: bytes, suffix: str) -> None:
    assert ids(data, suffix) == ["document-encrypted"]


def test_macros_are_said() -> None:
    macros = {"Macros/VBA/_VBA_PROJECT": b"x"}
    for data, suffix in (
        (word(streams=macros), ".doc"),
        (deck(streams=macros), ".ppt"),
        (book(streams=macros), ".xls"),
    ):
        assert ids(data, suffix) == ["document-macros"]


def packaged(name: str, path: str = "") -> Mapping[str, bytes]:
    """A file as Word embeds it (MS-OLEDS 2.3.6): size, a number, what it is called and where it was, and what it is."""
    inside = b"\2\0" + name.encode() + b"\0" + path.encode() + b"\0\0\0\3\0MZ"
    return {"ObjectPool/_1/\x01Ole10Native": len(inside).to_bytes(4, "little") + inside}


def test_an_embedded_program_is_said() -> None:
    for streams in (packaged("setup.exe"), packaged("a note", "C:\\x\\setup.exe")):
        (found,) = said(word(streams=streams), ".doc")
        assert found.startswith("file-runs: there is setup.exe in it")
    for streams in (packaged("a.pdf", "C:\\a.pdf"), packaged("a" * 300 + ".exe"), packaged("")):
        assert ids(word(streams=streams), ".doc") == []


@pytest.mark.parametrize("suffix", [".ppt", ".xls", ".hwp", ".docx", ".odt"])
def test_another_kind_is_said(suffix: str) -> None:
    assert ids(word(), suffix) == ["file-wrong-extension"]


def test_a_locked_package_is_no_old_document() -> None:
    assert ids(make_compound({"EncryptedPackage": b"p"}), ".doc") == ["file-wrong-extension"]


@pytest.mark.parametrize(("data", "suffix"), [(word(), ".doc"), (deck(), ".ppt"), (book(), ".xls")])
def test_a_cut_one_is_said(data: bytes, suffix: str) -> None:
    for size in (600, len(data) // 2, len(data) - 512):
        assert ids(data[:size], suffix) == ["file-truncated"]


def test_what_is_damaged_is_named() -> None:
    hurt = word(streams={"Data": b"d" * 5000})
    place = hurt.index(struct.pack("<IQ", 10, 5000))  # where the stream Data begins, and its size
    hurt = hurt[: place + 4] + struct.pack("<Q", 9_000_000)[:4] + hurt[place + 8 :]
    assert said(hurt, ".doc") == ["file-truncated: the document is damaged: its part Data cannot be read"]


@pytest.mark.parametrize("at", [0x30, 4096, 2**32 - 1])
def test_a_sheet_that_is_not_there_is_said(at: int) -> None:
    assert said(book(at=at), ".xls") == ["file-truncated: the document is damaged: its part Workbook cannot be read"]


def test_a_workbook_without_an_end_is_said() -> None:
    assert ids(make_compound({"Workbook": struct.pack("<HH", 0x0809, 4) + b"\0\6\5\0"}), ".xls") == ["file-truncated"]
