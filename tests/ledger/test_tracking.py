"""Marks on drives after they left, shares of orders, and replacement drives."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
from pathlib import Path

import pytest

from tests.ledger.stories import CHECK, SEAL, begun, clock, damaged, make_drive, named, open_ledger, order, stick
from tests.support.cli import usbkit
from usbkit.core.errors import InputError, RefusedError, UsbkitError
from usbkit.drives.record import Outcome
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Mark, Where
from usbkit.ledger.events import (
    ArrivalTold,
    DriveFound,
    DriveMarked,
    DriveVoided,
    OrderAdded,
    OrderCancelled,
    OrderSplit,
)
from usbkit.ledger.explaining import tell_drive
from usbkit.ledger.journey import Stage
from usbkit.ledger.order_share import OrderShare
from usbkit.ledger.reporting import By, report
from usbkit.ledger.selecting import Choice, find_drives
from usbkit.ledger.tracking import Telling, mark_drives, unfit_to_leave
from usbkit.trust.receipt_code import Found


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = open_ledger(tmp_path)
    made.append(order())
    return made


def test_a_drive_goes_its_way(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    for mark, where in ((Mark.SENT, Where.SENT), (Mark.HANDED_OVER, Where.HANDED_OVER), (Mark.LOST, Where.LOST)):
        (journey,) = mark_drives(ledger, mark, [drive.lower()], (), Telling(bag="7", note="by hand"))
        assert journey.where is where
    assert [(m.bag, m.note, m.by) for m in journey.marks] == [("7", "by hand", "kim")] * 3


def test_all_of_an_order_or_none(ledger: Ledger) -> None:
    good, failed = make_drive(ledger, 1, stick("A")), make_drive(ledger, 2, stick("B"), Outcome.DAMAGED)
    with pytest.raises(RefusedError, match=f"drive {failed} is failed"):
        mark_drives(ledger, Mark.SENT, [good, failed], (), Telling())
    assert ledger.read().journeys[good].where is Where.HERE
    assert [j.drive for j in mark_drives(ledger, Mark.SENT, (), ["guatemala-1"], Telling())] == [good]
    with pytest.raises(RefusedError, match="was sent already"):
        mark_drives(ledger, Mark.SENT, ["guatemala-1:1"], (), Telling())
    mark_drives(ledger, Mark.SENT, ["guatemala-1:1"], (), Telling(), again=True)


@pytest.mark.parametrize(
    ("day", "said"), [(dt.date(2027, 1, 1), "still to come"), (dt.date(2020, 1, 1), "was not made yet")]
)
def test_days_that_cannot_be(ledger: Ledger, day: dt.date, said: str) -> None:
    drive = make_drive(ledger, 1, stick())
    with pytest.raises(RefusedError, match=said):
        mark_drives(ledger, Mark.SENT, [drive], (), Telling(day=day))


def test_names_that_are_none_come_at_once(ledger: Ledger) -> None:
    with pytest.raises(InputError) as found:
        find_drives(ledger.read(), ["ZZZZZ", "guatemala-1:2", "peru-1:1", "ABCDE@nowhere"])
    assert len(found.value.findings) == 4


def test_a_replaced_drive_frees_its_number(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    mark_drives(ledger, Mark.REPLACED, [drive], (), Telling())
    ledger_state = ledger.read()
    assert ledger_state.free_numbers("guatemala-1") == [1, 2, 3] and not ledger_state.journeys[drive].counts
    successor = make_drive(ledger, 1, stick("Z"))
    ledger_state = ledger.read()
    assert ledger_state.whole_numbers("guatemala-1") == [1]
    assert ledger_state.holder("guatemala-1", 1) == ledger_state.journeys[successor]
    with pytest.raises(RefusedError, match="was replaced"):
        mark_drives(ledger, Mark.SENT, [drive], (), Telling())


def test_an_order_in_place_of_a_drive_takes_its_number(ledger: Ledger) -> None:
    drive = make_drive(ledger, 2, stick())
    values = {**order("guatemala-2").model_dump(), "numbers": (2,), "of": 3, "replaces": drive}
    ledger.append(OrderAdded.model_validate(values))
    ledger_state = ledger.read()
    assert ledger_state.journeys[drive].where is Where.REPLACED
    assert ledger_state.journeys[drive].marks[-1].successor == "guatemala-2"
    assert ledger_state.free_numbers("guatemala-1") == [1, 3] and ledger_state.orders["guatemala-1"].numbers == (1, 3)
    successor = make_drive(ledger, 2, stick("Z"), id="guatemala-2")
    ledger_state = ledger.read()
    assert (ledger_state.journeys[successor].number, ledger_state.journeys[successor].of) == (2, 3)
    counted = report(ledger_state, By.COUNTRY, Choice(), ledger.now()).total
    assert (counted.ordered, counted.made, counted.replaced) == (3, 1, 1)


def test_numbers_that_were_split_off_are_filled_elsewhere(ledger: Ledger) -> None:
    make_drive(ledger, 1, stick())
    ledger.append(OrderSplit(order="guatemala-1", numbers=(2, 3), to="Lima"))
    ledger_state = ledger.read()
    assert ledger_state.orders["guatemala-1"].numbers == (1,) and ledger_state.is_filled("guatemala-1")
    for numbers in ((1,), (2,), (9,)):
        with pytest.raises(UsbkitError, match="is taken"):
            ledger.append(OrderSplit(order="guatemala-1", numbers=numbers))


def test_a_share_is_a_file_and_back(ledger: Ledger) -> None:
    share = OrderShare(order(), ledger.origin, (2, 3))
    assert OrderShare.from_json(share.to_json(), "x") == share
    for wrong in ("{}", "", share.to_json().replace("2,", "7,", 1), share.to_json().replace("share v1", "share v2")):
        with pytest.raises(InputError, match="no share of an order"):
            OrderShare.from_json(wrong, "x")


def test_lists_are_chosen_from(tmp_path: Path, ledger: Ledger) -> None:
    values = {**order("peru-1").model_dump(), "country": "peru", "code": "PE", "route": "mission", "edition": 4}
    ledger.append(OrderAdded.model_validate({**values, "fingerprint": "ab" * 32}))
    here, gone = make_drive(ledger, 1, stick("A")), make_drive(ledger, 2, stick("B"))
    peru = make_drive(ledger, 1, stick("C"), id="peru-1")
    mark_drives(ledger, Mark.SENT, [gone], (), Telling())

    def listed(*options: str) -> set[str]:
        done = usbkit("--ledger", named(tmp_path), "--json", "ledger", "list", *options).expect(0)
        return {d["drive"] for d in done.json["drives"]}

    assert listed() == {here, gone, peru}
    assert listed("--country", "PE") == listed("--route", "mission") == listed("--edition", "4") == {peru}
    assert listed("--seal", SEAL[:8]) == {here, gone}
    assert listed("--where", "sent") == listed("--where", "sent", "--order", "guatemala-1") == {gone}
    assert listed("--state", "failed") == listed("--late") == set()
    counted = usbkit("--ledger", named(tmp_path), "--json", "ledger", "report", "--by", "seal").expect(0).json
    assert counted["groups"][SEAL]["out"] == 1 and counted["all"]["made"] == 3


NASTY = '=cmd|"/c calc"!A1<script>alert(1)</script>\x1b[31m'


def test_what_comes_from_outside_is_text_everywhere(tmp_path: Path, ledger: Ledger) -> None:
    with ledger.write() as writing:
        drive = writing.mint("guatemala-1", 1)
        writing.append(begun(drive, stick(NASTY)))
    from tests.ledger.stories import ended

    ledger.append(ended(drive))
    mark_drives(ledger, Mark.SENT, [drive], (), Telling(bag=NASTY, note=NASTY))
    exported = usbkit("--ledger", named(tmp_path), "ledger", "export").expect(0).out
    cells = [cell for row in csv.reader(exported.splitlines()) for cell in row]
    assert not [c for c in cells if c.startswith(("=", "+", "-", "@")) or "\x1b" in c]
    assert sum(c.startswith("'=cmd") for c in cells) == 2
    later = {"SOURCE_DATE_EPOCH": "1900000000"}
    page = tmp_path / "report.html"
    said = usbkit("--ledger", named(tmp_path), "ledger", "report", "--html", page, environ=later).expect(0)
    text = page.read_text()
    assert "<script>" not in text and "&lt;script&gt;" in text and "\x1b" not in said.out
    assert str(ledger.heads()[0]) in text
    shown = usbkit("--ledger", named(tmp_path), "ledger", "show", drive).expect(0)
    assert "\x1b" not in shown.out


def test_exports_hold_no_secret(tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    # A word that no column, key or state is called by.
    monkeypatch.setattr("usbkit.ledger.appending.words", lambda: ("quagmire",))
    drive = make_drive(ledger, 1, stick())
    word = ledger.letter_word("guatemala-1")
    rows = ledger.secret_rows()
    hidden = [ledger.nonce_of(drive), word, rows.words[0]["salt"]]
    for arguments in (
        ("ledger", "export"),
        ("ledger", "export", "--format", "json"),
        ("ledger", "export", "--format", "entries"),
        ("--json", "ledger", "list"),
        ("--json", "ledger", "show", drive),
        ("--json", "ledger", "report"),
        ("--json", "order", "show", "guatemala-1"),
        ("ledger", "head"),
    ):
        out = usbkit("--ledger", named(tmp_path), *arguments).expect(0).out
        assert not [secret for secret in hidden if secret in out]


def test_a_station_ends_only_its_own(ledger: Ledger) -> None:
    """A drive that another origin is writing is that origin's to end."""
    from usbkit.station.ledger_recorder import LedgerRecorder
    from usbkit.writing.job import Wipe

    with ledger.write() as writing:
        drive = writing.mint("guatemala-1", 1)
        writing.append(begun(drive, stick()))
    elsewhere = LedgerRecorder(ledger, (), Wipe.NONE)
    ledger.origin = "elsewhere-1"
    elsewhere.open_batch((), "skip")
    assert ledger.read().journeys[drive].stage is Stage.BEGUN


def test_marks_of_drives_that_are_void_stay_and_count_nothing(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    ledger.append(DriveMarked(drive=drive, mark=Mark.REPLACED))
    assert report(ledger.read(), By.ORDER, Choice(), ledger.now()).total.made == 0


def test_a_drive_that_came_back_damaged_is_not_to_leave_until_it_is_read(ledger: Ledger) -> None:
    """It was offered for sending, with its papers."""
    drive, other = make_drive(ledger, 1, stick("A")), make_drive(ledger, 2, stick("B"))
    ledger.append(DriveMarked(drive=drive, mark=Mark.SENT), damaged(drive))
    assert ledger.read().journey(drive).has_trouble and not ledger.read().journey(drive).is_doubted, "it is out"
    ledger.append(DriveMarked(drive=drive, mark=Mark.RETURNED))
    state = ledger.read()
    journey = state.journey(drive)
    assert journey.is_doubted and journey.counts
    (finding,) = unfit_to_leave(state, [journey, state.journey(other)])
    assert drive in str(finding.what) and f"--replaces {drive}" in str(finding.todo)
    assert [j.drive for j in report(state, By.ORDER, Choice(), ledger.now()).doubted] == [drive]
    ledger.append(DriveFound(drive=drive, stick=stick("A"), is_whole=True, check=CHECK))
    state = ledger.read()
    assert state.journey(drive).counts and unfit_to_leave(state, [state.journey(drive)]) == []
    assert report(state, By.ORDER, Choice(), ledger.now()).doubted == ()


@pytest.mark.parametrize(
    ("said", "has_trouble"),
    [
        ((False,), True),
        ((True,), False),
        ((False, True), False),
        ((Found.DAMAGED, True), True),
        ((Found.DAMAGED, Found.WHOLE), False),
        ((Found.WHOLE, False), True),
        ((False, Found.WHOLE), False),
        ((Found.ADDED_TO,), True),
        ((None,), False),
    ],
)
def test_what_was_heard_last_decides_and_a_check_outranks_a_word(
    tmp_path: Path, said: tuple[Found | bool | None, ...], has_trouble: bool
) -> None:
    later = itertools.count()
    ledger = open_ledger(tmp_path, now=lambda: clock() + dt.timedelta(minutes=next(later)))
    ledger.append(order())
    drive = make_drive(ledger, 1, stick())
    for one in said:
        if isinstance(one, Found):
            ledger.append(damaged(drive, one).model_copy(update={"code": f"{next(later):020}"}))
        else:
            ledger.append(ArrivalTold(drive=drive, plays=one))
    assert ledger.read().journey(drive).has_trouble is has_trouble


def test_outdated_drives_that_are_here_are_not_to_leave(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    newer = order("guatemala-2", 1).model_copy(update={"fingerprint": "ab" * 32, "edition": 9})
    ledger.append(newer)
    state = ledger.read()
    (finding,) = unfit_to_leave(state, [state.journey(drive)])
    assert "OUTDATED" in str(finding.what) and "usbkit order renew guatemala-1" in str(finding.todo)
    mark_drives(ledger, Mark.SENT, [drive], (), Telling())
    state = ledger.read()
    assert unfit_to_leave(state, [state.journey(drive)]) == [], "it has left"


def test_drives_that_are_out_of_a_cancelled_order_are_named(ledger: Ledger, tmp_path: Path) -> None:
    """They vanished from every list."""
    drive = make_drive(ledger, 1, stick())
    make_drive(ledger, 2, stick("B"))
    mark_drives(ledger, Mark.SENT, [drive], (), Telling())
    ledger.append(
        *(
            DriveVoided(drive=j.drive, reason="its order was cancelled")
            for j in ledger.read().journeys_of("guatemala-1")
        )
    )
    ledger.append(OrderCancelled(order="guatemala-1"))
    found = report(ledger.read(), By.ORDER, Choice(), ledger.now())
    assert [j.drive for j in found.void_out] == [drive]
    said = usbkit("--ledger", named(tmp_path), "ledger", "report").expect(0).out
    assert f"out, and counts no more: {drive} (guatemala-1 1/3)" in said
    assert "void   sent" in usbkit("--ledger", named(tmp_path), "ledger", "list").expect(0).out


def test_what_its_station_has_read_is_over_also_when_it_is_sent_again(tmp_path: Path) -> None:
    """The trouble came back with the drive's leaving, and stood in every list."""
    later = itertools.count()
    ledger = open_ledger(tmp_path, now=lambda: clock() + dt.timedelta(minutes=next(later)))
    ledger.append(order())
    drive = make_drive(ledger, 1, stick())
    for mark in (Mark.SENT, Mark.RETURNED):
        ledger.append(DriveMarked(drive=drive, mark=mark), *((damaged(drive),) if mark is Mark.SENT else ()))
    assert report(ledger.read(), By.ORDER, Choice(), ledger.now()).in_trouble
    ledger.append(DriveFound(drive=drive, stick=stick(), is_whole=True, check=CHECK))
    for is_sent in (False, True):
        if is_sent:
            ledger.append(DriveMarked(drive=drive, mark=Mark.SENT))
        found = report(ledger.read(), By.ORDER, Choice(), ledger.now())
        assert (found.in_trouble, found.calls, found.doubted) == ((), (), ()), is_sent
        journey = ledger.read().journey(drive)
        assert journey.call_about is None and not journey.has_trouble
    told = [str(step.what) for step in tell_drive(ledger.read().journey(drive))]
    assert "its station read all of it again: WHOLE" in told


def test_what_was_told_before_it_came_back_is_of_a_journey_that_is_over(tmp_path: Path) -> None:
    """All on one day, it counted as arrived at once."""
    later = itertools.count()
    ledger = open_ledger(tmp_path, now=lambda: clock() + dt.timedelta(minutes=next(later)))
    ledger.append(order())
    drive = make_drive(ledger, 1, stick())
    ledger.append(DriveMarked(drive=drive, mark=Mark.SENT), ArrivalTold(drive=drive, plays=True))
    assert ledger.read().journey(drive).where is Where.ARRIVED
    ledger.append(DriveMarked(drive=drive, mark=Mark.RETURNED), DriveMarked(drive=drive, mark=Mark.SENT))
    assert ledger.read().journey(drive).where is Where.SENT
    ledger.append(ArrivalTold(drive=drive, plays=True))
    assert ledger.read().journey(drive).where is Where.ARRIVED
