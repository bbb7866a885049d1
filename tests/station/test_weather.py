"""Three stations and a hub under faults: cables pulled, stations killed, PostgreSQL stopped, restarted, restored.

Each is a separate computer (a network namespace), over image files. In the end each number has one whole drive that is
not void, the hub's chains are continuous and the union of all, and each drive is byte for byte what one machine would
have made.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from tests.ledger.hub.computers import ID, Computer, Computers
from tests.station import hub_waits
from tests.station.hub_waits import Wait, read_waits
from tests.station.small import STICK, make_bundle
from tests.station.test_hub_following import begin, numbers_on
from tests.support.cables import NETWORK, Cable, cables
from tests.support.cli import TOP
from tests.support.postgresql import Server, running_server
from tests.support.proxy import Proxy
from tests.support.sample import sample
from usbkit.core.progress import Silence
from usbkit.disk.imagefile import write_image
from usbkit.ledger import Ledger
from usbkit.ledger.chain import check_chain
from usbkit.ledger.hub.line import HubUnreachedError
from usbkit.trust.passport import DriveNumber

pytestmark = pytest.mark.needs("postgresql", "netns")

STATIONS, STICKS, ORDERED, STRIKES = 3, 2, 5, 6


@pytest.fixture(scope="module")
def hubs() -> Iterator[Server]:
    with running_server("*", NETWORK) as server:
        yield server


@pytest.fixture
def wires() -> Iterator[list[Cable]]:
    with cables(STATIONS) as laid:
        yield laid


@dataclass
class Post:
    """A station at the end of its cable; ``proxy`` stands between it and the hub, where one does."""

    name: str
    computer: Computer
    cable: Cable
    folder: Path
    proxy: Proxy | None = None
    process: subprocess.Popen[str] | None = None
    said: str = ""
    files: list[Path] = field(default_factory=list)

    def start(self, log: Path) -> None:
        ledger = self.computer.ledger.place.path
        database = self.computer.url.partition("@/")[2].partition("?")[0]
        at = f"{self.cable.ours}:{5432 if self.proxy is None else self.proxy.port}"
        url = f"postgresql://{self.computer.login()}@{at}/{database}"
        command = [*self.cable.command, sys.executable, "-m", "tests.station.hub_station"]
        with log.open("a") as file:
            self.process = subprocess.Popen(
                [*command, str(self.folder), str(ledger), url, *map(str, self.files)],
                cwd=TOP,
                text=True,
                stdout=file,
                stderr=file,
                env={**os.environ, hub_waits.VARIABLE: str(log.with_name("waits"))},
            )

    @property
    def beside(self) -> list[int]:
        """The process that follows the hub, where there is one now."""
        if self.process is None:
            return []
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            return [pid for pid in map(int, children) if b"hub_waits" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        return []

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Weather:
    """What happens, by a seed."""

    def __init__(self, seed: int, computers: Computers, posts: list[Post], log: Path) -> None:
        self._random, self._server, self._posts, self._log = random.Random(seed), computers.server, posts, log
        self.notes = hub_waits.Notes(log.with_name("waits"), "desk")
        self._desk = computers.desk
        self._kept: Path | None = None
        self.happened: list[str] = []
        self.cleared: list[tuple[float, str]] = []

    def pass_time(self, least: float, most: float) -> None:
        threading.Event().wait(self._random.uniform(least, most))
        with contextlib.suppress(HubUnreachedError), self.notes.noting("turn"):
            self._desk.sync()  # somebody at the desk looks at the orders now and then

    def wait_for_begin(self) -> None:
        """Until every station has begun: what strikes earlier strikes nobody."""
        for _patience in range(240):
            begun = {one.who[0] for one in read_waits(self._log.with_name("waits")) if one.what == "begun"}
            if len(begun) == STATIONS:
                return
            self.pass_time(0.5, 0.5)
        raise AssertionError("no station begins")

    def strike(self) -> None:
        kinds = [self._pull, self._kill, self._kill_beside, self._freeze, self._cut_commit]
        kind = self._random.choice([*kinds, self._stop, self._restart, self._keep_or_restore])
        post = self._random.choice(self._posts)
        self.happened.append(f"{kind.__name__} {post.name}")
        kind(post)

    def _fair(self, who: str = "") -> None:
        """From now on the hub can be reached again: by ``who``, or by all."""
        self.cleared.append((time.monotonic(), who))

    def _pull(self, post: Post) -> None:
        post.cable.pull()
        self.pass_time(1, 12)
        post.cable.plug()
        self._fair(post.name)

    def _kill(self, post: Post) -> None:
        post.kill()
        self.pass_time(0, 3)
        post.start(self._log)
        self._fair(post.name)

    def _kill_beside(self, post: Post) -> None:
        for process in post.beside:
            os.kill(process, signal.SIGKILL)

    def _freeze(self, post: Post) -> None:
        """The computer is laid to sleep, in whatever it is doing at the hub, and wakes again."""
        if not post.is_running or post.process is None:
            return
        asleep = [post.process.pid, *post.beside]
        for process in asleep:
            os.kill(process, signal.SIGSTOP)
        self.pass_time(1, 12)
        for process in asleep:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)
        self._fair(post.name)

    def _cut_commit(self, post: Post) -> None:
        for other in self._posts:
            if other.proxy is not None:
                other.proxy.cut = self._random.choice(["before", "after"])
        self.pass_time(1, 3)

    def _stop(self, post: Post) -> None:
        self._server.stop(self._random.choice(["immediate", "fast"]))
        self.pass_time(1, 8)
        self._server.start()
        self._fair()

    def _restart(self, post: Post) -> None:
        self._server.stop("immediate")
        self._server.start()
        self._fair()

    def _keep_or_restore(self, post: Post) -> None:
        self._server.stop("fast")
        if self._kept is None:
            self._kept = self._server.keep()
        else:
            self._server.restore(self._kept)
        self._server.start()
        self._fair()

    def clear(self) -> None:
        for post in self._posts:
            post.cable.plug()
        self._fair()

    def start_ended(self) -> None:
        for post in self._posts:
            if not post.is_running:
                post.start(self._log)

    @property
    def is_filled(self) -> bool:
        return self._desk.ledger.read().is_filled(ID)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(sample("hub: seeds of bad weather", 1, 30)))
def test_in_any_weather_each_number_has_one_whole_drive(
    tmp_path: Path, hubs: Server, wires: list[Cable], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    computers = Computers(tmp_path, hubs)
    log = tmp_path / "log"
    posts = list(make_posts(computers, wires))
    weather = Weather(seed, computers, posts, log)
    for owner, name in hub_waits.WRAPPED:
        monkeypatch.setattr(owner, name, getattr(owner, name))  # put back after the test
    hub_waits.write_down(weather.notes)
    try:
        for post in posts:
            post.start(log)
        weather.wait_for_begin()
        for _strike in range(STRIKES):
            weather.pass_time(0, 4)
            weather.strike()
        finish(weather, posts)
        judge(computers, posts, tmp_path)
        judge_waits(read_waits(log.with_name("waits")))
    except BaseException:
        print("happened:", weather.happened)
        print(describe_hub(computers))
        print(log.read_text()[-6000:])
        raise
    finally:
        print(f"weather: {describe_waits(weather, read_waits(log.with_name('waits')))} {weather.happened}")
        for post in posts:
            post.kill()
            if post.proxy is not None:
                post.proxy.close()


def make_posts(computers: Computers, wires: list[Cable]) -> Iterator[Post]:
    for number, one in enumerate(begin(computers, ORDERED, ["a", "b", "c"])):
        library = computers.folder / f"library-{number}"
        make_bundle(library)
        one.ledger.close()
        post = Post("abc"[number], one, wires[number], library)
        if number == STATIONS - 1:
            post.proxy = Proxy(computers.server.folder / ".s.PGSQL.5432", post.cable.ours)
        post.files = [computers.folder / f"{number}-{n}.img" for n in range(STICKS)]
        for file in post.files:
            with file.open("wb") as image:
                image.truncate(STICK)
        yield post


def finish(weather: Weather, posts: list[Post]) -> None:
    """The sun comes out: every station ends by itself, since the order is filled. Whose station ended before, because
    it knew of no order while the hub was gone, starts it again.
    """
    weather.clear()
    for _patience in range(240):
        if weather.is_filled and all(not post.is_running for post in posts):
            return
        if not weather.is_filled:
            weather.start_ended()
        weather.pass_time(2, 2)
    raise AssertionError("the order is not filled")


def judge(computers: Computers, posts: list[Post], folder: Path) -> None:
    desk = computers.desk
    desk.hub.close()
    desk.sync()
    files = [file for post in posts for file in post.files]
    assert numbers_on(computers, files) == dict.fromkeys(range(1, ORDERED + 1), 1)
    ledgers = [desk.ledger]
    for post in posts:
        post.computer.ledger = Ledger.open(post.computer.ledger.place, "x")
        post.computer.hub.close()
        post.computer.sync()
        ledgers.append(post.computer.ledger)
    for _turn in range(2):
        for one in (desk, *(post.computer for post in posts)):
            one.sync()
    with computers.owner() as raw:
        rows = raw.execute("SELECT origin, sequence, hash FROM usbkit_hub.entry").fetchall()
        at_hub = {(str(o), int(str(s)), str(h)) for o, s, h in rows}
    entries = {(e.origin, e.sequence, e.hash): e for ledger in ledgers for e in ledger.entries()}
    assert set(entries) == at_hub
    assert list(check_chain(sorted(entries.values(), key=lambda e: (e.origin, e.sequence)))) == []
    drives_are_what_one_machine_makes(computers, files, folder)


def describe_hub(computers: Computers) -> str:
    """What the hub has at the end, for whoever reads how it failed."""
    lines: list[str] = []
    with contextlib.suppress(psycopg.Error), computers.owner() as raw:
        for query in (
            "SELECT number, state, station, claim, drive, is_whole FROM usbkit_hub.number ORDER BY 1",
            "SELECT name, origin, state, reported, seen, wants, note, clock_timestamp() FROM usbkit_hub.station",
            "SELECT * FROM usbkit_hub.fact",
            "SELECT * FROM usbkit_hub.contested",
            "SELECT origin, sequence, convert_from(body, 'UTF8') FROM usbkit_hub.entry WHERE body LIKE '%numbers-%' "
            "OR body LIKE '%passport-minted%' ORDER BY position",
        ):
            lines += map(str, raw.execute(query).fetchall())
    return "\n".join(lines)


def judge_waits(waits: list[Wait]) -> None:
    """A station asks the hub before it begins and never after; and nobody does while a ledger is held by it.

    So who waits for the hub is the process beside the station, and for no longer than the line's own time-outs, which
    `tests/ledger/hub/test_line.py` adds up.
    """
    calls = [one for one in waits if one.what not in ("turn", "ledger", "begun")]
    assert len(calls) > 50
    assert [one for one in calls if one.is_writing] == []
    begun = {one.who: one.ended for one in waits if one.what == "begun"}
    assert begun and [one for one in calls if one.who in begun and one.ended > begun[one.who]] == []
    assert {one.failed for one in calls} <= {"", "HubUnreachedError"}


def describe_waits(weather: Weather, waits: list[Wait]) -> str:
    """The longest of each kind, in seconds: a call, a turn, a ledger held by another, and the hub found again."""
    turns, held = ([one.seconds for one in waits if one.what == what] for what in ("turn", "ledger"))
    calls = [one.seconds for one in waits if one.what not in ("turn", "ledger", "begun")]
    polls: dict[str, list[Wait]] = {}
    for one in waits:
        if one.what == "poll" and "beside" in one.who:
            polls.setdefault(one.who, []).append(one)
    found: list[float] = []
    for (fair, name), (until, _who) in zip(weather.cleared, [*weather.cleared[1:], (float("inf"), "")], strict=True):
        for who, its in polls.items():
            answered = [w.ended for w in its if not w.failed and fair < w.ended < until]
            if who.startswith(name) and answered and its[0].ended < fair:  # it ran before
                found.append(min(answered) - fair)
    return " ".join(
        f"{name} {len(values)} {max(values, default=0):.1f}"
        for name, values in (("calls", calls), ("turns", turns), ("ledger", held), ("found", found))
    )


def drives_are_what_one_machine_makes(computers: Computers, files: list[Path], folder: Path) -> None:
    from tests.station.test_hub_following import look
    from usbkit.ledger.appending import digest_nonce

    images = make_bundle(folder / "one-machine").for_drives()
    state = computers.desk.ledger.read()
    for file in files:
        passport = look(file).passport
        if passport is None or passport.drive is None or passport.nonce is None:
            continue
        if not state.journeys[state.by_nonce[digest_nonce(passport.nonce)]].counts:
            continue
        number = DriveNumber(passport.drive.number, passport.drive.of)
        image = images.make(STICK, 512, number, passport.nonce)
        made = folder / "made.img"
        made.unlink(missing_ok=True)
        write_image(image, made, Silence())
        assert subprocess.run(["cmp", file, made], check=False).returncode == 0, number
