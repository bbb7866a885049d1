"""Tables and boards on a terminal of 80 and of 60 cells, in both languages: no row of a table is broken by it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.support.cli import TOP
from tests.support.terminal import Screen, on_terminal

WIDTHS = [(80, "en"), (60, "en"), (80, "ko"), (60, "ko")]
#: Commands that only read, where the demo's tour has filled an order of two drives.
AFTER_THE_TOUR = (
    "status",
    "status --all",
    "check",
    "check guatemala",
    "approve guatemala --show",
    "drives",
    "order list",
    "order show guatemala-1",
    "ledger list",
    "ledger list --country guatemala",
    "ledger report",
    "ledger report --by country",
    "ledger check",
    "ledger head",
    "receipt calls",
    "station ports --list",
    "label guatemala-1 --dry-run",
    "verify stick-1.img",
    "key show",
    "seal show guatemala",
    "cache show",
    "doctor",
    "help",
    "help lost",
    "order --help",
)
#: In this repository: the forum's ten countries, of whose material nothing is here.
OF_TEN_COUNTRIES = ("check", "check --subtitles", "check guatemala", "status", "status --all")


@pytest.fixture(scope="module")
def tour(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("terminal")
    shutil.copytree(demo / "tour", top / "tour", ignore=shutil.ignore_patterns("*.img"))
    for stick in (demo / "tour").glob("*.img"):
        (top / "tour" / stick.name).symlink_to(stick)
    for name in ("library", "guatemala"):
        (top / name).symlink_to(demo / name)
    return top / "tour"


def broken_rows(screen: Screen) -> list[str]:
    """Rows of tables, which have two blanks between their columns, that the terminal broke; prose may be broken."""
    return [row for at in screen.wrapped if re.search(r"\S {2,}\S", (row := screen.display[at]).rstrip())]


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize(("columns", "language"), WIDTHS)
def test_after_the_tour(columns: int, language: str, tour: Path) -> None:
    for command in AFTER_THE_TOUR:
        screen = on_terminal(*command.split(), columns=columns, cwd=tour, language=language)
        assert screen.code in (0, 1) and screen.rows != [""], f"{command}: {screen.rows}"
        assert broken_rows(screen) == [], command


@pytest.mark.parametrize(("columns", "language"), WIDTHS)
def test_ten_countries(columns: int, language: str) -> None:
    for command in OF_TEN_COUNTRIES:
        screen = on_terminal(*command.split(), columns=columns, cwd=TOP, language=language)
        assert screen.code in (0, 1) and screen.rows != [""], f"{command}: {screen.rows}"
        assert broken_rows(screen) == [], command


def test_a_row_that_the_terminal_breaks_is_seen() -> None:
    screen = Screen(20)
    screen.draw("guatemala  ready  2 drives")
    assert (screen.wrapped, broken_rows(screen)) == ([0], ["guatemala  ready  2 "])


@pytest.mark.needs("ffmpeg")
def test_a_board_of_60_cells_is_drawn_over_itself(tour: Path, tmp_path: Path) -> None:
    work = tmp_path / "tour"
    shutil.copytree(tour, work, ignore=shutil.ignore_patterns("*.img"))
    (tmp_path / "library").symlink_to((tour.parent / "library").resolve())
    sticks = ["one.img", "other.img"]
    for name in sticks:
        with (work / name).open("wb") as stick:
            stick.truncate(600_000_000)
    ordered = on_terminal("order", "add", "guatemala", 2, "--yes", columns=60, cwd=work, language="ko")
    assert ordered.code == 0, ordered.rows
    named = [word for name in sticks for word in ("--drive", name)]
    screen = on_terminal("station", "--once", "--yes", *named, columns=60, cwd=work, language="ko")
    assert screen.code == 0, screen.rows
    # The terminal may break this line of the log.
    assert "2/2완료" in "".join(screen.rows).replace(" ", ""), screen.rows
    board = screen.rows[max(at for at, row in enumerate(screen.rows) if re.match(r"\d\d:\d\d:\d\d ", row)) + 1 :]
    for name in sticks:
        assert [row for row in board if name in row] != [], screen.rows
    assert sum("이상 없음" in row for row in board) >= len(sticks), screen.rows
