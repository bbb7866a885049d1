"""What may be slides, a photo or a document, and what is never carried."""

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
    ],
)
def test_what_a_page_cannot_show_or_must_not_carry_is_named(tmp_path: Path, name: str, purpose: str, id: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"something")
    assert ids(path, purpose) == [id]


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.touch()
    assert ids(path, "document") == ["file-empty"]
