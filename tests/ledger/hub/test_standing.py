"""What a computer keeps of the hub: when it was reached, and since when it is silent."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.ledger.stories import clock
from usbkit.ledger import Ledger
from usbkit.ledger.hub.standing import HubStanding, note_lost, note_reached, read_standing
from usbkit.ledger.place import LedgerPlace

pytestmark = pytest.mark.sqlite_only

HERE = HubStanding(hub="h", name="seoul", known={"desk-1": 4})


class Station:
    """A ledger whose clock is set by hand."""

    def __init__(self, folder: Path) -> None:
        self.at = clock()
        self.ledger = Ledger.open(LedgerPlace(folder / "seoul.sqlite"), "kim", lambda: self.at)

    def wait(self, seconds: int) -> None:
        self.at += dt.timedelta(seconds=seconds)

    def kept(self) -> HubStanding:
        found = read_standing(self.ledger)
        assert found is not None
        return found

    def files(self) -> dict[str, bytes]:
        return {p.name: p.read_bytes() for p in self.ledger.place.path.parent.iterdir()}

    def write(self, text: str) -> None:
        with self.ledger.write() as writing:
            writing.note_fact("hub", text)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path)


def test_who_never_had_a_hub_stands_nowhere(station: Station) -> None:
    assert read_standing(station.ledger) is None


def test_a_standing_of_another_version_is_made_anew(station: Station) -> None:
    for text in ("{", '{"known": "all"}'):
        station.write(text)
        assert read_standing(station.ledger) is None
    note_reached(station.ledger, HERE)
    assert station.kept() == HubStanding(hub="h", name="seoul", known={"desk-1": 4}, reached=clock())


@pytest.mark.parametrize(("seconds", "is_noted"), [(1, False), (60, False), (61, True), (-61, True)])
def test_that_it_answered_again_is_written_once_a_minute(station: Station, seconds: int, is_noted: bool) -> None:
    """A station asks all the time. A clock that was put back counts as a minute."""
    note_reached(station.ledger, HERE)
    station.wait(seconds)
    note_reached(station.ledger, HERE)
    assert station.kept().reached == (station.at if is_noted else clock())


def test_what_is_new_there_is_written_at_once(station: Station) -> None:
    note_reached(station.ledger, HERE)
    station.wait(1)
    note_reached(station.ledger, HubStanding(hub="h", name="seoul", known={"desk-1": 5}))
    assert station.kept().known == {"desk-1": 5} and station.kept().reached == station.at


def test_it_is_silent_since_it_first_did_not_answer(station: Station) -> None:
    note_reached(station.ledger, HERE)
    station.wait(10)
    since = station.at
    for said in ("refused", "timed out", "refused"):
        note_lost(station.ledger, said)
        assert (station.kept().lost, station.kept().said, station.kept().reached) == (since, said, clock())
        station.wait(10)
    assert station.kept().known == {"desk-1": 4}
    note_reached(station.ledger, HERE)
    assert (station.kept().lost, station.kept().said, station.kept().reached) == (None, "", station.at)


def test_a_hub_that_never_answered_is_silent_too(station: Station) -> None:
    note_lost(station.ledger, "refused")
    assert (station.kept().reached, station.kept().lost) == (None, clock())
    before = station.files()
    station.wait(10)
    note_lost(station.ledger, "refused")
    assert station.files() == before, "nothing is new, and nothing was written"
    note_reached(station.ledger, HERE)
    assert (station.kept().reached, station.kept().lost) == (station.at, None)
