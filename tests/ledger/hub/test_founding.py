"""Founding a hub from a ledger, in a file or on a server: its heads stay, and the old place takes no more entries."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.ledger.stories import clock, make_drive, order, stick
from tests.support.postgresql import Server, name_of
from usbkit.core.errors import InputError, Place, UsbkitError
from usbkit.ledger import Ledger
from usbkit.ledger.checking import check_ledger
from usbkit.ledger.hub.founding import found_hub
from usbkit.ledger.hub.line import Hub
from usbkit.ledger.hub.making import add_station, make_hub, remove_station, tell_restarted
from usbkit.ledger.merging import MergeWish, merge, visiting
from usbkit.ledger.place import LedgerPlace, find_ledger

pytestmark = [pytest.mark.sqlite_only, pytest.mark.needs("postgresql")]


def with_drives(place: LedgerPlace) -> Ledger:
    ledger = Ledger.open(place, "kim", clock)
    ledger.append(order(count=3))
    make_drive(ledger, 1, stick("a"))
    return ledger


def test_a_ledger_on_a_server_becomes_a_hub_and_goes_on_in_a_file(tmp_path: Path, server: Server) -> None:
    place = LedgerPlace(server=server.database(name_of(tmp_path)))
    old = with_drives(place)
    heads = old.heads()
    founded = found_hub(place, "desk", LedgerPlace(tmp_path / "mine.sqlite"), place, "kim")
    assert list(founded.heads) == heads
    mine = Ledger.open(LedgerPlace(tmp_path / "mine.sqlite"), "kim", clock)
    assert mine.origin == old.origin
    assert [e.hash for e in mine.entries()][: heads[0].sequence] == [e.hash for e in old.entries()]
    assert check_ledger(mine).holds
    assert mine.read().order("guatemala-1").at_hub == {2, 3}
    look = Hub(place).poll()
    assert look.free == {(mine.origin, "guatemala-1"): 2}
    assert look.heads[mine.origin] == mine.own_head()
    with pytest.raises(UsbkitError, match="this ledger became a hub"):
        Ledger.open(place, "lee", clock).append(order("guatemala-2"))


def test_a_file_that_is_a_ledger_begins_a_hub_with_the_chains_that_it_took(tmp_path: Path, server: Server) -> None:
    other = with_drives(LedgerPlace(tmp_path / "other.sqlite"))
    mine = Ledger.open(LedgerPlace(tmp_path / "mine.sqlite"), "kim", clock)
    mine.append(order("peru-1"))
    with visiting(other.place) as visited:
        merge(mine, visited, Place("other"), MergeWish())
    heads = {head.origin: head for head in mine.heads()}
    place = LedgerPlace(server=server.database(name_of(tmp_path)))
    found_hub(place, "desk", mine.place, mine.place, "kim")
    look = Hub(place).poll()
    assert look.heads[other.origin] == heads[other.origin]
    assert set(look.free) == {(mine.origin, "peru-1")}


def test_a_dry_run_leaves_nothing(tmp_path: Path, server: Server) -> None:
    place = LedgerPlace(server=server.database(name_of(tmp_path)))
    for _once in range(2):
        found_hub(place, "desk", LedgerPlace(tmp_path / "mine.sqlite"), None, "kim", dry_run=True)
    assert not (tmp_path / "mine.sqlite").exists()
    make_hub(place, "desk")
    with pytest.raises(InputError, match="this is a hub already"):
        make_hub(place, "desk")


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, server: Server) -> None:
    place = LedgerPlace(server=server.database(name_of(tmp_path)))
    with_drives(place)
    (tmp_path / "mine.sqlite").write_bytes(b"x")
    with pytest.raises(InputError, match="it exists already"):
        found_hub(place, "desk", LedgerPlace(tmp_path / "mine.sqlite"), place, "kim")
    make_hub(place, "desk", dry_run=True)


def test_who_owns_the_database_need_not_be_its_superuser(tmp_path: Path, server: Server) -> None:
    """As docs/hub.md has it: a role that may make roles, and owns the database."""
    name = name_of(tmp_path)
    place = LedgerPlace(server=server.database(name))
    with psycopg.connect(place.url.set(drivername="postgresql").render_as_string(), autocommit=True) as raw:
        raw.execute(f"CREATE ROLE {name}_owner LOGIN CREATEROLE")
        raw.execute(f"ALTER DATABASE {name} OWNER TO {name}_owner")
    owned = LedgerPlace(server=place.url.set(username=f"{name}_owner"))
    make_hub(owned, "desk")
    login = add_station(owned, f"{name[:16]}-seoul")
    station = find_ledger(login.url, {})
    assert Hub(station).poll().name == f"{name[:16]}-seoul"
    assert [one["name"] for one in Hub(owned).stations()] == ["desk", f"{name[:16]}-seoul"]
    tell_restarted(owned)
    remove_station(owned, f"{name[:16]}-seoul")
    with pytest.raises(UsbkitError):
        Hub(station).poll()
