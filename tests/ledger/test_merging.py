"""Merging chains of other origins: whole, once, and never a fork."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.stories import make_drive, named, open_ledger, order, place_in, stick, tamper
from tests.support.cli import usbkit
from usbkit.core.errors import AnswerNoError, InputError, Place, RefusedError, UsbkitError
from usbkit.ledger import Ledger
from usbkit.ledger.audit import audit
from usbkit.ledger.chain import follow
from usbkit.ledger.delivery_status import Answer, Mark, Where
from usbkit.ledger.events import DriveMarked, OrderCancelled, ReceiptEntered, Role
from usbkit.ledger.journey import Stage
from usbkit.ledger.merging import Merged, merge, visiting
from usbkit.trust.receipt_code import Found, Report, make_code


def station(folder: Path, drives: int = 3, id: str = "guatemala-1") -> Ledger:
    folder.mkdir(exist_ok=True)
    ledger = open_ledger(folder)
    ledger.append(order(id, count=drives))
    for number in range(1, drives + 1):
        make_drive(ledger, number, stick(f"{folder.name}-{number}"), id=id)
    return ledger


def take(into: Ledger, folder: Path) -> Merged:
    with visiting(place_in(folder)) as other:
        return merge(into, other, Place(str(folder)))


def holds(ledger: Ledger) -> bool:
    return audit(ledger.entries(), ledger.secrets(), ledger.heads()).is_anchored


def test_a_station_comes_whole_and_once(tmp_path: Path) -> None:
    theirs = station(tmp_path / "one")
    ours = open_ledger(tmp_path)
    merged = take(ours, tmp_path / "one")
    assert (merged.taken, merged.known, merged.secrets) == ({theirs.origin: 10}, {}, 3)
    assert [j.stage for j in ours.read().journeys.values()] == [Stage.WHOLE] * 3
    again = take(ours, tmp_path / "one")
    assert (again.taken, again.known, again.secrets) == ({}, {theirs.origin: 10}, 0)
    (adopted,) = (entry for entry in ours.entries() if entry.origin == ours.origin)
    assert theirs.heads()[0].hash in adopted.body.decode() and ours.read().rows.role(theirs.origin) is Role.STATION
    assert holds(ours) and audit(ours.entries(), ours.secrets()).without_secret == 0


def test_what_came_since_is_taken_and_secrets_come_along(tmp_path: Path) -> None:
    theirs, ours = station(tmp_path / "one"), open_ledger(tmp_path)
    take(ours, tmp_path / "one")
    theirs.append(order("guatemala-2", 1))
    drive = make_drive(theirs, 1, stick("late"), id="guatemala-2")
    assert take(ours, tmp_path / "one").taken == {theirs.origin: 4}
    assert ours.nonce_of(drive) == theirs.nonce_of(drive)


def test_two_stations_with_the_same_names_stay_apart(tmp_path: Path) -> None:
    one, two, ours = station(tmp_path / "one"), station(tmp_path / "two"), station(tmp_path / "three")
    for _twice in range(2):
        take(ours, tmp_path / "one")
        take(ours, tmp_path / "two")
    ledger_state = ours.read()
    assert list(ledger_state.orders) == ["guatemala-1", f"guatemala-1@{one.origin}", f"guatemala-1@{two.origin}"]
    assert all(ledger_state.is_filled(id) for id in ledger_state.orders)
    assert ledger_state.open_orders() == []
    assert holds(ours)
    assert len(ours.heads()) == 3


def test_the_same_reference_twice_is_two_drives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("appending", "merging"):
        monkeypatch.setattr(f"usbkit.ledger.{module}.reference_of", lambda nonce: "0000A")
    one, two = station(tmp_path / "one", 1), station(tmp_path / "two", 1)
    ours = open_ledger(tmp_path)
    take(ours, tmp_path / "one")
    take(ours, tmp_path / "two")
    ledger_state = ours.read()
    assert list(ledger_state.journeys) == ["0000A", f"0000A@{two.origin}"]
    assert {j.reference for j in ledger_state.references("0000A")} == {"0000A"}
    mark = DriveMarked(drive="0000A", drive_origin=two.origin, mark=Mark.SENT)
    ours.append(mark)
    assert [j.where for j in ours.read().references("0000A")] == [Where.HERE, Where.SENT]
    assert ours.nonce_of("0000A") == one.nonce_of("0000A")
    assert ours.nonce_of(f"0000A@{two.origin}") == two.nonce_of("0000A")
    ambiguous = usbkit("--ledger", named(tmp_path), "ledger", "show", "0000a").expect(2)
    assert one.origin in ambiguous.err and two.origin in ambiguous.err
    usbkit("--ledger", named(tmp_path), "ledger", "show", f"0000A@{two.origin}").expect(0)


def test_a_foreign_order_is_not_filled_here(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    open_ledger(tmp_path / "one").append(order())
    ours = open_ledger(tmp_path)
    take(ours, tmp_path / "one")
    assert ours.read().open_orders() == [] and "guatemala-1" in ours.read().orders


def test_a_fork_is_refused_and_both_named(tmp_path: Path) -> None:
    theirs, ours = station(tmp_path / "one"), open_ledger(tmp_path)
    take(ours, tmp_path / "one")
    # A copy of the station's ledger goes on by itself: its tenth entry is another.
    entries = list(theirs.entries())
    (tmp_path / "copy").mkdir()
    copy = open_ledger(tmp_path / "copy", "lee")
    tamper(copy, f"UPDATE fact SET value = '{theirs.origin}' WHERE name = 'origin'")
    copy = open_ledger(tmp_path / "copy", "lee")
    secrets = theirs.secret_rows()
    with copy.write() as writing:
        for entry in entries[:-1]:
            writing.adopt(entry)
        writing.keep(entries[:-1])
        writing.keep_secrets(secrets)
    copy = open_ledger(tmp_path / "copy", "lee")
    copy.append(OrderCancelled(order="guatemala-1", reason="elsewhere"))
    before = list(ours.entries())
    with pytest.raises(RefusedError) as found:
        take(ours, tmp_path / "copy")
    said = str(found.value)
    assert f"{theirs.origin} forks at entry 10" in said
    assert "“drive-ended” by kim" in said and "“order-cancelled” by lee" in said
    assert f"(hash {entries[-1].hash[:16]}…), there" in said
    assert f"(hash {list(copy.entries())[-1].hash[:16]}…)" in said.partition("there")[2]
    assert list(ours.entries()) == before


def test_a_copy_that_knows_more_of_our_own_chain_is_refused(tmp_path: Path) -> None:
    ours, desk = station(tmp_path / "one"), open_ledger(tmp_path)
    take(desk, tmp_path / "one")
    # Ours is put back as it was before its last entry.
    tamper(ours, "DELETE FROM entry WHERE sequence = 10")
    set_back = open_ledger(tmp_path / "one")
    with pytest.raises(UsbkitError, match="an older copy put back"):
        take(set_back, tmp_path)
    set_back.rebuild()
    with pytest.raises(RefusedError, match="1 entry of this ledger's own chain that are not here"):
        take(set_back, tmp_path)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE entry SET hash = previous WHERE sequence = 5", "entry 5 of"),
        ("DELETE FROM entry WHERE sequence = 5", "entry 5 is missing"),
        ("UPDATE secret SET nonce = '00'", "are not those that its chain tells of"),
    ],
)
def test_what_was_tampered_with_is_not_taken(tmp_path: Path, statement: str, said: str) -> None:
    theirs, ours = station(tmp_path / "one"), open_ledger(tmp_path)
    tamper(theirs, statement)
    with pytest.raises(AnswerNoError, match=said):
        take(ours, tmp_path / "one")
    assert list(ours.entries()) == []


def test_words_of_letters_come_once_and_those_of_orders_that_are_told_of(tmp_path: Path) -> None:
    theirs, ours = station(tmp_path / "one"), open_ledger(tmp_path)
    word = theirs.letter_word("guatemala-1")
    stray = (
        "INSERT INTO letter_word (maker, origin, order_id, word, salt) VALUES ('{0}', '{0}', 'ghost-1', 'boo', '00')"
    )
    tamper(theirs, stray.format(theirs.origin))
    for _time in range(2):
        take(ours, tmp_path / "one")
        kept = [row["order_id"] for row in ours.secret_rows().words]
        assert kept == ["guatemala-1"]
    assert ours.letter_words(next(iter(ours.read().orders.values()))) == (word,)


@pytest.mark.parametrize("change", ["word = 'another'", "salt = '00'"])
def test_a_word_that_its_chain_does_not_tell_of_is_refused(tmp_path: Path, change: str) -> None:
    theirs, ours = station(tmp_path / "one"), open_ledger(tmp_path)
    theirs.letter_word("guatemala-1")
    tamper(theirs, f"UPDATE letter_word SET {change}")
    with pytest.raises(AnswerNoError, match="the secrets of guatemala-1 are not those that its chain tells of"):
        take(ours, tmp_path / "one")
    assert list(ours.entries()) == [] and ours.secret_rows().words == []


def test_of_many_places_that_do_not_hold_the_first_five_are_named(tmp_path: Path) -> None:
    theirs, ours = station(tmp_path / "one"), open_ledger(tmp_path)
    tamper(theirs, "UPDATE entry SET hash = previous WHERE sequence < 9")
    with pytest.raises(AnswerNoError) as found:
        take(ours, tmp_path / "one")
    assert len(found.value.findings) == 5


@pytest.mark.sqlite_only
def test_the_other_file_is_not_touched_and_what_is_none_is_said(tmp_path: Path) -> None:
    theirs = station(tmp_path / "one")
    theirs.close()
    state = {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "one").iterdir()}
    ours = open_ledger(tmp_path)
    take(ours, tmp_path / "one")
    assert {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "one").iterdir()} == state
    with pytest.raises(InputError, match="there is no ledger"):
        take(ours, tmp_path / "nowhere")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "ledger.sqlite").write_bytes(b"")
    with pytest.raises(InputError, match="no ledger"):
        take(ours, tmp_path / "two")


def bring_without_secrets(ours: Ledger, theirs: Ledger) -> None:
    """Take another's own chain as a file of entries alone would bring it."""
    with theirs.write():
        own = [e for e in theirs.entries() if e.origin == theirs.origin]
    with ours.write() as writing:
        for entry in own:
            writing.adopt(entry)
        writing.keep(own)


def test_what_is_told_of_drives_waits_for_their_own_chain(tmp_path: Path) -> None:
    """Headquarters' chain names drives of a station; a third ledger takes headquarters' first."""
    theirs = station(tmp_path / "one", 1)
    (tmp_path / "head").mkdir()
    head = open_ledger(tmp_path / "head")
    take(head, tmp_path / "one")
    (drive,) = head.read().journeys
    word = head.letter_word("guatemala-1")
    head.append(DriveMarked(drive=drive, drive_origin=theirs.origin, mark=Mark.SENT))
    code = make_code(Report(drive, Found.WHOLE), head.nonce_of(drive), order().fingerprint)
    head.append(
        ReceiptEntered(
            drive=drive,
            drive_origin=theirs.origin,
            code=code,
            found=Found.WHOLE,
            count=0,
            has_letter=False,
            answer=Answer.ACCEPTED,
        )
    )
    third = open_ledger(tmp_path)
    bring_without_secrets(third, head)
    assert list(third.read().journeys) == []
    take(third, tmp_path / "one")
    assert [j.where for j in third.read().journeys.values()] == [Where.RECEIVED]
    assert take(third, tmp_path / "head").taken == {}
    assert third.letter_words(third.read().orders["guatemala-1"]) == (word,)
    assert holds(third)


def test_a_receipt_with_a_letters_word_counts_when_the_word_comes_later(tmp_path: Path) -> None:
    """Everything else was here: the chain that tells of it, and the drive's own with its nonce."""
    theirs = station(tmp_path / "one", 1)
    (tmp_path / "head").mkdir()
    head, third = open_ledger(tmp_path / "head"), open_ledger(tmp_path)
    take(head, tmp_path / "one")
    take(third, tmp_path / "one")
    (drive,) = head.read().journeys
    word = head.letter_word("guatemala-1")
    told = {"drive": drive, "drive_origin": theirs.origin}
    code = make_code(Report(drive, Found.WHOLE, 0, True), head.nonce_of(drive), order().fingerprint, word)
    found = {"code": code, "found": Found.WHOLE, "count": 0, "has_letter": True, "answer": Answer.ACCEPTED}
    head.append(DriveMarked(**told, mark=Mark.SENT), ReceiptEntered(**told, **found))
    bring_without_secrets(third, head)
    assert [j.where for j in third.read().journeys.values()] == [Where.SENT]
    take(third, tmp_path / "head")
    assert [j.where for j in third.read().journeys.values()] == [Where.RECEIVED]
    assert holds(third)


def test_the_command_says_what_it_took(tmp_path: Path) -> None:
    theirs = station(tmp_path / "one")
    done = usbkit("--ledger", named(tmp_path), "ledger", "merge", named(tmp_path / "one"), "--yes").expect(0)
    assert f"{theirs.origin}: 10 entries taken, 0 were here" in done.out
    again = usbkit("--ledger", named(tmp_path), "ledger", "merge", named(tmp_path / "one"), "--yes").expect(0)
    assert "Nothing is new" in again.out
    for drive in theirs.read().journeys:
        assert theirs.nonce_of(drive) not in done.out + again.out


@pytest.mark.parametrize("known", [False, True])
def test_an_entry_that_cannot_be_read_is_named_and_nothing_taken(tmp_path: Path, known: bool) -> None:
    theirs, ours = station(tmp_path / "one", 1), open_ledger(tmp_path)
    if known:
        take(ours, tmp_path / "one")
    with theirs.write() as writing:
        writing.keep([follow(writing.head, b"{}")])
    before = list(ours.entries())
    with pytest.raises(RefusedError, match=f"entry 5 of {theirs.origin} cannot be read: Field required"):
        take(ours, tmp_path / "one")
    assert list(ours.entries()) == before
