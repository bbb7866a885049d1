"""``python -m tests.support.durations RUN.xml``: rewrite ``tests/slow.txt`` from a run of the whole suite.

``RUN.xml`` is pytest's ``--junitxml``, where a case's time includes its fixtures. Seconds depend on the machine and its
load: measure on an idle one.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from tests.support.suite import SLOW, name_of

#: Seconds from which a test, all its cases together, is slow: with those below it, ``make check`` keeps to its time.
LEAST: Final = 0.4

_HEAD = "# Seconds and test, all its cases together: what took {least:g} s or more. Written by `make durations`.\n"


def read_run(xml: Path) -> dict[str, float]:
    """Seconds by test."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for case in ET.parse(xml).getroot().iter("testcase"):
        file = case.get("classname", "").replace(".", "/") + ".py"
        seconds[name_of(f"{file}::{case.get('name')}")] += float(case.get("time", "0"))
    return dict(seconds)


def format_slow(seconds: Mapping[str, float], least: float = LEAST) -> str:
    """The file's text: the slow ones by name, so that a change to one is one line."""
    slow = sorted((name, spent) for name, spent in seconds.items() if spent >= least)
    return _HEAD.format(least=least) + "".join(f"{spent:.1f} {name}\n" for name, spent in slow)


def main(arguments: Iterable[str]) -> None:
    (run,) = arguments
    SLOW.write_text(format_slow(read_run(Path(run))), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
