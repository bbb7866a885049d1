"""``usbkit new``: the manifest loads, explains each field, and lists the existing files."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.cli import TOP, Done, usbkit
from usbkit.manifest.draft import draft_recordings, label_for
from usbkit.manifest.load import load_programme
from usbkit.manifest.models import Country, Programme

FILES = [
    "talks/Opening talk.mp4",
    "talks/Opening talk.es.srt",
    "talks/Opening talk_KR.vtt",
    "talks/Opening talk.srt",
    "talks/opening-talk.MOV",
    "slides/Opening talk.pdf",
    "photos/Opening talk.JPG",
    "photos/other.jpg",
    "Opening talk.xx.srt",
    "readme.txt",
]


def begin(folder: Path, *arguments: object) -> Done:
    told = ["--title", 'A "summit"', "--date", "2021-05-04", "--organiser", "An office", "--spoken", "en"]
    return usbkit("--manifests", folder / "manifests", "new", "programme", "summit-2021", *told, *arguments)


def test_recordings_from_the_names_of_files() -> None:
    first, second = draft_recordings(sorted(FILES), "en")
    assert first == {
        "id": "opening-talk",
        "kind": "presentation",
        "title": {"en": "Opening talk"},
        "source": "talks/Opening talk.mp4",
        "spoken": "en",
        "subtitles": {
            "es": "talks/Opening talk.es.srt",
            "en": "talks/Opening talk.srt",
            "ko": "talks/Opening talk_KR.vtt",
        },
        "slides": [{"file": "slides/Opening talk.pdf"}],
        "photos": [{"file": "photos/Opening talk.JPG"}],
    }
    assert (second["id"], second["source"]) == ("opening-talk-2", "talks/opening-talk.MOV")
    assert "subtitles" not in second


def test_captions_are_told_from_subtitles_by_name() -> None:
    names = ["talk.mp4", "talk.es.srt", "talk.es.sdh.srt", "talk.ko.cc.vtt", "talk.HI.srt", "talk.en.hi.srt"]
    (talk,) = draft_recordings(sorted(names), "en")
    assert talk["subtitles"] == {"es": "talk.es.srt"}
    assert talk["captions"] == {"es": "talk.es.sdh.srt", "ko": "talk.ko.cc.vtt", "en": "talk.HI.srt"}


def test_a_programme_and_a_country_that_load(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / "library" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "library" / name).touch()
    begin(tmp_path, "--email", "desk@example.org").expect(0)
    done = usbkit(
        "--manifests", tmp_path / "manifests", "new", "country", "ci",
        "--delivery", "usb", "--route", "corps", "--drives", "5", "--minimum-size", "8GB",
    ).expect(0)  # fmt: skip
    assert "usbkit check cote-divoire" in done.out
    manifests = load_programme(tmp_path / "manifests/summit-2021")
    assert manifests.library == tmp_path / "library"
    assert manifests.programme.title == {"en": 'A "summit"'}
    assert manifests.programme.contact.email == "desk@example.org"
    country = manifests.countries["cote-divoire"]
    assert (country.code, country.label, country.minimum_size) == ("CI", "SUMMI2021CI", 8 * 10**9)
    assert country.name == {"en": "Côte d’Ivoire", "fr": "Côte d’Ivoire"}
    assert country.interface == ["fr", "en"]
    assert country.recordings == ["opening-talk", "opening-talk-2"]
    assert not country.sample


def test_every_field_is_there_or_explained(tmp_path: Path) -> None:
    begin(tmp_path).expect(0)
    usbkit("--manifests", tmp_path / "manifests", "new", "country", "GT", "--delivery", "website").expect(0)
    for name, model in (("programme", Programme), ("guatemala", Country)):
        text = (tmp_path / f"manifests/summit-2021/{name}.toml").read_text(encoding="utf-8")
        for key, field in model.model_fields.items():
            assert f"# {field.description}" in text, key
            assert f"{key} = " in text or f"[{key}]" in text, key


def test_what_stands_in_comments_can_be_used(tmp_path: Path) -> None:
    """Each remark sign before a field may be taken away."""
    begin(tmp_path).expect(0)
    path = tmp_path / "manifests/summit-2021/programme.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    used = [
        line[2:] if line.startswith(("# [", "# sample")) or (" = " in line and line.startswith("# ")) else line
        for line in lines
    ]
    Programme.model_validate(tomllib.loads("\n".join(used)))
    assert len([a for a, b in zip(lines, used, strict=True) if a != b]) > 20


def test_an_empty_library_gets_a_sample(tmp_path: Path) -> None:
    begin(tmp_path).expect(0)
    recordings = load_programme(tmp_path / "manifests/summit-2021").programme.recording
    assert [r.sample for r in recordings] == [True]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    begin(tmp_path).expect(0)
    path = tmp_path / "manifests/summit-2021/programme.toml"
    before = path.read_bytes()
    assert "it exists already" in begin(tmp_path).expect(2).err
    assert path.read_bytes() == before
    manifests = ["--manifests", tmp_path / "manifests", "new", "country"]
    usbkit(*manifests, "GT", "--delivery", "website").expect(0)
    (tmp_path / "manifests/summit-2021/guatemala.toml").rename(tmp_path / "manifests/summit-2021/other.toml")
    assert "other.toml: it exists already" in usbkit(*manifests, "gt", "--delivery", "website").expect(2).err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["programme", "summit"], "--title, --date, --organiser, --spoken"),
        (
            ["programme", "Bad Id", "--title", "A", "--date", "2021-01-01", "--organiser", "B", "--spoken", "ko"],
            "small letters",
        ),
        (
            ["programme", "a", "--title", "A", "--date", "soon", "--organiser", "B", "--spoken", "ko"],
            "found soon, expected a day",
        ),
        (
            ["programme", "a", "--title", "A", "--date", "2021-01-01", "--organiser", "B", "--spoken", "kr"],
            "Did you mean ko?",
        ),
        (["country", "GT"], "begin one, such as: usbkit new programme forum-2021"),
    ],
)
def test_bad_answers_write_nothing(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = usbkit("--manifests", tmp_path / "manifests", "new", *arguments).expect(2)
    assert said in done.err
    assert not list(tmp_path.rglob("*.toml"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["XX", "--delivery", "website"], "ISO 3166"),
        (["GT"], "--delivery, --route, --drives"),
        (["GT", "--delivery", "usb"], "--route, --drives"),
        (["GT", "--delivery", "website", "--interface", "es,sp"], "Did you mean es?"),
        (["GT", "--delivery", "website", "--label", "Forum"], "Did you mean FORUM?"),
    ],
)
def test_bad_countries_write_nothing(tmp_path: Path, arguments: list[str], said: str) -> None:
    begin(tmp_path).expect(0)
    assert said in usbkit("--manifests", tmp_path / "manifests", "new", "country", *arguments).expect(2).err
    assert len(list(tmp_path.rglob("*.toml"))) == 1


def on_a_terminal(folder: Path, arguments: list[str], answers: str) -> tuple[int, str, str]:
    """Exit code and output of ``usbkit new`` with somebody who types ``answers``."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "usbkit", "--manifests", str(folder / "manifests"), "new", *arguments]
    child = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(TOP)},
    )
    os.close(theirs)
    os.write(ours, answers.encode("utf-8", "surrogateescape"))
    out, err = child.communicate()
    os.close(ours)
    return child.returncode, out.decode(), err.decode()


def test_on_a_terminal_it_asks(tmp_path: Path) -> None:
    code, out, err = on_a_terminal(tmp_path, ["programme", "summit"], "A summit\n2021-05-04\nAn office\nko\n")
    assert code == 0, (out, err)
    assert load_programme(tmp_path / "manifests/summit").programme.title == {"en": "A summit"}


def test_an_answer_that_cannot_be_used_is_asked_again(tmp_path: Path) -> None:
    answers = "A summit\nsoon\n2021.05.04\nAn office\nKorea\n한국어\n"
    code, out, err = on_a_terminal(tmp_path, ["programme", "summit"], answers)
    assert code == 0, (out, err)
    assert "found soon, expected a day" in out + err
    programme = load_programme(tmp_path / "manifests/summit").programme
    assert programme.event.date.isoformat() == "2021-05-04"
    assert {r.spoken for r in programme.recording} == {"ko"}
    code, out, err = on_a_terminal(tmp_path, ["country", "요르단"], "by mail\nUSB\ndiplomatic bag\ncorps\nfour\n0\n4\n")
    assert code == 0, (out, err)
    for said in ("found by mail", "found diplomatic bag", "found four", "found 0"):
        assert said in out + err
    country = load_programme(tmp_path / "manifests/summit").countries["jordan"]
    assert (country.code, country.delivery, country.route, country.drives) == ("JO", "usb", "corps", 4)
    assert country.interface == ["ar", "en"]


def test_texts_that_no_manifest_takes_are_asked_again(tmp_path: Path) -> None:
    """Spaces alone, too long, an arrow key, and bytes that are no UTF-8."""
    bad = ["  ", "x" * 301, "a\x1b[Db", "a\udcffb"]
    answers = "\n".join([*bad, 'The "summit" \\n', "2021-05-04", *bad, "An office", "ko", ""])
    code, out, err = on_a_terminal(tmp_path, ["programme", "summit"], answers)
    assert code == 0, (out, err)
    for said in ("nothing was typed", "at most 300 characters", "a control character", "text in UTF-8"):
        assert (out + err).count(said) == 2
    assert load_programme(tmp_path / "manifests/summit").programme.title == {"en": 'The "summit" \\n'}


def test_what_was_found_and_what_was_meant_are_two_lines(tmp_path: Path) -> None:
    code, out, err = on_a_terminal(tmp_path, ["programme", "summit"], "A\n2021-05-04\nB\nkorean\nko\n")
    assert code == 0
    assert "unknown language korean\n    → Did you mean ko?" in (out + err).replace("\r", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["country", "GT", "--label", "a label"], "--label: found"),
        (["country", "GT", "--minimum-size", "lots"], "--minimum-size: found"),
        (["country", "GT", "--interface", "es,xx"], "--interface: unknown language xx"),
        (["country", "GT", "--subtitles", ""], "--subtitles: unknown language"),
        (["programme", "The Summit"], "Did you mean the-summit?"),
        (["programme", "x" * 300], "at most 40 characters"),
        (["programme", "summit", "--email", "a\x07@b.example"], "--email: a text holds a control character"),
        (["programme", "summit", "--title", "a\x1b[D"], "--title: a text holds a control character"),
        (["programme", "summit", "--organiser", ""], "--organiser: found"),
        (["programme", "summit", "--from", "summit-2021", "--organiser", ""], "--organiser: found"),
    ],
)
def test_options_are_judged_before_anything_is_asked(tmp_path: Path, arguments: list[str], said: str) -> None:
    begin(tmp_path).expect(0)
    before = sorted(tmp_path.rglob("*.toml"))
    code, out, err = on_a_terminal(tmp_path, arguments, "\x04")
    assert (code, said in err, out) == (2, True, ""), (out, err)
    assert sorted(tmp_path.rglob("*.toml")) == before


def test_a_language_named_twice_is_taken_once(tmp_path: Path) -> None:
    """Manifests name each once, and are not read otherwise."""
    begin(tmp_path).expect(0)
    arguments = ["--interface", "es, en,es", "--subtitles", "es,Español", "--delivery", "website"]
    usbkit("--manifests", tmp_path / "manifests", "new", "country", "GT", *arguments).expect(0)
    (folder,) = (path.parent for path in tmp_path.rglob("programme.toml"))
    country = load_programme(folder).countries["guatemala"]
    assert (country.interface, country.subtitles) == (["es", "en"], ["es"])


@pytest.mark.parametrize(
    ("programme", "label"), [("forum-2020", "FORUM2020GT"), ("a", "AGT"), ("international-summit", "INTERNATIGT")]
)
def test_labels_fit(programme: str, label: str) -> None:
    assert label_for(programme, "GT") == label
