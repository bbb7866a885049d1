"""A further entry takes back a mistake; who has the number then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.ledger.stories import make_drive, named, open_ledger, order, stick
from usbkit.core.errors import InputError, RefusedError
from usbkit.ledger import Ledger
from usbkit.ledger.audit import audit
from usbkit.ledger.correcting import undo_entry
from usbkit.ledger.delivery_status import Mark, Where
from usbkit.ledger.events import (
    DriveMarked,
    DriveVoided,
    EntryUndone,
    OrderAdded,
    OrderSplit,
    OutdatedLeft,
    PassportMinted,
    Role,
)
from usbkit.ledger.merging import MergeWish, merge, visiting
from usbkit.ledger.reporting import By, report
from usbkit.ledger.selecting import Choice
from usbkit.ledger.state import LedgerState
from usbkit.ledger.state_rows import StateRows
from usbkit.ledger.tracking import Telling, mark_drives


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = open_ledger(tmp_path)
    made.append(order())
    return made


def mark(ledger: Ledger, drive: str, *marks: Mark) -> str:
    """Mark a drive; the last one's entry."""
    for one in marks:
        mark_drives(ledger, one, [drive], (), Telling(), again=True)
    return str(ledger.heads()[0].sequence)


def where(ledger: Ledger, drive: str) -> Where:
    return ledger.read().journeys[drive].where


def test_old_and_new_are_told_apart(tmp_path: Path, ledger: Ledger) -> None:
    """Fault 3 of the issue: the drive in its place was void too, and the advice led there."""
    old, new = make_drive(ledger, 1, stick("A")), make_drive(ledger, 2, stick("B"))
    said = call("--ledger", named(tmp_path), "--lang", "en", "ledger", "mark", "replaced", old, new).expect(0).out
    assert "number 1 of 3 of guatemala-1 is free: the next stick gets it" in said
    ledger_state = ledger.read()
    assert ledger_state.journeys[new].counts and not ledger_state.journeys[old].counts
    assert ledger_state.journeys[old].marks[-1].by_drive == new
    again = call("--ledger", named(tmp_path), "--lang", "en", "ledger", "mark", "replaced", old, new).expect(2).err
    assert f"drive {old} was replaced" in again and f"Drive {new} stands in its place: name that one." in again


def test_who_may_stand_in_its_place(tmp_path: Path, ledger: Ledger) -> None:
    ledger.append(order("peru-1").model_copy(update={"country": "peru", "code": "PE"}))
    old, gone, peru = (
        make_drive(ledger, 1, stick("A")),
        make_drive(ledger, 2, stick("B")),
        make_drive(ledger, 1, stick("C"), id="peru-1"),
    )
    mark(ledger, gone, Mark.REPLACED)
    for by, error in ((old, InputError), (gone, RefusedError), (peru, InputError)):
        with pytest.raises(error):
            mark_drives(ledger, Mark.REPLACED, [old], (), Telling(by=by))
    for more in ([old, gone, peru], ["--order", "guatemala-1"]):
        said = call("--ledger", named(tmp_path), "--lang", "en", "ledger", "mark", "replaced", *more).expect(2).err
        assert "Say it of each" in said
    assert where(ledger, old) is Where.HERE


@pytest.mark.parametrize(
    ("marks", "then"),
    [
        ((Mark.SENT, Mark.LOST, Mark.FOUND), Where.SENT),
        ((Mark.SENT, Mark.HANDED_OVER, Mark.LOST, Mark.FOUND), Where.HANDED_OVER),
        ((Mark.LOST, Mark.FOUND), Where.HERE),
        ((Mark.SENT, Mark.RETURNED), Where.RETURNED),
        ((Mark.SENT, Mark.RETURNED, Mark.SENT), Where.SENT),
        ((Mark.SENT, Mark.LOST, Mark.RETURNED), Where.RETURNED),
        ((Mark.SENT, Mark.LOST, Mark.LOST, Mark.FOUND), Where.SENT),
    ],
)
def test_what_is_found_or_comes_back(ledger: Ledger, marks: tuple[Mark, ...], then: Where) -> None:
    drive = make_drive(ledger, 1, stick())
    mark(ledger, drive, *marks)
    assert where(ledger, drive) is then and ledger.read().journeys[drive].counts


def test_what_did_not_leave_does_not_come_back(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    for one, said in ((Mark.RETURNED, "nothing says that it left"), (Mark.FOUND, "is not lost: it is here")):
        with pytest.raises(RefusedError, match=said):
            mark_drives(ledger, one, [drive], (), Telling())


def test_one_that_came_back_is_sent_without_again(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    mark(ledger, drive, Mark.SENT, Mark.RETURNED)
    mark_drives(ledger, Mark.SENT, [drive], (), Telling())
    with pytest.raises(RefusedError, match="was sent already"):
        mark_drives(ledger, Mark.SENT, [drive], (), Telling())


@pytest.mark.parametrize("one", [Mark.LOST, Mark.HANDED_OVER])
def test_what_is_said_twice_is_entered_once(tmp_path: Path, ledger: Ledger, one: Mark) -> None:
    drive, other = make_drive(ledger, 1, stick()), make_drive(ledger, 2, stick("B"))
    mark(ledger, drive, Mark.SENT, one)
    before = len(list(ledger.entries()))
    with pytest.raises(RefusedError, match=f"drive {drive} is {one} already, since 2026-11-24, as kim said"):
        mark_drives(ledger, one, [other, drive], (), Telling())
    said = call("--ledger", named(tmp_path), "--lang", "en", "ledger", "mark", one, drive).expect(2).err
    assert "If there is more to say of it, pass --again." in said and len(list(ledger.entries())) == before
    mark_drives(ledger, one, [drive], (), Telling(note="the police has a number"), again=True)
    assert len(list(ledger.entries())) == before + 1
    mark(ledger, drive, Mark.RETURNED)
    mark_drives(ledger, one, [drive], (), Telling())


def test_a_replaced_drive_that_comes_back_stays_replaced_and_is_named(tmp_path: Path, ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    mark(ledger, drive, Mark.SENT, Mark.REPLACED, Mark.RETURNED)
    ledger_state = ledger.read()
    assert ledger_state.journeys[drive].is_replaced and ledger_state.journeys[drive].is_back
    assert [j.drive for j in report(ledger_state, By.ORDER, Choice(), ledger.now()).back] == [drive]
    said = call("--ledger", named(tmp_path), "--lang", "en", "ledger", "report").expect(0).out
    assert f"came back after it was replaced: {drive}" in said


def test_a_mark_is_taken_back_and_said_again(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    entry = mark(ledger, drive, Mark.SENT)
    undo_entry(ledger, entry, "another drive was meant")
    assert where(ledger, drive) is Where.HERE
    undoing = str(ledger.heads()[0].sequence)
    undo_entry(ledger, undoing, "it was that one after all")
    assert where(ledger, drive) is Where.SENT
    with pytest.raises(RefusedError, match="taken back already"):
        undo_entry(ledger, undoing, "")
    assert audit(ledger.entries(), ledger.secrets(), kept=ledger.state_rows()).holds


@pytest.mark.parametrize("count", [1, 2, 3])
def test_drives_that_were_left_as_they_are_are_all_taken_back(ledger: Ledger, count: int) -> None:
    drives = [make_drive(ledger, n + 1, stick(str(n))) for n in range(3)]
    ledger.append(OutdatedLeft(drives=tuple(drives[:count]), seal="ab" * 32, reason="too far"))
    entry = str(ledger.heads()[0].sequence)

    def left() -> list[list[bool]]:
        return [[one.is_undone for one in ledger.read().journeys[drive].left] for drive in drives]

    nothing: list[list[bool]] = [[]] * (3 - count)
    assert left() == [[False]] * count + nothing
    undo_entry(ledger, entry, "they can be fetched")
    assert left() == [[True]] * count + nothing
    undo_entry(ledger, str(ledger.heads()[0].sequence), "they cannot")
    assert left() == [[False]] * count + nothing
    assert audit(ledger.entries(), ledger.secrets(), kept=ledger.state_rows()).holds


def test_a_number_comes_back_with_its_drive(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    entry = mark(ledger, drive, Mark.REPLACED)
    assert ledger.read().free_numbers("guatemala-1") == [1, 2, 3]
    undo_entry(ledger, entry, "")
    ledger_state = ledger.read()
    assert ledger_state.free_numbers("guatemala-1") == [2, 3] and ledger_state.whole_numbers("guatemala-1") == [1]


def test_a_number_that_another_has_stays_there(ledger: Ledger) -> None:
    old = make_drive(ledger, 1, stick("A"))
    entry = mark(ledger, old, Mark.REPLACED)
    new = make_drive(ledger, 1, stick("B"))
    assert ledger.read().journeys[new].instead_of == old
    with pytest.raises(RefusedError, match=f"number 1 of 3 of guatemala-1 is drive {new} now"):
        undo_entry(ledger, entry, "")
    ledger.append(EntryUndone(chain=ledger.origin, sequence=int(entry)))
    ledger_state = ledger.read()
    assert (
        ledger_state.journeys[old].is_replaced and ledger_state.holder("guatemala-1", 1) == ledger_state.journeys[new]
    )


def test_a_number_that_was_split_off_meanwhile_stays_there(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    entry = mark(ledger, drive, Mark.REPLACED)
    ledger.append(OrderSplit(order="guatemala-1", numbers=(1,), to="Lima"))
    with pytest.raises(RefusedError, match="is another order's now"):
        undo_entry(ledger, entry, "")


def test_what_cannot_be_taken_back(ledger: Ledger) -> None:
    drive = make_drive(ledger, 2, stick())
    values = {**order("guatemala-2").model_dump(), "numbers": (2,), "replaces": drive}
    ledger.append(OrderAdded.model_validate(values))
    last = ledger.heads()[0].sequence
    for entry, error, said in (
        ("x", InputError, "expected an entry"),
        ("999", InputError, "there is no entry 999"),
        ("nobody:1", InputError, "there is no entry 1 of nobody"),
        ("2", RefusedError, "is no mark and no correction: passport-minted"),
        (str(last), RefusedError, "is the order guatemala-2"),
    ):
        with pytest.raises(error, match=said):
            undo_entry(ledger, entry, "")


def replacement(ledger: Ledger, folder: Path) -> tuple[str, int]:
    """A drive whose number an order took over: the drive, and the order's entry."""
    drive = make_drive(ledger, 2, stick())
    values = {**order("guatemala-2").model_dump(), "numbers": (2,), "replaces": drive}
    ledger.append(OrderAdded.model_validate(values))
    return drive, ledger.heads()[0].sequence


def test_cancelling_a_replacement_gives_the_number_back(tmp_path: Path, ledger: Ledger) -> None:
    drive, _entry = replacement(ledger, tmp_path)
    new = make_drive(ledger, 2, stick("B"), id="guatemala-2")
    assert ledger.read().journeys[new].instead_of == drive
    call("--ledger", named(tmp_path), "order", "cancel", "guatemala-2").expect(2)
    call("--ledger", named(tmp_path), "order", "cancel", "guatemala-2", "--yes").expect(0)
    ledger_state = ledger.read()
    assert ledger_state.journeys[drive].counts and ledger_state.holder("guatemala-1", 2) == ledger_state.journeys[drive]
    assert ledger_state.orders["guatemala-1"].numbers == (1, 2, 3)
    assert audit(ledger.entries(), ledger.secrets(), kept=ledger.state_rows()).holds


def other(folder: Path) -> Ledger:
    (folder / "there").mkdir()
    return open_ledger(folder / "there")


def take(ledger: Ledger, from_ledger: Ledger, role: Role = Role.STATION) -> None:
    from usbkit.core.errors import Place

    with visiting(from_ledger.place) as visited:
        merge(ledger, visited, Place("there"), MergeWish(role=role))


def test_an_undoing_that_comes_before_what_it_undoes(tmp_path: Path, ledger: Ledger) -> None:
    """A desk takes back what a station said; a third ledger takes the desk's chain first."""
    drive = make_drive(ledger, 1, stick())
    entry = int(mark(ledger, drive, Mark.SENT))
    desk = other(tmp_path)
    desk.append(EntryUndone(chain=ledger.origin, sequence=entry, reason="not yet"))
    take(ledger, desk, Role.DESK)
    assert where(ledger, drive) is Where.HERE
    (tmp_path / "third").mkdir()
    third = open_ledger(tmp_path / "third")
    take(third, desk, Role.DESK)
    take(third, ledger)
    assert third.read().journeys[drive].where is Where.HERE


def test_entries_that_undo_each_other_or_themselves_end(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    mark(ledger, drive, Mark.SENT)
    at = ledger.heads()[0].sequence
    ledger.append(
        EntryUndone(chain=ledger.origin, sequence=at + 1),  # itself
        EntryUndone(chain=ledger.origin, sequence=at + 3),  # the next one
        EntryUndone(chain=ledger.origin, sequence=at + 2),  # the one before
    )
    assert where(ledger, drive) is Where.SENT
    assert audit(ledger.entries(), ledger.secrets(), kept=ledger.state_rows()).holds


def test_a_number_given_out_elsewhere_meanwhile_is_the_later_ones(ledger: Ledger) -> None:
    """A desk takes back that a drive was replaced while its station gives the number out: nobody's ledger breaks."""
    drive = make_drive(ledger, 1, stick())
    undo_entry(ledger, mark(ledger, drive, Mark.REPLACED), "")
    minted = PassportMinted(drive="ABCDE", order="guatemala-1", number=1, of=3, nonce_sha256="ab" * 32)
    ledger.append(minted)
    ledger_state = ledger.read()
    assert ledger_state.journeys[drive].is_replaced
    assert ledger_state.holder("guatemala-1", 1) == ledger_state.journeys["ABCDE"]


def test_a_station_takes_back_nobody_elses_word(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    entry = int(mark(ledger, drive, Mark.SENT))
    book = LedgerState(ledger.origin, StateRows.in_memory())
    from usbkit.core.messages import _
    from usbkit.ledger.entry_body import EntryBody

    for one in ledger.entries():
        book.apply(EntryBody.from_body(one.body, _("it")), one.origin, one.sequence)
    book.rows.put_role("evil-1", Role.STATION)
    undone = EntryBody(ledger.now(), "mallory", EntryUndone(chain=ledger.origin, sequence=entry))
    book.apply(undone, "evil-1", 1)
    assert book.journeys[drive].where is Where.SENT
    book.apply(undone, "desk-1", 1)
    assert book.journeys[drive].where is Where.HERE


def test_a_number_is_explained_by_its_entries(tmp_path: Path, ledger: Ledger) -> None:
    old = make_drive(ledger, 1, stick("A"))
    mark_drives(ledger, Mark.SENT, [old], (), Telling(bag="7"))
    entry = mark(ledger, old, Mark.LOST)
    mark(ledger, old, Mark.REPLACED)
    new = make_drive(ledger, 1, stick("B"))
    undo_entry(ledger, entry, "")
    said = call("--ledger", named(tmp_path), "--lang", "en", "ledger", "show", "guatemala-1:1").expect(0).out
    for part in (
        f"drive {new}: WHOLE, here",
        f"kim: drive {new} gets number 1 of 3 of guatemala-1, in place of {old}",
        "kim: sent on 2026-11-24, bag 7 [",
        "kim: lost on 2026-11-24 (TAKEN BACK)",
        "kim: replaced on 2026-11-24; its number is free",
    ):
        assert part in said, said
    korean = call("--ledger", named(tmp_path), "--lang", "ko", "ledger", "show", old).expect(0).out
    assert "행낭 7" in korean and "취소됨" in korean and "{" not in korean
    alone = call("--ledger", named(tmp_path), "--lang", "en", "ledger", "show", old).expect(0).out
    assert f"drive {new} stands in its place" in alone and "model_dump" not in alone and "[{" not in alone


def test_a_void_drive_says_why(tmp_path: Path, ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    ledger.append(DriveVoided(drive=drive, reason="written over"))
    said = call("--ledger", named(tmp_path), "--lang", "en", "ledger", "show", "guatemala-1:1").expect(0).out
    assert "no drive has it now" in said and "no longer counts: written over" in said
    call("--ledger", named(tmp_path), "ledger", "show", "guatemala-1:9").expect(2)


def test_the_korean_report_heads_a_count_as_one(tmp_path: Path, ledger: Ledger) -> None:
    counted = call("--ledger", named(tmp_path), "--lang", "ko", "ledger", "report").expect(0).out
    assert "주문일" not in counted and "주문" in counted
    assert "주문일" in call("--ledger", named(tmp_path), "--lang", "ko", "order", "list").expect(0).out


def test_marks_of_the_command_line(tmp_path: Path, ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())

    def run(*arguments: object, code: int = 0) -> dict[str, object]:
        return dict(call("--ledger", named(tmp_path), "--json", "ledger", "mark", *arguments).expect(code).json)

    run("sent", drive)
    run("lost", drive)
    run("found", drive)
    run("returned", drive)
    entry = ledger.heads()[0].sequence
    undone = run("undo", entry, "--note", "no")
    assert undone["entry"] == {"chain": ledger.origin, "sequence": entry, "kind": "drive-marked"}
    assert where(ledger, drive) is Where.SENT
    run("undo", code=2)
    assert DriveMarked(drive=drive, mark=Mark.FOUND).model_dump()["mark"] == "found"
