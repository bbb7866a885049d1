"""Compound files, by us and others: complete ones are read, incomplete ones are reported."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from tests.sources.attachments.compounds import CUTOFF, make_compound
from usbkit.sources.attachments.compound import Compound, CompoundError

STREAMS = {
    "WordDocument": bytes(range(256)) * 33,
    "1Table": b"table" * 100,
    "\x05SummaryInformation": b"",
    "Macros/VBA/_VBA_PROJECT": b"x",
    "Macros/PROJECT": b"y" * CUTOFF,
}


def read_all(data: bytes) -> dict[str, bytes]:
    document = Compound(data)
    return {name: document.read(name) for name in document.names}


@pytest.mark.parametrize("shift", [9, 12])
def test_streams_and_folders_are_read(shift: int) -> None:
    assert read_all(make_compound(STREAMS, shift)) == STREAMS


def test_a_long_table_is_read() -> None:
    """Of more sectors than its list in the header has room for: more than 7 MB."""
    long = {"Workbook": bytes(8 * 2**20) + b"end", "small": b"s"}
    assert read_all(make_compound(long)) == long


def test_letters_case_is_no_matter() -> None:
    document = Compound(make_compound({"WORKBOOK": b"w"}))
    assert "Workbook" in document and document.read("workbook") == b"w"
    assert "Book" not in document
    with pytest.raises(KeyError):
        document.read("Book")


@pytest.mark.needs("7zip")
def test_7z_reads_the_same_from_what_we_wrote(tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(make_compound(STREAMS))
    subprocess.run(["7zz", "x", "-y", f"-o{tmp_path / 'out'}", str(path)], check=True, capture_output=True)
    found = {p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert found == set(STREAMS.values())


@pytest.mark.parametrize("shift", [9, 12])
def test_a_part_that_is_missing_is_said(shift: int) -> None:
    whole = make_compound({**STREAMS, "last": b"z" * 9000}, shift)
    for size in range(0, len(whole), 300):
        with pytest.raises(CompoundError):
            read_all(whole[:size])


def put(data: bytes, at: int, *numbers: int) -> bytes:
    part = struct.pack(f"<{len(numbers)}I", *numbers)
    return data[:at] + part + data[at + len(part) :]


def test_what_leads_round_or_nowhere_is_said() -> None:
    whole = make_compound(STREAMS)
    (table,) = struct.unpack_from("<I", whole, 76)
    (directory,) = struct.unpack_from("<I", whole, 48)
    at, entry = (table + 1) * 512, (directory + 1) * 512 + 128
    for name, hurt in {
        "WordDocument": put(whole, at, 0),
        "1Table": put(whole, entry + 128 + 120, 2000),
        "directory": put(whole, entry + 68, 1),
        "FAT": put(whole, 68, 0),
        "header": put(whole, 30, 0x0006000A),
    }.items():
        with pytest.raises(CompoundError, match=name):
            read_all(hurt)
    for hurt in (put(whole, at, 5000), put(whole, entry + 72, 5000), put(whole, 68, 5000), put(whole, 48, 0)):
        with pytest.raises(CompoundError):
            read_all(hurt)


def test_a_table_that_lists_itself_is_said() -> None:
    whole = make_compound({"Workbook": bytes(8 * 2**20)})
    (lists,) = struct.unpack_from("<I", whole, 68)
    with pytest.raises(CompoundError, match="FAT"):
        Compound(put(whole, (lists + 2) * 512 - 4, lists))
