"""``usbkit check`` as staff use it, on the ten countries."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import pytest

from tests.cli.calls import call
from tests.orders.readiness.conftest import Check
from tests.support.cli import TOP, usbkit
from usbkit.cli.commands import check_watch

COUNTRIES = 10


def spoil(folder: Path) -> None:
    """A library as it is a week before the day: something missing, something cut off."""
    library = folder / "library"
    (library / "subtitles/id-cards.es.srt").unlink()
    (library / "slides/elections.pdf").unlink()
    video = library / "videos/opening.mp4"
    video.write_bytes(video.read_bytes()[:3000])


def test_ten_countries_are_ready(forum: Path, check: Check) -> None:
    done = check(forum).expect(0)
    lines = [line.split() for line in done.out.splitlines()[1 : COUNTRIES + 1]]
    assert [line[0] for line in lines][:3] == ["cambodia", "cote-divoire", "guatemala"]
    assert all("ready" in line for line in lines)


def test_the_table_of_a_country(own_forum: Path, check: Check) -> None:
    spoil(own_forum)
    done = check(own_forum, "gt").expect(1)
    assert re.search(r"^id-cards +ready +MISSING +ready +ready +ready +ready +–$", done.out, re.M)
    assert re.search(r"^elections +ready +ready +ready +ready +MISSING +ready +–$", done.out, re.M)
    assert re.search(r"^opening +WRONG +ready +ready +ready +– +ready +–$", done.out, re.M)
    assert "Spanish translators" in done.out
    assert "in the shop 1.00 GB; wanted 16.0 GB" in done.out
    assert "SAMPLE" in done.out


def test_what_is_to_be_done_is_said_once_for_all_who_wait(own_forum: Path, check: Check) -> None:
    spoil(own_forum)
    done = check(own_forum, "-q").expect(1)
    assert done.out.count("id-cards.es.srt") == 1
    assert "needed by guatemala, honduras, paraguay" in done.out


def test_json(own_forum: Path, check: Check) -> None:
    spoil(own_forum)
    document = check(own_forum, "--json", "gt", "kh").expect(1).json
    assert document["ready"] is False
    guatemala = document["countries"][0]
    assert (guatemala["country"], guatemala["code"], guatemala["ready"]) == ("guatemala", "GT", False)
    states = {
        (row["id"], cell["kind"], cell["language"]): cell["state"]
        for row in guatemala["recordings"]
        for cell in row["cells"]
    }
    assert states["id-cards", "subtitles", "es"] == "missing"
    assert states["opening", "video", None] == "wrong"
    assert states["promotion", "slides", None] == "none"
    assert {v for k, v in states.items() if k[0] == "civil-registration"} == {"ready", "none"}
    assert guatemala["shop_size"] == 10**9
    assert "delivery" in guatemala["samples"]


def make_accessible(folder: Path) -> None:
    """Spanish captions and a signed version of the opening message, as an office would add them."""
    manifest, library = folder / "manifests/forum-2020/programme.toml", folder / "library"
    shutil.copy(library / "subtitles/opening.es.srt", library / "subtitles/opening.es.sdh.srt")
    shutil.copy(library / "videos/opening.mp4", library / "videos/opening-signed.mp4")
    added = """[recording.captions]
es = "subtitles/opening.es.sdh.srt"

[[recording.versions]]
kind = "sign-language"
file = "videos/opening-signed.mp4"

[[recording]]
id = "promotion"
"""
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('[[recording]]\nid = "promotion"\n', added, 1), encoding="utf-8")


def test_what_of_wcag_there_is_stops_nothing(own_forum: Path, check: Check, tmp_path: Path) -> None:
    make_accessible(own_forum)
    page = tmp_path / "page.html"
    done = check(own_forum, "gt", "--html", page).expect(0)
    assert f"{page} is written." in done.err
    said = " ".join(done.out.split())
    opening = said[said.index("Accessibility (WCAG 2.2) of opening:") :]
    assert opening.index("there: captions (1.2.2), sign language (1.2.6)") < opening.index("in part: all of it as text")
    assert "in part: captions (1.2.2), all of it as text (1.2.8) not there: audio description or text" in said
    assert "1.2.2, 1.2.6" in " ".join(w for w in read_page(page).words if w)
    country = check(own_forum, "gt", "--json").expect(0).json["countries"][0]
    wcag = next(a["wcag"] for a in country["accessibility"] if a["id"] == "opening")
    assert (wcag["1.2.2"], wcag["1.2.4"], wcag["1.2.8"]) == ("there", "not-meant", "partly")
    (own_forum / "library/subtitles/opening.es.sdh.srt").unlink()
    assert "MISSING" in check(own_forum, "gt").expect(1).out


def test_subtitles_are_reported_file_by_file(own_forum: Path, check: Check) -> None:
    (own_forum / "library/subtitles/opening.es.srt").write_bytes(
        "1\n00:00:01,000 --> 00:00:02,000\nSeñoras y señores\n\n2\n00:00:05,500 --> 00:00:06,000\nBuenos días\n".encode(
            "cp1252"
        )
    )
    document = check(own_forum, "gt", "--subtitles", "--json").json
    entries = {entry["file"]: entry for entry in document["subtitles"]}
    assert len(entries) == 24
    entry = entries["subtitles/opening.es.srt"]
    assert (entry["encoding"], entry["cues_in"], entry["cues_out"]) == ("cp1252", 2, 2)
    assert (entry["longest_gap_ms"], entry["longest_gap_at_ms"]) == (3500, 2000)
    line = next(x for x in check(own_forum, "gt", "--subtitles").out.splitlines() if "opening.es" in x)
    assert "cp1252" in line
    assert "0:03 at 0:02" in line


def test_a_question_past_the_end_of_its_video(own_forum: Path, check: Check) -> None:
    path = own_forum / "manifests/forum-2020/programme.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('recording = "elections", at = "0:08"', 'recording = "elections", at = "1:00:08"'))
    done = check(own_forum, "ru").expect(1)
    line = text[: text.index('recording = "elections", at')].count("\n") + 1
    assert f"programme.toml:{line}: question.vulnerable-voters.answers[1].at: found 1:00:08" in done.out


def test_languages_nobody_asks_for(forum: Path, check: Check) -> None:
    assert "8 subtitle files are in vi, which no country asks for" in check(forum, "-v").expect(0).out


def test_one_document_for_two_countries(own_forum: Path, check: Check) -> None:
    manifests = own_forum / "manifests/forum-2020"
    shutil.copy(manifests / "guatemala/sample-note.pdf", manifests / "cote-divoire/sample-note.pdf")
    done = check(own_forum, "-v").expect(0)
    assert "cote-divoire/sample-note.pdf, guatemala/sample-note.pdf" in done.out


@pytest.mark.parametrize("manifests", [["--manifests", "manifests/forum-2020"], []])
def test_a_document_that_nobody_can_open_is_wrong_wherever_one_stands(own_forum: Path, manifests: list[str]) -> None:
    """Its cell too: the manifests are named from here, the document by its whole path."""
    (own_forum / "manifests/forum-2020/guatemala/sample-note.pdf").write_bytes(b"no document")
    done = usbkit(*manifests, "--cache", own_forum / "cache", "check", "gt", cwd=own_forum).expect(1)
    assert "documents: WRONG" in done.out
    assert "sample-note.pdf: the name says PDF, but it is" in done.out


def test_another_library(forum: Path, own_forum: Path) -> None:
    shutil.rmtree(own_forum / "library")
    done = usbkit("--manifests", own_forum / "manifests", "check", "gt").expect(1)
    assert done.out.count("there is no media library") == 1
    usbkit("--manifests", own_forum / "manifests", "--library", forum / "library", "check", "gt").expect(0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["guatmala"], "Did you mean guatemala?"), (["--exit-when-ready"], "--watch"), (["gt", "--all"], "--all")],
)
def test_bad_questions(forum: Path, check: Check, arguments: list[str], said: str) -> None:
    assert said in check(forum, *arguments).expect(2).err


# Speed, and that nothing is read twice


WATCHED = """\
import sys
opened = []
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)
from usbkit.cli.main import run
run(sys.argv[2:])
print([path for path in opened if path.startswith(sys.argv[1])])
"""


def test_unchanged_sources_are_not_read(forum: Path, tmp_path: Path) -> None:
    """A second check of ten countries opens not one of the library's files; a first one opens all it needs."""
    library = forum / "library"
    command = [
        sys.executable,
        "-c",
        WATCHED,
        library,
        "--manifests",
        forum / "manifests",
        "--cache",
        tmp_path,
        "check",
        "-q",
    ]
    first, second = (
        subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout.splitlines()[-1]
        for _ in range(2)
    )
    assert first.count(str(library)) >= 60
    assert second == "[]"


def test_check_imports_nothing_heavy(forum: Path, check: Check, tmp_path: Path) -> None:
    usbkit("--manifests", forum / "manifests", "--cache", tmp_path, "check").expect(0)
    script = (
        "import sys\nfrom usbkit.cli.main import run\n"
        f"run(['--manifests', {str(forum / 'manifests')!r}, '--cache', {str(tmp_path)!r}, 'check', '-q'])\n"
        "print(sorted({'av', 'PIL', 'jinja2', 'babel', 'pyudev', 'sqlalchemy', 'fpdf', 'tqdm'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


# Waiting


@contextmanager
def watching(folder: Path, *arguments: str) -> Iterator[IO[str]]:
    command = [
        sys.executable,
        "-m",
        "usbkit",
        "--manifests",
        str(folder / "manifests"),
        "--cache",
        str(folder / "cache"),
    ]
    command += ["check", "--watch", "--interval", "0.2", *arguments]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(TOP), "PYTHONUNBUFFERED": "1"}
    )
    assert child.stdout is not None
    try:
        yield child.stdout
        assert child.wait() == 0
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def until(lines: IO[str], text: str) -> str:
    for line in lines:
        if text in line:
            return line
    raise AssertionError(f"never said: {text}")


def test_watch_says_when_the_last_subtitle_arrives(own_forum: Path) -> None:
    library = own_forum / "library/subtitles"
    kept = {name: (library / name).read_bytes() for name in ("id-cards.es.srt", "opening.es.srt")}
    for name in kept:
        (library / name).unlink()
    page = own_forum / "page.html"
    with watching(own_forum, "gt", "hn", "--exit-when-ready", "--html", str(page)) as lines:
        until(lines, "Waiting")
        (library / "opening.es.srt").write_bytes(kept["opening.es.srt"])
        assert "MISSING → ready (guatemala, honduras)" in until(lines, "subtitles/opening.es.srt")
        assert 'http-equiv="refresh"' in page.read_text(encoding="utf-8")
        (library / "id-cards.es.srt").write_bytes(kept["id-cards.es.srt"])
        until(lines, "guatemala is ready")
        assert "the last to arrive was subtitles/id-cards.es.srt" in until(lines, "Everything is ready")


def test_watch_waits_while_a_manifest_is_being_edited(own_forum: Path) -> None:
    subtitles = own_forum / "library/subtitles/id-cards.es.srt"
    manifest = own_forum / "manifests/forum-2020/guatemala.toml"
    kept, text = subtitles.read_bytes(), manifest.read_text(encoding="utf-8")
    subtitles.unlink()
    with watching(own_forum, "gt", "--exit-when-ready", "--json") as lines:
        assert json.loads(lines.readline())["event"] == "survey"
        manifest.write_text(text.replace('"usb"', '"ubs"').replace('"both"', '"bth"'), encoding="utf-8")
        trouble = json.loads(until(lines, '"error"'))["finding"]
        assert (trouble["field"], trouble["todo"]) == ("delivery", "Did you mean both?")
        manifest.write_text(text, encoding="utf-8")
        subtitles.write_bytes(kept)
        assert json.loads(until(lines, '"all-ready"'))["last"] == "subtitles/id-cards.es.srt"


def test_watch_does_not_believe_half_a_file(own_forum: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A video that is being copied is not said to be wrong: it differs from one look to the next."""
    video = own_forum / "library/videos/opening.mp4"
    whole = video.read_bytes()
    video.unlink()
    parts = iter(range(1, 8))

    def between_two_looks(_seconds: float) -> None:
        video.write_bytes(whole[: len(whole) * next(parts, 8) // 8])

    monkeypatch.setattr(check_watch, "time", SimpleNamespace(sleep=between_two_looks))
    folders = ("--manifests", own_forum / "manifests", "--cache", own_forum / "cache")
    done = call(*folders, "check", "--watch", "gt", "--exit-when-ready", "--json").expect(0)
    events = [json.loads(line) for line in done.out.splitlines()]
    assert events[0]["event"] == "survey"
    changes = [(e["file"], e["after"]) for e in events if e["event"] == "changed"]
    assert changes[-1] == ("videos/opening.mp4", "ready")


# The page


class Outline(HTMLParser):
    """Tags in balance, and the text of the page."""

    VOID = ("meta", "br", "link", "img", "input", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.outside += [v for k, v in attrs if v and k in ("src", "href") and not v.startswith("#")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data.strip())


def read_page(path: Path) -> Outline:
    outline = Outline()
    outline.feed(path.read_text(encoding="utf-8"))
    assert outline.open == []
    return outline


def test_the_page_says_everything_and_needs_nothing_else(own_forum: Path, check: Check, tmp_path: Path) -> None:
    spoil(own_forum)
    page = tmp_path / "page.html"
    check(own_forum, "--html", page).expect(1)
    outline = read_page(page)
    text = " ".join(w for w in outline.words if w)
    assert outline.outside == []
    assert "10 of 10 countries are not ready" in text
    for said in ("Kyrgyzstan", "Spanish translators", "needed by Guatemala, Honduras, Paraguay", "SAMPLE", "1.00 GB"):
        assert said in text
    assert [p.name for p in tmp_path.iterdir() if "page" in p.name] == ["page.html"]


def test_the_page_escapes_what_manifests_say(own_forum: Path, check: Check, tmp_path: Path) -> None:
    path = own_forum / "manifests/forum-2020/programme.toml"
    text = path.read_text(encoding="utf-8")
    hostile = '<script>alert(1)</script>"&'
    path.write_text(text.replace("Spanish translators", "<img src=x onerror=a>").replace(
        'en = "Cornerstones', f"en = '{hostile}'\n#"), encoding="utf-8")  # fmt: skip
    spoil(own_forum)
    page = tmp_path / "page.html"
    check(own_forum, "--html", page).expect(1)
    written = page.read_text(encoding="utf-8")
    assert "<script" not in written
    assert "<img" not in written
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&amp;" in written
    read_page(page)


def test_the_page_in_korean(forum: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    usbkit("--lang", "ko", "--manifests", forum / "manifests", "check", "--html", page).expect(0)
    assert "과테말라" in page.read_text(encoding="utf-8")
    assert 'lang="ko"' in page.read_text(encoding="utf-8")


@pytest.mark.needs("browser")
def test_the_page_on_paper(forum: Path, check: Check, tmp_path: Path) -> None:
    """Printed by a real browser: every country is on it, nothing is cut off at the side."""
    page, paper = tmp_path / "page.html", tmp_path / "page.pdf"
    check(forum, "--html", page).expect(0)
    chromium = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        f"--user-data-dir={tmp_path}/c",
    ]
    subprocess.run([*chromium, f"--print-to-pdf={paper}", page.as_uri()], check=True, capture_output=True, timeout=60)
    assert paper.read_bytes().startswith(b"%PDF")
    assert paper.stat().st_size > 20_000
