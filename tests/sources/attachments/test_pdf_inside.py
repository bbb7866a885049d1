"""Files embedded in a PDF, its scripts, and the programs that it asks for."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import pytest
from fpdf import FPDF

from tests.sources.attachments.test_pdf import write
from usbkit.sources.attachments.pdf import examine_pdf

_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>"
_PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
_LAUNCH = b"<< /S /Launch /F (cmd.exe) >>"


def said(path: Path) -> list[tuple[str, bool]]:
    return [(f.id, f.is_error) for f in examine_pdf(path)]


def carrying(path: Path, name: str, data: bytes, *, in_comment: bool = False) -> Path:
    """A PDF in which the file called ``name`` is embedded, in itself or in a comment on its page."""
    pdf = FPDF()
    pdf.add_page()
    (path.parent / name).write_bytes(data)
    if in_comment:
        pdf.file_attachment_annotation(path.parent / name, 10, 10)
    else:
        pdf.embed_file(path.parent / name)
    pdf.output(str(path))
    return path


@pytest.mark.parametrize("in_comment", [False, True])
@pytest.mark.parametrize(
    ("name", "is_run"), [("setup.EXE", True), ("한글.lnk", True), ("a.txt", False), ("a.zip", True), ("b.doc", False)]
)
def test_an_embedded_program_is_named(tmp_path: Path, name: str, is_run: bool, in_comment: bool) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x.exe", "MZ")
    data = packed.getvalue() if name.endswith("zip") else b"something"
    path = carrying(tmp_path / "deck.pdf", name, data, in_comment=in_comment)
    assert said(path) == ([("file-runs", True)] if is_run else [])
    if is_run:
        assert name in str(examine_pdf(path)[0].what)


_COMMENT = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Annots [5 0 R 6 0 R] >>"
_FILE = (
    b"<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS << /Type /Filespec /F (setup.exe)"
    b" /EF << /F 7 0 R >> >> >>"
)


@pytest.mark.parametrize("first", [_PAGE, b"null", b"<< /Type /Page >>"])
def test_a_program_in_a_comment_alone_is_named_on_whatever_page_it_stands(tmp_path: Path, first: bytes) -> None:
    """The document's own list of embedded files does not name it; its first comment is words, its first page may be
    none.
    """
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", _PAGES.replace(b"[3 0 R] /Count 1", b"[3 0 R 4 0 R] /Count 2")]
    words = b"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (words) >>"
    program = b"<< /Type /EmbeddedFile /Length 2 >> stream\nMZ\nendstream"
    found = said(write(tmp_path / "a.pdf", [*objects, first, _COMMENT, words, _FILE, program]))
    assert ("file-runs", True) in found


def test_one_that_is_too_large_was_not_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("usbkit.sources.attachments.pdf_inside.LARGEST", 8)
    assert said(carrying(tmp_path / "a.pdf", "a.txt", b"12345678")) == []
    assert said(carrying(tmp_path / "a.pdf", "a.txt", b"123456789")) == [("archive-unseen", True)]


@pytest.mark.parametrize(("action", "id"), [(_SCRIPT, "pdf-javascript"), (_LAUNCH, "pdf-launch")])
def test_actions_are_told_wherever_they_stand(tmp_path: Path, action: bytes, id: str) -> None:
    link = b"/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A " + action + b" >>] >>"
    for catalog, page in (
        (b"<< /Type /Catalog /Pages 2 0 R /OpenAction " + action + b" >>", _PAGE),
        (b"<< /Type /Catalog /Pages 2 0 R /AA << /WC " + action + b" >> >>", _PAGE),
        (b"<< /Type /Catalog /Pages 2 0 R >>", _PAGE[:-2] + link),
        (b"<< /Type /Catalog /Pages 2 0 R >>", _PAGE[:-2] + link.replace(b"/S /", b"/#53 /")),
    ):
        assert said(write(tmp_path / "a.pdf", [catalog, _PAGES, page])) == [(id, False)]
    assert said(write(tmp_path / "a.pdf", [b"<< /Type /Catalog /Pages 2 0 R >>", _PAGES, _PAGE])) == []


def test_an_action_among_packed_objects_is_told(tmp_path: Path) -> None:
    """Objects in a stream (ISO 32000-1, 7.5.7), and a list of them that is one too (7.5.8)."""
    catalog = b"<< /Type /Catalog /Pages 2 0 R /OpenAction " + _SCRIPT + b" >>"
    numbers, body = b"", b""
    for number, text in enumerate((catalog, _PAGES, _PAGE), start=1):
        numbers += b"%d %d " % (number, len(body))
        body += text + b" "
    packed = zlib.compress(numbers + body)
    head = b"%%PDF-1.5\n4 0 obj << /Type /ObjStm /N 3 /First %d /Filter /FlateDecode /Length %d >> stream\n"
    data = head % (len(numbers), len(packed)) + packed + b"\nendstream endobj\n"
    entries = [b"\0\0\0\0", *(bytes([2, 0, 4, n]) for n in range(3)), bytes([1, 0, 9, 0])]
    entries.append(b"\1" + len(data).to_bytes(2, "big") + b"\0")
    rows = b"".join(entries)
    listed = b"5 0 obj << /Type /XRef /Size 6 /W [1 2 1] /Root 1 0 R /Length %d >> stream\n" % len(rows)
    at = len(data)
    (tmp_path / "a.pdf").write_bytes(data + listed + rows + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % at)
    assert b"JavaScript" not in (tmp_path / "a.pdf").read_bytes()
    assert said(tmp_path / "a.pdf") == [("pdf-javascript", False)]
