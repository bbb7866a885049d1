"""A station at work in the guest: its order, its events, and its ledger afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.lab.guest import Job
from tests.lab.laboratory import Laboratory
from tests.lab.stick import Stick
from tests.lab.writing import DEMO, check_in_guest

#: What a port's line says when nothing more happens to its stick.
SETTLED = frozenset(("whole", "bad", "left", "asking", "stopped"))


class Post:
    """An order of ``count`` drives for the demo's country, in a ledger of its own that outlives a power cut.

    ``folder`` is where the guest sees the demo.
    """

    def __init__(self, lab: Laboratory, name: str, count: int, *, user: str | None = None, folder: Path = DEMO) -> None:
        self._lab = lab
        self._user = user
        self._shared = ("--manifests", folder / "manifests", "--ledger", Path("/state") / f"{name}.sqlite", "--json")
        self._job: Job | None = None
        self._since: dict[Stick, int] = {}
        added = self._ask("order", "add", "guatemala", count)
        self.order: str = added["order"]

    def start(self, *options: object) -> Job:
        """The station, with its one confirmation given."""
        self._job = self._lab.start_usbkit(*self._shared, "station", "--yes", "--no-bell", *options, user=self._user)
        return self._job

    def plug(self, stick: Stick, port: str) -> Stick:
        """Put ``stick`` into ``port`` while the station runs; what was said of that port before is another stick's."""
        assert self._job is not None
        self._since[stick] = len(self._job.events())
        return stick.plug(port)

    def await_state(self, stick: Stick, *states: str, seconds: float = 300) -> Mapping[str, Any]:
        """The first line of the stick's port that says one of ``states``, since it was plugged in."""
        assert self._job is not None
        names, since = (stick.usb_port, str(stick.node)), self._since.get(stick, 0)
        return self._job.await_event(
            lambda e: e["event"] == "port" and not {e["port"], e["node"]}.isdisjoint(names) and e["state"] in states,
            seconds,
            since=since,
        )

    def await_percent(self, stick: Stick, state: str, least: int, seconds: float = 300) -> Mapping[str, Any]:
        """The first line of the stick's port that says ``state`` and at least so many percent."""
        assert self._job is not None
        return self._job.await_event(
            lambda e: (
                e["event"] == "port"
                and e["port"] == stick.usb_port
                and e["state"] == state
                and (e["percent"] or 0) >= least
            ),
            seconds,
            since=self._since.get(stick, 0),
        )

    def states(self) -> Mapping[str, str]:
        """What each port's line says now."""
        assert self._job is not None
        lines = [
            e
            for e in self._job.events()
            if e["event"] in ("port", "removed") and e["port"].startswith(tuple("123456789"))
        ]
        return {e["port"]: e["state"] + (f" {e['percent']} %" if e["percent"] is not None else "") for e in lines}

    def said(self) -> list[str]:
        """What the station said, a line each time that it said something else of a port."""
        assert self._job is not None
        lines = [
            f"{e['port']}: {e['event']} {e['state']}: {e['text']}"
            for e in self._job.events()
            if e["event"] in ("port", "removed")
        ]
        return list(dict.fromkeys(lines))

    def numbers(self) -> Mapping[int, str]:
        """The number of each drive of the order that the ledger holds whole, and the serial of its stick."""
        drives = self._ask("ledger", "list", "--state", "whole")["drives"]
        numbers = [d["number"] for d in drives]
        assert len(set(numbers)) == len(numbers), f"given twice: {sorted(numbers)}"
        return {d["number"]: d["stick"]["serial"] for d in drives}

    def require_filled(self, sticks: Sequence[Stick], count: int, filesystem: str = "vfat") -> None:
        """The ledger holds ``count`` numbers, none twice, of these sticks alone, and all are whole to anyone."""
        held = self._ask("ledger", "check")
        assert held["holds"] is True, held
        found = self.numbers()
        assert set(found) == set(range(1, count + 1))
        assert sorted(found.values()) == sorted(s.make.serial for s in sticks)
        for stick in sticks:
            check_in_guest(self._lab, stick, filesystem)

    def _ask(self, *arguments: object) -> Any:
        return self._lab.usbkit(*self._shared, *arguments, user=self._user, seconds=1200).expect(0).json
