"""The demo's library: what the manifests name, playable, without remarks, reproducible."""

from __future__ import annotations

import hashlib
import subprocess
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from usbkit.core.progress import Silence
from usbkit.demo import make_library
from usbkit.demo.library import LANGUAGES
from usbkit.demo.subjects import SUBJECTS
from usbkit.manifest.finding import find_programme
from usbkit.manifest.load import load_programme
from usbkit.sources.media import probe
from usbkit.sources.subtitles import read_track


@pytest.fixture(scope="session")
def library(demo: Path) -> Path:
    return demo / "library"


def test_holds_every_file_that_the_programme_names_and_no_other(library: Path, demo: Path) -> None:
    programme = load_programme(find_programme(demo / "manifests")).programme
    named: set[str] = set()
    for recording in programme.recording:
        named |= {recording.source, *(d.file for d in recording.demos), *(s.file for s in recording.slides)}
        named |= {p.file for p in recording.photos}
        named |= {s if isinstance(s, str) else s.file for s in recording.subtitles.values()}
    assert {p.relative_to(library).as_posix() for p in library.rglob("*") if p.is_file()} == named


def test_videos_play_and_subtitles_fit_them_without_a_remark(library: Path) -> None:
    for subject in SUBJECTS:
        media = probe(library / "videos" / f"{subject.id}.mp4")
        assert (media.plays, media.findings, media.audio_codec) == (True, (), "aac")
        for language in LANGUAGES:
            path = library / "subtitles" / f"{subject.id}.{language}.srt"
            track = read_track(path, language, video_length=media.duration)
            assert track.findings == ()
            assert track.found_language == language
            assert len(track.cues) == 8


def test_every_language_says_that_it_is_a_sample() -> None:
    marks = {"en": "Sample", "es": "muestra", "ru": "Образец", "zh": "示例", "vi": "mẫu", "ko": "예시"}
    for language in LANGUAGES:
        text = resources.files("usbkit.demo").joinpath("cues", f"{language}.toml").read_text(encoding="utf-8")
        words = tomllib.loads(text)
        assert set(words) == {s.id for s in SUBJECTS}
        assert all(marks[language] in lines[0] for lines in words.values())


@pytest.mark.needs("poppler")
def test_slides_have_text_and_say_sample(library: Path) -> None:
    for subject in SUBJECTS:
        if subject.points:
            command = ["pdftotext", str(library / "slides" / f"{subject.id}.pdf"), "-"]
            text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            assert subject.points[0] in text
            assert text.count("SAMPLE") == 2


def test_making_it_again_gives_the_same_bytes(library: Path, tmp_path: Path) -> None:
    make_library(tmp_path, Silence())
    assert _digests(tmp_path) == _digests(library)


def _digests(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file()
    }
