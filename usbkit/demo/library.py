"""``make_library``: the files of the demo, and the times of their subtitles."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

from usbkit.core.atomic import put_file
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.demo.clips import Clip, write_clip
from usbkit.demo.papers import write_photo, write_slides
from usbkit.demo.subjects import SUBJECTS, Subject
from usbkit.sources.subtitles import Cue, Track, to_srt
from usbkit.sources.subtitles.markup import escape_text

#: Languages of the demonstration's subtitles, each a file in ``cues/``.
LANGUAGES = ("en", "es", "ru", "zh", "vi", "ko")

#: Milliseconds: the first subtitle's beginning, from one to the next, and how long each is shown.
_FIRST, _STEP, _SHOWN = 500, 3000, 2800

#: Seconds of a recording's clip and of a demo video.
_CLIP, _DEMO = 25, 10

_KEY = "demo"


def make_library(folder: Path, progress: Progress) -> None:
    """Make the forum's media library in ``folder``: ``videos``, ``demos``, ``subtitles``, ``slides``, ``photos``.

    Raises OSError if the folder cannot be written. Each file is made beside its place and then renamed.
    """
    works = list(_works())
    progress.begin(_KEY, "library", _("Making {count} sample files", count=len(works)), None)
    for name, write in works:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.part")
        write(unfinished)
        progress.advance(_KEY, unfinished.stat().st_size)
        put_file(unfinished, path)
    progress.end(_KEY, "done")


def _works() -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Every file of the library and what writes it."""
    words = {language: _read_cues(language) for language in LANGUAGES}
    for subject in SUBJECTS:
        yield f"videos/{subject.id}.mp4", _clip_writer(subject, f"Recording {subject.number}", _CLIP)
        if subject.has_demo:
            yield f"demos/{subject.id}.mp4", _clip_writer(subject, "Demo video", _DEMO)
        for language in LANGUAGES:
            yield f"subtitles/{subject.id}.{language}.srt", _track_writer(language, words[language][subject.id])
        if subject.points:
            yield f"slides/{subject.id}.pdf", _paper_writer(write_slides, subject)
        if subject.has_photo:
            yield f"photos/{subject.id}.jpg", _paper_writer(write_photo, subject)


def _clip_writer(subject: Subject, heading: str, seconds: int) -> Callable[[Path], None]:
    return lambda path: write_clip(
        path, Clip(heading, subject.title, seconds, subject.hue, subject.tone, subject.points)
    )


def _paper_writer(write: Callable[[Path, Subject], None], subject: Subject) -> Callable[[Path], None]:
    return lambda path: write(path, subject)


def _track_writer(language: str, lines: list[str]) -> Callable[[Path], None]:
    cues = tuple(
        Cue(start, start + _SHOWN, escape_text(line))
        for start, line in zip(range(_FIRST, _CLIP * 1000, _STEP), lines, strict=False)
    )
    track = Track(language, cues, "utf-8", cues_in=len(cues))
    return lambda path: _write_bytes(path, to_srt(track))


def _write_bytes(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _read_cues(language: str) -> dict[str, list[str]]:
    """The sentences of each recording by its id."""
    source = resources.files("usbkit.demo").joinpath("cues", f"{language}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
