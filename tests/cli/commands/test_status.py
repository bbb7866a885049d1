"""``usbkit status``, and ``usbkit`` alone in a programme's folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.cli.desks import Desk, open_desk
from tests.support.cli import usbkit
from usbkit.cli.output.columns import width
from usbkit.manifest.finding import find_programme


def test_status_says_what_waits_and_what_comes_next(demo: Path, tmp_path: Path) -> None:
    desk = open_desk(demo, tmp_path)
    said = desk.run("status", "guatemala").expect(0).out
    assert "forum-2020, edition 1 of 2020-10-30" in said
    assert "To make: 1 drive" in said and "→ usbkit station" in said
    found = desk.run("status", "--json").expect(0).json
    assert found["programme"] == "forum-2020"
    assert {"kind", "country", "count", "what", "whom", "command"} == set(found["waiting"][0])


def test_it_fits_a_screen_in_both_languages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for language, word in (("en", "To approve"), ("ko", "승인 대기")):
        lines = desk.run("--lang", language, "status").expect(0).out.splitlines()
        assert max(map(width, lines)) <= 80 and len(lines) <= 40
        assert any(line.startswith(word) for line in lines)


def test_usbkit_alone_is_status_where_there_is_a_programme_and_help_elsewhere(desk: Desk, tmp_path: Path) -> None:
    environ = {"USBKIT_LANG": "en", "XDG_DATA_HOME": str(tmp_path / "data")}
    for folder in (find_programme(desk.folder / "manifests"), desk.folder):
        assert usbkit(cwd=folder, environ=environ).expect(0).out.startswith("forum-2020, edition 1")
    elsewhere = usbkit(cwd=tmp_path, environ=environ).expect(2)
    assert "Usage: usbkit" in elsewhere.err and elsewhere.out == ""


def test_usbkit_with_options_alone_is_status_too(desk: Desk, tmp_path: Path, here: Path) -> None:
    assert desk.run("--json").expect(0).json == desk.run("--json", "status").expect(0).json
    assert desk.run("--lang", "ko").expect(0).out.startswith("forum-2020, 제1판")
    missing = call("--json").expect(2).json["error"]["findings"]
    assert [finding["id"] for finding in missing] == ["manifests-missing"]


def test_of_several_programmes_alone_names_them(desk: Desk, tmp_path: Path) -> None:
    shutil.copytree(find_programme(desk.folder / "manifests"), tmp_path / "m/forum-2020")
    shutil.copytree(find_programme(desk.folder / "manifests"), tmp_path / "m/forum-2021")
    said = desk.run(manifests=tmp_path / "m").expect(2).err
    assert "forum-2020" in said and "forum-2021" in said and "Usage" not in said


def test_its_commands_can_be_typed_where_programmes_stand_side_by_side(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("forum-2020", "forum-2021"):
        shutil.copytree(find_programme(desk.folder / "manifests"), tmp_path / f"both/manifests/{name}")
    monkeypatch.chdir(tmp_path / "both")
    named = Path("manifests/forum-2021")
    found = desk.run("status", "--json", manifests=named).expect(0).json["waiting"]
    assert all(one["command"].startswith(f"usbkit --manifests {named} ") for one in found)
    assert f"→ usbkit --manifests {named} check guatemala" in desk.run("status", "--all", manifests=named).expect(0).out
    monkeypatch.chdir(named)
    inside = desk.run("status", "--json", manifests=Path()).expect(0).json["waiting"]
    assert not any("--manifests" in one["command"] for one in inside)


def test_a_country_that_there_is_not(desk: Desk) -> None:
    assert "guatemala" in desk.run("status", "guatemla").expect(2).err


def test_without_a_programme_it_says_what_to_do(here: Path) -> None:
    assert "usbkit new programme" in call("status").expect(2).err
