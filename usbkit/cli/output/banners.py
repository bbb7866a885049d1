"""A port's row on the station's board: a band in the colour of its state, three lines high if there is room."""

from __future__ import annotations

from collections.abc import Sequence

import click

from usbkit.cli.output import big_letters
from usbkit.cli.output import columns as cells
from usbkit.core.messages import escape
from usbkit.station.messages import Line
from usbkit.station.port_styles import PORT_STYLES

#: A port's name that is longer is not drawn big; cells that names, and the words beside a big headline, have at least.
_BIG_NAME = 5
_NAME_COLUMNS = 10
_LEAST_WORDS = 24

#: Rows above the bands that the log keeps.
_LOG_ROWS = 6


def headline(line: Line) -> str:
    """Return symbol, word and percentage, to be read across the room."""
    return " ".join(filter(None, (PORT_STYLES[line.state].symbol, str(PORT_STYLES[line.state].word), _percent(line))))


def words_beside(line: Line) -> str:
    """Return the words beside the headline; "" where they would only say it again."""
    text = str(line.text)
    return "" if text.casefold() == str(PORT_STYLES[line.state].word).casefold() else text


def bands(lines: Sequence[Line], columns: int, rows: int) -> list[str]:
    """Return the rows of all ports, for a terminal of this size; if they do not fit, the last ports are left out."""
    if len(lines) * big_letters.HEIGHT + _LOG_ROWS <= rows:
        width = max([_NAME_COLUMNS, *(cells.width(row) for line in lines for row in _name(line, columns))])
        return [row for line in lines for row in _high(line, width, columns - 1)]
    return [_low(line, columns - 1) for line in lines[: max(1, rows - 2)]]


def _percent(line: Line) -> str:
    return "" if line.percent is None else f"{line.percent} %"


def _low(line: Line, columns: int) -> str:
    return _paint(line, f" {_port(line, columns):>8}  {headline(line):<16}  {words_beside(line)}", columns)


def _port(line: Line, columns: int) -> str:
    """The port's name; of one that would take more than a third of ``columns``, as an image file's path, its end."""
    port, most = escape(line.port), max(_BIG_NAME, columns // 3)
    while cells.width(port) > most:
        port = f"…{port[2:]}" if port.startswith("…") else f"…{port[1:]}"
    return port


def _name(line: Line, columns: int) -> Sequence[str]:
    """The port's name in `big_letters.HEIGHT` rows, drawn big where it is short."""
    port = _port(line, columns)
    if len(port) <= _BIG_NAME and big_letters.can_draw(port.upper()):
        return big_letters.draw(port.upper())
    return ["", port, ""]


def _high(line: Line, width: int, columns: int) -> list[str]:
    """Port, in so many columns of ``width``, and headline drawn big, the words beside it."""
    head, is_complete = _choose_head(line, columns - width - 6)
    beside, word = words_beside(line), str(PORT_STYLES[line.state].word)
    words = beside if is_complete else ": ".join(filter(None, (word, beside)))
    drawn = big_letters.draw(head)
    room = max(1, columns - width - 6 - len(drawn[0]))
    cells = zip(_name(line, columns), drawn, _wrap(words, room, big_letters.HEIGHT), strict=True)
    return [_paint(line, f"  {_pad(name, width)}  {big}  {text}", columns) for name, big, text in cells]


def _choose_head(line: Line, columns: int) -> tuple[str, bool]:
    """What is drawn big, and whether the state's word is in it: it is where it can be drawn and leaves room."""
    look = PORT_STYLES[line.state]
    whole = " ".join(filter(None, (look.symbol, str(look.word).upper(), _percent(line))))
    if big_letters.can_draw(whole) and len(big_letters.draw(whole)[0]) + _LEAST_WORDS <= columns:
        return whole, True
    return " ".join(filter(None, (look.symbol, _percent(line)))), False


def _pad(text: str, columns: int) -> str:
    return text + " " * (columns - cells.width(text))


def _wrap(text: str, columns: int, rows: int) -> list[str]:
    """``text`` in exactly ``rows`` rows, broken between words where it can be; the last one may be too long."""
    done, row = list[str](), ""
    for word in text.split(" "):
        if row and cells.width(f"{row} {word}") > columns and len(done) < rows - 1:
            done.append(row)
            row = word
        else:
            row = f"{row} {word}" if row else word
    done.append(row)
    return done + [""] * (rows - len(done))


def _paint(line: Line, text: str, columns: int) -> str:
    """A whole row in the state's colour, so that it can be told from afar; cut to one row."""
    colour = PORT_STYLES[line.state].colour
    while cells.width(text) > columns:
        text = text[:-1]
    text = _pad(text, columns)
    if colour is None:
        return text
    return click.style(text, bg=colour, fg="white" if colour in ("blue", "red", "magenta") else "black")
