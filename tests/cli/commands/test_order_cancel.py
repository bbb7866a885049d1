"""``usbkit order cancel``: asked about, and said what it takes away."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pytest

from tests.cli.desks import Desk, open_desk
from tests.ledger.stories import open_ledger


@pytest.fixture(scope="module")
def desk(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return open_desk(demo, tmp_path_factory.mktemp("cancelling"))


def test_cancelling_is_asked_about(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.run("order", "add", "guatemala", "2").expect(0)
    before = open_ledger(desk.folder).own_head()
    assert "usbkit ledger mark undo ENTRY" in desk.run("order", "cancel", "guatemala-2").expect(2).err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "prompt", lambda *arguments, **options: False)
    assert "Nothing was cancelled." in desk.run("order", "cancel", "guatemala-2").expect(2).err
    assert open_ledger(desk.folder).own_head() == before
    monkeypatch.setattr(click, "prompt", lambda *arguments, **options: True)
    assert "by mistake? usbkit ledger mark undo " in desk.run("order", "cancel", "guatemala-2").expect(0).out


def test_it_names_the_drives_and_where_they_are(desk: Desk) -> None:
    """One that was told arrived was cancelled without a word of it."""
    drive = open_ledger(desk.folder).read().holder("guatemala-1", 1)
    assert drive is not None
    desk.run("ledger", "mark", "sent", drive.drive).expect(0)
    desk.run("receipt", "enter", drive.drive, "--plays").expect(0)
    line = f"{drive.drive} (1/{drive.of}): told arrived"
    assert line in desk.run("order", "cancel", "guatemala-1").expect(2).err
    done = desk.run("order", "cancel", "guatemala-1", "--yes").expect(0)
    assert f"counts no more: {line}" in done.out
