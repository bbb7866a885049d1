"""Office and HWP documents: complete ones pass, others get a finding with their kind."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.sources.attachments.test_hwp import ACTING, COMPRESSED, PASSWORD, make_hwp, scripts
from tests.sources.attachments.test_old_office import word
from usbkit.sources.attachments.office import SUFFIXES, examine_office

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


def ids(path: Path) -> list[str]:
    return [f.id for f in examine_office(path)]


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def text_document(path: Path, kind: str = "text", /, **members: bytes) -> Path:
    """An OpenDocument with one empty element as its content, and further members."""
    content = '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        for name, data in {"content.xml": content.encode(), **members}.items():
            archive.writestr(name, data)
    return path


#: Where a package's main part stands, and its root element, by a word in its type.
MAIN_PARTS = {
    "presentation": ("ppt/presentation.xml", "presentation", "presentationml"),
    "powerpoint": ("ppt/presentation.xml", "presentation", "presentationml"),
    "sheet": ("xl/workbook.xml", "workbook", "spreadsheetml"),
    "excel": ("xl/workbook.xml", "workbook", "spreadsheetml"),
    "": ("word/document.xml", "document", "wordprocessingml"),
}


def main_part(kind: str) -> tuple[str, str]:
    """The name and the text of the main part of a package whose main type is ``kind``."""
    part, root, space = next(found for word, found in MAIN_PARTS.items() if word in kind.lower())
    text = f'<{root} xmlns="http://schemas.openxmlformats.org/{space}/2006/main">{"<a/>" * 500}</{root}>'
    return part, text


def relations(part: str) -> str:
    """The relations of a package whose main part is ``part``."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    return f'<Relationships><Relationship Type="{kind}" Target="{part}"/></Relationships>'


def package(path: Path, kind: str, **members: bytes) -> Path:
    """A package whose main part is of ``kind``; of ``members`` those of the same names stand in place of its own."""
    part, text = main_part(kind)
    types = f'<Types><Override ContentType="{kind}"/></Types>'.encode()
    own = {"[Content_Types].xml": types, "_rels/.rels": relations(part).encode()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**own, part: text.encode(), **members}.items():
            archive.writestr(name, data)
    return path


def hwpx(path: Path, **members: bytes) -> Path:
    """An HWPX document with an empty section."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/hwp+zip")
        for name, data in {"Contents/section0.xml": b'<s:sec xmlns:s="hwpml"/>', **members}.items():
            archive.writestr(name, data)
    return path


def test_whole_documents_have_no_findings(tmp_path: Path) -> None:
    assert ids(package(tmp_path / "a.docx", WORD)) == []
    assert ids(package(tmp_path / "a.pptx", SLIDES)) == []
    assert ids(written(tmp_path / "a.doc", word())) == []
    assert ids(written(tmp_path / "a.hwp", make_hwp())) == []
    assert ids(hwpx(tmp_path / "a.hwpx")) == []
    assert ids(text_document(tmp_path / "a.odt")) == []


def test_one_kind_under_anothers_name_is_named(tmp_path: Path) -> None:
    assert ids(package(tmp_path / "a.pptx", WORD)) == ["file-wrong-extension"]
    assert ids(written(tmp_path / "b.ppt", word())) == ["file-wrong-extension"]
    assert ids(written(tmp_path / "a.hwp", word())) == ["file-wrong-extension"]
    assert ids(written(tmp_path / "b.docx", word())) == ["file-wrong-extension"]
    assert ids(written(tmp_path / "c.doc", (tmp_path / "a.pptx").read_bytes())) == ["file-wrong-extension"]
    with zipfile.ZipFile(tmp_path / "a.odt", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.presentation")
    assert ids(tmp_path / "a.odt") == ["file-wrong-extension"]
    garbage = tmp_path / "a.docx"
    garbage.write_bytes(b"\x01\x02 no document")
    assert ids(garbage) == ["file-wrong-extension"]
    assert "the name says DOCX, but it is" in str(examine_office(garbage)[0].what)
    old = tmp_path / "b.doc"
    old.write_bytes(b"no document either")
    assert ids(old) == ["file-wrong-extension"]


def test_what_is_opened_and_made_into_pdfs_are_documents_without_macros() -> None:
    word, slides, sheets = (
        ".docx .dotx .odt .ott .doc",
        ".pptx .ppsx .potx .odp .otp .ppt",
        ".xlsx .xltx .ods .ots .xls",
    )
    assert sorted(SUFFIXES) == sorted(f"{word} {slides} {sheets} .odg .hwp .hwpx".split())


_OPEN, _MICROSOFT = "application/vnd.openxmlformats-officedocument.", "application/vnd.ms-"


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("a.pptx", f"{_OPEN}presentationml.slideshow.main+xml", "PPSX"),
        ("a.pptx", f"{_OPEN}presentationml.template.main+xml", "POTX"),
        ("a.ppsx", SLIDES, "PPTX"),
        ("a.potx", SLIDES, "PPTX"),
        ("a.docx", f"{_OPEN}wordprocessingml.template.main+xml", "DOTX"),
        ("a.xlsx", f"{_OPEN}spreadsheetml.template.main+xml", "XLTX"),
        ("a.pptx", f"{_MICROSOFT}powerpoint.slideshow.macroEnabled.main+xml", "PPSM"),
        ("a.pptx", f"{_MICROSOFT}powerpoint.presentation.macroEnabled.main+xml", "PPTM"),
        ("a.potx", f"{_MICROSOFT}powerpoint.template.macroEnabled.main+xml", "POTM"),
        ("a.docx", f"{_MICROSOFT}word.document.macroEnabled.main+xml", "DOCM"),
        ("a.docx", f"{_MICROSOFT}word.template.macroEnabledTemplate.main+xml", "DOTM"),
        ("a.xlsx", f"{_MICROSOFT}excel.sheet.macroEnabled.main+xml", "XLSM"),
        ("a.xltx", f"{_MICROSOFT}excel.template.macroEnabled.main+xml", "XLTM"),
        ("a.xlsx", f"{_MICROSOFT}excel.sheet.binary.macroEnabled.main", "XLSB"),
    ],
)
def test_a_renamed_one_is_called_by_its_name(tmp_path: Path, name: str, kind: str, found: str) -> None:
    """By the type of its main part; of one that macros may be in nobody is told to rename it."""
    (finding,) = examine_office(package(tmp_path / name, kind))
    claimed = name.partition(".")[2].upper()
    assert (finding.id, str(finding.what)) == ("file-wrong-extension", f"the name says {claimed}, but it is {found}")
    assert ("without macros" in str(finding.todo)) == (found[-1] in "MB")
    assert (f"ends in .{found.lower()}" in str(finding.todo)) == (found[-1] == "X")
    assert ids(package(tmp_path / f"b.{found.lower()}", kind)) == []


def test_what_is_no_documents_main_part_says_nothing(tmp_path: Path) -> None:
    """A deck in which a sheet is embedded is a deck; an archive without a main part is no document."""
    embedded = f'<Default Extension="xlsx" ContentType="{_OPEN}spreadsheetml.sheet"/>'
    types = f"<Types>{embedded}<Override ContentType='{SLIDES.upper()}'/></Types>".encode()
    assert ids(package(tmp_path / "a.pptx", SLIDES, **{"[Content_Types].xml": types})) == []
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    (finding,) = examine_office(tmp_path / "a.docx")
    assert str(finding.what) == "the name says DOCX, but the document in it is another"


def test_a_list_of_types_in_utf_16_is_read(tmp_path: Path) -> None:
    types = f'<Types><Override ContentType = "{WORD}"/></Types>'.encode("utf-16")
    assert ids(package(tmp_path / "a.docx", WORD, **{"[Content_Types].xml": types})) == []


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        ("graphics", ".odg"),
        ("text-template", ".ott"),
        ("presentation-template", ".otp"),
        ("spreadsheet-template", ".ots"),
        ("spreadsheet", ".ods"),
    ],
)
def test_each_kind_of_opendocument_is_told_from_the_others(tmp_path: Path, kind: str, suffix: str) -> None:
    for name, said in ((f"a{suffix}", []), ("a.odt", ["file-wrong-extension"])):
        assert ids(text_document(tmp_path / name, kind)) == said
    assert suffix[1:].upper() in str(examine_office(tmp_path / "a.odt")[0].what)


def test_a_damaged_one_is_named(tmp_path: Path) -> None:
    whole = package(tmp_path / "a.docx", WORD).read_bytes()
    cut, flipped = tmp_path / "cut.docx", tmp_path / "flipped.docx"
    cut.write_bytes(whole[:300])
    flipped.write_bytes(whole.replace(b"<a/><a/>", b"<a/><b/>", 1))
    assert ids(cut) == ["file-truncated"]
    assert ids(flipped) == ["file-truncated"]
    assert ids(written(tmp_path / "a.hwp", make_hwp()[:-700])) == ["file-truncated"]


def test_macros_and_passwords_are_named(tmp_path: Path) -> None:
    assert ids(package(tmp_path / "a.docx", WORD, **{"word/vbaProject.bin": b"x"})) == ["document-macros"]
    assert ids(written(tmp_path / "a.hwp", make_hwp(COMPRESSED | PASSWORD))) == ["document-encrypted"]
    acting = make_hwp(0, streams={"Scripts/DefaultJScript": scripts(ACTING)})
    assert ids(written(tmp_path / "b.hwp", acting)) == ["document-macros"]
    assert ids(hwpx(tmp_path / "a.hwpx", **{"Scripts/a.js": ACTING.encode("utf-16-le")})) == ["document-macros"]


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("Basic/Standard/script-lb.xml", []),
        ("Basic/script-lc.xml", []),
        ("Basic/Standard/Module1.xml", ["document-macros"]),
        ("Scripts/python/a.py", ["document-macros"]),
    ],
)
def test_macros_of_opendocument_are_named(tmp_path: Path, member: str, said: list[str]) -> None:
    assert ids(text_document(tmp_path / "a.odt", **{member: b"x"})) == said


def test_a_password_of_opendocument_is_named(tmp_path: Path) -> None:
    for said, manifest in ((["document-encrypted"], b"<m:encryption-data/>"), ([], b"<m:file-entry/>")):
        assert ids(text_document(tmp_path / "a.odt", **{"META-INF/manifest.xml": manifest})) == said


def test_a_password_of_the_archive_is_named(tmp_path: Path) -> None:
    path = package(tmp_path / "a.docx", WORD)
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # APPNOTE 4.3.7, 4.3.12: the flags of a member
        data[data.index(mark) + at] |= 1
    assert ids(written(path, bytes(data))) == ["document-encrypted"]


def test_an_hwp_of_before_version_5_is_named(tmp_path: Path) -> None:
    old = b"HWP Document File V3.00 \x1a\1\2\3\4\5".ljust(3000, b"\0")
    assert ids(written(tmp_path / "a.hwp", old)) == ["document-old"]
    for name in ("a.doc", "a.odt", "a.hwpx"):
        assert ids(written(tmp_path / name, old)) == ["file-wrong-extension"]


@pytest.mark.parametrize(("name", "value"), [("_MOST_BYTES", 1000), ("_MOST_PARTS", 1)])
def test_a_bomb_is_named_before_it_goes_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: int
) -> None:
    monkeypatch.setattr(f"usbkit.sources.attachments.zips.{name}", value)
    assert ids(package(tmp_path / "a.docx", WORD)) == ["document-too-large"]
