"""Which tests stay together when the suite runs in several processes, which are slow, and which come first.

``tests/slow.txt`` has the tests that took 0.4 s or more, all their cases together, with their seconds. It is measured,
never written by hand: ``make durations`` runs the suite and rewrites it. A test not in it counts as fast, so a new one
is fast until it is measured.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

SLOW: Final = Path(__file__).parent.parent / "slow.txt"

#: Of what a whole machine has one, or what is dear to start: the tests that need it run in one process, one by one.
#: A test that needs several goes with the first of these that it names.
MACHINE_GROUPS: Final = {
    "loop": ("loop", "fault-disk", "exfat-fuse"),
    "postgresql": ("postgresql",),
    "browser": ("browser", "firefox"),
}

#: These tests share folders that a whole file of them changes, whatever they need: pip's, npm's.
FOLDER_GROUPS: Final = {"tests/browser/": "browser", "tests/lab/": "lab"}

#: What takes seconds to be made or started, even where another test of the run has done so before.
SLOW_FIXTURES: Final = frozenset({"demo", "forum", "desk", "judges", "chromium", "fox", "server", "laboratory"})
SLOW_NEEDS: Final = frozenset({"loop", "fault-disk", "exfat-fuse", "postgresql", "browser", "firefox", "registry"})

#: Seconds that a case takes of which nothing is measured.
_LITTLE: Final = 0.02


def name_of(nodeid: str) -> str:
    """The test that ``nodeid`` is a case of: without its parameters, and without xdist's group behind it."""
    return nodeid.partition("[")[0].partition("@")[0]


def group_of(nodeid: str, needs: Collection[str]) -> str:
    """What the test goes with: others that need what the machine has one of, else its file, for the fixtures' sake."""
    file = nodeid.partition("::")[0]
    for folder, group in FOLDER_GROUPS.items():
        if file.startswith(folder):
            return group
    if "registry" in needs:
        return file
    for group, capabilities in MACHINE_GROUPS.items():
        if not set(capabilities).isdisjoint(needs):
            return group
    return file


@functools.cache
def measured(path: Path = SLOW) -> dict[str, float]:
    """Seconds by test: those that are slow."""
    rows = (line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines() if line[:1].strip("#"))
    return {name: float(seconds) for seconds, name in rows}


def is_slow(nodeid: str, needs: Iterable[str], fixtures: Iterable[str]) -> bool:
    """Whether the test is left out of ``make check``."""
    if name_of(nodeid) in measured():
        return True
    return not SLOW_NEEDS.isdisjoint(needs) or not SLOW_FIXTURES.isdisjoint(fixtures)


def longest_first(cases: Collection[tuple[str, str]]) -> dict[str, int]:
    """Each group's rank, of cases with their groups: the longest is begun first, so that nobody waits for it."""
    count = Counter(name_of(nodeid) for nodeid, _group in cases)
    seconds: defaultdict[str, float] = defaultdict(float)
    for nodeid, group in cases:
        name = name_of(nodeid)
        seconds[group] += measured().get(name, 0.0) / count[name] + _LITTLE
    return {group: rank for rank, group in enumerate(sorted(seconds, key=lambda g: (-seconds[g], g)))}
