"""Office and HWP documents: whole ones pass, others are named for what they are."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from usbkit.sources.attachments.office import examine_office

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


def ids(path: Path) -> list[str]:
    return [f.id for f in examine_office(path)]


def package(path: Path, kind: str, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{kind}"/></Types>')
        archive.writestr("word/document.xml", "<document/>" * 200)
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def compound(path: Path, *names: str, hwp: bytes = b"") -> Path:
    """A compound file's header, and a sector in which ``names`` stand as its directory has them."""
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    header[30:32] = (9).to_bytes(2, "little")  # sectors of 512 bytes
    directory = b"".join(name.encode("utf-16-le") + b"\0\0" for name in names)
    path.write_bytes(bytes(header) + directory.ljust(512, b"\0") + hwp.ljust(1024, b"\0"))
    return path


def test_whole_documents_have_no_findings(tmp_path: Path) -> None:
    assert ids(package(tmp_path / "a.docx", WORD)) == []
    assert ids(package(tmp_path / "a.pptx", SLIDES)) == []
    assert ids(compound(tmp_path / "a.doc", "Root Entry", "WordDocument")) == []
    assert ids(compound(tmp_path / "a.ppt", "PowerPoint Document")) == []
    assert ids(compound(tmp_path / "a.xls", "Workbook")) == []
    assert ids(compound(tmp_path / "a.hwp", "FileHeader", hwp=b"HWP Document File".ljust(40, b"\0"))) == []
    with zipfile.ZipFile(tmp_path / "a.hwpx", "w") as archive:
        archive.writestr("mimetype", "application/hwp+zip")
    assert ids(tmp_path / "a.hwpx") == []


def test_one_kind_under_anothers_name_is_named(tmp_path: Path) -> None:
    assert ids(package(tmp_path / "a.pptx", WORD)) == ["file-wrong-extension"]
    assert ids(compound(tmp_path / "a.ppt", "WordDocument")) == ["file-wrong-extension"]
    assert ids(compound(tmp_path / "a.hwp", "WordDocument")) == ["file-wrong-extension"]
    with zipfile.ZipFile(tmp_path / "a.odt", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.presentation")
    assert ids(tmp_path / "a.odt") == ["file-wrong-extension"]
    garbage = tmp_path / "a.docx"
    garbage.write_bytes(b"\x01\x02 no document")
    assert ids(garbage) == ["file-wrong-extension"]
    old = tmp_path / "b.doc"
    old.write_bytes(b"no document either")
    assert ids(old) == ["file-wrong-extension"]


def test_a_damaged_one_is_named(tmp_path: Path) -> None:
    whole = package(tmp_path / "a.docx", WORD).read_bytes()
    cut, flipped = tmp_path / "cut.docx", tmp_path / "flipped.docx"
    cut.write_bytes(whole[:300])
    flipped.write_bytes(whole.replace(b"<document/>", b"<dokument/>", 1))
    assert ids(cut) == ["file-truncated"]
    assert ids(flipped) == ["file-truncated"]
    short = tmp_path / "short.doc"
    short.write_bytes(compound(tmp_path / "c.doc", "WordDocument").read_bytes()[:700])
    assert ids(short) == ["file-truncated"]


def test_macros_and_passwords_are_named(tmp_path: Path) -> None:
    assert ids(package(tmp_path / "a.docx", WORD, **{"word/vbaProject.bin": b"x"})) == ["document-macros"]
    assert ids(compound(tmp_path / "a.doc", "WordDocument", "_VBA_PROJECT")) == ["document-macros"]
    locked = b"HWP Document File".ljust(36, b"\0") + b"\x02"
    assert ids(compound(tmp_path / "a.hwp", "FileHeader", hwp=locked)) == ["document-encrypted"]


@pytest.mark.parametrize(("name", "value"), [("_MOST_BYTES", 1000), ("_MOST_PARTS", 1)])
def test_a_bomb_is_named_before_it_goes_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: int
) -> None:
    monkeypatch.setattr(f"usbkit.sources.attachments.office.{name}", value)
    assert ids(package(tmp_path / "a.docx", WORD)) == ["document-too-large"]
