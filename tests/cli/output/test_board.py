"""The station's board: readable from afar, in two languages, in terminals of any size; the log above it, the bell."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from usbkit.cli.output import big_letters
from usbkit.cli.output.banners import bands, headline
from usbkit.cli.output.board import Board, BoardLines, StationEvents
from usbkit.cli.output.columns import width
from usbkit.core.messages import _, use_language
from usbkit.ledger.claiming import Share
from usbkit.station.messages import Line, PortState, Shared
from usbkit.station.port_styles import PORT_STYLES

STYLE = re.compile(r"\x1b\[[\d;]*m")
UP = re.compile(r"\x1b\[(\d+)F\x1b\[J")


@pytest.fixture(params=["en", "ko"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    use_language(request.param)
    yield request.param
    use_language("en")


def line(state: PortState, port: str = "1", text: str = "take it out", percent: int | None = None) -> Line:
    return Line(f"/dev/sda#{port}", port, state, _(text), Path("/dev/sda"), percent)


def test_every_big_letter_is_as_wide_in_each_row() -> None:
    for char in big_letters._PIXELS:
        assert len({len(row) for row in big_letters.draw(char)}) == 1, char
        assert len(big_letters.draw(char)) == big_letters.HEIGHT


def test_no_two_big_letters_look_alike() -> None:
    drawn = {tuple(big_letters.draw(char)) for char in big_letters._PIXELS}
    assert len(drawn) == len(big_letters._PIXELS)


@pytest.mark.usefixtures("language")
@pytest.mark.parametrize(("state", "text"), [(PortState.EMPTY, "empty"), (PortState.LOOKING, "inspecting it")])
def test_no_word_stands_twice(capsys: pytest.CaptureFixture[str], state: PortState, text: str) -> None:
    word = str(PORT_STYLES[state].word)
    BoardLines(bell=False).show(line(state, text=text), is_news=True)
    for said in (
        capsys.readouterr().err,
        *bands([line(state, text=text)], 80, 40),
        *bands([line(state, text=text)], 80, 4),
    ):
        assert STYLE.sub("", said).casefold().count(word.casefold()) <= 1, said


@pytest.mark.usefixtures("language")
def test_colour_is_never_the_only_sign() -> None:
    assert len({str(look.word) for look in PORT_STYLES.values()}) == len(PortState)
    marks = {state: PORT_STYLES[state].symbol for state in PortState}
    alike = {s for s in PortState if list(marks.values()).count(marks[s]) > 1}
    assert alike <= {PortState.LOOKING, PortState.WAITING, PortState.PROVING, PortState.CHECKING}
    for state in PortState:
        assert str(PORT_STYLES[state].word) in headline(line(state))
        assert big_letters.can_draw(PORT_STYLES[state].symbol)


@pytest.mark.usefixtures("language")
@pytest.mark.parametrize(("columns", "rows"), [(40, 12), (80, 24), (100, 30), (200, 60)])
def test_bands_fit_their_terminal(columns: int, rows: int) -> None:
    lines = [line(state, str(number), "go on " * 20, percent=43) for number, state in enumerate(PortState)]
    for shown in (lines[:4], lines):
        drawn = bands(shown, columns, rows)
        assert len(drawn) < rows
        assert all(width(STYLE.sub("", row)) == columns - 1 for row in drawn)
        assert len(drawn) in (len(shown), len(shown) * big_letters.HEIGHT, rows - 2)


def test_the_word_is_drawn_big_where_it_can_be(language: str) -> None:
    (first, *_rest) = bands([line(PortState.WHOLE)], 120, 40)
    assert (big_letters.draw("✔ WHOLE")[0] in first) == (language == "en")
    assert big_letters.draw("✔")[0] in first
    assert language == "en" or "이상 없음" in first


def test_the_board_redraws_what_it_drew_and_rings_when_somebody_is_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_args, **_kept: os.terminal_size((80, 24)))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    board = Board(["1", "2"], bell=True)
    assert capsys.readouterr().err.count("\n") == 6
    board.show(line(PortState.WRITING, "1", percent=3), is_news=True)
    said = capsys.readouterr().err
    assert UP.search(said) and "WRITING 3 %" in said and "\a" not in said
    assert re.search(r"\d\d:00:00 1: ", said)
    board.show(line(PortState.WRITING, "1", percent=4), is_news=False)
    assert "1: " not in STYLE.sub("", capsys.readouterr().err)
    board.show(line(PortState.WHOLE, "1"), is_news=True)
    said = capsys.readouterr().err
    found = UP.search(said)
    assert found and found[1] == "6"
    assert "\a" in said
    board.typed(1)
    found = UP.search(capsys.readouterr().err)
    assert found and found[1] == "7", "what was typed stands below the bands, and goes with them"
    board.clear(line(PortState.EMPTY, "1", "empty"))
    assert "1: empty" in capsys.readouterr().err


def test_a_disk_of_this_computer_is_said_once_and_has_no_band(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_args, **_kept: os.terminal_size((80, 24)))
    board = Board([], bell=True)
    board.show(line(PortState.LOOKING, "/dev/sda"), is_news=True)
    assert capsys.readouterr().err.count("\n") == 4
    board.show(line(PortState.LEFT, "/dev/sda", "it is not a USB drive"), is_news=True)
    said = capsys.readouterr().err
    assert "it is not a USB drive" in said and said.count("\n") == 1 and "\a" not in said


def test_a_stick_moves_from_its_node_into_its_port(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_args, **_kept: os.terminal_size((80, 24)))
    board = Board([], bell=False)
    slot = "/dev/sda#7"
    board.show(Line(slot, "/dev/sda", PortState.LOOKING, _("inspecting it"), Path("/dev/sda")), is_news=True)
    board.show(Line(slot, "1-1.2", PortState.WRITING, _("empty"), Path("/dev/sda"), 0), is_news=False)
    last = capsys.readouterr().err.rpartition("\x1b[J")[2]
    assert last.count("\n") == 3 and "/dev/sda" not in last


def test_which_station_has_which_numbers_is_a_line_of_the_log_and_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    at = "2026-11-24T09:30:00+00:00"
    shares = Share("seoul", "seoul-1", (1, 2, 3, 7), at, 2), Share("busan", "busan-1", (4,), at, 0)
    shared = Shared("guatemala-1", shares)
    BoardLines(bell=False).say(shared)
    said = capsys.readouterr().err
    assert re.search(
        r"guatemala-1: seoul 1-3, 7 since \d\d:30, 2 whole; busan 4 since \d\d:30, 0 whole$", said.rstrip()
    )
    StationEvents().say(shared)
    event = json.loads(capsys.readouterr().out)
    assert event["event"] == "stations" and event["order"] == "guatemala-1"
    assert [(one["name"], one["numbers"], one["whole"], one["since"]) for one in event["stations"]] == [
        ("seoul", [1, 2, 3, 7], 2, at),
        ("busan", [4], 0, at),
    ]
    StationEvents().say(_("the hub is reached"))
    assert json.loads(capsys.readouterr().out)["text"] == "the hub is reached"


def test_a_long_name_leaves_room_for_the_state() -> None:
    path = "/home/kim/deliveries/2026/guatemala/stick-1.img"
    for rows in (40, 3):
        drawn = bands([line(PortState.WHOLE, path)], 60, rows)
        said = STYLE.sub("", "\n".join(drawn))
        assert "/stick-1.img" in said and path not in said and "take it out" in said
        assert max(width(row) for row in said.splitlines()) <= 60
