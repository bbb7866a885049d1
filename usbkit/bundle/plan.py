"""The plan: which files a country gets, under which names, from where. Pure; nothing is read or copied here."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from usbkit.core.content import FileRange, Made
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.portable_names import slug, twins, why_unfit
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
from usbkit.sources.inventory import Inventory, subtitle_path
from usbkit.sources.media import Media
from usbkit.sources.subtitles import Track, to_srt


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


def made(path: str, role: Role, data: bytes) -> PlannedFile:
    """A file of bytes that we made."""
    return PlannedFile(path, role, Made(data), hashlib.sha256(data).hexdigest())


def plan_bundle(
    programme: Programme,
    country: Country,
    stem: str,
    inventory: Inventory,
    allow_missing: Collection[str] = (),
) -> Plan:
    """What ``country`` gets. ``allow_missing`` names subtitle languages that may be absent.

    Raises InputError with everything that is missing or wrong: a drive is planned whole or not at all.
    """
    findings = [*_wrong_sources(inventory), *_absent_subtitles(programme, country, allow_missing)]
    if findings:
        raise InputError(*findings)
    by_id = {r.id: r for r in programme.recording}
    planner = _Planner(country, stem, inventory)
    recordings = tuple(planner.plan_recording(n, by_id[id]) for n, id in enumerate(country.recordings, start=1))
    documents = tuple(planner.plan_document(n, d) for n, d in enumerate(country.document, start=1))
    planner.plan_playlist(recordings)
    files = tuple(planner.files)
    _require_fit_names(files, stem)
    chosen = [q for id in country.questions for q in programme.question if q.id == id]
    return Plan(programme, country, stem, recordings, (*chosen, *country.question), documents, files)


def format_playlist(recordings: Iterable[PlannedRecording], language: str) -> bytes:
    """An extended M3U playlist in UTF-8 beside the videos: seconds and title of each, then its name (RFC 8216 4.3)."""
    lines = ["#EXTM3U"]
    for planned in recordings:
        titles = planned.recording.title
        title = " ".join((titles.get(language) or titles.get("en") or planned.recording.id).split())
        lines += [f"#EXTINF:{round(planned.media.duration / 1000)},{title}", PurePosixPath(planned.video).name]
    return ("\n".join(lines) + "\n").encode()


def _wrong_sources(inventory: Inventory) -> Iterator[Finding]:
    said: list[Finding] = []
    every: Iterable[Finding] = (
        *inventory.findings,
        *(f for media in inventory.media.values() for f in media.findings),
        *(f for track in inventory.tracks.values() for f in track.findings),
    )
    for finding in every:
        if finding.is_error and finding not in said:
            said.append(finding)
            yield finding


def _absent_subtitles(programme: Programme, country: Country, allowed: Collection[str]) -> Iterator[Finding]:
    for recording in programme.recording:
        if recording.id not in country.recordings:
            continue
        for language in country.subtitles:
            if language not in recording.subtitles and language not in allowed:
                yield Finding(
                    "subtitle-not-named",
                    _(
                        "the recording {recording} has no subtitles in {language}, which the country wants",
                        recording=recording.id,
                        language=language,
                    ),
                    Place("programme.toml", field=f"recording.{recording.id}.subtitles"),
                    _("Name the file there when it has arrived, or take the language out of the country's list."),
                )


def _require_fit_names(files: Iterable[PlannedFile], stem: str) -> None:
    paths = [f.path for f in files]
    findings = [
        Finding(
            "name-unfit",
            _("a file would be called {path}: {reason}", path=path, reason=reason),
            Place(f"{stem}.toml"),
            _("Rename the recording or the document."),
        )
        for path in paths
        if (reason := why_unfit(path))
    ] + [
        Finding("name-twice", _("two files would be called {one} and {other}", one=one, other=other))
        for one, other in twins(paths)
    ]
    if findings:
        raise InputError(*findings)


class _Planner:
    """Collects the planned files while recordings and documents are planned in their order."""

    def __init__(self, country: Country, stem: str, inventory: Inventory) -> None:
        self.country, self.stem, self.inventory = country, stem, inventory
        self.files: list[PlannedFile] = []

    def plan_recording(self, number: int, recording: Recording) -> PlannedRecording:
        stem = f"{number:02}-{recording.id}"
        media = self.inventory.media[recording.source]
        video = self._take(recording.source, f"videos/{stem}", Role.VIDEO)
        demos = tuple(
            PlannedDemo(d, self._take(d.file, f"videos/{stem}-demo-{n}", Role.VIDEO), self.inventory.media[d.file])
            for n, d in enumerate(recording.demos, start=1)
        )
        tracks = {
            language: self.inventory.tracks[subtitle_path(recording.subtitles[language])]
            for language in self.country.subtitles
            if language in recording.subtitles
        }
        subtitle_files = {
            language: self._make(f"videos/{stem}.{language}.srt", Role.SUBTITLES, to_srt(track))
            for language, track in tracks.items()
        }
        return PlannedRecording(
            number=number,
            stem=stem,
            recording=recording,
            media=media,
            video=video,
            poster=self._make(f"assets/posters/{stem}.jpg", Role.POSTER, self.inventory.posters[recording.source]),
            tracks=tracks,
            subtitle_files=subtitle_files,
            slides=tuple(
                PlannedSlides(s, self._take(s.file, f"slides/{stem}-{n}", Role.SLIDES))
                for n, s in enumerate(recording.slides, start=1)
            ),
            photos=tuple(
                PlannedPicture(p, self._take(p.file, f"photos/{stem}-{n}", Role.PHOTO))
                for n, p in enumerate(recording.photos, start=1)
            ),
            demos=demos,
        )

    def plan_document(self, number: int, document: Document) -> PlannedDocument:
        key = f"{self.stem}/{document.file}"
        name = slug(PurePosixPath(document.file).stem, "document")
        path = self._take(key, f"documents/{number:02}-{name}", Role.DOCUMENT)
        return PlannedDocument(document, path, self.inventory.files[key].size)

    def plan_playlist(self, recordings: Iterable[PlannedRecording]) -> None:
        """A list of the recordings for television sets and players that show no pages."""
        self._make("videos/playlist.m3u8", Role.ASSET, format_playlist(recordings, self.country.interface[0]))

    def _take(self, source: str, target: str, role: Role) -> str:
        """Plan the source under ``target`` with its own suffix in lower case."""
        file = self.inventory.files[source]
        path = target + file.path.suffix.lower()
        content = FileRange(file.path, 0, file.size, file.mtime_ns)
        self.files.append(PlannedFile(path, role, content, file.sha256))
        return path

    def _make(self, path: str, role: Role, data: bytes) -> str:
        self.files.append(made(path, role, data))
        return path
