"""One changed file, and sampling of places to change."""

from __future__ import annotations

import difflib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one change. ``line`` is where it is, counted from 1; ``kind`` is what was done."""

    path: PurePosixPath
    line: int
    kind: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The change as a unified difference of one line of context."""
        sides = self.before.splitlines(), self.after.splitlines()
        return "\n".join(difflib.unified_diff(*sides, f"a/{self.path}", f"b/{self.path}", n=1, lineterm=""))


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a file, and the changes that can be made there, as ``(kind, occurrence)``."""

    line: int
    column: int
    changes: tuple[tuple[str, int], ...]


def draw(sites: Sequence[Site], count: int, seed: str) -> Sequence[tuple[Site, str, int]]:
    """``count`` sites, or all where there are fewer, and one change of each; the same for the same ``seed``.

    Sites are drawn and not changes, since an operator that can be replaced by eleven others would count eleven times.
    """
    chance = random.Random(seed)
    drawn = chance.sample(sites, min(count, len(sites)))
    return sorted(((site, *chance.choice(site.changes)) for site in drawn), key=lambda s: (s[0].line, s[0].column))


def group(changes: Mapping[tuple[int, int], Sequence[tuple[str, int]]]) -> list[Site]:
    """Sites of changes by line and column, in the file's order."""
    return [Site(line, column, tuple(found)) for (line, column), found in sorted(changes.items())]
