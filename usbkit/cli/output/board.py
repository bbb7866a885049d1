"""The station's screens: a board of ports on a terminal, plain lines elsewhere, JSON events."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from usbkit.cli.output import show
from usbkit.cli.output.banners import bands, headline, words_beside
from usbkit.cli.output.progress import Events
from usbkit.core import clock
from usbkit.core.messages import Text, _, escape
from usbkit.station.messages import Line, PortState, Shared
from usbkit.station.port_styles import PORT_STYLES


class BoardLines:
    """A log line with the time on standard error for each change; a bell when a person is needed."""

    def __init__(self, *, bell: bool) -> None:
        self._bell = bell

    def show(self, line: Line, *, is_news: bool) -> None:
        if is_news:
            said = ": ".join(filter(None, (escape(line.port), headline(line), words_beside(line))))
            self._log(said, rings=self._calls(line))

    def clear(self, line: Line) -> None:
        self._log(f"{escape(line.port)}: {line.text}")

    def say(self, what: Text | Shared) -> None:
        self._log(str(what))

    def typed(self, lines: int) -> None:
        pass

    def _calls(self, line: Line) -> bool:
        """Whether somebody is wanted at the port."""
        return PORT_STYLES[line.state].calls

    def _log(self, text: str, *, rings: bool = False) -> None:
        self._write(f"{_clock()} {text}\n" + ("\a" if rings and self._bell else ""))

    def _write(self, text: str) -> None:
        show.aside(text, nl=False)


class Board(BoardLines):
    """A band for each port at the bottom of the terminal, the log above it.

    ``ports`` are always shown; others come and go with their sticks. A disk outside them that is left alone has no
    band.
    """

    def __init__(self, ports: Sequence[str], *, bell: bool) -> None:
        super().__init__(bell=bell)
        self._lines: dict[str, Line] = {p: _empty(p) for p in ports}
        self._named = frozenset(ports)
        self._height = 0
        self._write("")

    def show(self, line: Line, *, is_news: bool) -> None:
        # Until it was looked at, a stick stands under its node's name; then it moves into its port.
        self._lines = {port: old for port, old in self._lines.items() if old.slot != line.slot}
        if not self._is_beside(line):
            self._lines[line.port] = line
        if is_news:
            super().show(line, is_news=True)
        else:
            self._write("")

    def clear(self, line: Line) -> None:
        if self._lines.get(line.port, line).slot == line.slot:
            self._lines.pop(line.port, None)
            if line.port in self._named:
                self._lines[line.port] = _empty(line.port)
        super().clear(line)

    def typed(self, lines: int) -> None:
        self._height += lines
        self._write("")

    def _calls(self, line: Line) -> bool:
        return super()._calls(line) and not self._is_beside(line)

    def _is_beside(self, line: Line) -> bool:
        """Whether it is a disk of this computer and no stick in a port."""
        return line.state is PortState.LEFT and line.port not in self._named and line.port == str(line.node)

    def _write(self, text: str) -> None:
        """Log ``text`` above the bands and draw them anew, in one piece so that nothing flickers."""
        size = shutil.get_terminal_size()
        up = f"\x1b[{self._height}F\x1b[J" if self._height else ""
        rows = bands([self._lines[port] for port in sorted(self._lines, key=self._order)], size.columns, size.lines)
        self._height = len(rows)
        show.aside(up + text + "".join(f"{row}\n" for row in rows), nl=False, color=True)

    def _order(self, port: str) -> tuple[object, ...]:
        """Named ports first; numbers in a name count as numbers."""
        parts = re.split(r"(\d+)", port)
        return (port not in self._named, [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts])


def _clock() -> str:
    return f"{clock.now().astimezone():%H:%M:%S}"


def _empty(port: str) -> Line:
    return Line("", port, PortState.EMPTY, _("empty"))


class StationEvents:
    """One JSON event per line on standard output: ``port`` for each change, ``removed``, ``remark``."""

    def __init__(self) -> None:
        self._events = Events()
        self._percents: dict[str, int | None] = {}

    def show(self, line: Line, *, is_news: bool) -> None:
        if is_news or self._percents.get(line.slot) != line.percent:
            self._percents[line.slot] = line.percent
            self._events.emit("port", **line_json(line))

    def clear(self, line: Line) -> None:
        self._percents.pop(line.slot, None)
        self._events.emit("removed", **line_json(line))

    def say(self, what: Text | Shared) -> None:
        if isinstance(what, Shared):
            self._events.emit("stations", order=what.order, stations=[asdict(share) for share in what.shares])
        else:
            self._events.emit("remark", text=str(what))

    def typed(self, lines: int) -> None:
        pass

    def emit(self, event: str, fields: Mapping[str, Any]) -> None:
        """Print an event that belongs to no port."""
        self._events.emit(event, **fields)


def line_json(line: Line) -> dict[str, Any]:
    """Return a port's line as JSON; stable. If ``state`` is ``whole``, it has everything on the drive's label."""
    return {
        "port": line.port,
        "node": None if line.node is None else str(line.node),
        "state": line.state,
        "percent": line.percent,
        "order": line.order,
        "country": line.country,
        "number": line.number,
        "of": line.of,
        "drive": line.drive,
        "text": str(line.text),
        "findings": [show.finding_json(f) for f in line.findings],
    }


def is_terminal() -> bool:
    """Whether standard error, where the board is drawn, is a terminal."""
    return sys.stderr.isatty()
