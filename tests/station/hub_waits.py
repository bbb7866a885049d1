"""Records how long processes wait for the hub: each call and turn, line by line as it happens.

``python -m tests.station.hub_waits`` is ``usbkit.station.hub_following`` with this recording; the variable
``USBKIT_TEST_WAITS`` names the file. Times are of the computer's monotonic clock, which all processes here share.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from usbkit.ledger import Ledger
from usbkit.ledger.appending import Writing
from usbkit.ledger.hub import syncing
from usbkit.ledger.hub.line import Hub
from usbkit.station import hub_following
from usbkit.workers.companion import Instructions

VARIABLE = "USBKIT_TEST_WAITS"


@dataclass(frozen=True)
class Wait:
    """``who`` asked ``what``, and had its answer, or gave up, at ``ended``. ``is_writing``: its ledger was held."""

    who: str
    what: str
    began: float
    ended: float
    failed: str
    is_writing: bool

    @property
    def seconds(self) -> float:
        return self.ended - self.began


def read_waits(file: Path) -> list[Wait]:
    """What was written down; a line that a kill cut short is left."""
    found = []
    for line in file.read_text().splitlines() if file.exists() else ():
        if line.endswith("}"):
            found.append(Wait(**json.loads(line)))
    return found


class Notes:
    """Writes down what this process waits for."""

    def __init__(self, file: Path, who: str) -> None:
        self._file, self._who, self._writing = file, who, 0

    @contextmanager
    def noting(self, what: str) -> Iterator[None]:
        began, failed, is_writing = time.monotonic(), "", self._writing > 0
        try:
            yield
        except BaseException as problem:
            failed = type(problem).__name__
            raise
        finally:
            wait = Wait(self._who, what, began, time.monotonic(), failed, is_writing)
            with self._file.open("a") as file:
                file.write(json.dumps(asdict(wait)) + "\n")

    @contextmanager
    def write(self, ledger: Ledger, original: Callable[[Ledger], Any]) -> Iterator[Writing]:
        opened = original(ledger)
        with self.noting("ledger"):
            writing = opened.__enter__()
        self._writing += 1
        try:
            yield writing
        except BaseException as problem:
            self._writing -= 1
            opened.__exit__(type(problem), problem, problem.__traceback__)
            raise
        self._writing -= 1
        opened.__exit__(None, None, None)


#: What is wrapped, each by its owner.
WRAPPED = ((Hub, "_rows"), (Ledger, "write"), (syncing, "sync"), (hub_following, "sync"))


def write_down(notes: Notes) -> None:
    """Have each call of the hub, each turn, and what happens while the ledger is held, written down."""
    rows, sync, write = Hub._rows, syncing.sync, Ledger.write

    def noted_rows(hub: Hub, function: str, *values: object) -> list[Any]:
        with notes.noting(function):
            return rows(hub, function, *values)

    def noted_sync(*arguments: Any) -> Any:
        with notes.noting("turn"):
            return sync(*arguments)

    def noted_write(ledger: Ledger) -> Any:
        return notes.write(ledger, write)

    wrappers: tuple[Callable[..., Any], ...] = (noted_rows, noted_write, noted_sync, noted_sync)
    for (owner, name), wrapper in zip(WRAPPED, wrappers, strict=True):
        setattr(owner, name, wrapper)


def main() -> None:
    lines = Instructions(sys.stdin.fileno())
    what = hub_following.Following.parse(lines.first())
    write_down(Notes(Path(os.environ[VARIABLE]), f"{what.operator} beside {os.getpid()}"))
    hub_following.follow(what, lines)


if __name__ == "__main__":
    main()
