"""Which files are allowed as slides, photo or document, and which never."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.site.plans import make_pdf
from usbkit.sources.attachments.examining import examine_attachment


def ids(path: Path, purpose: str) -> list[str]:
    return [f.id for f in examine_attachment(path, purpose)]


def test_good_ones_pass(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(make_pdf(["one"]))
    Image.new("RGB", (9, 9)).save(tmp_path / "a.jpg")
    (tmp_path / "a.txt").write_text("words")
    assert ids(tmp_path / "a.pdf", "slides") == ids(tmp_path / "a.pdf", "document") == []
    assert ids(tmp_path / "a.jpg", "photo") == ids(tmp_path / "a.jpg", "document") == []
    assert ids(tmp_path / "a.txt", "document") == []


@pytest.mark.parametrize(
    ("name", "purpose", "id"),
    [
        ("a.pptx", "slides", "slides-not-pdf"),
        ("a.jpg", "slides", "slides-not-pdf"),
        ("a.heic", "photo", "photo-not-shown"),
        ("a.HEIC", "document", "photo-not-shown"),
        ("a.tif", "photo", "photo-not-shown"),
        ("a.reg", "document", "file-runs"),
        ("a.svg", "document", "file-runs"),
        ("a.docm", "document", "file-runs"),
        ("a.exe. ", "document", "file-runs"),
        ("autorun.inf", "document", "file-runs"),
        ("a.xyz", "document", "document-unread"),
    ],
)
def test_what_a_page_cannot_show_or_must_not_carry_is_named(tmp_path: Path, name: str, purpose: str, id: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"something")
    assert ids(path, purpose) == [id]


@pytest.mark.parametrize(("name", "said"), [("a.pptx", "usbkit mend"), ("a.txt", "Save it as a PDF")])
def test_slides_that_are_no_pdf_are_mended_where_that_can_be_done(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / name).write_bytes(b"something")
    (finding,) = examine_attachment(tmp_path / name, "slides")
    assert said in str(finding.todo)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.webp", "not every browser shows a .webp picture"),
        ("a.gif", "photos are shown from a JPEG or PNG, and this is a .gif file"),
        ("a.mp4", "photos are shown from a JPEG or PNG, and this is a .mp4 file"),
    ],
)
def test_what_is_said_of_a_photo_that_is_not_shown_is_true(tmp_path: Path, name: str, said: str) -> None:
    """All browsers show GIF, and most of them WebP."""
    (tmp_path / name).write_bytes(b"something")
    (finding,) = examine_attachment(tmp_path / name, "photo")
    assert str(finding.what) == said


@pytest.mark.parametrize(
    ("name", "todo"), [("a.gif", "Run: usbkit mend "), ("a.tif", "Run: usbkit mend "), ("a.psd", "Save it as a JPEG")]
)
def test_mending_is_advised_where_it_makes_something(tmp_path: Path, name: str, todo: str) -> None:
    (tmp_path / name).write_bytes(b"something")
    (finding,) = examine_attachment(tmp_path / name, "photo")
    assert str(finding.todo).startswith(todo)


@pytest.mark.parametrize("purpose", ["photo", "document"])
def test_a_scan_of_several_pages_is_named_as_such(tmp_path: Path, purpose: str) -> None:
    page = Image.new("RGB", (9, 9))
    page.save(tmp_path / "scan.tif", save_all=True, append_images=[page])
    assert ids(tmp_path / "scan.tif", purpose) == ["picture-several-pages"]
    assert ids(tmp_path / "scan.tif", "slides") == ["slides-not-pdf"]


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.touch()
    assert ids(path, "document") == ["file-empty"]


@pytest.mark.parametrize(
    ("name", "said"), [("a.exe. ", "a .exe file"), ("a.REG", "a .reg file"), ("autorun", "a autorun file")]
)
def test_what_would_be_run_is_called_by_the_ending_that_counts(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / name).write_bytes(b"something")
    (finding,) = examine_attachment(tmp_path / name, "document")
    assert said in str(finding.what)
