"""Progress for people: a bar per strand of work on a terminal, plain lines elsewhere; and as JSON events."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from typing import Any, TextIO

from usbkit.cli.output.show import to_json
from usbkit.core.messages import Text, _
from usbkit.core.units import format_moment

#: Seconds between two plain lines about the same strand of work: a log stays readable, a watcher is not left alone.
LINE_EVERY = 5.0


class Bars:
    """One tqdm bar per key on standard error."""

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
        from tqdm import tqdm

        if (bar := self._bars.get(key)) is not None:  # the same line goes on, so that lines do not change places
            bar.bar_format = _format_of(total)
            bar.reset(total)
            bar.set_description_str(str(what))
            return
        tqdm.monitor_interval = 0  # its thread would be one too many where work forks
        self._bars[key] = tqdm(
            total=total,
            desc=str(what),
            unit="B",
            unit_scale=True,
            file=sys.stderr,
            leave=False,
            dynamic_ncols=True,
            bar_format=_format_of(total),
        )

    def advance(self, key: str, amount: int) -> None:
        if key in self._bars:
            self._bars[key].update(amount)

    def end(self, key: str, outcome: str, what: Text | None = None) -> None:
        self._close(key)
        if what is not None:
            self.remark(what, key)

    def remark(self, what: Text, key: str | None = None) -> None:
        from tqdm import tqdm

        tqdm.write(str(what), file=sys.stderr)

    def _close(self, key: str) -> None:
        if (bar := self._bars.pop(key, None)) is not None:
            bar.close()


def _format_of(total: int | None) -> str | None:
    """tqdm's own look, but nothing about bytes where nobody knows how many there are."""
    return "{desc} [{elapsed}]" if total is None else None


class Lines:
    """Plain lines on standard error, for logs and pipes: one when a phase begins, then one every ``LINE_EVERY``
    seconds.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._phases: dict[str, _Phase] = {}

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
        self._phases[key] = _Phase(what, total)
        self._print(str(what))

    def advance(self, key: str, amount: int) -> None:
        if (phase := self._phases.get(key)) is not None and phase.is_due(amount):
            self._print(str(phase.line()))

    def end(self, key: str, outcome: str, what: Text | None = None) -> None:
        self._phases.pop(key, None)
        if what is not None:
            self._print(str(what))

    def remark(self, what: Text, key: str | None = None) -> None:
        self._print(str(what))

    def _print(self, line: str) -> None:
        with suppress(OSError):  # a log on a full disk, or that nobody reads any more, ends no work
            print(line, file=self._stream or sys.stderr, flush=True)


class _Phase:
    def __init__(self, what: Text, total: int | None) -> None:
        self.what, self.total, self.done = what, total, 0
        self.began = self.said = time.monotonic()

    def is_due(self, amount: int) -> bool:
        self.done += amount
        now = time.monotonic()
        if now - self.said < LINE_EVERY:
            return False
        self.said = now
        return True

    def line(self) -> Text:
        if self.total:
            percent, left = self.done * 100 // self.total, self._left(self.total)
            if left is not None:
                return _("{what}: {percent} %, {left} left", what=self.what, percent=percent, left=format_moment(left))
            return _("{what}: {percent} %", what=self.what, percent=percent)
        return _("{what}: {megabytes} MB", what=self.what, megabytes=self.done // 10**6)

    def _left(self, total: int) -> int | None:
        """Milliseconds that the rest takes at the pace so far; None for less than a minute, which nobody plans by."""
        if not self.done:
            return None
        left = round((self.said - self.began) * 1000 * (total - self.done) / self.done)
        return left if left >= 60_000 else None


class Events:
    """JSON events, one per line, on standard output: the output of a long command with ``--json``."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._state: dict[str, dict[str, Any]] = {}
        self._said: dict[str, float] = {}

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
        self._state[key] = {"phase": phase, "done": 0, "total": total}
        self._emit("phase", key=key, phase=phase, total=total, text=str(what))

    def advance(self, key: str, amount: int) -> None:
        state = self._state.get(key)
        if state is None:
            return
        state["done"] += amount
        now = time.monotonic()
        if now - self._said.get(key, 0.0) >= 1.0:
            self._said[key] = now
            self._emit("progress", key=key, **state)

    def end(self, key: str, outcome: str, what: Text | None = None) -> None:
        self._state.pop(key, None)
        self._emit("end", key=key, outcome=outcome, text=None if what is None else str(what))

    def remark(self, what: Text, key: str | None = None) -> None:
        self._emit("remark", key=key, text=str(what))

    def _emit(self, event: str, **fields: Any) -> None:
        with suppress(OSError):  # the answer, which does not fit either, says so
            self.emit(event, **fields)

    def emit(self, event: str, /, **fields: Any) -> None:
        """Print one event; ``fields`` must be JSON values. Raises OSError."""
        print(to_json({"event": event, **fields}), file=self._stream or sys.stdout, flush=True)
