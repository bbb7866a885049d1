"""The plan: which files a country gets, under which names, from where. Pure; nothing is read or copied here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from usbkit.content import FileRange, Made
from usbkit.errors import Finding
from usbkit.manifest.models import (
    Country,
    DemoVideo,
    Document,
    Picture,
    Programme,
    Question,
    Recording,
    Slides,
)
from usbkit.media import Media
from usbkit.subtitles import Track


class Role(StrEnum):
    """What a file of a bundle is; decides its place on the drive and its list in the pages."""

    VIDEO = "video"
    SUBTITLES = "subtitles"
    SLIDES = "slides"
    PHOTO = "photo"
    POSTER = "poster"
    DOCUMENT = "document"
    PAGE = "page"
    ASSET = "asset"
    SEAL = "seal"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the media library or of a country's folder, as it was when it was looked at."""

    path: Path
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True)
class Inventory:
    """What is known of the sources a country's manifest names; the plan's only knowledge of the disk.

    Keys are the paths as the manifest writes them, those of documents with the country's folder in front
    (``guatemala/letter.pdf``). A source that is missing or unreadable has no entry and a finding instead.
    """

    files: Mapping[str, SourceFile]
    media: Mapping[str, Media]
    tracks: Mapping[str, Track]
    posters: Mapping[str, bytes]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file of a bundle: its path there (ASCII, ``/`` between parts) and where its bytes come from."""

    path: str
    role: Role
    content: FileRange | Made
    sha256: str

    @property
    def size(self) -> int:
        return self.content.length


@dataclass(frozen=True, slots=True)
class PlannedSlides:
    slides: Slides
    path: str


@dataclass(frozen=True, slots=True)
class PlannedPicture:
    picture: Picture
    path: str


@dataclass(frozen=True, slots=True)
class PlannedDemo:
    demo: DemoVideo
    path: str
    media: Media


@dataclass(frozen=True)
class PlannedRecording:
    """A recording as a country gets it. ``number`` counts from 1 in the country's order and begins file names."""

    number: int
    stem: str
    recording: Recording
    media: Media
    video: str
    poster: str
    tracks: Mapping[str, Track]
    subtitle_files: Mapping[str, str]
    slides: tuple[PlannedSlides, ...]
    photos: tuple[PlannedPicture, ...]
    demos: tuple[PlannedDemo, ...]


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    document: Document
    path: str
    size: int


@dataclass(frozen=True)
class Plan:
    """Everything the pages say and the drive holds, but for the pages themselves."""

    programme: Programme
    country: Country
    stem: str
    recordings: tuple[PlannedRecording, ...]
    questions: tuple[Question, ...]
    documents: tuple[PlannedDocument, ...]
    files: tuple[PlannedFile, ...]

    @property
    def date(self) -> dt.date:
        """The edition's date, the only date on a drive."""
        return self.programme.date
