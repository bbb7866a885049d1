"""How each kind of file is mended; nothing is overwritten."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sources.subtitles.others.documents import ALL
from usbkit.core.errors import DeviceError, InputError
from usbkit.sources.mended import Kind, mended_file, recognise_kind

_SRT = "1\n00:00:01,000 --> 00:00:02,000\nOne\n"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        *((name, text.encode("utf-16"), Kind.SUBTITLES) for name, text in ALL.items()),
        *((f"renamed-{n}.txt", text.encode(), Kind.SUBTITLES) for n, text in enumerate(ALL.values())),
        ("a.srt", b"only words", Kind.SUBTITLES),
        ("a.txt", _SRT.encode(), Kind.SUBTITLES),
        ("a.heic", b"", Kind.PICTURE),
        ("a", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Kind.PICTURE),
        ("a.mp4", b"\xff\xd8\xff\xe0\0\x10JFIF", Kind.PICTURE),
        ("a.pptx", b"PK\x03\x04", Kind.DOCUMENT),
        ("a.hwp", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.DOCUMENT),
        ("a.docx", b"\0\0\0\x18ftypisom", Kind.VIDEO),
        ("a.jpg", b"\x1a\x45\xdf\xa3 webm", Kind.VIDEO),
        ("a.mp4", b"", Kind.VIDEO),
        ("a.txt", b"only words", Kind.SUBTITLES),
        ("a.smi", b"<SAMI><BODY><SYNC Start=1>", Kind.SUBTITLES),
        ("a.lrc", b"[00:01.00]words", Kind.SUBTITLES),
        ("a.sub", b"{1}{20}words", Kind.SUBTITLES),
        ("a.json", b'[{"start": 1}]', Kind.SUBTITLES),
        ("a.SMI", "<SAMI>말".encode("cp949"), Kind.SUBTITLES),
        ("a.mp4", b"<html><body>404", Kind.VIDEO),
        ("a.MOV", b"version https://git-lfs.github.com/spec/v1", Kind.VIDEO),
        ("a", b"\1\2\3", Kind.VIDEO),
        ("a.pdf", b"%PDF-1.7", Kind.VIDEO),
    ],
)
def test_kinds(name: str, data: bytes, kind: Kind, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    assert recognise_kind(tmp_path / name) is kind


def test_what_cannot_be_read_is_said_of_a_video(tmp_path: Path) -> None:
    assert recognise_kind(tmp_path / "none") is Kind.VIDEO
    assert recognise_kind(tmp_path) is Kind.VIDEO


def test_nothing_is_written_over_and_nothing_half(tmp_path: Path) -> None:
    target = tmp_path / "new/a.srt"
    with pytest.raises(ZeroDivisionError), mended_file(target) as unfinished:
        unfinished.write_text("half")
        raise ZeroDivisionError
    assert list(target.parent.iterdir()) == []
    with mended_file(target) as unfinished:
        unfinished.write_text("whole")
    with pytest.raises(InputError) as caught, mended_file(target) as unfinished:
        unfinished.write_text("other")
    assert caught.value.findings[0].id == "mended-exists"
    assert target.read_text() == "whole"
    with pytest.raises(DeviceError), mended_file(target / "below"):
        pass


@pytest.mark.parametrize(("name", "kind"), [("a.mp4", Kind.VIDEO), ("a.srt", Kind.SUBTITLES), ("a.heic", Kind.PICTURE)])
def test_a_pipe_is_not_waited_for(tmp_path: Path, name: str, kind: Kind) -> None:
    os.mkfifo(tmp_path / name)
    assert recognise_kind(tmp_path / name) is kind
