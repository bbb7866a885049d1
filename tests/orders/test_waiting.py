"""What waits for whom: each kind, in the order of a season, and nothing once done."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cli.desks import Desk, open_desk
from tests.ledger.stories import damaged, open_ledger
from usbkit.ledger.correcting import leave_outdated
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked, OrderAdded, OrderSplit
from usbkit.ledger.records import Cancelling, Correction
from usbkit.ledger.reporting import Counts
from usbkit.ledger.succession import count_ordered
from usbkit.ledger.tracking import Telling as Marking
from usbkit.ledger.tracking import mark_drives
from usbkit.manifest.finding import find_programme
from usbkit.manifest.load import load_programme
from usbkit.orders.arrival_entry import Telling, tell_arrival
from usbkit.orders.receipt_entry import Coming
from usbkit.orders.waiting import Kind, Waiting, _of_orders, find_waiting
from usbkit.trust.receipt_code import Found

CANCELLED = Cancelling(dt.datetime(2026, 11, 24, tzinfo=dt.UTC), "kim", "")


@pytest.fixture
def desk(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Guatemala: 3 ordered, 2 whole, more wanted; Kyrgyzstan: 1 of 1. The orders are real, as no demo's are."""
    monkeypatch.setattr("usbkit.orders.ordering.is_demo", lambda manifests: False)
    monkeypatch.setattr("usbkit.orders.ordering.require_orderable", lambda *arguments, **more: None)
    return open_desk(demo, tmp_path)


def _waiting(desk: Desk, *stems: str, later: int = 0, **options: object) -> list[Waiting]:
    manifests = load_programme(find_programme(desk.folder / "manifests"))
    ledger = open_ledger(desk.folder)
    now = ledger.now() + dt.timedelta(days=later)
    return find_waiting(manifests, stems or list(manifests.countries), ledger.read(), now, **options)  # type: ignore[arg-type]


def _of(desk: Desk, kind: Kind, *stems: str, later: int = 0) -> list[tuple[str, int, str]]:
    return [(w.country, w.count, w.command) for w in _waiting(desk, *stems, later=later) if w.kind is kind]


def test_what_is_to_be_ordered_made_and_sent(desk: Desk) -> None:
    found = [(w.kind, w.count, w.command) for w in _waiting(desk, "guatemala")]
    wanted = load_programme(find_programme(desk.folder / "manifests")).countries["guatemala"].drives
    assert found == [
        (Kind.ORDER, wanted - 3, f"usbkit order add guatemala {wanted - 3}"),
        (Kind.MAKE, 1, "usbkit station"),
        (Kind.SEND, 2, "usbkit dispatch guatemala-1 --verification note"),
    ]


def test_what_is_missing_waits_for_whoever_delivers_it_and_comes_before_approval(desk: Desk) -> None:
    shutil.copytree((desk.folder / "library").resolve(), desk.folder / "copy")
    (desk.folder / "copy/subtitles/opening.es.srt").unlink()
    (desk.folder / "copy/videos/opening.mp4").unlink()
    manifests = load_programme(find_programme(desk.folder / "manifests"))
    found = find_waiting(
        manifests, ["guatemala"], open_ledger(desk.folder).read(), dt.datetime.now(dt.UTC), desk.folder / "copy"
    )
    missing = [(str(w.whom), str(w.what), w.command) for w in found if w.kind is Kind.MISSING]
    assert missing == [("Recording desk, Spanish translators", "2 files", "usbkit check guatemala")]
    assert not [w for w in found if w.kind in (Kind.APPROVE, Kind.ORDER)]


def test_an_approval_that_is_not_there_or_was_taken_back_or_is_of_another_edition(desk: Desk) -> None:
    assert _of(desk, Kind.APPROVE, "guatemala") == []
    desk.run("approve", "kyrgyzstan", "--withdraw", "--by", "Lee", "--yes")
    (withdrawn,) = [w for w in _waiting(desk, "kyrgyzstan") if w.kind is Kind.APPROVE]
    assert "Lee" in str(withdrawn.what)
    shutil.rmtree(find_programme(desk.folder / "manifests") / "approvals")
    assert _of(desk, Kind.APPROVE, "guatemala") == [("guatemala", 1, "usbkit approve guatemala")]
    assert _of(desk, Kind.ORDER, "guatemala") == [], "what is not approved is not ordered"


def test_the_edition_that_was_approved_is_compared(desk: Desk) -> None:
    path = find_programme(desk.folder / "manifests") / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("edition = 1", "edition = 2", 1), encoding="utf-8")
    (found,) = [w for w in _waiting(desk, "guatemala") if w.kind is Kind.APPROVE]
    assert str(found.what) == "approved as edition 1, now 2"
    path.write_text(path.read_text(encoding="utf-8").replace("edition = 2", "edition = 1", 1), encoding="utf-8")
    assert not [w for w in _waiting(desk, "guatemala") if w.kind is Kind.APPROVE]
    (changed,) = [w for w in _waiting(desk, "guatemala", is_changed=lambda stem, names: True) if w.kind is Kind.APPROVE]
    assert (str(changed.what), changed.command) == (
        "it may have changed since it was approved",
        "usbkit check guatemala",
    )


def test_late_told_and_lost_drives(desk: Desk) -> None:
    ledger = open_ledger(desk.folder)
    one, two = (j for j in ledger.read().journeys_of("guatemala-1"))
    mark_drives(ledger, Mark.SENT, [one.drive, two.drive], (), Marking())
    assert _of(desk, Kind.SEND, "guatemala") == [] == _of(desk, Kind.LATE, "guatemala")
    assert _of(desk, Kind.LATE, "guatemala", later=90) == [
        ("guatemala", 2, "usbkit ledger list --late --country guatemala")
    ]
    tell_arrival(ledger, Telling(one.reference, True), Coming())
    assert _of(desk, Kind.LATE, "guatemala", later=90)[0][1] == 1, "what is told arrived is not late"
    tell_arrival(ledger, Telling(two.reference, False), Coming())
    assert _of(desk, Kind.ANSWER, "guatemala") == [("guatemala", 1, f"usbkit ledger show {two.drive}")]
    mark_drives(ledger, Mark.LOST, [one.drive], (), Marking())


def test_a_lost_drive_is_to_be_replaced(desk: Desk) -> None:
    ledger = open_ledger(desk.folder)
    (one,) = ledger.read().journeys_of("kyrgyzstan-1")
    mark_drives(ledger, Mark.LOST, [one.drive], (), Marking())
    assert _of(desk, Kind.REPLACE) == [("kyrgyzstan", 1, f"usbkit order add kyrgyzstan --replaces {one.drive}")]


def test_what_must_be_checked_waits_until_it_is(desk: Desk) -> None:
    ledger = open_ledger(desk.folder)
    (one,) = ledger.read().journeys_of("kyrgyzstan-1")
    tell_arrival(ledger, Telling(one.reference, True), Coming())
    assert _of(desk, Kind.CHECK) == []
    path = find_programme(desk.folder / "manifests") / "programme.toml"
    path.write_text("check_required = true\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert _of(desk, Kind.CHECK) == [("kyrgyzstan", 1, "usbkit ledger list --where arrived --country kyrgyzstan")]


def test_another_programme_s_orders_are_not_ours(desk: Desk) -> None:
    ledger = open_ledger(desk.folder)
    before = _waiting(desk, "guatemala")
    added = ledger.read().orders["guatemala-1"].added
    ledger.append(OrderAdded.model_validate({**added.model_dump(), "order": "next-1", "programme": "forum-2021"}))
    assert _waiting(desk, "guatemala") == before


def test_drives_of_an_older_seal_are_outdated_and_those_here_are_renewed(desk: Desk) -> None:
    ledger = open_ledger(desk.folder)
    added = ledger.read().orders["guatemala-1"].added
    later = {**added.model_dump(), "order": "guatemala-2", "fingerprint": "ab" * 32, "edition": added.edition + 1}
    ledger.append(OrderAdded.model_validate(later))
    assert _of(desk, Kind.OUTDATED) == [("guatemala", 2, "usbkit order renew guatemala-1")]
    mark_drives(ledger, Mark.SENT, [], ["guatemala-1"], Marking())
    assert _of(desk, Kind.OUTDATED) == [("guatemala", 2, "usbkit ledger list --outdated --country guatemala")]


def test_an_outdated_drive_is_renewed_and_not_sent(desk: Desk) -> None:
    ledger = open_ledger(desk.folder)
    one, _two = ledger.read().journeys_of("guatemala-1")
    assert _of(desk, Kind.SEND, "guatemala")[0][1] == 2
    added = ledger.read().orders["guatemala-1"].added
    later = {**added.model_dump(), "order": "guatemala-2", "fingerprint": "ab" * 32, "edition": added.edition + 1}
    ledger.append(OrderAdded.model_validate(later))
    assert _of(desk, Kind.SEND, "guatemala") == []
    leave_outdated(ledger, [one.drive], (), "one spelling")
    assert _of(desk, Kind.SEND, "guatemala") == [("guatemala", 1, "usbkit dispatch guatemala-1 --verification note")]


def test_numbers_given_to_another_station_stay_ordered(desk: Desk) -> None:
    ledger = open_ledger(desk.folder)
    before = _of(desk, Kind.ORDER, "guatemala")
    ledger.append(OrderSplit(order="guatemala-1", numbers=(3,), to="Lima"))
    assert _of(desk, Kind.ORDER, "guatemala") == before


def test_a_share_counts_the_whole_order_at_its_station_and_once_where_both_are(desk: Desk) -> None:
    ledger = open_ledger(desk.folder)
    state = ledger.read()
    parent = state.orders["guatemala-1"]
    values = {"order": "guatemala-1.3", "numbers": (3,), "parent": "guatemala-1", "parent_origin": parent.origin}
    share = replace(
        parent, id="guatemala-1.3", origin="lima", added=parent.added.model_copy(update=values), given_away=frozenset()
    )
    assert count_ordered([share]) == 3, "the office abroad has one number of three that are ordered"
    given = replace(parent, given_away=frozenset({3}))
    assert count_ordered([given]) == 3, "its share is not merged yet"
    assert count_ordered([given, share]) == 3
    assert count_ordered([given, replace(share, cancellings=(CANCELLED,))]) == 2
    assert count_ordered([replace(given, cancellings=(CANCELLED,))]) == 0


def test_what_was_renewed_or_replaced_or_given_up_is_counted_once(desk: Desk) -> None:
    parent = open_ledger(desk.folder).read().orders["guatemala-1"]
    given = replace(parent, given_away=frozenset({2, 3}))
    for update in ({"why": "outdated", "renews": "guatemala-1"}, {"why": "replaces"}):
        added = parent.added.model_copy(update={"order": "guatemala-2", "numbers": (2, 3), **update})
        assert count_ordered([given, replace(parent, id="guatemala-2", added=added)]) == 3
    more = parent.added.model_copy(update={"order": "guatemala-2", "why": "more"})
    assert count_ordered([given, replace(parent, id="guatemala-2", added=more)]) == 6, "another order's own numbers"
    fewer = Correction(1, None, None, "", parent.at, "kim", 9)
    assert count_ordered([replace(given, corrections=(fewer,))]) == 1
    undone = replace(given, corrections=(replace(fewer, is_undone=True),))
    assert count_ordered([undone]) == 1, "numbers stay given up when the correction is taken back"


def test_a_country_whose_orders_were_all_cancelled_says_so(desk: Desk) -> None:
    desk.run("order", "cancel", "kyrgyzstan-1", "--reason", "they use the website", "--yes").expect(0)
    (found,) = [w for w in _waiting(desk, "kyrgyzstan") if w.kind is Kind.ORDER]
    assert str(found.what).endswith("drives; kyrgyzstan-1 was cancelled")
    (other,) = [w for w in _waiting(desk, "guatemala") if w.kind is Kind.ORDER]
    assert "cancelled" not in str(other.what)


def test_a_drive_that_came_back_with_trouble_is_replaced_and_not_sent(desk: Desk) -> None:
    ledger = open_ledger(desk.folder)
    one, _two = ledger.read().journeys_of("guatemala-1")
    ledger.append(DriveMarked(drive=one.drive, mark=Mark.SENT), damaged(one.drive))
    ledger.append(DriveMarked(drive=one.drive, mark=Mark.RETURNED))
    assert _of(desk, Kind.SEND, "guatemala") == [("guatemala", 1, "usbkit dispatch guatemala-1 --verification note")]
    (found,) = [w for w in _waiting(desk, "guatemala") if w.kind is Kind.REPLACE]
    assert str(found.what) == f"came back with trouble: 1 drive: {one.drive}"
    refused = desk.run("dispatch", "guatemala-1", "--verification", "note").expect(2)
    assert f"drive {one.drive} is here, and trouble was heard of it" in refused.err
    for words in (
        ("label", "guatemala-1", "--dry-run", "-o", desk.folder / "labels.html"),
        ("label", "--drive", one.drive, "-o", desk.folder / "label.html"),
        ("letter", "cover", "guatemala-1", "-o", desk.folder / "letter.html"),
        ("ledger", "mark", "sent", one.drive),
    ):
        assert "trouble was heard of it" in desk.run(*words).expect(0).err
    desk.run("ledger", "mark", "returned", one.drive).expect(0)
    assert found.command == "usbkit station --order guatemala-1"
    replacing = desk.run("order", "add", "guatemala", "--replaces", one.drive).expect(0)
    assert replacing.out.startswith("guatemala-2")
    assert not [w for w in _waiting(desk, "guatemala") if w.kind is Kind.REPLACE]


def test_an_order_of_an_older_seal_is_renewed_and_not_made(desk: Desk) -> None:
    """The station leaves it out."""
    ledger = open_ledger(desk.folder)
    added = ledger.read().orders["guatemala-1"].added
    later = {**added.model_dump(), "order": "guatemala-2", "fingerprint": "ab" * 32, "edition": added.edition + 1}
    ledger.append(OrderAdded.model_validate(later))
    assert [(count, command) for _country, count, command in _of(desk, Kind.MAKE, "guatemala")] == [
        (1, "usbkit order renew guatemala-1"),
        (3, "usbkit station"),
    ]


@pytest.mark.parametrize(("at_hub", "command"), [((1, 2), "usbkit station"), ((), "usbkit ledger merge FILE")])
def test_another_s_order_is_filled_here_where_the_hub_has_its_numbers(at_hub: tuple[int, ...], command: str) -> None:
    added = SimpleNamespace(country="guatemala", is_demo=False)
    order: Any = SimpleNamespace(id="guatemala-1", origin="desk-1", added=added, at_hub=at_hub)
    found: Any = SimpleNamespace(groups={"guatemala-1": Counts(ordered=2)}, outdated=(), doubted=())
    state: Any = SimpleNamespace(home="busan-1")
    (waiting,) = _of_orders([order], found, state)
    assert (waiting.kind, waiting.command) == (Kind.MAKE, command)


@pytest.mark.parametrize(
    ("found", "words"), [(Found.DAMAGED, "checked: DAMAGED"), (Found.ADDED_TO, "checked: SOMETHING ADDED")]
)
def test_a_drive_that_was_checked_and_is_not_whole_is_nowhere_called_whole(
    desk: Desk, found: Found, words: str
) -> None:
    ledger = open_ledger(desk.folder)
    one, two = ledger.read().journeys_of("guatemala-1")
    ledger.append(*(DriveMarked(drive=j.drive, mark=Mark.SENT) for j in (one, two)), damaged(one.drive, found))
    ledger.append(damaged(two.drive, Found.WHOLE))
    shown = desk.run("order", "show", "guatemala-1").expect(0).out.splitlines()
    (line,), (other,) = ([row for row in shown if j.drive in row] for j in (one, two))
    assert words in line and "WHOLE" not in line and "WHOLE, checked" in other
    listed = desk.run("ledger", "list").expect(0).out
    assert words in listed
    numbers = desk.run("order", "show", "guatemala-1", "--json").expect(0).json["numbers"]
    assert [(n["where"], n["found"]) for n in numbers[:2]] == [("received", found), ("received", "whole")]
