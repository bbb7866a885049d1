"""Sticks in their ports: what is news, which is a copy, and which sticks one confirmation fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.station.world import FakeStick
from usbkit.core.messages import Text
from usbkit.drives.device import DriveKind, Identity
from usbkit.station.messages import Line, PortState
from usbkit.station.plugged import BUSY, Plugged, ports_confirmed_alike, twin_of


def plugged(port: str, drive: str | None = None, serial: str | None = None) -> Plugged:
    node = Path("/dev") / port
    look = None if serial is None else FakeStick(serial).look(identity(port, serial))
    return Plugged(node, Line(port, port, PortState.LOOKING, Text("inspecting it"), node), look, drive)


def identity(port: str, serial: str) -> Identity:
    return Identity(Path("/dev") / port, DriveKind.DISK, 10**9, port, serial=serial)


@pytest.mark.parametrize("state", PortState)
def test_busy_is_what_has_a_worker_or_is_about_to(state: PortState) -> None:
    stick = plugged("1-1")
    stick.show(state, Text("x"))
    assert stick.is_busy == (state in BUSY)


def test_the_same_words_once_more_are_no_news_and_proving_never_is() -> None:
    stick = plugged("1-1")
    assert stick.show(PortState.WRITING, Text("writing 1")).is_news
    again = stick.show(PortState.WRITING, Text("writing 1"), percent=7)
    assert not again.is_news and again.line.percent == 7 and stick.line == again.line
    assert stick.show(PortState.WRITING, Text("writing 2")).is_news
    assert not stick.show(PortState.PROVING, Text("proving")).is_news


def test_a_twin_is_another_stick_with_the_same_passport() -> None:
    slots = {"a": plugged("1-1", "one"), "b": plugged("1-2", "two"), "c": plugged("1-3", "one"), "d": plugged("1-4")}
    assert twin_of(slots, "a") is slots["c"] and twin_of(slots, "c") is slots["a"]
    assert twin_of(slots, "b") is None
    assert twin_of({**slots, "e": plugged("1-5")}, "d") is None, "two that have none are no twins"


def test_one_confirmation_that_fits_several_sticks_confirms_none() -> None:
    slots = {"a": plugged("1-1", serial="S"), "b": plugged("1-2", serial="S"), "c": plugged("1-3", serial="T")}
    looks = {slot: stick.look for slot, stick in slots.items() if stick.look}
    assert ports_confirmed_alike(slots, looks["a"], ["T", "S"]) == ["1-1", "1-2"]
    assert ports_confirmed_alike(slots, looks["c"], ["T", "S"]) is None
    assert ports_confirmed_alike(slots, looks["a"], []) is None
