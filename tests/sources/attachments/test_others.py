"""Documents that are not opened: those whose names lie are named, and of the rest it is said that nobody looked."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from tests.site.plans import make_pdf
from usbkit.sources.attachments.others import examine_other

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def said(path: Path, data: bytes) -> list[tuple[str, bool]]:
    path.write_bytes(data)
    return [(f.id, f.is_error) for f in examine_other(path)]


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name in names:
            packed.writestr(name, "something" * 100)
    return buffer.getvalue()


def gif() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (9, 9)).save(buffer, "GIF")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"words\n"),
        ("a.txt", "말씀".encode("cp949")),
        ("a.txt", "말씀 words".encode("utf-16")),
        ("a.csv", b"a,b\n"),
        ("a.md", b"<html>as an example"),
        ("a.rtf", b"{\\rtf1 words}"),
        ("a.gif", gif()),
        ("a.mp3", b"ID3" + bytes(600)),
        ("a.zip", archive("a.txt", "folder/b.pdf")),
    ],
)
def test_what_its_first_bytes_bear_out_passes(tmp_path: Path, name: str, data: bytes) -> None:
    assert said(tmp_path / name, data) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", make_pdf(["one"])),
        ("a.txt", b"MZ\x90\0\3\0\0\0"),
        ("a.csv", archive("a.txt")),
        ("a.rtf", b"words"),
        ("a.rtf", _OLD),
        ("a.gif", make_pdf(["one"])),
        ("a.mp3", gif()),
        ("a.epub", gif()),
        ("a", make_pdf(["one"])),
    ],
)
def test_one_kind_under_anothers_name_is_named(tmp_path: Path, name: str, data: bytes) -> None:
    assert said(tmp_path / name, data) == [("file-wrong-extension", True)]
    (finding,) = examine_other(tmp_path / name)
    assert f"the name says {name[2:].upper()}, but it is" in str(finding.what)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.epub", archive("mimetype")),
        ("a.pages", archive("Index.zip")),
        ("a.pps", _OLD),
        ("a.msg", _OLD),
        ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(600)),
        ("a.xyz", b"\1\2\3"),
        ("a.dat", b"words"),
        ("a", b"words"),
    ],
)
def test_of_all_others_it_is_said_that_nobody_looked(tmp_path: Path, name: str, data: bytes) -> None:
    assert said(tmp_path / name, data) == [("document-unread", False)]
    (finding,) = examine_other(tmp_path / name)
    assert f"a {Path(name).suffix or chr(39) * 2} file" in str(finding.what)


@pytest.mark.parametrize("member", ["run.exe", "folder/x.reg", "folder\\logo.svg", "a/page.HTML", "autorun.inf"])
def test_what_would_be_run_is_not_carried_in_an_archive_either(tmp_path: Path, member: str) -> None:
    assert said(tmp_path / "a.zip", archive("a.txt", member, "b.exe")) == [("file-runs", True)]
    (finding,) = examine_other(tmp_path / "a.zip")
    assert member.replace("\\", "/") in str(finding.what).replace("\\", "/")


def test_an_archive_that_does_not_unpack_is_named(tmp_path: Path) -> None:
    whole = archive("a.txt")
    assert said(tmp_path / "a.zip", whole[:60]) == [("file-truncated", True)]
    assert said(tmp_path / "b.zip", whole.replace(b"something", b"somewhere", 1)) == [("file-truncated", True)]
    assert said(tmp_path / "c.zip", b"words") == [("file-truncated", True)]
