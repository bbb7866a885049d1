"""Initial values for a new manifest: recordings from a library's files, a country from its code.

File names only suggest what belongs together; staff review the draft.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from usbkit.core.portable_names import slug
from usbkit.manifest.models import Programme
from usbkit.manifest.romanised import romanise
from usbkit.manifest.suggestions import nearest_language
from usbkit.manifest.values import LABEL_LENGTH, LANGUAGE_NAMES

_VIDEOS = frozenset([".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".wmv", ".mpg", ".mpeg", ".ts"])
_SUBTITLES = frozenset([".srt", ".vtt"])
#: How captions for the deaf and hard of hearing are told from subtitles by name.
_CAPTIONS = re.compile(r"\.(?:sdh|cc|hi)$", re.IGNORECASE)
_PICTURES = frozenset([".jpg", ".jpeg", ".png"])


def list_library(root: Path) -> list[str]:
    """Return the paths of all files below ``root``, as manifests write them, without hidden ones."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith(".")]
        found += [(Path(folder) / f).relative_to(root).as_posix() for f in files if not f.startswith(".")]
    return sorted(found)


def draft_recordings(names: Sequence[str], spoken: str) -> list[dict[str, Any]]:
    """Return a recording for each video among ``names``, with the files named like it."""
    paths = [PurePosixPath(name) for name in names]
    taken: set[str] = set()
    return [
        _draft_recording(path, paths, spoken, _unique(slug(romanise(path.stem), "recording"), taken))
        for path in paths
        if path.suffix.lower() in _VIDEOS
    ]


def _draft_recording(video: PurePosixPath, paths: Iterable[PurePosixPath], spoken: str, id: str) -> dict[str, Any]:
    subtitles: dict[str, str] = {}
    captions: dict[str, str] = {}
    slides, photos = [], []
    for path in paths:
        suffix = path.suffix.lower()
        if suffix in _SUBTITLES and (language := _language_of(path.stem, video.stem, spoken)):
            (captions if _CAPTIONS.search(path.stem) else subtitles).setdefault(language, str(path))
        elif suffix == ".pdf" and path.stem == video.stem:
            slides.append({"file": str(path)})
        elif suffix in _PICTURES and path.stem == video.stem:
            photos.append({"file": str(path)})
    draft = {
        "id": id,
        "kind": "presentation",
        "title": {"en": re.sub(r"[\s_.-]+", " ", video.stem).strip().capitalize() or id},
        "source": str(video),
        "spoken": spoken,
    }
    found = {"subtitles": subtitles, "captions": captions, "slides": slides, "photos": photos}
    return draft | {k: v for k, v in found.items() if v}


def _language_of(stem: str, video: str, spoken: str) -> str | None:
    """The language of subtitles called ``stem`` if they are of ``video``: ``talk.es``, ``talk.es.cc`` of ``talk``."""
    stem = _CAPTIONS.sub("", stem)
    if stem == video:
        return spoken
    match = re.fullmatch(re.escape(video) + r"[._ -]([A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?)", stem)
    return nearest_language(match[1], LANGUAGE_NAMES) if match else None


def _unique(name: str, taken: set[str]) -> str:
    number, unique = 2, name
    while unique in taken:
        number, unique = number + 1, f"{name}-{number}"
    taken.add(unique)
    return unique


def placeholder_recording(spoken: str) -> dict[str, Any]:
    """Return a placeholder for the first recording while the library is empty."""
    return {
        "id": "opening",
        "kind": "opening",
        "title": {"en": "Opening"},
        "source": "videos/opening.mp4",
        "spoken": spoken,
        "sample": True,
    }


@dataclass(frozen=True, slots=True)
class NewProgramme:
    """The answers of a person who begins a programme. ``library`` is relative to the programme's file."""

    id: str
    title: str
    date: dt.date
    organiser: str
    spoken: str
    library: str
    email: str | None = None


def draft_programme(new: NewProgramme, files: Sequence[str], today: dt.date) -> dict[str, Any]:
    """Return the values of ``programme.toml``; ``files`` are the library's, and ``today`` dates the first edition."""
    contact: dict[str, Any] = {"office": {"en": new.organiser}}
    return {
        "id": new.id,
        "edition": 1,
        "date": today,
        "title": {"en": new.title},
        "library": new.library,
        "event": {"date": new.date},
        "organisers": [{"en": new.organiser}],
        "contact": contact | ({"email": new.email} if new.email else {}),
        "recording": draft_recordings(files, new.spoken) or [placeholder_recording(new.spoken)],
    }


def name_country(code: str, languages: Iterable[str]) -> dict[str, str]:
    """Return the name of the country ``code`` in English and in ``languages``, from Unicode's CLDR."""
    from babel import Locale, UnknownLocaleError

    names: dict[str, str] = {}
    for language in dict.fromkeys(["en", *languages]):
        try:
            name = Locale(language).territories.get(code)
        except UnknownLocaleError:
            continue
        if name:
            names[language] = str(name)
    return names


def languages_of(code: str) -> list[str]:
    """Return the official languages of the country ``code`` that pages can have, then English."""
    from babel.languages import get_official_languages

    official = get_official_languages(code, de_facto=True)
    return list(dict.fromkeys([*(x for x in official if x in LANGUAGE_NAMES), "en"]))


def label_for(programme: str, code: str) -> str:
    """Return a volume label made from a programme's id and a country's code: ``FORUM2020GT``."""
    letters, digits = re.sub(r"[^A-Z]", "", programme.upper()), re.sub(r"[^0-9]", "", programme)[-4:]
    return letters[: LABEL_LENGTH - len(digits) - len(code)] + digits + code


def draft_country(programme: Programme, code: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a country's manifest: ``answers``, and every recording and question of the programme."""
    interface = answers.get("interface") or languages_of(code)
    there = {language for r in programme.recording for language in (*r.subtitles, *r.captions)}
    wanted = [language for language in interface if language in there] or sorted(there) or interface
    values = {
        "code": code,
        "name": name_country(code, interface),
        "interface": interface,
        "subtitles": wanted,
        "recordings": [recording.id for recording in programme.recording],
        "questions": [question.id for question in programme.question],
        "label": label_for(programme.id, code),
    }
    return {key: value for key, value in {**values, **answers}.items() if value not in (None, [])}
