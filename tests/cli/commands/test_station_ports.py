"""``usbkit station ports`` without sticks: what is asked, learnt, listed and forgotten, and what stays when it ends."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.support.cli import Done
from usbkit.cli.commands import station_ports


@pytest.fixture
def station(tmp_path: Path) -> Callable[..., Done]:
    return functools.partial(call, "--ledger", tmp_path / "ledger.sqlite")


def plug(monkeypatch: pytest.MonkeyPatch, *sticks: tuple[str, ...]) -> None:
    """Sticks come into the ports of these paths, one after the other; then the operator presses Ctrl-C."""

    def arrivals() -> Iterator[tuple[str, ...]]:
        yield from sticks
        raise KeyboardInterrupt

    monkeypatch.setattr(station_ports, "_arrivals", arrivals)


def test_each_name_gets_the_port_of_the_next_stick(
    station: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    plug(monkeypatch, ("1-1",), ("1-1",), (), ("1-2", "2-2"))
    said = station("station", "ports", "left", "right").expect(0)
    assert "Plug a stick into the port you call right" in said.err
    assert "That is port left already; take another." in said.err
    assert "Port right is 1-2, 2-2." in said.err
    listed = station("--json", "station", "ports", "--list").expect(0).json
    assert [(p["name"], p["path"]) for p in listed["ports"]] == [("left", "1-1"), ("right", "1-2"), ("right", "2-2")]


def test_without_names_they_are_numbered_until_ctrl_c(
    station: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    plug(monkeypatch, ("1-1",), ("1-2",))
    said = station("station", "ports").expect(0)
    assert [line.split() for line in said.out.splitlines()[1:]] == [["1", "1-1"], ["2", "1-2"]]


@pytest.mark.parametrize(("names", "sticks"), [(["left", "right"], [("1-2",)]), ([], [])])
def test_ctrl_c_before_all_are_learnt_keeps_the_names_there_were(
    station: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, names: list[str], sticks: list[tuple[str, ...]]
) -> None:
    plug(monkeypatch, ("1-1",))
    station("station", "ports", "front").expect(0)
    plug(monkeypatch, *sticks)
    station("station", "ports", *names).expect(130)
    (kept,) = station("--json", "station", "ports", "--list").expect(0).json["ports"]
    assert (kept["name"], kept["path"]) == ("front", "1-1")


def test_forgotten_every_port_is_the_station_s(station: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    plug(monkeypatch, ("1-1",))
    station("station", "ports", "front").expect(0)
    assert "every USB port is the station's" in station("station", "ports", "--forget").expect(0).out
    assert station("--json", "station", "ports", "--list").expect(0).json == {"ports": []}
