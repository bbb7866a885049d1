"""PDFs as offices send them: what is said of them, and pictures of their pages that depend on no machine."""

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
from usbkit.sources.attachments.pdf import count_pages, examine_pdf, pages_from_json, pages_to_json, read_pages


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


def test_no_pages_is_no_pdf_to_show(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"])
    assert ids(path) in (["pdf-no-pages"], ["pdf-damaged"])


def test_an_encrypted_one_is_named(tmp_path: Path) -> None:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_page()
    pdf.set_encryption(owner_password="owner", user_password="user")
    path = tmp_path / "a.pdf"
    path.write_bytes(bytes(pdf.output()))
    assert ids(path) == ["pdf-encrypted"]


def test_a_page_that_is_not_there_is_counted(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.pdf",
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R 9 0 R]/Count 2>>",
            b"<</Type/Page/Parent 2 0 R>>",
        ],
    )
    assert ids(path) == ["pdf-pages-damaged"]
    assert len(list(read_pages(path, True))) == 1


@pytest.mark.parametrize(("font", "found"), [(b"Helvetica", []), (b"ArialMT", []), (b"Batang", ["pdf-fonts-missing"])])
def test_fonts_that_it_does_not_carry_are_named_and_no_picture_is_made(
    tmp_path: Path, font: bytes, found: list[str]
) -> None:
    path = page_in_font(tmp_path / "a.pdf", font)
    assert ids(path) == found
    (page,) = read_pages(path, True)
    assert page.text == "Letters"
    assert (page.picture is None) == bool(found)


@pytest.mark.needs("linux-sandbox")
def test_pictures_are_the_same_bytes_without_the_systems_fonts(tmp_path: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here")
    path = page_in_font(tmp_path / "a.pdf", b"Helvetica")
    code = (
        "import hashlib; from pathlib import Path; from usbkit.sources.decoding import read_pages\n"
        f"print([hashlib.sha256(p.picture).hexdigest() for p in read_pages(Path({str(path)!r}), with_pictures=True)])"
    )
    hidden = 'mount -t tmpfs none /usr/share/fonts && exec "$@"'
    command = [sys.executable, "-c", code]
    seen = subprocess.run(command, capture_output=True, text=True, check=True, cwd=TOP).stdout
    without = subprocess.run(
        ["unshare", "-m", "sh", "-c", hidden, "-", *command], capture_output=True, text=True, check=True, cwd=TOP
    ).stdout
    assert seen == without != "[]\n"


def test_a_form_is_drawn_with_its_values(tmp_path: Path) -> None:
    field = (
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(Answer)/Rect[20 20 180 80]/P 3 0 R/DA(/F 24 Tf 0 g)/F 4"
        b"/AP<</N 6 0 R>>>>"
    )
    drawn = b"/Tx BMC q BT /F 24 Tf 5 20 Td (Answer) Tj ET Q EMC"
    path = write(
        tmp_path / "form.pdf",
        [
            b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/DR<</Font<</F 5 0 R>>>>/DA(/F 24 Tf 0 g)>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Annots[4 0 R]>>",
            field,
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Type/XObject/Subtype/Form/BBox[0 0 160 60]/Resources<</Font<</F 5 0 R>>>>/Length %d>>stream\n"
            % len(drawn)
            + drawn
            + b"\nendstream",
        ],
    )
    (page,) = read_pages(path, True)
    assert page.picture is not None
    assert ImageStat.Stat(Image.open(io.BytesIO(page.picture)).convert("L")).extrema[0][0] < 100


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
