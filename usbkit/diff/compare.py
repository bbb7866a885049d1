"""What changed between two states of a country's drive, in words. Pure; contents are read only where that helps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from usbkit.bundle.sealed import CHECK_PAGE
from usbkit.core.errors import UsbkitError
from usbkit.core.messages import Text, _
from usbkit.diff.page_text import read_passages
from usbkit.diff.wording import Difference, compare_cues, compare_passages
from usbkit.manifest.values import LANGUAGES_SAID
from usbkit.sources.subtitles import Track

#: ``videos/03-id-cards.es.srt``: number, recording, and what is left.
_OF_A_RECORDING = re.compile(
    r"^(videos|slides|photos)/(\d{2})-([a-z0-9-]+?)"
    r"(-demo-\d+|-(?:audio-description|sign-language)(?:-\d+)?|-\d+)?(\.[a-z]{2}(?:\.sdh)?)?\.(\w+)$"
)


@dataclass(frozen=True)
class State:
    """One state: its display name, each sealed file's digest, and functions that read subtitles and pages, if
    available.
    """

    name: str
    files: Mapping[str, str]
    read_track: Callable[[str, str], Track] | None = None
    read_page: Callable[[str], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``kind`` is a stable name: added, removed, changed or moved; ``details`` are the changed words."""

    kind: str
    what: Text
    paths: tuple[str, ...] = ()
    details: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class _Thing:
    """What a file is, whatever its number on the drive: of which recording, of which kind, in which language."""

    kind: str
    recording: str = ""
    detail: str = ""
    language: str = ""


@dataclass
class _Side:
    state: State
    things: dict[_Thing, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


def compare(before: State, after: State) -> tuple[Change, ...]:
    """Return the changes from ``before`` to ``after``; empty if they are equal."""
    one, other = _sort(before), _sort(after)
    return (*_compare_recordings(one, other), *_compare_things(one, other), *_compare_pages(one, other))


def _sort(state: State) -> _Side:
    side = _Side(state)
    for path in state.files:
        if (match := _OF_A_RECORDING.match(path)) is not None:
            folder, number, recording, detail, language, suffix = match.groups(default="")
            if suffix == "srt" and detail:
                continue  # a copy of the recording's, beside a version of it
            side.things[_Thing(_kind(folder, detail, language, suffix), recording, detail[1:], language[1:3])] = path
            side.numbers[recording] = int(number)
        elif path.startswith("documents/"):
            side.things[_Thing("document", detail=re.sub(r"^\d+-", "", PurePosixPath(path).name))] = path
    return side


def _kind(folder: str, detail: str, language: str, suffix: str) -> str:
    if suffix == "srt":
        return "captions" if language.endswith(".sdh") else "subtitles"
    if folder != "videos" or not detail:
        return folder
    return "demo" if detail.startswith("-demo") else "version"


def _compare_recordings(one: _Side, other: _Side) -> Iterator[Change]:
    for recording in sorted(one.numbers.keys() | other.numbers.keys()):
        old, new = one.numbers.get(recording), other.numbers.get(recording)
        if old is None:
            yield Change("added", _("recording {number} is new: {recording}", number=new, recording=recording))
        elif new is None:
            yield Change("removed", _("recording {number} is gone: {recording}", number=old, recording=recording))
        elif old != new:
            what = _("{recording} was recording {old} and is {new}", recording=recording, old=old, new=new)
            yield Change("moved", what)


def _compare_things(one: _Side, other: _Side) -> Iterator[Change]:
    known = one.numbers.keys() & other.numbers.keys()
    things = sorted(one.things.keys() | other.things.keys(), key=lambda t: (t.recording, t.kind, t.detail, t.language))
    for thing in things:
        if thing.recording and thing.recording not in known:
            continue  # the recording itself is new or gone
        old, new = one.things.get(thing), other.things.get(thing)
        paths = tuple(p for p in (old, new) if p is not None)
        if old is None:
            yield Change("added", _("{thing}: new", thing=_name(thing, other)), paths)
        elif new is None:
            yield Change("removed", _("{thing}: gone", thing=_name(thing, one)), paths)
        elif one.state.files[old] != other.state.files[new]:
            yield _describe(thing, one, other, old, new, paths)


def _name(thing: _Thing, side: _Side) -> Text:
    number = side.numbers.get(thing.recording, 0)
    language = LANGUAGES_SAID.get(thing.language, thing.language)
    match thing.kind:
        case "subtitles":
            return _("{language} subtitles of recording {number}", language=language, number=number)
        case "captions":
            return _("{language} captions of recording {number}", language=language, number=number)
        case "version":
            return _("{version} version of recording {number}", version=thing.detail, number=number)
        case "videos":
            return _("video of recording {number}", number=number)
        case "demo":
            return _("demo video {detail} of recording {number}", detail=thing.detail.split("-")[-1], number=number)
        case "slides":
            return _("slides {detail} of recording {number}", detail=thing.detail, number=number)
        case "photos":
            return _("photo {detail} of recording {number}", detail=thing.detail, number=number)
        case _:
            return _("document {name}", name=thing.detail)


def _describe(thing: _Thing, one: _Side, other: _Side, old: str, new: str, paths: tuple[str, ...]) -> Change:
    name = _name(thing, other)
    before, after = one.state.read_track, other.state.read_track
    found: Difference | None = None
    if thing.kind in ("subtitles", "captions") and before is not None and after is not None:
        with suppress(UsbkitError):
            found = compare_cues(before(old, thing.language), after(new, thing.language))
    if found is None:
        return Change("changed", _("{thing}: changed", thing=name), paths)
    counts = {"changed": found.changed, "added": found.added, "gone": found.gone}
    what = _("{thing}: {changed} cues changed, {added} new, {gone} gone", thing=name, **counts)
    return Change("changed", what, paths, found.details)


def _compare_pages(one: _Side, other: _Side) -> Iterator[Change]:
    """Everything that we make ourselves, counted by its kind: it follows from the rest, or from templates."""
    named = set(one.things.values()) | set(other.things.values())
    old, new = one.state.files, other.state.files
    changed = [p for p in sorted(old.keys() | new.keys()) if p not in named and old.get(p) != new.get(p)]
    kinds = Counter("pages" if p.endswith((".html", ".txt")) else "assets" for p in changed)
    for kind, what in (
        ("pages", _("pages that differ: {count}", count=kinds["pages"])),
        ("assets", _("files of the pages that differ: {count}", count=kinds["assets"])),
    ):
        if kinds[kind]:
            paths = tuple(p for p in changed if p.endswith((".html", ".txt")) is (kind == "pages"))
            yield Change("changed", what, paths, _page_words(one.state, other.state, paths) if kind == "pages" else ())


def _page_words(before: State, after: State, paths: tuple[str, ...]) -> tuple[Text, ...]:
    """What the pages that differ say otherwise; a page that is new or gone says nothing of its own here.

    Nor does the check page, which is the programme's and says nothing about contents.
    """
    if before.read_page is None or after.read_page is None:
        return ()
    pairs, unread = list[tuple[list[str], list[str]]](), 0
    for path in paths:
        if path in before.files and path in after.files and path.endswith(".html") and path != CHECK_PAGE:
            try:
                pairs.append((read_passages(before.read_page(path)), read_passages(after.read_page(path))))
            except UsbkitError:
                unread += 1
    return compare_passages(pairs, unread)
