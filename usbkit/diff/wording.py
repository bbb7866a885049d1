"""Which words changed, in cues of subtitles or passages of pages. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

from usbkit.core.messages import Text, _
from usbkit.core.units import format_moment
from usbkit.sources.subtitles import Track

T = TypeVar("T", bound=Hashable)

#: Differing parts, and pairs of equal ones among them, beyond which they are not matched: the time grows with their
#: square, and a stranger's image may hold any number. A day's recording has some thousand cues.
_MOST = 8_000

#: Changes that are shown in words before the rest is only counted, and characters that are shown of each.
SHOWN = 20
_LONGEST = 160
#: Characters shown before the first difference of two long texts.
_AROUND = 40

_Cue = tuple[int, int, str]


@dataclass(frozen=True)
class Difference:
    """How many parts were changed, added and removed; ``details`` quotes the first of them."""

    changed: int
    added: int
    gone: int
    details: tuple[Text, ...]


def compare_cues(before: Track, after: Track) -> Difference | None:
    """Return the difference between two subtitle tracks; None if the comparison would take too long."""
    runs = _find_runs(*([(c.start, c.end, c.text) for c in track.cues] for track in (before, after)))
    if runs is None:
        return None
    changed = added = gone = 0
    details = list[Text]()
    for old, new in runs:
        both = min(len(old), len(new))
        changed, added, gone = changed + both, added + len(new) - both, gone + len(old) - both
        details += _say_cues(old, new)
    return Difference(changed, added, gone, _first(details))


def _say_cues(old: Sequence[_Cue], new: Sequence[_Cue]) -> Iterator[Text]:
    for one, other in zip(old, new, strict=False):
        before, after = _short_pair(one[2], other[2])
        values = {"at": format_moment(other[0]), "old": before, "new": after}
        if one[2] == other[2]:
            yield _("{at}: “{new}” is shown at another time", **values)
        else:
            yield _("{at}: “{old}” is now “{new}”", **values)
    for start, _end, text in new[len(old) :]:
        yield _("{at}: new: “{text}”", at=format_moment(start), text=_short(text))
    for start, _end, text in old[len(new) :]:
        yield _("{at}: gone: “{text}”", at=format_moment(start), text=_short(text))


def compare_passages(pages: Iterable[tuple[list[str], list[str]]], unread: int = 0) -> tuple[Text, ...]:
    """Return what changed in pages, each change once however many pages have it; ``unread`` more could not be read.

    The number of pages not compared comes first: an approver must not take the words below for all changes.
    """
    details = dict[tuple[str, str], None]()
    for before, after in pages:
        runs = _find_runs(before, after)
        unread += runs is None
        for old, new in runs or ():
            details |= dict.fromkeys(_pairs(old, new))
    missed = (_("pages that could not be compared word by word: {count}", count=unread),) if unread else ()
    return (*missed, *_first([_say_passage(old, new) for old, new in details]))


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from zip(old, new, strict=False)
    yield from (("", text) for text in new[len(old) :])
    yield from ((text, "") for text in old[len(new) :])


def _say_passage(old: str, new: str) -> Text:
    if not old:
        return _("new: “{text}”", text=_short(new))
    if not new:
        return _("gone: “{text}”", text=_short(old))
    before, after = _short_pair(old, new)
    return _("“{old}” is now “{new}”", old=before, new=after)


def _first(details: Sequence[Text]) -> tuple[Text, ...]:
    if len(details) <= SHOWN:
        return tuple(details)
    return (*details[:SHOWN], _("and {count} more", count=len(details) - SHOWN))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _short_pair(old: str, new: str) -> tuple[str, str]:
    """Two texts cut to the same place: where the first difference would be cut off, what stands long before it is."""
    one, other = " ".join(old.split()), " ".join(new.split())
    least = min(len(one), len(other))
    first = next((n for n in range(least) if one[n] != other[n]), least)
    if first < _LONGEST - _AROUND:
        return _short(one), _short(other)
    return _short("…" + one[first - _AROUND :]), _short("…" + other[first - _AROUND :])


def _find_runs(old: list[T], new: list[T]) -> list[tuple[list[T], list[T]]] | None:
    """The runs that differ, each as it was and as it is; None where to find them would take too long."""
    old, new = _differing(old, new)
    twins = Counter(old)
    if len(old) + len(new) > _MOST or sum(twins[part] for part in new) > _MOST:
        return None
    matched = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(old[i1:i2], new[j1:j2]) for tag, i1, i2, j1, j2 in matched if tag != "equal"]


def _differing(old: list[T], new: list[T]) -> tuple[list[T], list[T]]:
    """Two lists without what they begin and end with alike."""
    least = min(len(old), len(new))
    first = next((n for n in range(least) if old[n] != new[n]), least)
    last = next((n for n in range(least - first) if old[-1 - n] != new[-1 - n]), least - first)
    return old[first : len(old) - last], new[first : len(new) - last]
