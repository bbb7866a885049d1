"""The hub gone, full, read-only, cut at COMMIT; a station with a full disk or wrong clock: no number is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.ledger.hub.computers import ID, Computer, Computers
from tests.ledger.stories import clock
from tests.support.postgresql import Server
from tests.support.proxy import Proxy
from usbkit.core.errors import UsbkitError
from usbkit.ledger import Ledger
from usbkit.ledger.hub.claims import is_asking
from usbkit.ledger.hub.line import PROTOCOL, Hub, HubUnreachedError
from usbkit.ledger.hub.recalled import give_back
from usbkit.ledger.hub.standing import read_standing
from usbkit.ledger.place import LedgerPlace, find_ledger
from usbkit.station.hub_following import begin_following, spare_numbers, take_turn

pytestmark = [pytest.mark.sqlite_only, pytest.mark.needs("postgresql")]


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    made = Proxy(server.folder / ".s.PGSQL.5432")
    yield made
    made.close()


@pytest.fixture
def seoul(computers: Computers, proxy: Proxy) -> Computer:
    """A station whose line goes through the proxy."""
    computers.order(6)
    made = computers.add("seoul")
    made.sync()
    place = made.hub.place.url.set(host="127.0.0.1", port=proxy.port, query={})
    made.hub = Hub(LedgerPlace(server=place))
    return made


def until_reached(step: Callable[[], object]) -> int:
    """Do it until the hub answers: how often it did not."""
    for lost in range(10):
        try:
            step()
        except HubUnreachedError:
            continue
        return lost
    raise AssertionError("it is never reached")


@pytest.mark.parametrize("how", ["before", "after"])
@pytest.mark.parametrize("commit", range(6))
def test_a_commit_that_is_cut_gives_the_same_numbers_and_loses_no_entry(
    computers: Computers, seoul: Computer, proxy: Proxy, how: str, commit: int
) -> None:
    """``commit``: which one of a turn with a claim, a drive and the numbers given back."""
    seen = [0]

    def turn() -> None:
        seoul.sync()
        if not seoul.ledger.read().free_numbers(ID) and not seoul.ledger.read().whole_numbers(ID):
            seoul.claim(2)
        seoul.sync()

    original = seoul.hub._ask

    def ask(function: str, *values: object) -> object:
        if seen[0] == commit and proxy.cuts == 0:
            proxy.cut = how
        seen[0] += 1
        return original(function, *values)

    seoul.hub._ask = ask  # type: ignore[method-assign]
    until_reached(turn)
    until_reached(turn)
    assert seoul.ledger.read().free_numbers(ID) == [1, 2]
    assert not is_asking(seoul.ledger, seoul.ledger.read().order(ID))
    seoul.make(1)
    give_back(seoul.ledger, ID)
    until_reached(seoul.sync)
    computers.desk.sync()
    assert [state for state, _who in computers.numbers().values()] == ["used", *["free"] * 5]
    assert computers.desk.ledger.read().whole_numbers(ID) == [1]


@pytest.mark.parametrize(
    ("break_it", "mend_it"),
    [
        ("ALTER DATABASE {db} SET default_transaction_read_only = on", "ALTER DATABASE {db} RESET ALL"),
        (
            "CREATE FUNCTION usbkit_hub.is_full() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$; "
            "CREATE TRIGGER full_1 BEFORE INSERT OR UPDATE ON usbkit_hub.station FOR EACH ROW "
            "EXECUTE FUNCTION usbkit_hub.is_full()",
            "DROP TRIGGER full_1 ON usbkit_hub.station; DROP FUNCTION usbkit_hub.is_full()",
        ),
    ],
    ids=["read-only", "full"],
)
def test_a_hub_that_takes_nothing_is_a_hub_that_is_not_reached(
    computers: Computers, break_it: str, mend_it: str
) -> None:
    computers.order(3)
    seoul = computers.add("seoul")
    seoul.sync()
    seoul.claim(2)
    database = computers.place.url.database
    with computers.owner() as raw:
        raw.execute(break_it.format(db=database))
        seoul.hub.close()
        with pytest.raises(HubUnreachedError):
            seoul.sync()
        seoul.make(1)  # with what it holds
        raw.execute("SET default_transaction_read_only = off")
        raw.execute(mend_it.format(db=database))
    seoul.hub.close()
    seoul.sync()
    assert [state for state, _who in computers.numbers().values()] == ["used", "held", "free"]


def test_a_station_whose_disk_is_full_keeps_its_question_and_asks_again(computers: Computers) -> None:
    computers.order(3)
    seoul = computers.add("seoul")
    seoul.sync()
    hung_up = seoul.hub.claim

    def fill(*values: object) -> object:
        granted = hung_up(*values)  # type: ignore[arg-type]
        state = seoul.ledger._backend.state
        (pages,) = state.execute("PRAGMA page_count").fetchone()
        state.execute(f"PRAGMA max_page_count = {pages}")
        return granted

    seoul.hub.claim = fill  # type: ignore[assignment, method-assign]
    with pytest.raises(UsbkitError):
        for _turn in range(200):
            seoul.claim(1)
            give_back(seoul.ledger, ID)
    seoul.ledger._backend.unpin()
    seoul.ledger._backend.state.execute("PRAGMA max_page_count = 1000000")
    seoul.hub.claim = hung_up  # type: ignore[method-assign]
    seoul.sync()
    give_back(seoul.ledger, ID)
    seoul.sync()
    assert sorted([*seoul.claim(3), *seoul.claim(3)]) == [1, 2, 3]


@pytest.mark.parametrize("days", [-365, 365])
def test_a_clock_that_is_wrong_by_a_year_changes_no_number(computers: Computers, days: int) -> None:
    computers.order(3)
    seoul = computers.add("seoul")
    seoul.ledger = Ledger.open(seoul.ledger.place, "park", lambda: clock() + dt.timedelta(days=days))
    seoul.sync()
    assert seoul.claim(2) == (1, 2)
    drive = seoul.make(1)
    seoul.sync()
    busan = computers.add("busan")
    busan.sync()
    assert busan.claim(3) == (3,)
    assert busan.ledger.read().journey(drive).counts


@pytest.mark.parametrize("when", ["before the answer is written down", "before the first write"])
def test_a_station_that_is_killed_after_its_claim_goes_on_with_the_same_numbers(
    computers: Computers, when: str
) -> None:
    computers.order(4)
    seoul = computers.add("seoul")
    seoul.sync()

    class KilledError(Exception):
        pass

    def die(*values: object) -> None:
        given(*values)  # type: ignore[arg-type]
        raise KilledError

    given = seoul.hub.claim
    if when == "before the first write":
        assert seoul.claim(2) == (1, 2)
    else:
        seoul.hub.claim = die  # type: ignore[assignment]
        with pytest.raises(KilledError):
            seoul.claim(2)
        seoul.hub.claim = given  # type: ignore[method-assign]
    seoul.ledger.close()
    seoul.hub.close()
    seoul.ledger = Ledger.open(seoul.ledger.place, "seoul", clock)
    take_turn(seoul.ledger, seoul.hub, (ID,), 2)
    assert seoul.ledger.read().free_numbers(ID) == [1, 2]
    assert [state for state, _who in computers.numbers().values()] == ["held", "held", "free", "free"]
    for number in (1, 2):
        seoul.make(number)
    seoul.sync()
    assert [state for state, _who in computers.numbers().values()] == ["used", "used", "free", "free"]


@pytest.mark.parametrize("gone", ["at the start", "with numbers held"])
def test_a_station_that_starts_while_the_hub_is_gone_goes_on_with_what_it_holds(
    computers: Computers, gone: str
) -> None:
    computers.order(3)
    seoul = computers.add("seoul")
    seoul.sync()
    if gone == "with numbers held":
        seoul.claim(2)
    nowhere = find_ledger("postgresql://usbkit_x@127.0.0.1:1/hub", {})
    assert begin_following(seoul.ledger, nowhere, (ID,), 2) is None
    standing = read_standing(seoul.ledger)
    assert standing is not None and standing.lost is not None
    left = spare_numbers(seoul.ledger.read(), ID)
    assert left == ([1, 2] if gone == "with numbers held" else [])
    for number in left:
        seoul.make(number)
    begin_following(seoul.ledger, seoul.hub.place, (ID,), 2)
    assert spare_numbers(seoul.ledger.read(), ID) == ([3] if left else [1, 2])


def test_a_station_of_another_version_may_do_nothing(computers: Computers) -> None:
    """Each function asks first which version calls, so that no old one does half of something new."""
    computers.order(3)
    seoul = computers.add("seoul")
    seoul.sync()
    before = computers.numbers()
    with computers.owner() as raw:
        functions = raw.execute(
            "SELECT proname, pronargs FROM pg_proc WHERE pronamespace = 'usbkit_hub'::regnamespace AND prosecdef"
        ).fetchall()
    assert len(functions) > 15
    with seoul.raw() as raw:
        for name, count in functions:
            arguments = ", ".join(["%s", *["NULL"] * (int(str(count)) - 1)])
            for version in (PROTOCOL - 1, PROTOCOL + 1, None):
                with pytest.raises(psycopg.Error) as problem:
                    raw.execute(f"SELECT usbkit_hub.{name}({arguments})", (version,))
                assert problem.value.sqlstate == "UH409", name
    assert computers.numbers() == before
