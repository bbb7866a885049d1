"""A ledger on a server: a cut connection, and the limit of one station."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger import stories
from tests.ledger.stories import clock, open_ledger, order, place_in
from tests.support.proxy import Proxy
from usbkit.core.errors import RefusedError, UsbkitError
from usbkit.ledger import Ledger
from usbkit.ledger.place import LedgerPlace
from usbkit.ledger.server import SILENCE, open_server, server_reading

pytestmark = pytest.mark.postgresql_only


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    assert stories.SERVER is not None
    made = Proxy(stories.SERVER.folder / ".s.PGSQL.5432")
    yield made
    made.close()


def by_proxy(folder: Path, proxy: Proxy) -> Ledger:
    place = place_in(folder)
    assert place.server is not None
    url = place.server.set(host="127.0.0.1", port=proxy.port, query={})
    return Ledger.open(LedgerPlace(server=url), "kim", clock)


@pytest.mark.parametrize("seed", range(5))
def test_a_commit_whose_answer_was_lost_is_found_again(tmp_path: Path, proxy: Proxy, seed: int) -> None:
    ledger = by_proxy(tmp_path, proxy)
    ledger.append(*(order(f"before-{n}") for n in range(seed)))
    proxy.cut = "after"
    ledger.append(order("cut"))
    assert proxy.cuts == 1
    ledger.append(order("next"))
    names = [*(f"before-{n}" for n in range(seed)), "cut", "next"]
    assert list(open_ledger(tmp_path).read().orders) == list(ledger.read().orders) == names
    assert len(list(ledger.entries())) == len(names)


@pytest.mark.parametrize("seed", range(5))
def test_a_commit_that_never_arrived_is_an_error_and_leaves_nothing(tmp_path: Path, proxy: Proxy, seed: int) -> None:
    ledger = by_proxy(tmp_path, proxy)
    ledger.append(*(order(f"before-{n}") for n in range(seed)))
    proxy.cut = "before"
    with pytest.raises(UsbkitError, match="the ledger's database said"):
        ledger.append(order("cut"))
    ledger.append(order("cut"))
    names = [*(f"before-{n}" for n in range(seed)), "cut"]
    assert list(open_ledger(tmp_path).read().orders) == list(ledger.read().orders) == names


def test_a_second_station_is_refused_by_the_database(tmp_path: Path) -> None:
    one, other = open_ledger(tmp_path), open_ledger(tmp_path)
    with one.as_station():
        with pytest.raises(RefusedError, match="another station is running"), other.as_station():
            pass
        one.append(order())
        other.append(order("guatemala-2"))  # a desk
    with other.as_station():
        other.append(order("guatemala-3"))


def test_a_station_that_lost_its_place_appends_nothing(tmp_path: Path) -> None:
    one, other = open_ledger(tmp_path), open_ledger(tmp_path)
    with one.as_station():
        process = one._backend._station  # type: ignore[attr-defined]
        with server_reading(other._backend._engine) as connection:  # type: ignore[attr-defined]
            connection.execute("SELECT pg_terminate_backend(?)", (process,))
        with pytest.raises(RefusedError, match="lost the line"):
            one.append(order())
        with other.as_station():
            other.append(order())
    assert list(other.read().orders) == ["guatemala-1"]


def test_the_session_gives_up_on_silence(tmp_path: Path) -> None:
    with server_reading(open_server(place_in(tmp_path))) as connection:
        shown = {
            name: next(iter(connection.execute(f"SHOW {name}")))[0]
            for name in ("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout")
        }
    assert shown == {
        "idle_in_transaction_session_timeout": f"{SILENCE}s",
        "lock_timeout": "12s",
        "statement_timeout": "30s",
    }
