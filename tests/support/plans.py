"""A small programme and country as values, with sources in a temporary folder: for tests that need no media."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from usbkit.manifest.models import Country, Programme
from usbkit.sources.inventory import Inventory, SourceFile
from usbkit.sources.media import Media
from usbkit.sources.subtitles import Cue, Track

VIDEO_BYTES = b"\x00\x00\x00\x18ftypmp42 not really a video, but bytes are bytes "


def programme(**changes: Any) -> Programme:
    """Two recordings in one session, one question; ``changes`` replace whole fields."""
    values: dict[str, Any] = {
        "id": "forum-test",
        "edition": 3,
        "date": "2020-10-30",
        "title": {"en": "A forum", "es": "Un foro"},
        "library": "library",
        "event": {"date": "2020-09-24"},
        "organisers": [{"en": "An office"}],
        "contact": {"office": {"en": "An office"}, "sample": True},
        "session": [{"id": "one", "title": {"en": "Session one"}}],
        "recording": [recording("opening", kind="opening"), recording("id-cards", session="one")],
        "question": [{"id": "q1", "text": {"en": "Why?"}, "answers": [{"recording": "id-cards", "at": "0:02"}]}],
    }
    return Programme.model_validate({**values, **changes})


def recording(id: str, **changes: Any) -> dict[str, Any]:
    """A recording table whose files follow its id."""
    return {
        "id": id,
        "kind": "presentation",
        "title": {"en": id.title()},
        "source": f"videos/{id}.mp4",
        "spoken": "ko",
        "subtitles": {"en": f"subtitles/{id}.en.srt", "es": f"subtitles/{id}.es.srt"},
        "slides": [{"file": f"slides/{id}.pdf"}],
        "photos": [{"file": f"photos/{id}.JPG"}],
        **changes,
    }


def country(**changes: Any) -> Country:
    """A country that wants both recordings, the second one first."""
    values: dict[str, Any] = {
        "code": "GT",
        "name": {"en": "Guatemala"},
        "interface": ["es", "en"],
        "subtitles": ["es", "en"],
        "recordings": ["id-cards", "opening"],
        "questions": ["q1"],
        "document": [{"file": "Nota de cortesía.pdf", "title": {"es": "Nota"}}],
        "delivery": "usb",
        "route": "corps",
        "drives": 2,
        "minimum_size": "1GB",
        "label": "FORUMTEST",
    }
    return Country.model_validate({**values, **changes})


def inventory(folder: Path, of: Programme, to: Country, stem: str = "guatemala") -> Inventory:
    """Source files made in ``folder`` for everything ``of`` and ``to`` name, and what a look at them would tell."""
    wanted: dict[str, bytes] = {}
    for r in of.recording:
        wanted[r.source] = VIDEO_BYTES + r.id.encode() * 5000
        wanted |= {s.file: b"%PDF-1.7 " + r.id.encode() for s in r.slides}
        wanted |= {p.file: b"\xff\xd8\xff " + r.id.encode() for p in r.photos}
    wanted |= {f"{stem}/{d.file}": b"%PDF-1.7 document" for d in to.document}
    files = {key: source(folder / key, data) for key, data in wanted.items()}
    sources = [r.source for r in of.recording]
    return Inventory(
        files=files,
        media={s: _media(files[s].size) for s in sources},
        tracks={
            str(path): Track(language, (Cue(0, 1500, f"{r.id} in {language}"), Cue(2000, 3000, "two\nlines")), "utf-8")
            for r in of.recording
            for language, path in r.subtitles.items()
        },
        posters=dict.fromkeys(sources, b"\xff\xd8\xff poster"),
    )


def _media(size: int) -> Media:
    return Media(
        size=size,
        duration=20_000,
        container="mp4",
        video_codec="h264",
        audio_codec="aac",
        width=640,
        height=360,
        plays=True,
    )


def source(path: Path, data: bytes) -> SourceFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return SourceFile(path, len(data), path.stat().st_mtime_ns, hashlib.sha256(data).hexdigest())
