"""Several stations on one order: each number has exactly one whole drive that is not void, whoever made it."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.hub.computers import ID, Computer, Computers
from tests.ledger.stories import order
from tests.station.small import STICK, make_bundle
from tests.support.cli import TOP
from tests.support.postgresql import Server, running_server
from usbkit.drives.inspection import Inspection, inspect_drive
from usbkit.ledger.appending import digest_nonce
from usbkit.ledger.hub.line import HubUnreachedError
from usbkit.ledger.hub.standing import note_lost, read_standing
from usbkit.orders.cancelling import cancel_order
from usbkit.station import hub_following
from usbkit.station.hub_following import Following, HubWatch, describe, leave, spare_numbers, take_turn
from usbkit.station.messages import Shared

pytestmark = pytest.mark.needs("postgresql")


@pytest.fixture(scope="module")
def hubs() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture
def computers(tmp_path: Path, hubs: Server) -> Computers:
    return Computers(tmp_path, hubs)


def begin(computers: Computers, count: int, names: list[str]) -> list[Computer]:
    """An order of the small bundle, and its stations."""
    bundle = make_bundle(computers.folder)
    computers.desk.ledger.append(order(count=count).model_copy(update={"fingerprint": bundle.fingerprint}))
    computers.desk.sync()
    return [computers.add(name) for name in names]


def start(computers: Computers, one: Computer, sticks: int) -> tuple[subprocess.Popen[str], list[Path]]:
    """The station of a computer, over empty image files."""
    file = one.ledger.place.path
    files = [computers.folder / f"{file.stem}-{n}.img" for n in range(sticks)]
    for path in files:
        with path.open("wb") as image:
            image.truncate(STICK)
    one.ledger.close()
    library = computers.folder / f"{file.stem}-library"
    assert make_bundle(library).fingerprint == make_bundle(computers.folder).fingerprint
    command = [sys.executable, "-m", "tests.station.hub_station", str(library), str(file), one.url]
    process = subprocess.Popen([*command, *map(str, files)], cwd=TOP, text=True, stderr=subprocess.PIPE)
    return process, files


def finish(process: subprocess.Popen[str]) -> str:
    """What it said; it ends by itself when the order is filled."""
    _out, said = process.communicate(timeout=120)
    assert process.returncode == 0 and "Traceback" not in said, said
    return said


def look(file: Path) -> Inspection:
    found = inspect_drive(file)
    assert isinstance(found, Inspection)
    return found


def numbers_on(computers: Computers, files: list[Path]) -> Counter[int]:
    """The numbers of finished sticks whose drive is not void."""
    computers.desk.sync()
    state = computers.desk.ledger.read()
    found = Counter[int]()
    for file in files:
        passport = look(file).passport
        if passport is not None and passport.drive is not None and passport.nonce is not None:
            journey = state.journeys[state.by_nonce[digest_nonce(passport.nonce)]]
            if journey.counts:
                found[passport.drive.number] += 1
    return found


def test_two_stations_on_an_order_of_one_make_one_drive(computers: Computers) -> None:
    """What 1.0.0rc1 did here: both finished sticks said "1 of 1"."""
    stations = begin(computers, 1, ["seoul", "busan"])
    running = [start(computers, one, 1) for one in stations]
    for process, _files in running:
        finish(process)
    files = [file for _process, its in running for file in its]
    assert numbers_on(computers, files) == {1: 1}
    assert sum(look(file).passport is not None for file in files) == 1


def test_four_stations_share_an_order(computers: Computers) -> None:
    stations = begin(computers, 6, ["s1", "s2", "s3", "s4"])
    running = [start(computers, one, 2) for one in stations]
    for process, _files in running:
        finish(process)
    files = [file for _process, its in running for file in its]
    assert numbers_on(computers, files) == dict.fromkeys(range(1, 7), 1)
    assert computers.desk.ledger.read().is_filled(ID)
    assert {state for state, _who in computers.numbers().values()} == {"used"}


def test_numbers_are_claimed_ahead_and_given_back_at_the_end(computers: Computers) -> None:
    computers.order(5)
    seoul = computers.add("seoul")
    take_turn(seoul.ledger, seoul.hub, (), 2)
    take_turn(seoul.ledger, seoul.hub, (ID,), 2)
    assert spare_numbers(seoul.ledger.read(), ID) == [1, 2]
    seoul.make(1)
    take_turn(seoul.ledger, seoul.hub, (ID,), 2)
    assert spare_numbers(seoul.ledger.read(), ID) == [2, 3]
    leave(seoul.ledger, seoul.hub, (ID,))
    assert spare_numbers(seoul.ledger.read(), ID) == []
    assert [state for state, _who in computers.numbers().values()] == ["used", "free", "free", "free", "free"]


def test_cut_off_it_goes_on_with_what_it_holds_and_says_so(computers: Computers) -> None:
    computers.order(5)
    seoul = computers.add("seoul")
    take_turn(seoul.ledger, seoul.hub, (), 3)
    take_turn(seoul.ledger, seoul.hub, (ID,), 3)
    login = seoul.login()
    with computers.owner() as raw:
        raw.execute(f"ALTER ROLE {login} NOLOGIN")
        raw.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (login,))
        with pytest.raises(HubUnreachedError) as problem:
            take_turn(seoul.ledger, seoul.hub, (ID,), 3)
            take_turn(seoul.ledger, seoul.hub, (ID,), 3)
        note_lost(seoul.ledger, str(problem.value.findings[0].what))
        seoul.make(2)
        standing = read_standing(seoul.ledger)
        assert standing is not None
        (line,) = describe(standing, len(spare_numbers(seoul.ledger.read(), ID)))
        assert "2 numbers left here" in str(line) and str(line).startswith("hub not reached since ")
        raw.execute(f"ALTER ROLE {login} LOGIN")
    take_turn(seoul.ledger, seoul.hub, (ID,), 3)
    standing = read_standing(seoul.ledger)
    assert standing is not None and standing.lost is None
    assert [state for state, _who in computers.numbers().values()] == ["held", "used", "held", "held", "free"]


class Quiet:
    """In the place of the process beside the station: we take its turns."""

    is_running = True

    def __init__(self, module: str, told: str) -> None:
        self.told = [told]

    def tell(self, line: str) -> None:
        self.told.append(line)


def test_the_board_says_which_station_has_which_numbers_now(
    computers: Computers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_following, "Companion", Quiet)
    computers.order(6)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    for one in (seoul, busan):
        one.sync()
    watch = HubWatch(Following("x", "y", "kim", (ID,), 2), seoul.ledger)
    said = [[what for what in watch.news(0) if isinstance(what, Shared)]]
    seoul.claim(2)
    busan.claim(1)
    seoul.sync()
    said.append([what for what in watch.news(0) if isinstance(what, Shared)])
    said.append([what for what in watch.news(0) if isinstance(what, Shared)])
    busan.make(3)
    busan.claim(2)
    seoul.sync()
    said.append([what for what in watch.news(0) if isinstance(what, Shared)])
    first, claimed, nothing, more = said
    assert first == nothing == []
    assert [(s.name, s.numbers, s.whole) for s in claimed[0].shares] == [(busan.name, (3,), 0), (seoul.name, (1, 2), 0)]
    assert [(s.numbers, s.whole) for s in more[0].shares] == [((3, 4, 5), 1), ((1, 2), 0)]


def test_finished_drives_that_count_no_more_are_said_once(
    computers: Computers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_following, "Companion", Quiet)
    computers.order(3)
    seoul = computers.add("seoul")
    seoul.sync()
    seoul.claim(3)
    made = [seoul.make(1), seoul.make(2)]
    seoul.sync()
    watch = HubWatch(Following("x", "y", "kim", (ID,), 2), seoul.ledger)
    before = [str(what) for what in watch.news(0)]
    computers.desk.sync()
    cancel_order(computers.desk.ledger, ID, "", give_up_whole=True)
    computers.desk.sync()
    seoul.sync()
    told = [[str(what) for what in watch.news(0)] for _again in range(2)]
    line = f"{', '.join(made)} of {ID} are finished, and count no more: its order was cancelled"
    assert line in told[0] and line not in (*before, *told[1])
    again = HubWatch(Following("x", "y", "kim", (ID,), 2), seoul.ledger)
    assert line not in [str(what) for what in again.news(0)], "known before it began"


def test_what_the_process_is_told_comes_back_as_it_was() -> None:
    import json
    from dataclasses import asdict

    told = Following("a.sqlite", "postgresql://h/d", "kim", (ID, "peru-1"), 2, "ko")
    assert Following.parse(json.dumps(asdict(told))) == told
