"""A hub's server settings, compared with another client's view, and its clock."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.ledger.hub.computers import Computers
from tests.support.postgresql import Server, name_of
from usbkit.ledger.hub.health import RIGHTS, look_at_hub
from usbkit.ledger.hub.line import Hub
from usbkit.ledger.hub.making import add_station, make_hub
from usbkit.ledger.place import LedgerPlace, find_ledger


def test_the_server_is_asked_for_what_stations_rely_on(computers: Computers) -> None:
    found = look_at_hub(computers.place, dt.datetime.now(dt.UTC))
    url = computers.place.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as line:
        (version, fsync, pages) = line.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('full_page_writes')"
        ).fetchone() or ("", "", "")
    assert (found.version, found.is_durable) == (version, fsync == pages == "on")
    assert found.is_private, "it is on this computer"
    assert found.gives_up
    assert abs(found.ahead) < 60


def test_a_clock_that_is_wrong_here_shows(computers: Computers) -> None:
    next_year = dt.datetime.now(dt.UTC) + dt.timedelta(days=365)
    assert look_at_hub(computers.place, next_year).ahead < -300 * 86400


def test_rights_that_every_login_has_are_taken_away_by_a_superuser(tmp_path: Path, server: Server) -> None:
    """The hub's owner, as docs/hub.md makes it, may not; then `psql -1 -f` by the server's own does."""
    name = name_of(tmp_path)
    place = LedgerPlace(server=server.database(name))
    url = place.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as raw:
        raw.execute(f"CREATE ROLE {name}_owner LOGIN CREATEROLE")
        raw.execute(f"ALTER DATABASE {name} OWNER TO {name}_owner")
    owned = LedgerPlace(server=place.url.set(username=f"{name}_owner"))
    make_hub(owned, "desk")
    login = find_ledger(add_station(owned, f"{name[:16]}-evil").url, {})
    evil = login.url.set(drivername="postgresql").render_as_string(hide_password=False)
    takes = ("SELECT pg_advisory_lock(1)", "SELECT lo_create(0)")
    with psycopg.connect(evil, autocommit=True) as raw:
        for sql in takes:
            raw.execute(sql)
    assert look_at_hub(owned, dt.datetime.now(dt.UTC)).lets_lock
    subprocess.run([server.programs / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-1", "-f", RIGHTS, url], check=True)
    assert not look_at_hub(owned, dt.datetime.now(dt.UTC)).lets_lock
    with psycopg.connect(evil, autocommit=True) as raw:
        for sql in takes:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(sql)
    assert Hub(login).poll().name == f"{name[:16]}-evil"
