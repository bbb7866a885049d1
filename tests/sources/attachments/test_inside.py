"""Programs in archives, in archives inside these, and in Office documents; and what could not be looked into."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.sources.attachments.compounds import make_compound
from tests.sources.attachments.test_office import SLIDES, WORD, package, text_document
from usbkit.core.errors import Finding
from usbkit.sources.attachments import inside
from usbkit.sources.attachments.examining import examine_attachment
from usbkit.sources.attachments.inside import find_in_bytes, find_inside


def packed(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def found_in(path: Path, data: bytes | None = None) -> list[Finding]:
    if data is not None:
        path.write_bytes(data)
    return list(examine_attachment(path))


def said(path: Path, data: bytes | None = None) -> list[str]:
    return [f"{f.id}: {f.what.values.get('member', '')}" for f in found_in(path, data)]


def deep(data: bytes, name: str, depth: int) -> bytes:
    for _level in range(depth):
        data, name = packed(**{name: data}), "in.zip"
    return data


def packager(name: str) -> bytes:
    """An embedded file as Word keeps it (MS-OLEDS 2.3.6): a size, a number, names, and what is in it."""
    inside = b"\2\0" + name.encode() + b"\0C:\\x\\" + name.encode() + b"\0\0\0\3\0MZ"
    return make_compound({"\x01Ole10Native": len(inside).to_bytes(4, "little") + inside + bytes(5000)})


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_a_program_is_found_however_often_it_is_packed(tmp_path: Path, depth: int) -> None:
    name = " > ".join(["in.zip"] * (depth - 1) + ["a/setup.EXE"])
    assert said(tmp_path / "a.zip", deep(b"MZ", "a/setup.EXE", depth)) == [f"file-runs: {name}"]
    assert said(tmp_path / "b.zip", deep(b"words", "a/b.txt", depth)) == []


def test_deeper_than_that_it_is_said_that_nobody_looked(tmp_path: Path) -> None:
    (found,) = found_in(tmp_path / "a.zip", deep(b"words", "a.txt", 6))
    assert (found.id, found.is_error) == ("archive-unseen", True)


@pytest.mark.parametrize(("depth", "is_seen"), [(4, True), (5, False)])
def test_an_archive_in_a_pdf_is_one_deeper(tmp_path: Path, depth: int, is_seen: bool) -> None:
    """As if the PDF were the outermost archive."""
    found = list(find_in_bytes(tmp_path / "a.pdf", "b.zip", deep(b"words", "a.txt", depth)))
    assert [f.id for f in found] == ([] if is_seen else ["archive-unseen"])


def test_the_bounds_are_those_that_are_told() -> None:
    """What an office sends is smaller; a worker that looks holds no more than this in memory."""
    assert (inside.LARGEST, inside._MOST_BYTES, inside._MOST_PARTS) == (536_870_912, 4_294_967_296, 20_000)


@pytest.mark.parametrize("name", ["LARGEST", "_MOST_BYTES", "_MOST_PARTS"])
def test_a_bomb_inside_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    data = packed(**{f"{n}.zip": packed(a=b"words", b=b"") for n in range(3)})
    assert said(tmp_path / "a.zip", data) == []
    inner = len(packed(a=b"words", b=b""))
    enough = {"LARGEST": inner, "_MOST_BYTES": 3 * inner, "_MOST_PARTS": 6}[name]
    monkeypatch.setattr(f"usbkit.sources.attachments.inside.{name}", enough)
    assert said(tmp_path / "a.zip") == []
    monkeypatch.setattr(f"usbkit.sources.attachments.inside.{name}", enough - 1)
    assert [line.partition(":")[0] for line in said(tmp_path / "a.zip")] == ["archive-unseen"]


def test_what_is_damaged_or_locked_inside_was_not_seen(tmp_path: Path) -> None:
    whole = packed(**{"a.txt": b"something" * 99})
    locked = bytearray(whole)
    locked[locked.index(b"PK\1\2") + 8] |= 1  # APPNOTE 4.3.12: the flags of a member
    for inner in (whole[:-30], bytes(locked), b"no archive"):
        assert said(tmp_path / "a.zip", packed(**{"in.zip": inner})) == ["archive-unseen: in.zip"]
    assert said(tmp_path / "a.zip", packed(**{"in.txt": b"no archive"})) == []


@pytest.mark.parametrize(
    "name", ["../../evil.txt", "a/../../b", "..", "/etc/x", "C:\\x.txt", "c:x", "\\\\host\\x", "..\\x"]
)
def test_a_name_that_leads_out_is_named(tmp_path: Path, name: str) -> None:
    for data in (packed(**{name: b""}), packed(**{"in.zip": packed(**{name: b""})})):
        assert [line.partition(":")[0] for line in said(tmp_path / "a.zip", data)] == ["archive-leads-out"]
    assert [line.partition(":")[0] for line in said(package(tmp_path / "a.docx", WORD, **{name: b""}))] == [
        "archive-leads-out"
    ]


def test_dots_in_a_name_lead_nowhere(tmp_path: Path) -> None:
    assert said(tmp_path / "a.zip", packed(**{"a..b/c...txt": b"", "..a": b"", "a/b..": b"", "a:b.txt": b""})) == [
        "archive-leads-out: a:b.txt"
    ]
    assert said(tmp_path / "b.zip", packed(**{"a..b/c...txt": b"", "..a": b"", "a/b..": b"", "ab:c.txt": b""})) == []


@pytest.mark.parametrize(
    "member",
    [
        "word/embeddings/setup.exe",
        "word/embeddings/a.JS",
        "word/embeddings/page.html",
        "word/media/a.scr",
        "autorun.inf",
    ],
)
def test_a_program_embedded_in_a_document_is_named(tmp_path: Path, member: str) -> None:
    assert said(package(tmp_path / "a.docx", WORD, **{member: b"MZ"})) == [f"file-runs: {member}"]
    data = (tmp_path / "a.docx").read_bytes()
    assert said(tmp_path / "b.zip", packed(**{"a.docx": data})) == [f"file-runs: a.docx > {member}"]


def test_a_documents_own_parts_are_no_programs(tmp_path: Path) -> None:
    own = ("word/embeddings/oleObject1.bin", "word/media/a.svg", "word/afchunk.mht", "word/printerSettings1.bin")
    assert said(package(tmp_path / "a.docx", WORD, **dict.fromkeys(own, b"x"))) == []
    deck = package(tmp_path / "a.pptx", SLIDES, **{"ppt/embeddings/a.docx": (tmp_path / "a.docx").read_bytes()})
    assert said(deck) == []
    assert said(tmp_path / "a.zip", packed(**{"a.pptx": deck.read_bytes()})) == []
    assert said(text_document(tmp_path / "a.odt", **{"Pictures/a.svg": b"x"})) == []


def test_a_zip_does_not_become_a_document_by_what_is_in_it(tmp_path: Path) -> None:
    data = packed(mimetype=b"application/epub+zip", **{"page.html": b"x"})
    assert said(tmp_path / "a.zip", packed(**{"in.zip": data})) == ["file-runs: in.zip > page.html"]
    assert said(tmp_path / "b.zip", packed(**{"in.epub": data})) == []


def test_macros_of_an_embedded_document_are_named(tmp_path: Path) -> None:
    sheet = packed(**{"[Content_Types].xml": b"", "xl/workbook.bin": b""})
    acting = packed(**{"[Content_Types].xml": b"", "xl/vbaProject.bin": b""})
    for data, ids in ((sheet, []), (acting, ["document-macros: "])):
        path = package(tmp_path / "a.pptx", SLIDES, **{"ppt/embeddings/a.xlsb": data})
        assert said(path) == ids


def test_a_file_that_word_packed_is_told_by_its_name(tmp_path: Path) -> None:
    for name, ids in (("setup.exe", ["file-runs: word/embeddings/a.bin > setup.exe"]), ("a.pdf", [])):
        assert said(package(tmp_path / "a.docx", WORD, **{"word/embeddings/a.bin": packager(name)})) == ids
    broken = {"word/embeddings/a.bin": packager("setup.exe")[:700]}
    assert said(package(tmp_path / "a.docx", WORD, **broken)) == []


def test_of_other_archives_inside_it_is_said_that_nobody_looked(tmp_path: Path) -> None:
    data = packed(**{"a.7z": b"7z\xbc\xaf\x27\x1c", "b.txt": b"", "c.rar": b"Rar!\x1a\x07"})
    found = found_in(tmp_path / "a.zip", data)
    assert [(f.id, f.is_error) for f in found] == [("document-unread", False)] * 2
    found = found_in(tmp_path / "b.zip", data.replace(b"b.txt", b"b.exe"))
    assert [(f.id, f.is_error) for f in found] == [("document-unread", False), ("file-runs", True)]


def test_only_the_first_error_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(**{"a.exe": b"", "b.exe": b""}))) as archive:
        (found,) = find_inside(tmp_path / "a.zip", archive)
    assert "a.exe" in str(found.what)


def test_an_embedded_file_is_judged_by_its_name_and_by_what_is_in_it(tmp_path: Path) -> None:
    def ids(name: str, data: bytes | None) -> list[str]:
        return [f.id for f in find_in_bytes(tmp_path / "a.pdf", name, data)]

    assert ids("a.exe", b"") == ids("a", packed(**{"b.exe": b""})) == ids("a.doc", packager("a.exe")) == ["file-runs"]
    assert ids("a.bin.txt", b"words") == ids("a.zip", packed(a=b"")) == []
    assert ids("a.zip", None) == ["archive-unseen"]
