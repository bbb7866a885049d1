"""Two programmes that share a ledger: no command with the manifests of one acts on what is the other's."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pytest

from tests.cli.desks import Desk, open_desk
from tests.ledger.stories import open_ledger
from usbkit.cli import programmes
from usbkit.cli.settings import Settings
from usbkit.orders.programmes import require_programme, why_other

#: What is said wherever an order is of the other programme.
SAID = "guatemala-1 is of the programme forum-2020, and these manifests are of hello"


@pytest.fixture(scope="module")
def desk(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """`forum-2020` with its orders, and beside it `hello`, with the same countries and another title."""
    desk = open_desk(demo, tmp_path_factory.mktemp("two"))
    hello = desk.folder / "manifests/hello"
    shutil.copytree(desk.folder / "manifests/forum-2020", hello, ignore=shutil.ignore_patterns("approvals*", "*.lock"))
    path = hello / "programme.toml"
    path.write_text(path.read_text("utf-8").replace('id = "forum-2020"', 'id = "hello"', 1), "utf-8")
    desk.run("approve", "kyrgyzstan", "--by", "Lee", "--yes", manifests=hello).expect(0)
    return desk


@pytest.fixture
def hello(desk: Desk) -> Path:
    return desk.folder / "manifests/hello"


def entries(desk: Desk) -> int:
    return len(list(open_ledger(desk.folder).entries()))


@pytest.mark.parametrize(
    "command",
    [
        "order renew guatemala-1 --dry-run",
        "order renew guatemala-1",
        "order correct guatemala-1 --note x",
        "order split guatemala-1 --numbers 3 -o share",
        "station --order guatemala-1 --yes --once --drive stick.img",
        "label guatemala-1",
        "letter cover guatemala-1",
        "letter verify guatemala-1",
        "dispatch guatemala-1 --verification note",
    ],
)
def test_it_is_refused_with_the_command_that_does_it(desk: Desk, hello: Path, here: Path, command: str) -> None:
    before = entries(desk)
    said = desk.run(*command.split(), manifests=hello).expect(2).err
    typed = " ".join(word for word in command.split("-1", maxsplit=1)[0].split() if not word.startswith("--"))
    assert SAID in said and "usbkit --manifests " in said and "forum-2020 " + typed.split()[0] in said
    assert entries(desk) == before and not list(here.iterdir())


def test_with_a_folder_too(desk: Desk, hello: Path, here: Path) -> None:
    desk.run("build", "guatemala", "-o", here / "g", manifests=desk.folder / "manifests/forum-2020").expect(0)
    for command in ("write", "image"):
        more = ("--drive", here / "s.img", "--yes") if command == "write" else ("-o", here / "s.img", "--size", "1GB")
        (here / "s.img").touch()
        done = desk.run(command, "--bundle", here / "g/guatemala", "--order", "guatemala-1", *more, manifests=hello)
        assert SAID in done.expect(2).err


def test_the_station_leaves_out_what_is_not_ours_and_says_so_once(desk: Desk, hello: Path, here: Path) -> None:
    both = ("station", "--once", "--drive", here / "stick.img")
    only = desk.run(*both, "--yes", manifests=hello).expect(2).err
    assert "orders of the programme forum-2020 are left out, these manifests are of hello: guatemala-1" in only
    assert "something was changed" not in only and "approve" not in only
    desk.run("order", "add", "kyrgyzstan", "1", manifests=hello).expect(0)
    said = desk.run(*both, manifests=hello).expect(2).err
    assert said.count("guatemala-1") == 1 and "kyrgyzstan-2: 0 of 1 drive" in said and "outdated" not in said
    desk.run("order", "cancel", "kyrgyzstan-2", "--yes", manifests=hello).expect(0)


def test_cancelling_says_whose_it_is_before_it_asks(desk: Desk, hello: Path) -> None:
    said = desk.run("order", "cancel", "guatemala-1", manifests=hello).expect(2).err
    assert SAID in said and "guatemala-1 of forum-2020: 3 drives for guatemala" in said
    assert not open_ledger(desk.folder).read().orders["guatemala-1"].is_cancelled


def test_nothing_of_the_other_counts(desk: Desk, hello: Path) -> None:
    """Neither in `check` nor in `status`, nor as an order that is there already, nor as a drive to be replaced."""
    assert "guatemala:" not in desk.run("check", "guatemala", manifests=hello).out
    waiting = desk.run("status", "--json", manifests=hello).expect(0).json["waiting"]
    assert {one["kind"] for one in waiting} <= {"approve", "order"}
    drive, before = open_ledger(desk.folder).read().holder("kyrgyzstan-1", 1), entries(desk)
    assert drive is not None
    refused = desk.run("order", "add", "kyrgyzstan", "--replaces", drive.drive, manifests=hello).expect(2).err
    assert "kyrgyzstan-1 is of the programme forum-2020" in refused
    assert entries(desk) == before


def test_lists_say_the_programme_where_there_is_more_than_one(desk: Desk, hello: Path) -> None:
    ours = desk.folder / "manifests/forum-2020"
    desk.run("order", "add", "kyrgyzstan", "1", manifests=hello).expect(0)
    assert "hello" in desk.run("order", "list", manifests=ours).expect(0).out
    alone = desk.run("ledger", "list", manifests=ours).expect(0).out
    assert "forum-2020" not in alone, "all of its drives are of one"


def test_whose_manifests_are_used(desk: Desk, hello: Path, tmp_path: Path) -> None:
    assert programmes.programme_here(Settings(manifests=hello)) == "hello"
    for several_or_none in (desk.folder / "manifests", tmp_path):
        assert programmes.programme_here(Settings(manifests=several_or_none)) is None
    (found,) = open_ledger(desk.folder).read().orders.select("id = ?", ("guatemala-1",))
    assert why_other(found.id, "forum-2020", "forum-2020") is None
    require_programme(found, "forum-2020")
    elsewhere = programmes.how_to_reach(Settings(manifests=tmp_path), "forum-2020", "station")
    assert "usbkit --manifests FOLDER station" in str(elsewhere)


def test_the_command_is_typed_without_a_program_s_path(desk: Desk, hello: Path) -> None:
    (found,) = open_ledger(desk.folder).read().orders.select("id = ?", ("guatemala-1",))
    with click.Context(click.Command("renew"), info_name="../x/__main__.py renew"), pytest.raises(Exception) as refused:
        programmes.require_here(Settings(manifests=hello), found)
    assert "forum-2020 renew guatemala-1" in str(refused.value.findings[0].todo)  # type: ignore[attr-defined]
