"""Documents whose main part is missing, damaged or another's are named; whatever stands in it, nothing expands."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.sources.attachments.test_office import (
    SLIDES,
    WORD,
    hwpx,
    main_part,
    package,
    relations,
    text_document,
)
from usbkit.sources.attachments.office import examine_office

SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

_KINDS = {"a.docx": WORD, "a.pptx": SLIDES, "a.xlsx": SHEETS}


def said(path: Path) -> list[tuple[str, str]]:
    return [(f.id, str(f.what)) for f in examine_office(path)]


def made(path: Path, **members: bytes) -> Path:
    """A document of the kind that the name says, with ``members`` in place of its own."""
    if path.name in _KINDS:
        return package(path, _KINDS[path.name], **members)
    return hwpx(path, **members) if path.suffix == ".hwpx" else text_document(path, **members)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("a.docx", "word/document.xml"),
        ("a.pptx", "ppt/presentation.xml"),
        ("a.xlsx", "xl/workbook.xml"),
        ("a.odt", "content.xml"),
        ("a.hwpx", "Contents/section0.xml"),
    ],
)
@pytest.mark.parametrize(
    "data", [b"", b"<document", b"<a><b></a>", b"\0\1\2", b"<a/><a/>", b"<?xml version='1.0' encoding='no-such'?><a/>"]
)
def test_a_main_part_that_is_no_xml_is_named(tmp_path: Path, name: str, part: str, data: bytes) -> None:
    assert said(made(tmp_path / name)) == []
    what = f"the document is damaged: its part {part} cannot be read"
    assert said(made(tmp_path / name, **{part: data})) == [("file-truncated", what)]


@pytest.mark.parametrize("name", _KINDS)
def test_a_main_part_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    part = main_part(_KINDS[name])[0]
    for relation, missing in ((relations("other.xml"), "other.xml"), (relations(f"/{part}"), "")):
        found = said(made(tmp_path / name, **{"_rels/.rels": relation.encode()}))
        what = f"the document is damaged: its main part {missing} is missing"
        assert found == ([("file-truncated", what)] if missing else [])
    one, other = (relations(name).removeprefix("<Relationships>") for name in (part, "other.xml"))
    twice = [f"<Relationships>{one.removesuffix('</Relationships>')}{again}" for again in (one, other)]
    assert said(made(tmp_path / name, **{"_rels/.rels": twice[0].encode()})) == []
    for count, named in ((0, b"<Relationships/>"), (2, twice[1].encode())):
        what = f"the document is damaged: it has {count} main parts by _rels/.rels"
        assert said(made(tmp_path / name, **{"_rels/.rels": named})) == [("file-truncated", what)]
    for damaged in (b"", relations(part).encode()[:-9]):
        what = "the document is damaged: its part _rels/.rels cannot be read"
        assert said(made(tmp_path / name, **{"_rels/.rels": damaged})) == [("file-truncated", what)]


def test_a_document_of_fixed_names_lacks_its_part(tmp_path: Path) -> None:
    for name, kind, part in (
        ("a.odt", "application/vnd.oasis.opendocument.text", "content.xml"),
        ("a.hwpx", "application/hwp+zip", "Contents/section0.xml"),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("mimetype", kind)
        assert part in said(tmp_path / name)[0][1]
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{WORD}"/></Types>')
    assert "its main part _rels/.rels is missing" in said(tmp_path / "a.docx")[0][1]


@pytest.mark.parametrize(
    ("name", "part", "data"),
    [
        ("a.docx", "word/document.xml", main_part(SHEETS)[1]),
        ("a.docx", "word/document.xml", "<document/>"),
        ("a.xlsx", "xl/workbook.xml", "<x/>"),
        ("a.odt", "content.xml", "<x/>"),
        ("a.hwpx", "Contents/section0.xml", "<html/>"),
    ],
)
def test_anothers_main_part_is_named(tmp_path: Path, name: str, part: str, data: str) -> None:
    (found,) = said(made(tmp_path / name, **{part: data.encode()}))
    assert found[0] == "file-wrong-extension"


@pytest.mark.parametrize("name", ["a.docx", "a.odt"])
def test_nothing_is_declared_in_a_main_part(tmp_path: Path, name: str) -> None:
    """A document type is refused where it begins: no entity grows, and no other file is asked for."""
    part = "content.xml" if name == "a.odt" else "word/document.xml"
    for inside in ("", ' SYSTEM "file:///etc/passwd"', ' [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]'):
        data = f"<!DOCTYPE document{inside}><document>x</document>".encode()
        (found,) = said(made(tmp_path / name, **{part: data}))
        assert found[0] == "file-truncated"


def test_a_main_part_in_utf_16_is_read(tmp_path: Path) -> None:
    part, text = main_part(WORD)
    assert said(made(tmp_path / "a.docx", **{part: text.encode("utf-16")})) == []
    deep = text.replace("<a/>", "<a>" * 20_000 + "</a>" * 20_000, 1)
    assert said(made(tmp_path / "a.docx", **{part: deep.encode()})) == []
