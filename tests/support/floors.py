"""``python -m tests.support.floors [--raise] COVERAGE.json``: no package is covered less than ``tests/floors.txt``
says.

``COVERAGE.json`` is the output of ``coverage json`` for a run with branches. A floor only rises: ``--raise`` raises
those that a run exceeds, and a test compares the file with its own history.
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FLOORS: Final = Path(__file__).parent.parent / "floors.txt"

#: Per cent that a floor stays below what was measured: what chance covers in one run and not in the next.
SLACK: Final = 0.5

_HEAD = "# Package, and per cent of its lines and of its branches that tests reach at least. Only rises: make floors.\n"


@dataclass(frozen=True)
class Share:
    """Per cent of lines and of branches."""

    lines: float
    branches: float


def read_floors(text: str) -> dict[str, Share]:
    """What `format_floors` wrote."""
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {package: Share(float(lines), float(branches)) for package, lines, branches in rows}


def format_floors(floors: Mapping[str, Share]) -> str:
    rows = (f"{package} {s.lines:.1f} {s.branches:.1f}\n" for package, s in sorted(floors.items()))
    return _HEAD + "".join(rows)


def measure(report: Mapping[str, Any]) -> dict[str, Share]:
    """Each package's share, of a report in coverage's JSON; modules at the top are the package ``usbkit``."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for file, found in report["files"].items():
        parts = Path(file).parts
        package = "/".join(parts[:2]) if len(parts) > 2 else parts[0]
        of = found["summary"]
        counts = (of["covered_lines"], of["num_statements"], of["covered_branches"], of["num_branches"])
        sums[package] = [had + more for had, more in zip(sums[package], counts, strict=True)]
    return {package: Share(_per_cent(a, b), _per_cent(c, d)) for package, (a, b, c, d) in sums.items()}


def _per_cent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0


def below(floors: Mapping[str, Share], found: Mapping[str, Share]) -> Iterator[str]:
    """What is wrong, a line each."""
    for package, floor in sorted(floors.items()):
        share = found.get(package)
        if share is None:
            yield f"{package}: has a floor, and no code; take its line out of {FLOORS.name}"
            continue
        for what, least, has in (("lines", floor.lines, share.lines), ("branches", floor.branches, share.branches)):
            if has < least:
                yield f"{package}: {has:.1f} % of its {what} are reached, and its floor is {least:.1f} %: add tests"
    for package in sorted(set(found) - set(floors)):
        yield f"{package}: has no floor; run: make floors"


def lift(floors: Mapping[str, Share], found: Mapping[str, Share]) -> dict[str, Share]:
    """Each package of ``found`` with the higher of its floor and what was measured, less `SLACK`."""
    lowest = Share(0.0, 0.0)
    return {
        p: Share(_higher(floors.get(p, lowest).lines, s.lines), _higher(floors.get(p, lowest).branches, s.branches))
        for p, s in found.items()
    }


def _higher(floor: float, found: float) -> float:
    return max(floor, math.floor(max(0.0, found - SLACK) * 10) / 10)


def main(arguments: Iterable[str]) -> int:
    *options, report = arguments
    floors = read_floors(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    found = measure(json.loads(Path(report).read_text(encoding="utf-8")))
    if options == ["--raise"]:
        FLOORS.write_text(format_floors(lift(floors, found)), encoding="utf-8")
        return 0
    for package, share in sorted(found.items()):
        print(f"{package:20} {share.lines:5.1f} % of lines  {share.branches:5.1f} % of branches")
    wrong = list(below(floors, found))
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
