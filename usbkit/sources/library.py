"""The media library: examine the sources that a country needs, reading only what has changed."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from usbkit.core.cache import Cache, FileIdentity
from usbkit.core.errors import Finding, InputError, Place, UsbkitError
from usbkit.core.filesystems import name_of
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.core.spelled_paths import find_spelled
from usbkit.manifest.captions import language_of
from usbkit.manifest.models import Country, Recording, Slides, SubtitleFile
from usbkit.sources.cache_format import (
    findings_from_json,
    findings_to_json,
    media_from_json,
    media_to_json,
    track_from_json,
    track_to_json,
)
from usbkit.sources.decoding import count_pages, examine_attachment, make_poster, probe
from usbkit.sources.digesting import digest_file
from usbkit.sources.file_findings import missing, require_inside, unreadable
from usbkit.sources.first_seen import FirstSeen
from usbkit.sources.inventory import Inventory, SourceFile, tracks_of
from usbkit.sources.media import Media
from usbkit.sources.subtitles import Track
from usbkit.sources.subtitles.rules import find

if TYPE_CHECKING:
    from usbkit.manifest.load import Manifests

#: The strand of work that `take_inventory` reports to its `Progress`.
_KEY = "library"

#: A track with less than this part of the others' cues is worth a look.
_FEWER = 0.7

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Library:
    """The folder of source files (read-only), its cache, and the results ``found`` in this run, so that a file shared
    by several countries is examined once.
    """

    root: Path
    cache: Cache
    found: dict[tuple[object, ...], object] = field(default_factory=dict, compare=False, repr=False)


def take_inventory(manifests: Manifests, stem: str, library: Library, progress: Progress) -> Inventory:
    """Examine every source that the country ``stem`` needs.

    Unchanged files come from the cache. A source that is missing or unusable has a finding instead of an entry; nothing
    is raised for it.
    """
    country = manifests.countries[stem]
    recordings = [r for r in manifests.programme.recording if r.id in country.recordings]
    own = manifests.folder / stem
    survey = _Survey(library, progress)
    homes = {find_spelled(library.root, name): library.root for name in _names(recordings, country)}
    if unread := survey.unread({**homes, **{manifests.document_path(stem, d): own for d in country.document}}):
        progress.begin(_KEY, "inventory", _("Looking at the media library"), unread)
    for recording in recordings:
        survey.add_recording(recording, country)
    for document in country.document:
        survey.add_attachment(f"{stem}/{document.file}", manifests.document_path(stem, document), "document", own)
    progress.end(_KEY, "done")
    return survey.result()


def examine_video(path: Path, cache: Cache, progress: Progress) -> tuple[SourceFile, Media]:
    """Examine a video outside the library like those inside. Raises InputError if it cannot be used."""
    survey = _Survey(Library(path.parent, cache), progress)
    survey.add_video(path.name, with_poster=False)
    if errors := [f for f in survey.findings if f.is_error]:
        raise InputError(*errors)
    return survey.files[path.name], survey.media[path.name]


def _names(recordings: Iterable[Recording], country: Country) -> Iterator[str]:
    for recording in recordings:
        yield from country.videos_of(recording)
        yield from (entry.file for entry in tracks_of(recording, country.subtitles).values())
        yield from (s.file for s in recording.slides)
        yield from (p.file for p in recording.photos)


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found at a path; ``digest`` is None where there is no file that can be read."""

    identity: FileIdentity | None = None
    digest: str | None = None
    findings: tuple[Finding, ...] = ()


@dataclass
class _Survey:
    """Collects an `Inventory`."""

    library: Library
    progress: Progress
    files: dict[str, SourceFile] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    tracks: dict[str, Track] = field(default_factory=dict)
    posters: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    not_kept: set[int] = field(default_factory=set)

    def result(self) -> Inventory:
        return Inventory(self.files, self.media, self.tracks, self.posters, tuple(self.findings))

    def unread(self, homes: Mapping[Path, Path]) -> int:
        """Bytes that will have to be hashed, of files with the folders that each must stand in."""
        total = 0
        for path, home in homes.items():
            if _file_key(path, home) in self.library.found:
                continue
            try:
                identity = FileIdentity.of(path)
            except OSError:
                continue
            total += 0 if self.library.cache.load("sha256", identity) else identity.size
        return total

    def add_recording(self, recording: Recording, country: Country) -> None:
        self.add_video(recording.source, with_poster=True)
        media = self.media.get(recording.source)
        entries = tracks_of(recording, country.subtitles)
        for tag, entry in entries.items():
            self.add_track(entry, language_of(tag), media)
        self.compare_tracks(list(entries.values()))
        for slides in recording.slides:
            self.add_slides(slides)
        for picture in recording.photos:
            self.add_attachment(picture.file, find_spelled(self.library.root, picture.file), "photo")
        for further in country.videos_of(recording)[1:]:
            self.add_video(further, with_poster=False)

    def add_video(self, name: str, *, with_poster: bool) -> None:
        path = find_spelled(self.library.root, name)
        identity = self._add_file(name, path)
        if identity is None:
            return
        try:
            self.media[name] = self._known("media", identity, lambda: probe(path), media_to_json, media_from_json)
            if with_poster:
                self.posters[name] = self._known("poster", identity, lambda: make_poster(path), bytes, bytes)
        except UsbkitError as problem:
            self.findings += problem.findings

    def add_track(self, entry: SubtitleFile, language: str, media: Media | None) -> None:
        path = find_spelled(self.library.root, entry.file)
        identity = self._add_file(entry.file, path)
        if identity is None:
            return
        length = media.duration if media else None
        asked = repr((language, entry.encoding, sorted(entry.allow.items()), length))

        def read() -> Track:
            from usbkit.sources.subtitles import read_track

            return read_track(path, language, encoding=entry.encoding, allow=entry.allow, video_length=length)

        try:
            self.tracks[entry.file] = self._known(f"track {asked}", identity, read, track_to_json, track_from_json)
        except UsbkitError as problem:
            self.findings += problem.findings

    def compare_tracks(self, entries: list[SubtitleFile]) -> None:
        """Say which track of a recording has far fewer cues than the others: was it finished?"""
        counts = {e.file: len(self.tracks[e.file].cues) for e in entries if e.file in self.tracks}
        usual = _median(list(counts.values()))
        for entry in entries:
            count = counts.get(entry.file, usual)
            if count < usual * _FEWER and "subtitle-fewer-cues" not in entry.allow:
                what = _("{count} subtitles, where the other languages have {usual}", count=count, usual=round(usual))
                place = Place(str(find_spelled(self.library.root, entry.file)))
                self.findings.append(find("subtitle-fewer-cues", what, place, _("Is the file complete?")))

    def add_attachment(self, name: str, path: Path, purpose: str, home: Path | None = None) -> FileIdentity | None:
        """Look at a slide deck (``slides``), a ``photo`` or a ``document``; None where something is wrong with it."""
        identity = self._add_file(name, path, home)
        if identity is None:
            return None
        try:
            found = self._known(
                f"attachment {purpose}",
                identity,
                lambda: examine_attachment(path, purpose),
                findings_to_json,
                findings_from_json,
            )
        except UsbkitError as problem:
            found = problem.findings
        except OSError as problem:
            found = (unreadable(path, problem),)
        self.findings += found
        return None if any(f.is_error for f in found) else identity

    def add_slides(self, slides: Slides) -> None:
        """Look at a deck, and at whether it has a page for each moment at which one was shown."""
        path = find_spelled(self.library.root, slides.file)
        identity = self.add_attachment(slides.file, path, "slides")
        if identity is None or not slides.shown:
            return
        pages = self._known("pages", identity, lambda: count_pages(path), lambda n: str(n).encode(), int)
        if len(slides.shown) > pages:
            moments = len(slides.shown)
            what = _("{shown} pages are said to have been shown, and it has {pages}", shown=moments, pages=pages)
            todo = _("Correct the moments in `shown`: one for each page, in the order of the pages.")
            self.findings.append(Finding("slides-shown", what, Place(str(path)), todo))

    def _add_file(self, name: str, path: Path, home: Path | None = None) -> FileIdentity | None:
        """Record size and digest of the source ``name``; None and a finding where there is no readable file.

        ``home`` is the folder that it must stand in, the library where none is given: a link may not lead out of it.
        """
        home = home or self.library.root
        look = self._once(_file_key(path, home), lambda: self._look_at(path, home))
        if look.identity is not None and not look.identity.is_kept:
            self._say_not_kept(look.identity)
        if name not in self.files:
            self.findings += look.findings
        if look.identity is None or look.digest is None:
            return None
        identity = look.identity
        self.files[name] = SourceFile(path, identity.size, identity.mtime_ns, look.digest)
        return identity

    def _look_at(self, path: Path, home: Path) -> _Look:
        identity = None
        try:
            require_inside(path, home)
            identity = FileIdentity.of(path)
            if not path.is_file():
                raise IsADirectoryError(0, "not a file")
            digest, findings = self._digest(identity)
        except FileNotFoundError:
            return _Look(identity, None, (missing(path, self.library.root),))
        except OSError as problem:
            return _Look(identity, None, (unreadable(path, problem),))
        except UsbkitError as problem:
            return _Look(identity, None, problem.findings)
        return _Look(identity, digest, findings)

    def _once(self, key: tuple[object, ...], look: Callable[[], _T]) -> _T:
        """What ``look`` finds, or the error that it raises: the first time it is asked for with this library."""
        found = self.library.found
        if key not in found:
            try:
                found[key] = look()
            except UsbkitError as problem:
                found[key] = problem
        if isinstance(known := found[key], UsbkitError):
            raise known
        return cast(_T, known)

    def _say_not_kept(self, identity: FileIdentity) -> None:
        """Once a file system: why everything on it is read again."""
        if identity.device not in self.not_kept:
            self.not_kept.add(identity.device)
            kind = name_of(identity.path) or _("of a kind that we do not know")
            what = _("this file system ({kind}) does not show every change: all files on it are read again", kind=kind)
            todo = _("Where that takes too long, copy the library to a disk of this computer.")
            place = Place(str(identity.path.parent))
            self.findings.append(Finding("library-read-again", what, place, todo, is_error=False))

    def _digest(self, identity: FileIdentity) -> tuple[str, tuple[Finding, ...]]:
        cache = self.library.cache
        if (known := cache.load("sha256", identity)) is not None:
            return known.decode("ascii"), ()
        with cache.turn("sha256", identity):
            if (known := cache.load("sha256", identity)) is not None:
                self.progress.advance(_KEY, identity.size)  # another run has read it meanwhile
                return known.decode("ascii"), ()
            return self._read_digest(identity)

    def _read_digest(self, identity: FileIdentity) -> tuple[str, tuple[Finding, ...]]:
        cache = self.library.cache
        digest = digest_file(identity, functools.partial(self.progress.advance, _KEY), from_disk=cache.again)
        cache.store("sha256", identity, digest.encode("ascii"))
        first = FirstSeen.beside(cache.folder).note(identity, digest)
        if first.sha256 == digest:
            return digest, ()
        what = _("its contents are not what they were when it was first seen ({date})", date=first.seen)
        todo = _("`usbkit library check` says more. If this is the right one, accept it there.")
        place = Place(str(identity.path))
        return digest, (Finding("library-other-contents", what, place, todo, is_error=False),)

    def _known(
        self,
        kind: str,
        identity: FileIdentity,
        learn: Callable[[], _T],
        to_bytes: Callable[[_T], bytes],
        from_bytes: Callable[[bytes], _T],
    ) -> _T:
        """What the cache remembers as ``kind``, else what ``learn`` finds out."""
        cache, full_kind = self.library.cache, f"{kind} {_rules()}"

        def remembered() -> _T | None:
            entry = cache.load(full_kind, identity)
            try:
                return None if entry is None else from_bytes(entry)
            except (ValueError, KeyError, TypeError):
                return None  # an entry of another making: learn it anew

        def look() -> _T:
            if (value := remembered()) is not None:
                return value
            with cache.turn(full_kind, identity):
                if (value := remembered()) is None:
                    value = learn()
                    cache.store(full_kind, identity, to_bytes(value))
            return value

        return self._once((kind, identity), look)


@functools.cache
def _rules() -> str:
    """A digest of the code that judges files: what an older one found is not what we would find."""
    import importlib.metadata

    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in (p for folder in ("media", "subtitles", "attachments") for p in sorted((here / folder).glob("*.py"))):
        digest.update(path.read_bytes())
    for package in ("av", "Pillow", "pypdfium2"):
        digest.update(importlib.metadata.version(package).encode())
    return digest.hexdigest()[:16]


def _median(counts: Sequence[int]) -> float:
    """The median, zero where there is no count."""
    if not counts:
        return 0
    import statistics

    return statistics.median(counts)


def _file_key(path: Path, home: Path) -> tuple[object, ...]:
    return "file", path, home
