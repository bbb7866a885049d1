"""A chain that repeats what another minted: it wins nothing by coming first, and locks nobody out."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.ledger import sheets
from tests.ledger.stories import SEAL, begun, clock, ended, make_drive, order, stick
from tests.ledger.test_adoption import EVIL, hostile
from usbkit.core.errors import Place, RefusedError
from usbkit.ledger import Ledger
from usbkit.ledger.checking import check_ledger
from usbkit.ledger.correcting import undo_entry
from usbkit.ledger.delivery_status import Answer
from usbkit.ledger.disputes import why_not_take
from usbkit.ledger.documents import digest_document
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import EntryUndone, Event, PassportMinted, Role
from usbkit.ledger.merging import Merged, MergeWish, merge, visiting
from usbkit.ledger.place import LedgerPlace
from usbkit.ledger.records import Dispute, Journey
from usbkit.ledger.state import LedgerState
from usbkit.orders.receipt_entry import Coming, enter_receipt
from usbkit.trust.receipt_code import Found, Report, make_code

pytestmark = pytest.mark.sqlite_only


def open_in(folder: Path, name: str) -> Ledger:
    return Ledger.open(LedgerPlace(folder / f"{name}.sqlite"), name, clock)


@pytest.fixture
def home(tmp_path: Path) -> Ledger:
    made = open_in(tmp_path, "home")
    made.append(order("desk-1"))
    return made


@pytest.fixture
def busan(tmp_path: Path) -> Ledger:
    """A station that made a drive."""
    made = open_in(tmp_path, "busan")
    made.append(order())
    make_drive(made, 1, stick("B"))
    return made


def drive_of(station: Ledger) -> Journey:
    return station.read().journeys_of("guatemala-1")[0]


def copied(station: Ledger, **values: object) -> list[Event]:
    """What somebody says who read the station's entries: that its drive is his, and that he made it."""
    was = drive_of(station)
    told = {"drive": was.reference, "order": "X", "number": 1, "of": 2, "nonce_sha256": was.nonce_sha256, **values}
    minted = PassportMinted.model_validate(told)
    return [order("X", 2), minted, begun(minted.drive, stick("E"), "evil"), ended(minted.drive)]


def take(home: Ledger, place: LedgerPlace, role: Role | None = None) -> Merged:
    with visiting(place) as visited:
        return merge(home, visited, Place("there"), MergeWish(role))


def without_secrets(station: Ledger, folder: Path) -> LedgerPlace:
    file = folder / "bare.sqlite"
    with sqlite3.connect(station.place.path) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(station.place.path, file)
    with sqlite3.connect(file) as raw:
        raw.execute("DELETE FROM secret")
    return LedgerPlace(file)


def disputes(home: Ledger) -> dict[str, Dispute | None]:
    """By chain, of the drives that more than one says it minted."""
    return {j.origin: j.dispute for claimed in check_ledger(home).disputes for j in claimed}


@pytest.mark.parametrize("reference", ["", "00001"], ids=["its reference", "another reference"])
def test_who_saw_a_digest_and_comes_first_wins_nothing(
    tmp_path: Path, home: Ledger, busan: Ledger, reference: str
) -> None:
    """The rightful file was refused for good: "drive … has the nonce of drive …"."""
    said = copied(busan, **({"drive": reference} if reference else {}))
    take(home, hostile(tmp_path, said))
    taken = take(home, busan.place)
    assert [{j.origin for j in claimed} for claimed in taken.disputes] == [{EVIL, busan.origin}]
    state, was = home.read(), drive_of(busan)
    rightful = state.drive_of(busan.origin, was.reference)
    assert rightful is not None and rightful.counts and state.by_nonce[was.nonce_sha256] == rightful.drive
    assert [j.origin for j in state.references(was.reference)] == [busan.origin], "its plain name is its own"
    assert disputes(home) == {EVIL: Dispute.LOST, busan.origin: None} and check_ledger(home).holds
    assert state.whole_numbers("X") == [] and state.whole_numbers("guatemala-1") == [1]
    code = make_code(Report(was.reference, Found.WHOLE), busan.nonce_of(was.drive), SEAL)
    entered = enter_receipt(home, code, Coming())
    assert entered.answer is Answer.UNDISPATCHED and entered.journey is not None
    assert entered.journey.origin == busan.origin


def test_who_comes_after_is_refused_and_named(tmp_path: Path, home: Ledger, busan: Ledger) -> None:
    take(home, busan.place)
    before = home.heads()
    with pytest.raises(RefusedError, match=f"entry 2 of {EVIL}.*has the nonce of drive"):
        take(home, hostile(tmp_path, copied(busan)))
    assert home.heads() == before and disputes(home) == {}


def knowing(folder: Path, station: Ledger) -> LedgerPlace:
    """A chain that knows the nonce itself: it held the drive."""
    was = drive_of(station)
    return hostile(folder, copied(station), [(was.reference, station.nonce_of(was.drive))])


@pytest.mark.parametrize("is_first", [True, False])
def test_where_both_know_the_nonce_nobody_counts_until_it_is_settled(
    tmp_path: Path, home: Ledger, busan: Ledger, is_first: bool
) -> None:
    places = [knowing(tmp_path, busan), busan.place]
    for place in places if is_first else places[::-1]:
        take(home, place)
    was = drive_of(busan)
    assert disputes(home) == {EVIL: Dispute.OPEN, busan.origin: Dispute.OPEN}
    state = home.read()
    assert not any(j.counts for j in state.references(was.reference)) and was.nonce_sha256 not in state.by_nonce
    assert state.whole_numbers("guatemala-1") == [] == state.whole_numbers("X")
    code = make_code(Report(was.reference, Found.WHOLE), busan.nonce_of(was.drive), SEAL)
    assert enter_receipt(home, code, Coming()).answer is Answer.DISPUTED
    undo_entry(home, f"{EVIL}:2", "they had our drive in their hands")
    assert disputes(home) == {EVIL: Dispute.LOST, busan.origin: None} and check_ledger(home).holds
    assert home.read().whole_numbers("guatemala-1") == [1]
    assert enter_receipt(home, code, Coming()).answer is Answer.UNDISPATCHED
    with pytest.raises(RefusedError, match="taken back already"):
        undo_entry(home, f"{EVIL}:2", "")
    undo_entry(home, str(home.own_head().sequence - 1), "the other way round")
    undo_entry(home, f"{busan.origin}:2", "")
    assert disputes(home) == {EVIL: None, busan.origin: Dispute.LOST}


def test_where_nobody_knows_it_too_and_the_secrets_settle_it_when_they_come(
    tmp_path: Path, home: Ledger, busan: Ledger
) -> None:
    take(home, without_secrets(busan, tmp_path))
    take(home, hostile(tmp_path, copied(busan)))
    assert disputes(home) == {EVIL: Dispute.OPEN, busan.origin: Dispute.OPEN}
    take(home, busan.place)
    assert disputes(home) == {EVIL: Dispute.LOST, busan.origin: None} and check_ledger(home).holds
    home.rebuild()
    assert disputes(home) == {EVIL: Dispute.LOST, busan.origin: None}, "whoever came first"


def test_a_desks_settling_is_followed_and_a_stations_is_not(tmp_path: Path, home: Ledger, busan: Ledger) -> None:
    """A third ledger gets the settling before what it settles."""
    bare = without_secrets(busan, tmp_path)
    take(home, bare)
    take(home, hostile(tmp_path, copied(busan)))
    undo_entry(home, f"{EVIL}:2", "")
    for role, settled in ((Role.DESK, True), (Role.STATION, False)):
        third = open_in(tmp_path, role)
        desk = open_in(tmp_path, f"{role}-desk")
        desk.append(EntryUndone(chain=EVIL, sequence=2))
        take(third, desk.place, role)
        take(third, hostile(tmp_path, copied(busan)))
        take(third, bare)
        found = {EVIL: Dispute.LOST, busan.origin: None} if settled else dict.fromkeys(disputes(third), Dispute.OPEN)
        assert disputes(third) == found and len(found) == 2 and check_ledger(third).holds


def test_our_own_is_ours_and_only_what_is_disputed_can_be_taken_back(
    tmp_path: Path, home: Ledger, busan: Ledger
) -> None:
    take(busan, home.place)
    with pytest.raises(RefusedError, match="has the nonce of drive"):
        take(busan, hostile(tmp_path, copied(busan)))
    with pytest.raises(RefusedError, match="is no mark and no correction: passport-minted"):
        undo_entry(busan, "2", "")


def test_our_own_counts_beside_one_that_knows_its_nonce(tmp_path: Path, busan: Ledger) -> None:
    take(busan, knowing(tmp_path, busan))
    assert disputes(busan) == {EVIL: Dispute.LOST, busan.origin: None}
    assert drive_of(busan).counts and check_ledger(busan).holds


def test_one_chain_does_not_say_it_twice(tmp_path: Path, home: Ledger, busan: Ledger) -> None:
    said = copied(busan)
    assert isinstance(said[1], PassportMinted)
    twice = said[1].model_copy(update={"drive": "00001", "number": 2})
    with pytest.raises(RefusedError, match="has the nonce of drive"):
        take(home, hostile(tmp_path, [*said, twice]))


def job_of(station: Ledger) -> str:
    begun_ = drive_of(station).begun
    assert begun_ is not None
    return begun_.job


def jobbing(station: Ledger) -> list[Event]:
    minted = PassportMinted(drive="00001", order="X", number=1, of=2, nonce_sha256="ab" * 32)
    return [order("X", 2), minted, begun("00001", stick("E")).model_copy(update={"job": job_of(station)})]


def test_a_job_that_two_name_is_nobodys_and_stops_nobody(tmp_path: Path, home: Ledger, busan: Ledger) -> None:
    take(home, hostile(tmp_path, jobbing(busan)))
    assert home.read().by_job[job_of(busan)] == "00001"
    take(home, busan.place)
    assert job_of(busan) not in home.read().by_job and check_ledger(home).holds
    assert home.read().whole_numbers("guatemala-1") == [1]
    assert busan.read().by_job[job_of(busan)] == drive_of(busan).drive


def says(state: LedgerState, origin: str, *told: Event) -> None:
    for sequence, event in enumerate(told, start=1):
        state.apply(EntryBody(clock(), "x", event), origin, sequence)


@pytest.mark.parametrize(("one", "other"), [("a-1", "z-1"), ("z-1", "a-1")])
def test_names_of_chains_decide_nothing(one: str, other: str) -> None:
    """Of two, and of ours, which comes before another in the alphabet."""
    minted = PassportMinted(drive="00002", order="X", number=1, of=2, nonce_sha256="ab" * 32)
    told = order("X", 2), minted, begun("00002", stick("E"), "a job")
    knowing, unknowing = LedgerState("m-1", knows_minted=lambda origin, *_: origin == one), LedgerState("m-1")
    for state in (knowing, unknowing):
        says(state, one, *told)
    assert why_not_take(knowing, minted, other) is not None
    assert why_not_take(unknowing, minted, other) is None
    assert why_not_take(unknowing, begun("00001", stick("F"), "a job"), other) is None


@pytest.mark.parametrize("theirs", ["00001", "00003"])
def test_a_job_that_we_have_too_is_ours(theirs: str) -> None:
    state = LedgerState("m-1")
    for origin, drive, digest in (("a-1", theirs, "cd" * 32), ("m-1", "00002", "ab" * 32)):
        minted = PassportMinted(drive=drive, order="X", number=1, of=2, nonce_sha256=digest)
        says(state, origin, order("X", 2), minted, begun(drive, stick(drive), "a job"))
    assert list(state.by_job.values()) == ["00002"]


def evils_order(sheet: str) -> Sequence[Event]:
    return [order("X", 2).model_copy(update={"sheet": sheet, "edition": 9})]


def test_who_names_anothers_sheet_keeps_it_from_nobody(tmp_path: Path, home: Ledger) -> None:
    """The rightful file was refused: "the order sheet of X is not what was ordered"."""
    body = sheets.sheet().to_bytes()
    seoul = open_in(tmp_path, "seoul")
    with seoul.write() as writing:
        writing.append(sheets.ordered(digest_document(body)))
        writing.keep_document("order-sheet", body)
    take(home, hostile(tmp_path, evils_order(digest_document(body))))
    take(home, seoul.place)
    assert home.find_document(digest_document(body)) == body
    found = check_ledger(home)
    assert found.holds and found.misnaming == ("X",) and found.lacking == ()
    said = call("--ledger", home.place.path, "--lang", "en", "ledger", "check").expect(0).out
    assert "Others' orders that name a sheet which is not theirs: X" in said
    call("--ledger", home.place.path, "ledger", "head").expect(0)
    with pytest.raises(Exception, match="the order sheet of Y is not what was ordered"):
        evil = [one.model_copy(update={"order": "Y"}) for one in evils_order(digest_document(body))]
        take(home, hostile(tmp_path, evil, origin="evil-2"))


def test_the_commands_name_it_and_how_it_is_settled(tmp_path: Path, home: Ledger, busan: Ledger) -> None:
    run = "--ledger", home.place.path, "--lang", "en"
    call(*run, "ledger", "merge", knowing(tmp_path, busan).path, "--yes").expect(0)
    said = call(*run, "ledger", "merge", busan.place.path, "--yes").expect(0).out
    assert f"CONFLICT: {EVIL} says that it made drive" in said and f"usbkit ledger mark undo {EVIL}:2" in said
    assert "CONFLICT" in call(*run, "ledger", "check").expect(0).out
    found = call(*run, "--json", "ledger", "check").expect(0).json["disputes"]
    assert {one["dispute"] for one in found} == {"open"} and len(found) == 2
    call(*run, "ledger", "mark", "undo", f"{EVIL}:2").expect(0)
    said = call(*run, "ledger", "check").expect(0).out
    assert f"of {busan.origin}" in said and "It does not count" in said
