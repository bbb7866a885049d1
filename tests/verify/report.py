"""The answers of every checker for every case, as a table: set ``USBKIT_CASES_REPORT`` to a file and run the tests."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

_COLUMNS = ("folder", "image", "device", "Chromium", "Firefox", "Chromium 69")
#: By case and checker, what was said.
SAID: dict[str, dict[str, str]] = {}


def note(case: str, checker: str, content: object, origin: object, named: Iterable[str]) -> None:
    """``checker`` found this content and origin, and named these files."""
    count = len(list(named))
    answer = f"{content} · {origin}" + (f" · {count} named" if count else "")
    SAID.setdefault(case, {})[checker] = answer


def merge(said: Mapping[str, Mapping[str, str]]) -> None:
    """What was noted in another process of this run."""
    for case, answers in said.items():
        SAID.setdefault(case, {}).update(answers)


def write_report() -> str | None:
    """Write the table where the environment wants it; its path."""
    place = os.environ.get("USBKIT_CASES_REPORT")
    if not place or not SAID:
        return None
    lines = [f"| case | {' | '.join(_COLUMNS)} |", "|---" * (len(_COLUMNS) + 1) + "|"]
    for case, said in SAID.items():
        first = next(said[column] for column in _COLUMNS if column in said)
        cells = [said.get(column, "–") for column in _COLUMNS]
        lines.append(f"| {case} | " + " | ".join("same" if n and c == first else c for n, c in enumerate(cells)) + " |")
    Path(place).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place
