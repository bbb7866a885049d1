"""Who is believed about what: false statements in chains from elsewhere, and their effect."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.ledger import sheets
from tests.ledger.stories import SEAL, begun, clock, ended, make_drive, named, open_ledger, order, stick
from tests.support.cli import usbkit
from usbkit.cli.commands.ledger_merge import ROLES
from usbkit.core.errors import AnswerNoError, BrokenOffError, Place, RefusedError, UsbkitError
from usbkit.core.messages import _
from usbkit.ledger import Ledger
from usbkit.ledger.adoption import Newcomer, find_newcomers, is_anchored
from usbkit.ledger.appending import digest_nonce
from usbkit.ledger.chain import Entry, Head, follow, head_of, start_of
from usbkit.ledger.checking import check_ledger
from usbkit.ledger.delivery_status import Answer, Mark, Where
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import (
    ChainAdopted,
    DriveMarked,
    DriveVoided,
    Event,
    FailuresForgiven,
    LetterWordMade,
    OrderAdded,
    OrderCancelled,
    OrderSplit,
    PassportMinted,
    ReceiptEntered,
    Role,
)
from usbkit.ledger.journey import Stage
from usbkit.ledger.merging import MergeWish, merge, visiting
from usbkit.ledger.place import LedgerPlace
from usbkit.trust.receipt_code import Found, Report, make_code
from usbkit.trust.references import reference_of

EVIL = "evil-00000001"
NONCE = "ab" * 16

#: A drive that the evil chain may have made.
MINTED = PassportMinted(drive=reference_of(NONCE), order="X", number=1, of=2, nonce_sha256=digest_nonce(NONCE))


@pytest.fixture
def home(tmp_path: Path) -> Ledger:
    (tmp_path / "home").mkdir()
    ledger = open_ledger(tmp_path / "home")
    ledger.append(order())
    return ledger


@pytest.fixture
def drive(home: Ledger) -> str:
    made = make_drive(home, 1, stick())
    home.append(DriveMarked(drive=made, mark=Mark.SENT))
    return made


def hostile(
    folder: Path,
    told: Sequence[Event | bytes],
    nonces: Sequence[tuple[str, str]] = (),
    origin: str = EVIL,
    by: str = "x",
) -> LedgerPlace:
    """A ledger file whose chain says what somebody likes; its hashes are right."""
    file = folder / "evil.sqlite"
    file.unlink(missing_ok=True)
    Ledger.open(LedgerPlace(file), "x").close()
    raw, head = sqlite3.connect(file), start_of(origin)
    raw.execute("UPDATE fact SET value = ?", (origin,))
    for event in told:
        body = event if isinstance(event, bytes) else EntryBody(clock(), "x", event).to_body()
        entry = follow(head, body)
        values = entry.origin, entry.sequence, entry.previous, entry.body, entry.hash
        raw.execute("INSERT INTO entry (origin, sequence, previous, body, hash) VALUES (?, ?, ?, ?, ?)", values)
        head = head_of(entry)
    raw.executemany("INSERT INTO secret VALUES (?, ?, ?)", [(origin, *one) for one in nonces])
    raw.commit()
    raw.close()
    return LedgerPlace(file)


def take(home: Ledger, place: LedgerPlace, role: Role | None = None) -> None:
    with visiting(place) as visited:
        merge(home, visited, Place("evil"), MergeWish(role))


def receipt(home: Ledger, drive: str, code: str = "0" * 20, found: Found = Found.WHOLE) -> ReceiptEntered:
    told = {"found": found, "count": 0, "has_letter": False, "answer": Answer.ACCEPTED, "sender": "Embassy"}
    return ReceiptEntered(drive=drive, drive_origin=home.origin, code=code, **told)


def replacing(home: Ledger, drive: str) -> OrderAdded:
    values = {**order("X", 1).model_dump(), "replaces": drive, "replaces_origin": home.origin}
    return OrderAdded.model_validate(values)


def test_what_a_station_says_of_our_drive_is_told_and_changes_nothing(tmp_path: Path, home: Ledger, drive: str) -> None:
    before = home.read().journeys[drive]
    lost = DriveMarked(drive=drive, drive_origin=home.origin, mark=Mark.LOST)
    word = LetterWordMade(order="guatemala-1", order_origin=home.origin, word_sha256="0" * 64)
    take(home, hostile(tmp_path, [receipt(home, drive), replacing(home, drive), lost, word]))
    state = home.read()
    after = state.journeys[drive]
    assert after.with_(told=()) == before and after.where is Where.SENT and after.counts
    assert [(t.origin, t.mark and t.mark.mark, t.receipt and t.receipt.found) for t in after.told] == [
        (EVIL, None, Found.WHOLE),
        (EVIL, Mark.REPLACED, None),
        (EVIL, Mark.LOST, None),
    ]
    assert state.orders["guatemala-1"].words == () and state.orders["guatemala-1"].numbers == (1, 2, 3)
    assert check_ledger(home, home.heads()).is_anchored
    shown = usbkit("--ledger", named(tmp_path / "home"), "--json", "ledger", "show", drive).expect(0).json
    assert [told["origin"] for told in shown["told"]] == [EVIL] * 3 and shown["receipts"] == []


@pytest.mark.parametrize("role", [Role.DESK, Role.HEADQUARTERS])
def test_a_desk_is_believed_of_our_drives_but_not_of_a_code_that_nobody_made(
    tmp_path: Path, home: Ledger, drive: str, role: Role
) -> None:
    take(home, hostile(tmp_path, [receipt(home, drive), replacing(home, drive)]), role)
    after = home.read().journeys[drive]
    assert after.where is Where.REPLACED and after.receipts == () and len(after.told) == 1
    assert check_ledger(home).holds


def test_a_receipt_counts_where_its_code_is_computed_again(tmp_path: Path, home: Ledger, drive: str) -> None:
    code = make_code(Report(drive, Found.WHOLE), home.nonce_of(drive), SEAL)
    lies = receipt(home, drive, code, Found.DAMAGED)  # the code is right, what it is said to say is not
    take(home, hostile(tmp_path, [lies, receipt(home, drive, code)]))
    after = home.read().journeys[drive]
    assert ([r.code for r in after.receipts], len(after.told), after.where) == ([code], 1, Where.RECEIVED)
    assert check_ledger(home).holds


@pytest.mark.sqlite_only
def test_receipts_that_were_told_count_when_the_drives_secrets_come(tmp_path: Path) -> None:
    station, home = tmp_path / "station", tmp_path / "home"
    station.mkdir()
    home.mkdir()
    theirs, ours = open_ledger(station), open_ledger(home)
    theirs.append(order())
    drive = make_drive(theirs, 1, stick())
    nonce, place = theirs.nonce_of(drive), theirs.place
    code = make_code(Report(drive, Found.WHOLE), nonce, SEAL)
    told = receipt(theirs, drive, code)
    raw = sqlite3.connect(place.path)
    raw.execute("DELETE FROM secret")
    raw.commit()
    take(ours, place)
    take(ours, hostile(tmp_path, [told]))
    assert len(ours.read().journeys[drive].told) == 1
    raw.execute("INSERT INTO secret VALUES (?, ?, ?)", (theirs.origin, drive, nonce))
    raw.commit()
    raw.close()
    take(ours, place)
    after = ours.read().journeys[drive]
    assert (after.told, after.where) == ((), Where.RECEIVED)
    assert check_ledger(ours).holds


def test_nobody_adopts_itself(tmp_path: Path, home: Ledger, drive: str) -> None:
    itself = ChainAdopted(chain=EVIL, role=Role.HEADQUARTERS, sequence=0, hash="0" * 64)
    lost = DriveMarked(drive=drive, drive_origin=home.origin, mark=Mark.LOST)
    take(home, hostile(tmp_path, [itself, lost]))
    assert home.read().rows.role(EVIL) is Role.STATION and home.read().journeys[drive].where is Where.SENT


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([OrderCancelled(order="guatemala-1")], "entry 1 of evil-00000001.*no order guatemala-1"),
        ([OrderSplit(order="guatemala-1", numbers=(2,))], "no order guatemala-1"),
        ([PassportMinted(drive="00000", order="guatemala-1", number=2, of=3, nonce_sha256="0" * 64)], "no order"),
        ([order("../../escaped/x")], "entry 1 of evil-00000001.*order's name"),
        ([order("Y\x1b]0;pwn\x07<b>")], "order's name"),
        ([order("X").model_copy(update={"approved_by": "Lee\x1b[2J"})], "printable"),
        ([b'{"at":"2026-11-24T09:30:00Z","by":"x","event":{"kind":"order-cancelled"}}'], "cannot be read"),
        ([order("X", 1).model_copy(update={"numbers": tuple(range(1, 2000))})], "cannot be read"),
        ([order("X", 1).model_copy(update={"of": 10**30})], "cannot be read"),
        ([order("X", 2), MINTED, MINTED], "entry 3 of evil-00000001.*is there already"),
        ([order("X", 2), MINTED, MINTED.model_copy(update={"drive": "00001", "number": 2})], "has the nonce of drive"),
        ([order("X", 1), order("X", 1)], "is there already"),
        ([order("X", 2), MINTED, ended(MINTED.drive)], "cannot become"),
    ],
    ids=range(13),
)
def test_what_cannot_be_is_refused_with_its_entry(
    tmp_path: Path, home: Ledger, drive: str, told: Sequence[Event | bytes], said: str
) -> None:
    before = list(home.entries())
    with pytest.raises(UsbkitError, match=said):
        take(home, hostile(tmp_path, told))
    assert list(home.entries()) == before and check_ledger(home).holds


@pytest.mark.parametrize(
    "of", [lambda d: DriveVoided(drive=d, reason="x"), lambda d: FailuresForgiven(drives=(d,)), ended]
)
def test_a_journey_is_its_stations_to_tell(tmp_path: Path, home: Ledger, drive: str, of: object) -> None:
    with pytest.raises(RefusedError, match=f"there is no drive {drive}"):
        take(home, hostile(tmp_path, [of(drive)]))  # type: ignore[operator]
    assert home.read().journeys[drive].stage is Stage.WHOLE


def test_our_nonce_and_our_job_are_nobody_elses(tmp_path: Path, home: Ledger, drive: str) -> None:
    ours = home.read().journeys[drive]
    assert ours.begun is not None
    copied = MINTED.model_copy(update={"nonce_sha256": ours.nonce_sha256})
    with pytest.raises(RefusedError, match=f"entry 2 of {EVIL}.*has the nonce of drive {drive}"):
        take(home, hostile(tmp_path, [order("X", 2), copied]))
    job = begun(MINTED.drive, stick("E")).model_copy(update={"job": ours.begun.job})
    with pytest.raises(RefusedError, match=f"entry 3 of {EVIL}.*has the job of drive {drive}"):
        take(home, hostile(tmp_path, [order("X", 2), MINTED, job]))


@pytest.mark.parametrize("nonce", ["no nonce", "AB" * 16, "ab" * 15, "ab" * 16 + "\n"])
def test_a_nonce_of_another_form_is_refused(tmp_path: Path, home: Ledger, nonce: str) -> None:
    minted = MINTED.model_copy(update={"nonce_sha256": digest_nonce(nonce)})
    with pytest.raises(AnswerNoError, match=f"the secrets of {MINTED.drive}"):
        take(home, hostile(tmp_path, [order("X", 2), minted], [(MINTED.drive, nonce)]))


def test_a_reference_follows_from_its_nonce(tmp_path: Path, home: Ledger, drive: str) -> None:
    for other in (drive, "00000", "ZZZZZ"):
        minted = MINTED.model_copy(update={"drive": other})
        with pytest.raises(AnswerNoError, match=f"the secrets of {other}"):
            take(home, hostile(tmp_path, [order("X", 2), minted], [(other, NONCE)]))
    take(home, hostile(tmp_path, [order("X", 2), MINTED], [(MINTED.drive, NONCE)]))
    assert home.nonce_of(MINTED.drive) == NONCE


@pytest.mark.parametrize(
    "origin",
    [
        "evil\n1\n\x1b[31m<script>alert(1)</script>@x",
        f"zz sequence=1 hash={'0' * 64}\nusbkit head v1 origin=a",
        "A",
        "",
        "a/b",
    ],
)
def test_a_chain_with_a_forged_name_is_refused(tmp_path: Path, home: Ledger, origin: str) -> None:
    before = home.heads()
    with pytest.raises(UsbkitError, match=r"whose chain|outside its grammar"):
        take(home, hostile(tmp_path, [order("X")], origin=origin))
    assert home.heads() == before


@pytest.mark.sqlite_only
def test_heads_of_a_ledger_that_took_a_forged_name_are_not_printed(tmp_path: Path, home: Ledger) -> None:
    """1.0.0rc1 took such chains."""
    entry = follow(start_of("zz\nusbkit head v1 origin=a"), EntryBody(clock(), "x", order("X")).to_body())
    with home.write() as writing:
        writing.state.apply(EntryBody.from_body(entry.body, _("it")), entry.origin, entry.sequence)
        writing.keep([entry])
    with pytest.raises(BrokenOffError, match="name that no chain has"):
        home.heads()
    home.close()
    checked = usbkit("--ledger", named(tmp_path / "home"), "ledger", "check").expect(1)
    assert "outside its grammar" in checked.out and "\nusbkit head" not in checked.out
    assert "usbkit head v1" not in usbkit("--ledger", named(tmp_path / "home"), "ledger", "head").expect(1).out


@pytest.mark.sqlite_only
def test_a_document_that_is_not_what_its_name_says_is_refused(tmp_path: Path, home: Ledger) -> None:
    body = sheets.sheet().to_bytes()
    sheet = hashlib.sha256(body).hexdigest()
    place = hostile(tmp_path, [sheets.ordered(sheet, "X")])
    raw = sqlite3.connect(place.path)
    raw.execute("INSERT INTO document VALUES (?, 'order-sheet', ?)", (sheet, b"another"))
    raw.execute("INSERT INTO document VALUES (?, 'order-sheet', ?)", ("0" * 64, b"of no order"))
    raw.commit()
    with pytest.raises(AnswerNoError, match="is not what its name says"):
        take(home, place)
    raw.execute("DROP TRIGGER document_no_update")
    raw.execute("UPDATE document SET body = ? WHERE sha256 = ?", (body, sheet))
    raw.commit()
    raw.close()
    take(home, place)
    assert list(home.documents()) == [(sheet, "order-sheet", body)]


def test_what_was_not_confirmed_is_not_taken(tmp_path: Path, home: Ledger, drive: str) -> None:
    lost = DriveMarked(drive=drive, drive_origin=home.origin, mark=Mark.LOST)
    place, ledger = hostile(tmp_path, [order("X", 2), MINTED, lost]), named(tmp_path / "home")
    before = list(home.entries())
    asked = usbkit("--ledger", ledger, "ledger", "merge", place.path).expect(2)
    for part in (f"{EVIL} is new here: 3 entries", "drives made: 1", "orders: X", "drive-marked (1)", "--yes"):
        assert part in asked.err
    assert list(home.entries()) == before
    usbkit("--ledger", ledger, "ledger", "merge", place.path, "--head", place.path).expect(2)
    usbkit("--ledger", ledger, "ledger", "merge", place.path, "--yes", "--as", "desk").expect(0)
    assert home.read().journeys[drive].where is Where.LOST
    usbkit("--ledger", ledger, "ledger", "merge", place.path).expect(0)


@pytest.mark.parametrize("evil", ["0-evil", "zz-evil"])
def test_what_a_chain_is_believed_as_is_changed_by_a_person_alone(
    tmp_path: Path, home: Ledger, drive: str, evil: str
) -> None:
    told = [DriveMarked(drive=drive, drive_origin=home.origin, mark=Mark.LOST)]
    # The other ledger's own chain alone is given the role; what it took of others are stations.
    carried = make_station(tmp_path / "third")
    place = hostile(tmp_path, told, origin=evil)
    with Ledger.open(place, "x").write() as writing:
        writing.keep(list(carried.entries()))
    take(home, place)
    assert roles(home) == {evil: Role.STATION, carried.origin: Role.STATION}
    take(home, place, Role.DESK)
    assert roles(home) == {evil: Role.DESK, carried.origin: Role.STATION}
    before = list(home.entries())
    take(home, place, Role.DESK)
    take(home, place)
    assert roles(home) == {evil: Role.DESK, carried.origin: Role.STATION} and list(home.entries()) == before


def make_station(folder: Path) -> Ledger:
    folder.mkdir()
    made = open_ledger(folder)
    made.append(order("third-1"))
    return made


def roles(home: Ledger) -> dict[str, Role | None]:
    """What each chain but our own is believed as."""
    return {head.origin: home.read().rows.role(head.origin) for head in home.heads() if head.origin != home.origin}


def test_our_own_chain_is_no_newcomer(tmp_path: Path, home: Ledger, drive: str) -> None:
    (tmp_path / "desk").mkdir()
    desk, asked = open_ledger(tmp_path / "desk"), list[str]()

    def confirm(newcomers: Sequence[Newcomer]) -> bool:
        asked.extend(one.origin for one in newcomers)
        return True

    take(desk, home.place)
    desk.append(order("desk-1"))
    for _time in range(2):
        with visiting(desk.place) as visited:
            merge(home, visited, Place("desk"), MergeWish(confirm=confirm))
    assert asked == [desk.origin]


@pytest.mark.sqlite_only
def test_a_head_that_was_told_by_another_way_stands_for_the_answer() -> None:
    entries: list[Entry] = [follow(start_of("a"), EntryBody(clock(), "x", order("X")).to_body())]
    (newcomer,) = find_newcomers(entries, (), "a", Role.DESK)
    assert (newcomer.role, newcomer.entries, newcomer.orders) == (Role.DESK, 1, ["X"])
    assert is_anchored(newcomer, entries, [head_of(entries[0])])
    assert not is_anchored(newcomer, entries, [Head("a", 1, "0" * 64)])
    assert not is_anchored(newcomer, entries, [Head("b", 1, entries[0].hash)])
    assert find_newcomers(entries, ("a",), "a", Role.DESK) == []


@pytest.mark.sqlite_only
def test_of_a_chain_that_is_new_it_is_told_what_it_says_of_others() -> None:
    values = {**order("Y", 1).model_dump(), "replaces": MINTED.drive}
    told: list[Event] = [
        order("X", 2),
        MINTED,
        DriveMarked(drive=MINTED.drive, mark=Mark.SENT),  # of its own
        OrderAdded.model_validate(values),  # in place of its own
        OrderAdded.model_validate({**values, "order": "Z", "replaces_origin": "b"}),
        *(DriveMarked(drive="00000", drive_origin="b", mark=mark) for mark in (Mark.SENT, Mark.LOST)),
    ]
    entries = list[Entry]()
    for event in told:
        head = head_of(entries[-1]) if entries else start_of("a")
        entries.append(follow(head, EntryBody(clock(), "x", event).to_body()))
    known = follow(start_of("b"), entries[0].body)
    (found,) = find_newcomers([known, *entries, known], ("b",), "b", Role.DESK)
    assert (found.role, found.entries, found.made, found.orders) == (Role.STATION, 7, 1, ["X", "Y", "Z"])
    assert found.of_others == {"order-added": 1, "drive-marked": 2} and found.head == head_of(entries[-1])


@pytest.mark.sqlite_only
def test_every_role_has_a_word() -> None:
    assert set(ROLES) == set(Role)


def test_a_name_belongs_to_whoever_came_first(tmp_path: Path, home: Ledger) -> None:
    take(home, hostile(tmp_path, [order("guatemala-1", 1)]))
    assert list(home.read().orders) == ["guatemala-1", f"guatemala-1@{EVIL}"]
    assert home.read().orders["guatemala-1"].origin == home.origin
