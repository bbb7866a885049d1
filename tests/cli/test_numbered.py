"""Numbered drives about to be overwritten by hand: the ledger decides, if there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.stories import open_ledger, order
from tests.station.small import begin, make_sticks, station
from usbkit.cli import numbered, numbered_drives
from usbkit.cli.settings import Settings
from usbkit.core.errors import InputError, RefusedError
from usbkit.drives.linux import look_at
from usbkit.drives.safety import Decision, Wish, judge
from usbkit.ledger.events import OrderAdded


def decided(stick: Path) -> Decision:
    return judge(look_at(stick), Wish(confirmed=frozenset((str(stick),))))


@pytest.fixture
def made(tmp_path: Path) -> tuple[Settings, Path, str]:
    """A ledger, the image file that a station made a whole drive of, and its reference."""
    bundle, ledger = begin(tmp_path, 1)
    (stick,) = make_sticks(tmp_path, 1)
    runner, _machine = station(tmp_path, bundle, [stick])
    runner.run()
    (drive,) = ledger.read().journeys
    return Settings(ledger=str(tmp_path / "ledger.sqlite")), stick, drive


def test_without_a_ledger_nobody_is_asked(tmp_path: Path) -> None:
    assert numbered.require_numbers_free(Settings(ledger=str(tmp_path / "none.sqlite")), [], ()) is None
    numbered.free_numbers(None, "wiped")


def test_its_number_goes_to_another_stick_once_it_is_named(made: tuple[Settings, Path, str]) -> None:
    settings, stick, drive = made
    with pytest.raises(RefusedError, match=f"this is drive {drive}, 1 of 1 of guatemala-1, and it is counted"):
        numbered.require_numbers_free(settings, [decided(stick)], ())
    with pytest.raises(InputError, match="there is no drive ZZZZZ"):
        numbered.require_numbers_free(settings, [decided(stick)], ["ZZZZZ"])
    found = numbered.require_numbers_free(settings, [decided(stick)], ["guatemala-1:1"])
    assert isinstance(found, numbered_drives.Numbered) and [j.drive for j in found.journeys] == [drive]
    ledger = open_ledger(stick.parent)
    assert ledger.read().whole_numbers("guatemala-1") == [1], "nothing is recorded before it is written"
    numbered.free_numbers(found, "written over")
    assert ledger.read().free_numbers("guatemala-1") == [1]
    assert numbered.require_numbers_free(settings, [decided(stick)], ()) is not None, "it counts no more"


def test_an_outdated_one_is_offered_to_be_written_again(made: tuple[Settings, Path, str]) -> None:
    settings, stick, _drive = made
    ledger = open_ledger(stick.parent)
    ledger.append(OrderAdded.model_validate({**order("guatemala-2").model_dump(), "fingerprint": "5e" * 32}))
    with pytest.raises(RefusedError) as asked:
        numbered.require_numbers_free(settings, [decided(stick)], ())
    assert "usbkit order renew guatemala-1" in str(asked.value.findings[0].todo)


def test_the_same_stick_without_its_passport_is_remarked_upon(
    made: tuple[Settings, Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    from tests.ledger.stories import make_drive, stick

    settings, file, _drive = made
    ledger = open_ledger(tmp_path)
    ledger.append(order("guatemala-2"))
    size = file.stat().st_size
    drive = make_drive(ledger, 1, stick("SERIAL", size=size), id="guatemala-2")
    decision = decided(file)
    identity = replace(decision.facts.identity, vendor="Maker", model="Stick", serial="SERIAL")
    blank = replace(decision, facts=replace(decision.facts, identity=identity, numbered=None))
    numbered.require_numbers_free(settings, [blank], ())
    assert f"usbkit ledger mark replaced {drive}" in capsys.readouterr().err
