"""PDFs as offices send them: their findings, and pictures of their pages that are the same on every machine."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from tests.site.plans import make_pdf
from tests.support.cli import TOP
from usbkit.sources.attachments.pdf import (
    _examine_document,
    _render,
    count_pages,
    examine_pdf,
    load_pdfium,
    pages_from_json,
    pages_to_json,
    read_pages,
)
from usbkit.sources.attachments.pdf_fonts import Fonts, hide_system_fonts


def ids(path: Path) -> list[str]:
    return [f.id for f in examine_pdf(path)]


def write(path: Path, objects: list[bytes]) -> Path:
    """A PDF of ``objects``, numbered from 1; the first is its catalogue (ISO 32000-1, 7.5)."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    path.write_bytes(out)
    return path


def page_in_font(path: Path, font: bytes) -> Path:
    content = b"BT /F 24 Tf 20 60 Td (Letters) Tj ET"
    return write(
        path,
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 120]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream",
            b"<</Type/Font/Subtype/TrueType/BaseFont/" + font + b"/Encoding/WinAnsiEncoding>>",
        ],
    )


def test_a_whole_pdf_has_no_findings_and_its_pages_count(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf(["one", "two", "three"]))
    assert ids(path) == []
    assert count_pages(path) == 3
    pages = tuple(read_pages(path, True))
    assert [p.text for p in pages] == ["one", "two", "three"]
    assert pages_from_json(pages_to_json(pages)) == pages


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    whole = make_pdf(["one"])
    cases = {
        "text.pdf": (b"no PDF at all", "file-wrong-extension"),
        "cut.pdf": (whole[: len(whole) // 2], "file-truncated"),
        "zeros.pdf": (whole[:60] + bytes(len(whole) - 120) + whole[-60:], "pdf-damaged"),
    }
    for name, (data, id) in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert ids(path) == [id], name
        assert list(read_pages(path, True)) == []
        assert count_pages(path) == 0


@pytest.mark.parametrize(
    "objects",
    [
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"],
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count -1>>"],
        [b"<</Type/Catalog>>"],
    ],
)
def test_no_pages_is_no_pdf_to_show(tmp_path: Path, objects: list[bytes]) -> None:
    """Whatever was wrong with the file before it."""
    path, locked, garbage = write(tmp_path / "a.pdf", objects), encrypted(tmp_path / "b.pdf"), tmp_path / "c.pdf"
    garbage.write_bytes(b"%PDF-1.7 nothing %%EOF")
    for before, said in ((path, "pdf-no-pages"), (locked, "pdf-encrypted"), (garbage, "pdf-damaged")):
        assert ids(before) == [said]
        assert ids(path) == ["pdf-no-pages"]
    assert count_pages(path) == 0


def test_a_document_that_another_pdfium_opens_without_pages_is_named_too(tmp_path: Path) -> None:
    assert [f.id for f in _examine_document(tmp_path / "a.pdf", [], Fonts())] == ["pdf-no-pages"]


def test_of_a_book_only_the_first_pages_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("usbkit.sources.attachments.pdf.MAX_PAGES", 1)
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf(["one", "two"]))
    assert [p.number for p in read_pages(path, True)] == [1]
    drawn: list[int] = []
    monkeypatch.setattr(Fonts, "look_at", lambda _fonts, _document, index: drawn.append(index))
    assert ids(path) == []
    assert drawn == [0]


def test_a_book_is_shown_and_searched_up_to_its_four_hundredth_page(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf([f"page {number}" for number in range(1, 402)]))
    assert [p.text for p in read_pages(path, False)] == [f"page {number}" for number in range(1, 401)]
    assert count_pages(path) == 401


def test_what_pdfium_needs_is_there_before_a_file_is(tmp_path: Path) -> None:
    load_pdfium()
    assert hide_system_fonts() is hide_system_fonts()


def encrypted(path: Path) -> Path:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_page()
    pdf.set_encryption(owner_password="owner", user_password="user")
    path.write_bytes(bytes(pdf.output()))
    return path


def test_an_encrypted_one_is_named(tmp_path: Path) -> None:
    assert ids(encrypted(tmp_path / "a.pdf")) == ["pdf-encrypted"]


def test_a_page_that_is_not_there_is_counted(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.pdf",
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R 9 0 R 4 0 R]/Count 3>>",
            b"<</Type/Page/Parent 2 0 R>>",
            b"<</Type/Page/Parent 2 0 R>>",
        ],
    )
    (finding,) = examine_pdf(path)
    assert (finding.id, str(finding.what)) == ("pdf-pages-damaged", "of its 3 pages these cannot be opened: 2")
    assert [p.number for p in read_pages(path, True)] == [1, 3]


def test_of_many_pages_that_are_not_there_the_first_ten_are_named(tmp_path: Path) -> None:
    kids = b" ".join(b"%d 0 R" % number for number in range(90, 102))
    tree = b"<</Type/Pages/Kids[" + kids + b"]/Count 12>>"
    (finding,) = examine_pdf(write(tmp_path / "a.pdf", [b"<</Type/Catalog/Pages 2 0 R>>", tree]))
    assert str(finding.what).endswith(": 1, 2, 3, 4, 5, 6, 7, 8, 9, 10")


@pytest.mark.parametrize(("font", "found"), [(b"Helvetica", []), (b"ArialMT", []), (b"Batang", ["pdf-fonts-missing"])])
def test_fonts_that_it_does_not_carry_are_named_and_no_picture_is_made(
    tmp_path: Path, font: bytes, found: list[str]
) -> None:
    path = page_in_font(tmp_path / "a.pdf", font)
    assert ids(path) == found
    (page,) = read_pages(path, True)
    assert page.text == "Letters"
    assert (page.picture is None) == bool(found)


def test_each_page_is_judged_by_its_own_fonts(tmp_path: Path) -> None:
    """pdfium asks once a document for a font: the third page lacks what the first did."""
    content = b"BT /F 24 Tf 20 60 Td (Letters) Tj ET"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 120]/Contents 6 0 R/Resources<</Font<</F %d 0 R>>>>>>"
    path = write(
        tmp_path / "a.pdf",
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3>>",
            page % 7,
            page % 8,
            page % 7,
            b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream",
            b"<</Type/Font/Subtype/TrueType/BaseFont/Batang>>",
            b"<</Type/Font/Subtype/TrueType/BaseFont/Arial>>",
        ],
    )
    assert [p.picture is None for p in read_pages(path, True)] == [True, False, True]


#: Draws two pages, in a process of their own: as a form's and as a page's text. What is drawn, and whether it was.
_DRAW = """
import hashlib, sys
from pathlib import Path
from usbkit.sources.attachments import pdf
from usbkit.sources import decoding
for path in map(Path, sys.argv[1:]):
    for pages in (pdf.read_pages(path, True), decoding.read_pages(path, with_pictures=True)):
        print([p.picture and hashlib.sha256(p.picture).hexdigest() for p in pages])
"""


@pytest.mark.needs("linux-sandbox")
@pytest.mark.parametrize("value", ["Answer", "한국어"])
def test_pictures_are_the_same_bytes_without_the_systems_fonts(tmp_path: Path, value: str) -> None:
    """In a process that opens no file, and in one that may: a system that cannot confine draws the same."""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here")
    page = page_in_font(tmp_path / "page.pdf", b"Helvetica")
    form = form_field(tmp_path / "form.pdf", value, b"Helvetica")
    hidden = 'mount -t tmpfs none /usr/share/fonts && exec "$@"'
    command = [sys.executable, "-c", _DRAW, str(page), str(form)]
    seen = subprocess.run(command, capture_output=True, text=True, check=True, cwd=TOP).stdout
    without = subprocess.run(
        ["unshare", "-m", "sh", "-c", hidden, "-", *command], capture_output=True, text=True, check=True, cwd=TOP
    ).stdout
    assert seen == without
    drawn = seen.splitlines()
    assert drawn[0] == drawn[1] != "[None]"
    assert drawn[2] == drawn[3]
    assert (drawn[2] == "[None]") == (value == "한국어")


def form_field(path: Path, value: str, font: bytes, *, is_drawn: bool = False, more: bytes = b"") -> Path:
    """A PDF with one filled-in field; a program that ``is_drawn`` drew "Answer" in it, another left that to readers."""
    text = b"<FEFF" + value.encode("utf-16-be").hex().encode() + b">"
    drawn = b"/Tx BMC q BT /F 24 Tf 5 20 Td (Answer) Tj ET Q EMC"
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V" + text + b"/Rect[20 20 180 80]/P 3 0 R/DA(/F 24 Tf 0 g)/F 4"
    return write(
        path,
        [
            b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/DR<</Font<</F 5 0 R>>>>/DA(/F 24 Tf 0 g)%b>>>>"
            % more,
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Annots[4 0 R]>>",
            field + (b"/AP<</N 6 0 R>>>>" if is_drawn else b">>"),
            b"<</Type/Font/Subtype/Type1/BaseFont/" + font + b">>",
            b"<</Type/XObject/Subtype/Form/BBox[0 0 160 60]/Resources<</Font<</F 5 0 R>>>>/Length %d>>stream\n"
            % len(drawn)
            + drawn
            + b"\nendstream",
        ],
    )


@pytest.mark.parametrize("value", ["Answer", "An answer", "déjà œuvre", "€ – “x”"])
@pytest.mark.parametrize("is_drawn", [True, False])
@pytest.mark.parametrize("more", [b"", b"/NeedAppearances true"])
def test_a_form_is_drawn_with_its_values(tmp_path: Path, value: str, is_drawn: bool, more: bytes) -> None:
    path = form_field(tmp_path / "form.pdf", value, b"Helvetica", is_drawn=is_drawn, more=more)
    assert ids(path) == []
    (page,) = read_pages(path, True)
    assert page.picture is not None
    assert ImageStat.Stat(Image.open(io.BytesIO(page.picture)).convert("L")).extrema[0][0] < 100


@pytest.mark.parametrize(
    ("value", "font", "is_drawn", "named"),
    [
        ("Answer", b"Batang", True, "Batang"),
        ("Answer", b"Batang", False, "Batang"),
        ("한국어", b"Helvetica", False, "? (국어한)"),
        ("Привет", b"Helvetica", False, "? (Пвеирт)"),
        ("سلام", b"ArialMT", False, "? (اسلم)"),
        ("ไทย", b"TimesNewRomanPSMT", False, "? (ทยไ)"),
        ("ខ្មែរ", b"Helvetica", False, "? (ខមរែ្)"),
        ("हिन्दी", b"Helvetica", False, "? (दनहिी्)"),
        ("Łódź", b"Helvetica", False, "? (ź)"),
        ("oʻzbek", b"Helvetica", False, "? (ʻ)"),
        ("か", b"Helvetica", False, "? (か)"),
    ],
)
def test_fonts_of_a_form_are_named_and_no_picture_is_made(
    tmp_path: Path, value: str, font: bytes, is_drawn: bool, named: str
) -> None:
    path = form_field(tmp_path / "form.pdf", value, font, is_drawn=is_drawn)
    (finding,) = examine_pdf(path)
    assert (finding.id, finding.is_error) == ("pdf-fonts-missing", False)
    assert named in str(finding.what).partition("the fonts ")[2].partition(":")[0].split(", ")
    assert [p.picture for p in read_pages(path, True)] == [None]


def xfa(path: Path, more: bytes = b"") -> Path:
    """A form of Adobe's, with a page that asks to be opened in another program (XFA 3.3, "Packaging an XFA form")."""
    content = b"BT /F 12 Tf 10 60 Td (Please wait...) Tj ET"
    return write(
        path,
        [
            b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/XFA 6 0 R>>" + more + b">>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 120]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream",
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Length 13>>stream\n<xdp></xdp>\n\n\nendstream",
        ],
    )


@pytest.mark.parametrize(("more", "is_error"), [(b"/NeedsRendering true", True), (b"", False)])
def test_a_form_of_adobes_is_named_with_the_way_out(tmp_path: Path, more: bytes, is_error: bool) -> None:
    path = xfa(tmp_path / "a.pdf", more)
    (finding,) = examine_pdf(path)
    assert (finding.id, finding.is_error) == ("pdf-xfa", is_error)
    assert "XFA" in str(finding.what)
    assert "print it to a PDF" in str(finding.todo)
    assert len(list(read_pages(path, True))) == 1


def test_a_page_without_a_size_has_no_picture() -> None:
    class Page:
        def get_size(self) -> tuple[float, float]:
            return 0.0, 100.0

    assert _render(Page(), 100) is None


@pytest.mark.parametrize(("box", "size"), [(b"0 0 1 1", (1280, 1280)), (b"0 0 100 1000", (256, 2560))])
def test_neither_side_of_a_picture_outgrows_memory(tmp_path: Path, box: bytes, size: tuple[int, int]) -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[" + box + b"]>>"
    path = write(tmp_path / "a.pdf", [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page])
    (shown,) = read_pages(path, True)
    assert shown.picture is not None
    assert Image.open(io.BytesIO(shown.picture)).size == size


@pytest.mark.parametrize("box", [b"0 0 0 0", b"0 0 0.001 14400"])
def test_a_page_of_any_shape_ends(tmp_path: Path, box: bytes) -> None:
    path = write(
        tmp_path / "a.pdf",
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[" + box + b"]>>",
        ],
    )
    assert len(list(read_pages(path, True))) == 1
