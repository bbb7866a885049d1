"""``usbkit hub`` and ``usbkit order recall``, as a desk and a station type them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.ledger.stories import clock, make_drive, order, stick
from tests.support.cli import TOP
from tests.support.postgresql import Server, name_of, running_server
from usbkit.ledger import Ledger
from usbkit.ledger.hub.claims import claim_numbers
from usbkit.ledger.hub.line import Hub
from usbkit.ledger.hub.standing import note_standing, read_standing
from usbkit.ledger.place import LedgerPlace, find_ledger

pytestmark = pytest.mark.needs("postgresql")


@pytest.fixture(scope="module")
def hubs() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no manifests are: the orders here are of another programme than this repository's."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def url(tmp_path: Path, hubs: Server) -> str:
    place = hubs.database(name_of(tmp_path))
    return place.set(drivername="postgresql").render_as_string(hide_password=False)


def name(tmp_path: Path, what: str) -> str:
    """Logins are the whole server's."""
    return f"{name_of(tmp_path)[:12]}-{what}"


def test_from_one_computer_to_two(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, there, busan = tmp_path / "desk.sqlite", tmp_path / "busan.sqlite", name(tmp_path, "busan")
    Ledger.open(LedgerPlace(desk), "kim", clock).append(order(count=3))
    assert "nothing was changed" in call("--hub", url, "hub", "init", "--from", desk, "-n").out
    done = call("--hub", url, "--json", "hub", "init", "--from", desk)
    assert done.code == 0, done.err
    assert json.loads(done.out)["ledger"] == str(desk)
    added = json.loads(call("--hub", url, "--json", "hub", "add-station", busan).out)
    assert added["pgpass"].count(":") == 4 and added["url"].startswith("postgresql://usbkit_")

    monkeypatch.setenv("USBKIT_HUB", added["url"])
    synced = json.loads(call("--ledger", there, "--json", "hub", "sync").out)
    assert synced["taken"] == 2
    ledger = Ledger.open(LedgerPlace(there), "park")
    claim_numbers(ledger, Hub(find_ledger(added["url"], {})), ledger.read().order("guatemala-1"), 2)
    make_drive(ledger, 1, stick("one"))
    assert "1 entry" not in call("--ledger", there, "hub", "sync").out
    monkeypatch.delenv("USBKIT_HUB")

    shown = call("--ledger", desk, "--hub", url, "order", "show", "guatemala-1")
    assert busan in shown.out and "1, 2" in shown.out and "hub last reached" in shown.out, shown.out + shown.err
    document = json.loads(call("--ledger", desk, "--hub", url, "--json", "order", "show", "guatemala-1").out)
    assert [(s["name"], s["numbers"], s["whole"]) for s in document["stations"]] == [(busan, [1, 2], 1)]
    table = call("--hub", url, "hub", "stations")
    assert table.code == 0 and busan in table.out

    recall = ["--ledger", desk, "--hub", url, "order", "recall", "guatemala-1", "--station", busan, "--wait", "0"]
    refused = call(*recall)
    assert refused.code == 2 and "has not answered" in refused.err and "--give-up" in refused.err
    lost = json.loads(call("--json", *recall, "--give-up").out)
    assert (lost["void"], lost["successor"]) == ([2], "guatemala-2")
    assert call(*recall[:-2], "--lift").code == 0
    call("--hub", url, "hub", "remove-station", busan)
    late = call("--ledger", there, "--hub", added["url"], "hub", "sync")
    assert late.code != 0 and "Traceback" not in late.err


def entries_at(url: str) -> list[str]:
    """The kinds of the entries that the hub has, in the order in which they came."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as raw:
        rows = raw.execute("SELECT body FROM usbkit_hub.entry ORDER BY position").fetchall()
    return [json.loads(body)["event"]["kind"] for (body,) in rows]


def test_what_a_desk_says_of_an_order_is_at_the_hub_at_once(tmp_path: Path, url: str) -> None:
    """A correction of the route alone stayed here until somebody looked at something else."""
    desk = tmp_path / "desk.sqlite"
    ledger = Ledger.open(LedgerPlace(desk), "kim", clock)
    ledger.append(order(count=3))
    run = "--ledger", desk, "--hub", url, "--lang", "en"
    call("--hub", url, "--json", "hub", "init", "--from", desk).expect(0)
    for words, kind in (
        (("order", "correct", "guatemala-1", "--route", "mission"), "order-corrected"),
        (("order", "correct", "guatemala-1", "--note", "ring twice"), "order-corrected"),
        (("order", "correct", "guatemala-1", "--count", "2"), "order-corrected"),
        (("order", "cancel", "guatemala-1", "--yes"), "order-cancelled"),
    ):
        done = call(*run, *words).expect(0)
        assert kind in entries_at(url)[-2:], words
    assert "Stations learn it at their next sync" in done.out
    entry = next(c.entry for c in ledger.read().orders["guatemala-1"].cancellings)
    assert "numbers that stand again: 1, 2" in call(*run, "ledger", "mark", "undo", entry).expect(0).out
    assert entries_at(url)[-1] == "entry-undone"
    said = call(*run, "order", "correct", "guatemala-1", "--count", "1", "--dry-run").expect(0).out
    assert "would be given up: 2" in said and entries_at(url)[-1] == "entry-undone"


@dataclass(frozen=True)
class Two:
    """A desk that has ordered one drive, and a station that has made it; each with what its commands begin with."""

    desk: tuple[object, ...]
    station: tuple[object, ...]
    ledger: Ledger
    drive: str


@pytest.fixture
def two(tmp_path: Path, url: str) -> Two:
    desk, there, busan = tmp_path / "desk.sqlite", tmp_path / "busan.sqlite", name(tmp_path, "busan")
    Ledger.open(LedgerPlace(desk), "kim", clock).append(order(count=1))
    call("--hub", url, "hub", "init", "--from", desk).expect(0)
    added = json.loads(call("--hub", url, "--json", "hub", "add-station", busan).expect(0).out)
    far = "--ledger", there, "--hub", added["url"]
    call(*far, "hub", "sync").expect(0)
    # The desk has told its order: a station can take its numbers.
    near = "--ledger", desk, "--hub", url, "--lang", "en"
    call(*near, "hub", "sync").expect(0)
    call(*far, "hub", "sync").expect(0)
    ledger = Ledger.open(LedgerPlace(there), "park")
    claim_numbers(ledger, Hub(find_ledger(added["url"], {})), ledger.read().order("guatemala-1"), 1)
    drive = make_drive(ledger, 1, stick("one"))
    call(*far, "hub", "sync").expect(0)
    return Two(near, far, ledger, drive)


def test_a_desk_marks_a_drive_that_a_station_made_meanwhile(two: Two) -> None:
    call(*two.desk, "ledger", "mark", "sent", "guatemala-1:1").expect(0)
    call(*two.station, "hub", "sync").expect(0)
    assert two.ledger.read().journey(two.drive).where == "sent"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("ledger", "list"), "{drive} guatemala-1 1/1 WHOLE"),
        (("ledger", "report"), "guatemala 1 1 1"),  # ordered, made, here
        (("ledger", "export", "--format", "json"), '"{drive}"'),
        (("ledger", "show", "guatemala-1:1"), "{drive}"),
    ],
)
def test_whoever_asks_is_told_what_stations_did_meanwhile(two: Two, words: tuple[str, ...], shown: str) -> None:
    done = call(*two.desk, *words).expect(0)
    assert "not reached" not in done.err and shown.format(drive=two.drive) in " ".join(done.out.split()), done.out


def test_an_answer_from_a_station_s_drive_is_known_at_once_and_told_at_once(two: Two) -> None:
    reference = two.ledger.read().journey(two.drive).reference
    assert "BEFORE DISPATCH" in call(*two.desk, "receipt", "enter", reference).expect(1).out
    call(*two.desk, "ledger", "mark", "sent", reference).expect(0)
    call(*two.desk, "receipt", "enter", reference, "--again").expect(0)
    call(*two.station, "hub", "sync").expect(0)
    assert two.ledger.read().journey(two.drive).where == "arrived"


def test_a_ledger_that_the_hub_refuses_can_be_read(two: Two, tmp_path: Path) -> None:
    """A copy of yesterday, of which the hub has more."""
    copy = tmp_path / "copy.sqlite"
    call(*two.desk, "ledger", "list").expect(0)
    call(*two.desk, "ledger", "backup", copy).expect(0)
    call(*two.desk, "order", "correct", "guatemala-1", "--note", "ring twice").expect(0)
    done = call("--ledger", copy, *two.desk[2:], "ledger", "list").expect(0)
    assert "it was set back, or is in use on another computer too" in done.err
    assert two.drive in done.out
    assert "guatemala-1" in call("--ledger", copy, *two.desk[2:], "order", "list").expect(0).out


def test_without_the_hub_it_is_said_since_when(two: Two) -> None:
    gone = *two.desk[:2], "--hub", "postgresql://nobody@127.0.0.1:1/x", *two.desk[4:]
    done = call(*gone, "ledger", "report").expect(0)
    assert "hub not reached since" in done.err
    call(*two.desk, "ledger", "mark", "sent", "guatemala-1:1").expect(0)
    done = call(*gone, "receipt", "enter", two.ledger.read().journey(two.drive).reference).expect(0)
    assert done.err.count("hub not reached since") == 1, "what did not answer before is not asked again after"


def test_a_station_says_nothing_of_drives_that_others_made(two: Two, tmp_path: Path) -> None:
    """Two whole drives of one number counted, where a station had one of another's replaced."""
    reference = two.ledger.read().journey(two.drive).reference
    third = name(tmp_path, "third")
    url = str(two.desk[3])
    added = json.loads(call("--hub", url, "--json", "hub", "add-station", third).expect(0).out)
    other = "--ledger", tmp_path / "third.sqlite", "--hub", added["url"], "--lang", "en"
    call(*other, "hub", "sync").expect(0)
    for words in (
        ("ledger", "mark", "lost", reference),
        ("ledger", "mark", "sent", "--order", "guatemala-1"),
        ("order", "add", "guatemala", "--replaces", reference),
    ):
        done = call(*other, *words)
        assert (done.code, "Do it at the desk" in done.err) == (2, True), done
    marked = call(*two.desk, "ledger", "mark", "sent", reference).expect(0)
    entry = two_entry(two)
    call(*other, "hub", "sync").expect(0)
    done = call(*other, "ledger", "mark", "undo", entry)
    assert (done.code, "Do it at the desk" in done.err, marked.code) == (2, True, 0), done
    # Its own are its own to tell of.
    call(*two.station, "ledger", "mark", "lost", reference).expect(0)
    call(*two.desk, "ledger", "mark", "found", reference).expect(0)


def two_entry(two: Two) -> str:
    """The desk's latest mark of the drive."""
    call(*two.station, "hub", "sync").expect(0)
    (marked,) = two.ledger.read().journey(two.drive).standing
    return f"{marked.chain}:{marked.sequence}"


def test_a_cancelled_order_names_whose_numbers_and_drives_it_takes(two: Two, tmp_path: Path) -> None:
    busan = name(tmp_path, "busan")
    done = call(*two.desk, "order", "cancel", "guatemala-1", "--yes").expect(0)
    assert f"{busan} has numbers of it: 1" in done.out and f"counts no more: {two.drive} (1/1): here" in done.out
    call(*two.station, "hub", "sync").expect(0)
    for one in (two.desk, two.station):
        call(*one, "hub", "sync").expect(0)
        shown = call(*one, "--lang", "en", "order", "show", "guatemala-1").expect(0).out
        assert "CONFLICT" not in shown and "cancelled" in shown


def test_a_drive_that_was_finished_before_its_station_learned_is_no_conflict(two: Two, tmp_path: Path) -> None:
    ledger = Ledger.open(LedgerPlace(Path(str(two.desk[1]))), "kim")
    ledger.append(order("guatemala-2", 2))
    call(*two.desk, "hub", "sync").expect(0)
    call(*two.station, "hub", "sync").expect(0)
    hub = Hub(find_ledger(str(two.station[3]), {}))
    claim_numbers(two.ledger, hub, two.ledger.read().order("guatemala-2"), 1)
    call(*two.desk, "order", "cancel", "guatemala-2", "--yes").expect(0)
    late = make_drive(two.ledger, 1, stick("late"), id="guatemala-2")
    call(*two.station, "hub", "sync").expect(0)
    shown = call(*two.desk, "order", "show", "guatemala-2").expect(0).out
    assert f"drive {late} of {name(tmp_path, 'busan')} bears 1 of 2; it counts no more" in shown
    assert "CONFLICT" not in shown


def test_a_desk_alone_recalls_and_is_told_where_nothing_was_held(two: Two, tmp_path: Path) -> None:
    url = str(two.desk[3])
    empty = name(tmp_path, "empty")
    added = json.loads(call("--hub", url, "--json", "hub", "add-station", empty).expect(0).out)
    recall = "order", "recall", "guatemala-1", "--station", empty, "--wait", "0"
    said = call(*two.desk, *recall).expect(0)
    assert f"{empty} holds nothing of guatemala-1, and gets no more of it." in said.out
    done = call("--ledger", tmp_path / "empty.sqlite", "--hub", added["url"], "--lang", "en", *recall)
    assert done.code == 2 and "Do it at the desk" in done.err


@pytest.mark.needs("mounts")
def test_a_ledger_that_cannot_be_written_here_is_read_beside_a_hub(two: Two, tmp_path: Path) -> None:
    call(*two.desk, "hub", "sync").expect(0)
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    call(*two.desk, "ledger", "backup", shelf / "desk.sqlite").expect(0)
    call(*two.station, "ledger", "mark", "sent", two.drive).expect(0)
    script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
    words = [sys.executable, "-m", "usbkit", "--ledger", shelf / "desk.sqlite", *two.desk[2:], "order", "list"]
    where = ["unshare", "--mount", "bash", "-c", script, "bash", shelf]
    done = subprocess.run(
        list(map(str, [*where, *words])),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(TOP)},
    )
    assert done.returncode == 0, done.stderr
    assert "guatemala-1" in done.stdout and "1 of 1" in done.stdout and "cannot be written here" in done.stderr


def test_a_hub_that_is_back_is_told(two: Two) -> None:
    standing = read_standing(Ledger.open(LedgerPlace(Path(str(two.desk[1]))), "kim"))
    assert standing is not None and standing.role == "headquarters"
    with Ledger.open(LedgerPlace(Path(str(two.desk[1]))), "kim").write() as writing:
        note_standing(writing, replace(standing, lost=clock()))
    done = call(*two.desk, "receipt", "enter", two.ledger.read().journey(two.drive).reference)
    assert "BEFORE DISPATCH" in done.out and "not reached" not in done.err


def test_what_is_named_wrongly_is_said(tmp_path: Path, url: str) -> None:
    ledger = tmp_path / "ledger.sqlite"
    for arguments, words in (
        (["hub", "sync"], "no hub is named"),
        (["--hub", "file.sqlite", "hub", "sync"], "expected postgresql://HOST/DATABASE"),
        (["--hub", url, "hub", "sync"], "there is no hub that you may call"),
        (["--hub", url, "hub", "add-station", "busan"], "this database is no hub"),
        (["--hub", url, "hub", "init", "--name", "Büro"], "expected up to 40 small letters"),
        (["--hub", url, "--ledger", url, "hub", "init"], "expected a file"),
        (["--hub", "postgresql://nobody@127.0.0.1:1/x", "hub", "sync"], "Numbers held here can be used without it"),
    ):
        done = call("--ledger", ledger, *arguments) if "--ledger" not in arguments else call(*arguments)
        assert done.code in (2, 3) and words in done.err, (arguments, done.err)
