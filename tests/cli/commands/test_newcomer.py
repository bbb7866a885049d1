"""What a newcomer ran into at the desk: answers that said too little, and next commands that failed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click
import pytest

from tests.cli.desks import Desk, open_desk
from tests.ledger.stories import open_ledger
from usbkit.cli.ledger_access import countries_named
from usbkit.core.errors import InputError


@pytest.fixture(scope="module")
def desk(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return open_desk(demo, tmp_path_factory.mktemp("newcomer"))


def entries(desk: Desk) -> int:
    return len(list(open_ledger(desk.folder).entries()))


def test_the_same_order_once_more_is_asked_about(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = entries(desk)
    assert "guatemala-1 is there already" in desk.run("order", "add", "guatemala", "3").expect(2).err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "prompt", lambda *arguments, **options: False)
    said = desk.run("order", "add", "guatemala", "3").expect(2).err
    assert said.count("guatemala-1 is there already") == 1 and "Nothing was ordered." in said
    assert entries(desk) == before
    monkeypatch.undo()


def test_nothing_to_mark_is_said(desk: Desk) -> None:
    desk.run("order", "add", "guatemala", "4").expect(0)
    for which in ("sent", "lost"):
        said = desk.run("ledger", "mark", which, "--order", "guatemala-2").expect(1)
        assert "no drive of guatemala-2 is whole, so there is nothing to mark" in said.err and not said.out
    assert "outdated" in desk.run("ledger", "mark", "left", "--order", "guatemala-1", "--note", "x").expect(1).err


def test_where_drives_of_a_demo_are(desk: Desk) -> None:
    """They are never to be sent, whoever marks them all the same is told, and the order says where they are then."""
    waiting = desk.run("status", "kyrgyzstan", "--json").expect(0).json["waiting"]
    assert "send" not in {one["kind"] for one in waiting}
    marked = desk.run("ledger", "mark", "sent", "--order", "kyrgyzstan-1").expect(0)
    assert "kyrgyzstan-1 is a demo: its drives are for trying, not for sending" in marked.err
    assert "WHOLE, sent" in desk.run("order", "show", "kyrgyzstan-1").expect(0).out


def test_a_drive_that_came_back_is_not_told_to_have_arrived(desk: Desk) -> None:
    drive = open_ledger(desk.folder).read().holder("guatemala-1", 2)
    assert drive is not None
    for which in ("sent", "returned"):
        desk.run("ledger", "mark", which, drive.drive).expect(0)
    before = entries(desk)
    said = desk.run("receipt", "enter", drive.drive, "--plays").expect(1).out
    assert "CAME BACK" in said and "nothing was recorded" in said and entries(desk) == before
    assert "told arrived" in desk.run("receipt", "enter", drive.drive, "--plays", "--again").out


def test_countries_by_their_names(desk: Desk) -> None:
    for name in ("과테말라", "Guatemala", "GT", "Гватемала"):
        assert "Guatemala (GT)" in desk.run("check", name).out
    assert "guatemala" in desk.run("status", "--json", "과테말라").expect(0).out
    assert "guatemala-1 is there already" in desk.run("order", "add", "과테말라", "3").expect(2).err
    assert desk.run("ledger", "list", "--country", "과테말라").out == desk.run("ledger", "list", "--country", "gt").out
    assert countries_named(["Camboya", "korea"]) == ("camboya", "kh", "korea")
    with pytest.raises(InputError, match="the name of several countries"):
        countries_named(["콩고"])


def test_what_check_found_is_what_status_says(demo: Path, tmp_path: Path) -> None:
    """After `check` said that a country was changed, `status` went on to say that it may have been: usbkit check."""
    desk = open_desk(demo, tmp_path)
    path = tmp_path / "manifests/forum-2020/guatemala.toml"
    path.write_text(path.read_text("utf-8").replace('es = "Guatemala"', 'es = "La Guatemala"'), "utf-8")
    assert "usbkit approve guatemala" in desk.run("check", "guatemala").out
    (waiting,) = [w for w in desk.run("status", "--json", "guatemala").json["waiting"] if w["kind"] == "approve"]
    assert waiting["command"] == "usbkit approve guatemala"


def test_a_programme_without_countries_says_so(desk: Desk, tmp_path: Path) -> None:
    shutil.copytree(desk.folder / "manifests/forum-2020", tmp_path / "m/empty")
    for path in (tmp_path / "m/empty").glob("*.toml"):
        if path.name != "programme.toml":
            path.unlink()
    for command in (["check"], ["build", "--all", "-o", tmp_path / "out"]):
        assert "new country GT" in desk.run(*command, manifests=tmp_path / "m").expect(2).err
    assert "new country GT" in desk.run("status", manifests=tmp_path / "m").expect(0).out


def test_the_last_line_of_a_kind_can_be_typed_too(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("forum-2020", "forum-2021"):
        shutil.copytree(desk.folder / "manifests/forum-2020", tmp_path / "manifests" / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    said = desk.run("status", manifests=Path("manifests/forum-2021")).expect(0).out
    assert "more lines: usbkit --manifests manifests/forum-2021 status " in said


def test_manifests_that_are_not_there_name_those_that_are(desk: Desk, here: Path) -> None:
    beside = desk.run("status", manifests=desk.folder / "manifests/forum-2012").expect(2).err
    assert "forum-2020" in beside
    assert "usbkit new programme forum-2021" in desk.run("status", manifests=here / "manifests").expect(2).err


def test_what_a_programme_begins_with(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(desk.folder / "manifests/forum-2020", tmp_path / "manifests/forum-2020")
    monkeypatch.chdir(tmp_path)
    new = ("new", "programme", "forum-2021", "--title", "x", "--date", "2021-09-01")
    own = Desk(desk.folder)  # whose library is where its programmes say
    done = own.run(*new, "--from", "forum-2020", manifests=Path("manifests")).expect(0)
    assert (tmp_path / "library-forum-2021").is_dir(), done.out
    more = ("new", "programme", "hello", "--title", "x", "--date", "2021-09-01", "--organiser", "x", "--spoken", "ko")
    (tmp_path / "library").mkdir()
    (tmp_path / "library/a.mp4").touch()
    said = own.run(*more, manifests=Path("manifests")).expect(0).out
    assert "usbkit --manifests manifests/hello new country GT" in said
