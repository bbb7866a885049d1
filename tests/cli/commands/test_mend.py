"""``usbkit mend``: output files, messages, and what it leaves alone. ``tests/sources/media`` tests each repair."""

from __future__ import annotations

import errno
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.sources.attachments.test_office import WORD, package
from tests.sources.attachments.test_office_pdf import MANIFEST, flat
from tests.sources.media.making import Spec, make_video
from tests.sources.subtitles.others.documents import ALL
from tests.support.cli import TOP, usbkit
from usbkit.cli.commands.mend_attachments import mend_subtitles
from usbkit.cli.main import run
from usbkit.core.errors import BrokenOffError, InputError, Place
from usbkit.core.file_lock import turn
from usbkit.core.messages import _
from usbkit.sources.media import probe
from usbkit.sources.subtitles import read_track


def test_a_copy_beside_it_and_the_source_untouched(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mkv", Spec(format="matroska", muxer={}, sound="ac3"))
    before = hashlib.sha256(source.read_bytes()).digest()
    said = usbkit("--cache", tmp_path / "cache", "mend", source).expect(0)
    assert "picture unchanged, sound encoded again" in said.out
    assert probe(tmp_path / "talk-mended.mp4").plays
    assert hashlib.sha256(source.read_bytes()).digest() == before
    assert {p.name for p in tmp_path.iterdir()} == {"talk.mkv", "talk-mended.mp4", "cache"}
    assert not any((tmp_path / "cache").rglob("*.mp4"))


def test_nothing_is_written_over(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mkv", Spec(format="matroska", muxer={}))
    (tmp_path / "talk-mended.mp4").write_bytes(b"somebody's")
    assert "this file exists already" in usbkit("--cache", tmp_path / "c", "mend", source).expect(2).err
    assert (tmp_path / "talk-mended.mp4").read_bytes() == b"somebody's"
    usbkit("--cache", tmp_path / "c", "mend", source, "-o", tmp_path / "out").expect(0)
    assert probe(tmp_path / "out/talk-mended.mp4").plays


def test_two_at_the_same_file_take_turns(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mkv", Spec(format="matroska", muxer={}))
    work = hashlib.sha256(str(source.absolute()).encode()).hexdigest()[:32]
    command = [sys.executable, "-m", "usbkit", "--cache", tmp_path / "c", "mend", source]
    with turn(tmp_path / "c/mending" / f"{work}.turn"):
        both = [
            subprocess.Popen(
                list(map(str, command)), cwd=TOP, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
            )
            for _number in range(2)
        ]
        for process in both:
            assert process.stderr is not None
            assert "Waiting for talk-mended.mp4" in process.stderr.readline()
        assert [p.name for p in (tmp_path / "c/mending").iterdir()] == [f"{work}.turn"], "nobody has begun"
    said = sorted((process.wait(), process.communicate()[1]) for process in both)
    assert [code for code, _said in said] == [0, 2]
    assert "this file exists already" in said[1][1]
    assert probe(tmp_path / "talk-mended.mp4").plays
    assert not any((tmp_path / "c/mending").iterdir())


def test_a_dry_run_says_what_and_how_by_another_program(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mkv", Spec(format="matroska", muxer={}))
    said = usbkit("mend", "-n", source).expect(0).out
    assert "picture and sound unchanged" in said
    assert "ffmpeg -i" in said
    assert [p.name for p in tmp_path.iterdir()] == ["talk.mkv"]


def test_what_plays_is_left_alone(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mp4", Spec())
    (answer,) = json.loads(usbkit("mend", "--json", source).expect(0).out)["videos"]
    assert answer["mended"] is None
    assert "nothing to mend" in usbkit("mend", source).expect(0).out


def test_what_is_damaged_is_for_the_sender(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mp4", Spec())
    source.write_bytes(source.read_bytes()[:-2000])
    assert "Ask for the file again" in usbkit("mend", source).expect(2).err
    assert "no such file" in usbkit("mend", tmp_path / "none.mp4").expect(2).err


def test_subtitles_pictures_and_what_is_right_already(tmp_path: Path) -> None:
    import pillow_heif
    from PIL import Image

    (tmp_path / "talk.en.ass").write_text(ALL["talk.en.ass"], encoding="utf-8")
    (tmp_path / "talk.en.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nOne\n")
    pillow_heif.from_pillow(Image.new("RGB", (60, 40), "red")).save(tmp_path / "photo.heic")
    Image.new("RGB", (60, 40), "red").save(tmp_path / "photo.jpg")
    files = [tmp_path / n for n in ("talk.en.ass", "talk.en.srt", "photo.heic", "photo.jpg")]
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    said = usbkit("mend", "-n", *files).expect(0).out
    assert said.count("would be made of") == said.count("nothing to mend") == 2
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before

    said = usbkit("mend", *files).expect(0).out
    assert "2 cues of SubStation Alpha (ASS, SSA), every sentence kept" in said
    assert "a JPEG without the camera's notes" in said
    assert read_track(tmp_path / "talk.en-mended.srt", "en").cues[1].plain == "Thank you & welcome."
    assert Image.open(tmp_path / "photo-mended.jpg").size == (60, 40)
    assert {p.name for p in tmp_path.iterdir()} == {*before, "talk.en-mended.srt", "photo-mended.jpg"}
    assert "this file exists already" in usbkit("mend", files[0]).expect(2).err
    answer = json.loads(usbkit("mend", "--json", "-o", tmp_path / "out", *files).expect(0).out)
    assert {name: [x["written"] for x in made] for name, made in answer.items()} == {
        "videos": [],
        "subtitles": [True, False],
        "pictures": [True, False],
        "documents": [],
    }


def test_no_page_and_no_picture_is_lost_in_silence(tmp_path: Path) -> None:
    from PIL import Image

    first, second = Image.new("RGB", (60, 40), "red"), Image.new("RGB", (60, 40), "blue")
    for name in ("scan.tif", "moving.gif"):
        first.save(tmp_path / name, save_all=True, append_images=[second])
    assert "there are 2 pages in it" in usbkit("mend", tmp_path / "scan.tif").expect(2).err
    ran = usbkit("mend", "--json", tmp_path / "moving.gif").expect(0)
    assert json.loads(ran.out)["pictures"][0]["found"] == ["picture-first-of-several"]
    assert "there are 2 pictures in it" in ran.err
    assert {p.name for p in tmp_path.iterdir()} == {"scan.tif", "moving.gif", "moving-mended.jpg"}


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.smi", "<SAMI><BODY><SYNC Start=1>One", "this is SAMI (SMI), which is not converted"),
        ("a.lrc", "[00:01.00]One", "this is LRC, which is not converted"),
        ("a.sub", "{1}{20}One", "this is MicroDVD (SUB), which is not converted"),
        ("a.json", '[{"start": 1}]', "this is JSON, which is not converted"),
        ("a.txt", "only words", "this is text without times, which is not converted"),
    ],
)
def test_a_text_is_named_for_what_it_is(tmp_path: Path, name: str, data: str, said: str) -> None:
    (tmp_path / name).write_text(data)
    ran = usbkit("mend", tmp_path / name).expect(2)
    assert said in ran.err and "Ask for SubRip" in ran.err and "video" not in ran.err


def test_each_file_is_tried_and_every_failure_named(tmp_path: Path) -> None:
    from PIL import Image

    names = ("a.bmp", "none.mp4", "b.heic", "words.txt", "c.bmp")
    for name in ("a.bmp", "c.bmp"):
        Image.new("RGB", (60, 40), "red").save(tmp_path / name)
    (tmp_path / "b.heic").write_text("no picture")
    (tmp_path / "words.txt").write_text("only words")
    ran = usbkit("mend", *(tmp_path / name for name in names)).expect(2)
    assert all(f"{tmp_path / name}: " in ran.err for name in ("none.mp4", "b.heic", "words.txt"))
    assert ran.out.count("-mended.jpg: made of") == 2
    assert (tmp_path / "c-mended.jpg").exists()

    answer = json.loads(usbkit("mend", "--json", "-o", tmp_path / "o", *map(tmp_path.joinpath, names)).expect(2).out)
    assert [made["file"] for made in answer["pictures"]] == [str(tmp_path / "a.bmp"), str(tmp_path / "c.bmp")]
    assert answer["error"]["exit"] == 2
    files = [finding["file"] for finding in answer["error"]["findings"]]
    assert files == [str(tmp_path / name) for name in ("none.mp4", "b.heic", "words.txt")]


def test_the_exit_code_is_the_worst_and_every_finding_has_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problems: list[BaseException] = [
        InputError.of("found", _("there is no such file")),
        OSError(errno.EIO, "the disk is worn"),
        BrokenOffError.of("found", _("there is no such file"), place=Place("elsewhere")),
    ]

    def fail(*_arguments: object, **_more: object) -> None:
        raise problems.pop(0)

    monkeypatch.setattr("usbkit.cli.commands.mend._mend", fail)
    assert run(["mend", "--json", "a", "b", "c"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert [finding["file"] for finding in error["findings"]] == ["a", "b", "elsewhere"]


def test_ctrl_c_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []

    def interrupted(_settings: object, file: Path, *_arguments: object, **_more: object) -> None:
        tried.append(file)
        raise KeyboardInterrupt

    monkeypatch.setattr("usbkit.cli.commands.mend._mend", interrupted)
    assert run(["mend", "a", "b"]) == 130
    assert tried == [Path("a")]


def test_the_language_is_the_names(tmp_path: Path) -> None:
    sentence = "안녕하십니까, 장관님. 오늘 와 주셔서 대단히 감사합니다. 회의를 시작하겠습니다."
    path = tmp_path / "talk.ko.ass"
    path.write_bytes(ALL["talk.en.ass"].replace("Thank you & welcome.", sentence).encode("cp949"))
    made = mend_subtitles(path, tmp_path, None, dry_run=False)
    assert (made["cues"], made["written"], made["left_out"], made["found"]) == (2, True, [], [])
    assert sentence in (tmp_path / "talk.ko-mended.srt").read_text("utf-8-sig")


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "talk.ass").write_bytes(ALL["talk.en.ass"].replace("welcome", "환영합니다").encode("cp949"))
    said = usbkit("mend", tmp_path / "talk.ass").expect(2).err
    assert "--encoding" in said
    (tmp_path / "nothing.ass").write_bytes(
        ALL["talk.en.ass"].encode().replace(b"Good", b"\x81\x8d\x8f\x90\x9d\xff\xfe" * 9)
    )
    for arguments in ([], ["--encoding", "utf-8"]):  # not the manifest: none names such a file
        assert "--encoding" in usbkit("mend", *arguments, tmp_path / "nothing.ass").expect(2).err
    usbkit("mend", "--encoding", "cp949", tmp_path / "talk.ass").expect(0)
    assert "환영합니다" in (tmp_path / "talk-mended.srt").read_text("utf-8-sig")


def test_remarks_that_no_player_shows_are_said(tmp_path: Path) -> None:
    path = tmp_path / "talk.en.ass"
    path.write_text(ALL["talk.en.ass"] + "Comment: 0,0:00:01.00,0:00:02.00,,,0,0,0,,to be checked\n")
    assert "1 remark is left out, which no player shows; the first: Comment" in usbkit("mend", path).expect(0).out


def test_a_document_needs_libreoffice(tmp_path: Path) -> None:
    path = tmp_path / "deck.pptx"
    path.write_bytes(b"PK\x03\x04")
    without = {"PATH": str(tmp_path)}
    said = usbkit("mend", path, environ=without).expect(2).err
    assert "LibreOffice, which is not installed here" in said


@pytest.mark.needs("libreoffice")
def test_a_document_becomes_a_pdf_to_be_looked_at(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 and nothing more")
    said = usbkit("--lang", "ko", "mend", broken).expect(2).err
    assert "손상" in said and "LibreOffice" not in said and not re.search("[a-z]{4}", said.replace(str(broken), ""))
    path = package(tmp_path / "a.docx", WORD, **{"word/document.xml.rels": b""})
    said = usbkit("mend", path).expect(2).err
    assert "LibreOffice made no PDF of it" in said
    path = tmp_path / "letter.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        body = flat("text", "<office:body><office:text><text:p>Dear Minister</text:p></office:text></office:body>")
        content = body.replace("office:document ", "office:document-content ").replace("document>", "document-content>")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", content)
    assert "would be made of" in usbkit("mend", "-n", path).expect(0).out
    ran = usbkit("mend", path).expect(0)
    assert "that takes up to 5 minutes" in ran.err
    assert "by LibreOffice: 1 page" in ran.out and "Look at every page" in ran.out
    assert (tmp_path / "letter-mended.pdf").read_bytes().startswith(b"%PDF-")
    assert "no such file" in usbkit("mend", "-n", tmp_path / "none.docx").expect(2).err


def test_how_long_it_takes_is_said_before_it_begins(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mp4", Spec(codec="mpeg4"))
    ran = usbkit("--cache", tmp_path / "c", "mend", source).expect(0)
    assert "talk.mp4 lasts 0:04; mending it takes about 0:0" in ran.err
    assert "It takes about 0:0" in usbkit("mend", "-n", "-o", tmp_path / "out", source).expect(0).out
