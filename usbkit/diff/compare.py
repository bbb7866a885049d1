"""What changed between two states of a country's drive, in words. Pure; contents are asked for only where it helps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from usbkit.core.errors import UsbkitError
from usbkit.core.messages import Text, _
from usbkit.manifest.values import LANGUAGE_NAMES
from usbkit.sources.subtitles import Track

#: ``videos/03-id-cards.es.srt``: number, recording, and what is left.
_OF_A_RECORDING = re.compile(r"^(videos|slides|photos)/(\d{2})-([a-z0-9-]+?)(-demo-\d+|-\d+)?(\.[a-z]{2})?\.(\w+)$")

#: Differing cues, and pairs of equal ones among them, beyond which cues are not matched: the time grows with their
#: square, and a stranger's image may hold any number. A day's recording has some thousand.
_MOST_CUES = 8_000

_Cue = tuple[int, int, str]


@dataclass(frozen=True)
class State:
    """One state: its name for people, each sealed file's digest, and how subtitles are read where they are at hand."""

    name: str
    files: Mapping[str, str]
    read_track: Callable[[str, str], Track] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``kind`` is a stable name: added, removed, changed or moved."""

    kind: str
    what: Text
    paths: tuple[str, ...] = ()


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
    """What has to be said of the way from ``before`` to ``after``; nothing where they are the same."""
    one, other = _sort(before), _sort(after)
    return (*_compare_recordings(one, other), *_compare_things(one, other), *_compare_pages(one, other))


def _sort(state: State) -> _Side:
    side = _Side(state)
    for path in state.files:
        if (match := _OF_A_RECORDING.match(path)) is not None:
            folder, number, recording, detail, language, suffix = match.groups()
            kind = {"srt": "subtitles"}.get(suffix, "demo" if (detail or "").startswith("-demo") else folder)
            side.things[_Thing(kind, recording, (detail or "").strip("-"), (language or "").strip("."))] = path
            side.numbers[recording] = int(number)
        elif path.startswith("documents/"):
            side.things[_Thing("document", detail=re.sub(r"^\d+-", "", PurePosixPath(path).name))] = path
    return side


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
            yield Change("changed", _say_changed(thing, one, other, old, new), paths)


def _name(thing: _Thing, side: _Side) -> Text:
    number = side.numbers.get(thing.recording, 0)
    language = LANGUAGE_NAMES.get(thing.language, thing.language)
    match thing.kind:
        case "subtitles":
            return _("{language} subtitles of recording {number}", language=language, number=number)
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


def _say_changed(thing: _Thing, one: _Side, other: _Side, old: str, new: str) -> Text:
    name = _name(thing, other)
    before, after = one.state.read_track, other.state.read_track
    if thing.kind != "subtitles" or before is None or after is None:
        return _("{thing}: changed", thing=name)
    try:
        counts = _count_cues(before(old, thing.language), after(new, thing.language))
    except UsbkitError:
        counts = None
    if counts is None:
        return _("{thing}: changed", thing=name)
    changed, added, gone = counts
    return _(
        "{thing}: {changed} cues changed, {added} new, {gone} gone", thing=name, changed=changed, added=added, gone=gone
    )


def _count_cues(before: Track, after: Track) -> tuple[int, int, int] | None:
    """How many cues were changed, are new, and are gone; None where to find out would take too long."""
    old, new = _differing([(c.start, c.end, c.text) for c in track.cues] for track in (before, after))
    twins = Counter(old)
    if len(old) + len(new) > _MOST_CUES or sum(twins[cue] for cue in new) > _MOST_CUES:
        return None
    changed = added = gone = 0
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            both = min(i2 - i1, j2 - j1)
            changed, added, gone = changed + both, added + j2 - j1 - both, gone + i2 - i1 - both
    return changed, added, gone


def _differing(lists: Iterable[list[_Cue]]) -> tuple[list[_Cue], list[_Cue]]:
    """Two lists without what they begin and end with alike."""
    old, new = lists
    least = min(len(old), len(new))
    first = next((n for n in range(least) if old[n] != new[n]), least)
    last = next((n for n in range(least - first) if old[-1 - n] != new[-1 - n]), least - first)
    return old[first : len(old) - last], new[first : len(new) - last]


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
            yield Change("changed", what, paths)
