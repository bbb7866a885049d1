"""The station's screens: a board of ports on a terminal, plain lines elsewhere, JSON events."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from usbkit.cli import show
from usbkit.cli.progress import Events
from usbkit.station.messages import Line, PortState
from usbkit.station.states import LOOKS
from usbkit.text import Text, _, escape


def headline(line: Line) -> str:
    """Symbol, word and percent: what is read across the room."""
    look = LOOKS[line.state]
    percent = f" {line.percent} %" if line.percent is not None else ""
    return f"{look.symbol} {look.word}{percent}"


class Lines:
    """A log line on standard error for each change; the bell where somebody is wanted."""

    def __init__(self, *, bell: bool) -> None:
        self._bell = bell

    def show(self, line: Line, *, is_news: bool) -> None:
        if is_news:
            show.say(f"{escape(line.port)}: {headline(line)}: {line.text}")
            self._ring(line)

    def clear(self, line: Line) -> None:
        show.say(f"{escape(line.port)}: {line.text}")

    def say(self, what: Text) -> None:
        show.say(what)

    def _ring(self, line: Line) -> None:
        if self._bell and LOOKS[line.state].calls:
            click.echo("\a", nl=False, err=True)


class Board(Lines):
    """A line for each port at the bottom of the terminal, the log above it."""

    def __init__(self, ports: Sequence[str], *, bell: bool) -> None:
        super().__init__(bell=bell)
        self._lines: dict[str, Line] = {p: _empty(p) for p in ports}
        self._named = frozenset(ports)
        self._height = 0

    def show(self, line: Line, *, is_news: bool) -> None:
        self._erase()
        super().show(line, is_news=is_news)
        self._lines = {port: old for port, old in self._lines.items() if old.seat != line.seat or port == line.port}
        self._lines[line.port] = line
        self._draw()

    def clear(self, line: Line) -> None:
        self._erase()
        super().clear(line)
        if self._lines.get(line.port, line).seat == line.seat:
            self._lines.pop(line.port, None)
            if line.port in self._named:
                self._lines[line.port] = _empty(line.port)
        self._draw()

    def say(self, what: Text) -> None:
        self._erase()
        super().say(what)
        self._draw()

    def _erase(self) -> None:
        if self._height:
            click.echo(f"\x1b[{self._height}F\x1b[J", nl=False, err=True)
            self._height = 0

    def _draw(self) -> None:
        columns = shutil.get_terminal_size().columns
        for port in sorted(self._lines, key=lambda p: (p not in self._named, p)):
            click.echo(_banner(self._lines[port], columns), err=True)
        self._height = len(self._lines)


def _empty(port: str) -> Line:
    return Line("", port, PortState.EMPTY, _("empty"))


def _banner(line: Line, columns: int) -> str:
    """A whole row in the state's colour, so that it can be told from afar; cut to one row."""
    look = LOOKS[line.state]
    text = f" {escape(line.port):>8}  {headline(line):<16}  {line.text}"
    while show.width(text) > columns - 1:
        text = text[:-1]
    text += " " * (columns - 1 - show.width(text))
    if look.colour is None:
        return text
    return click.style(text, bg=look.colour, fg="white" if look.colour in ("blue", "red", "magenta") else "black")


class StationEvents:
    """One JSON event a line on standard output: ``port`` for each change, ``removed``, ``remark``."""

    def __init__(self) -> None:
        self._events = Events()
        self._percents: dict[str, int | None] = {}

    def show(self, line: Line, *, is_news: bool) -> None:
        if is_news or self._percents.get(line.seat) != line.percent:
            self._percents[line.seat] = line.percent
            self._events.emit("port", **line_json(line))

    def clear(self, line: Line) -> None:
        self._percents.pop(line.seat, None)
        self._events.emit("removed", **line_json(line))

    def say(self, what: Text) -> None:
        self._events.emit("remark", text=str(what))

    def emit(self, event: str, fields: Mapping[str, Any]) -> None:
        """An event that is not a port's."""
        self._events.emit(event, **fields)


def line_json(line: Line) -> dict[str, Any]:
    """A port's line; stable. When ``state`` is ``whole`` it holds all that the drive's label says."""
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
    """Whether a person looks at standard error, where the board is drawn."""
    return sys.stderr.isatty()
