"""The list of drives: what each states, what the ledger knows, and why one may not be written."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.drives.test_safety import FACTS, facts
from tests.ledger.stories import SEAL, make_drive, open_ledger, order, stick
from usbkit.cli.output.drive_listing import change_line, is_of_interest, listed_json, row
from usbkit.core.errors import Finding
from usbkit.core.messages import _
from usbkit.drives.device import OURS
from usbkit.drives.inspection import Inspection
from usbkit.trust.passport import DriveNumber, Passport
from usbkit.writing.listing import DriveChange, Happened, Listed, compare

NODE = FACTS.identity.node
PASSPORT = Passport("forum-test", "GT", 3, dt.date(2020, 10, 30), "corps", SEAL, drive=DriveNumber(1, 3))


def listed(look: Inspection | None = None, **changes: Any) -> Listed:
    return Listed(NODE, look or Inspection(facts(**changes)))


def cells(drive: Listed) -> list[str]:
    return [str(cell) for cell in row(drive, None)]


def test_a_blank_stick_has_all_that_tells_it_from_its_neighbours() -> None:
    found = cells(listed(speed_mbps=480, is_held_back=True))
    assert found == [
        "/dev/sdb",
        "1-2.3",
        "Maker Stick",
        "S3R1AL",
        "16.0 GB",
        "USB 2, in a slow port",
        "nothing",
        "yes",
        "a USB stick, blank",
    ]


@pytest.mark.parametrize(
    ("speed", "word"), [(None, ""), (1, "USB 1"), (12, "USB 1"), (480, "USB 2"), (5000, "USB 3"), (10000, "USB 3")]
)
def test_speed_is_said_as_people_know_it(speed: int | None, word: str) -> None:
    assert cells(listed(speed_mbps=speed))[5] == word


@pytest.mark.parametrize(
    ("look", "word"),
    [
        (Inspection(facts(content="ntfs")), "ntfs"),
        (Inspection(facts(content=OURS)), "ours, unfinished"),
        (Inspection(facts(content=OURS), job="ab", stem="guatemala"), "ours for guatemala, unfinished"),
        (Inspection(facts(content=OURS), replace(PASSPORT, drive=None)), "GT, edition 3: finished"),
        (Inspection(facts(content=OURS), PASSPORT), "GT 1 of 3, edition 3: finished"),
    ],
)
def test_what_is_on_it_is_said_as_far_as_it_says_it_itself(look: Inspection, word: str) -> None:
    assert cells(listed(look))[6] == word


def test_the_ledger_says_more_of_a_passport_that_it_knows(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    drive = make_drive(ledger, 1, stick())
    known = listed(Inspection(facts(content=OURS), replace(PASSPORT, nonce=ledger.nonce_of(drive))))
    other = listed(Inspection(facts(content=OURS), replace(PASSPORT, nonce="00" * 16)))
    ledger_state = ledger.read()
    assert str(row(known, ledger_state)[6]) == "GT 1 of 3, edition 3: WHOLE in the ledger"
    assert listed_json(known, ledger_state)["ledger"] == {"drive": drive, "state": "whole"}
    assert str(row(other, ledger_state)[6]) == "GT 1 of 3, edition 3: finished"
    assert listed_json(other, ledger_state)["ledger"] is None
    assert ledger.nonce_of(drive) not in str(listed_json(known, ledger_state))


def test_why_one_may_not_be_written_is_said() -> None:
    assert cells(listed(other_interfaces=("keyboard or mouse",)))[7:] == [
        "never",
        "the same device is also: keyboard or mouse",
    ]
    (word, why) = cells(listed(Inspection(FACTS, is_allowed=False)))[7:]
    assert (word, "station install --print" in why) == ("not by you", True)
    silent = Listed(NODE, None, (Finding("drive-hung", _("it has not responded for {seconds} s", seconds=30)),))
    assert cells(silent)[7:] == ["never", "it has not responded for 30 s"]
    assert listed_json(silent, None)["findings"][0]["id"] == "drive-hung"


def test_what_is_usb_is_always_listed_and_the_systems_disk_when_asked() -> None:
    assert is_of_interest(listed(mounted_at=("/media/x",)))
    assert not is_of_interest(listed(is_usb=False, holds_system=True, mounted_at=("/",)))
    assert is_of_interest(listed(is_usb=False))
    assert is_of_interest(Listed(NODE, None))


def test_a_name_that_would_steer_the_terminal_is_shown() -> None:
    identity = replace(FACTS.identity, serial="A\x1b[2J")
    change = DriveChange(Happened.APPEARED, listed(Inspection(replace(FACTS, identity=identity))))
    assert "\x1b" not in change_line(change, None)
    assert "A\\x1b[2J" in change_line(change, None)


def test_a_stick_that_took_another_ones_name_came_and_the_other_is_gone() -> None:
    first = listed()
    second = listed(Inspection(replace(FACTS, identity=replace(FACTS.identity, diskseq=78))))
    written = listed(content=OURS)
    assert compare([], [first]) == [DriveChange(Happened.APPEARED, first)]
    assert compare([first], [second]) == [DriveChange(Happened.GONE, first), DriveChange(Happened.APPEARED, second)]
    assert compare([first], [written]) == [DriveChange(Happened.CHANGED, written)]
    assert compare([first], [first]) == []
