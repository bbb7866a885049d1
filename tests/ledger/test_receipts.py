"""Entering receipts: each code is rated separately, and nothing is overwritten."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.ledger.stories import SEAL, begin_with_order, clock, make_drive, named, open_ledger, order, send_drive, stick
from tests.support.cli import usbkit
from usbkit.core.errors import Place
from usbkit.core.wordlist import words
from usbkit.ledger import Ledger
from usbkit.ledger.audit import audit
from usbkit.ledger.chain import Entry, follow, head_of, start_of
from usbkit.ledger.delivery_status import Answer, Mark, Where
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import DriveMarked, DriveVoided, OrderAdded, PassportMinted
from usbkit.ledger.merging import merge, visiting
from usbkit.orders.receipt_entry import MOST_TRIES, Coming, Entering, enter_receipt
from usbkit.trust.receipt_code import Found, Report, make_code, show_code
from usbkit.trust.references import ALPHABET, reference_of


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return begin_with_order(tmp_path)


@pytest.fixture
def drive(ledger: Ledger) -> str:
    """A drive that was sent."""
    return send_drive(ledger)


def code_of(ledger: Ledger, drive: str, found: Found = Found.WHOLE, count: int = 0, word: str = "") -> str:
    return make_code(Report(drive, found, count, bool(word)), ledger.nonce_of(drive), SEAL, word)


def enter(ledger: Ledger, code: str, *, again: bool = False) -> Entering:
    return enter_receipt(ledger, code, Coming("the embassy", "telephone"), again=again)


def test_a_good_code_is_accepted_and_recorded(ledger: Ledger, drive: str) -> None:
    code = code_of(ledger, drive)
    found = enter(ledger, show_code(code).lower())
    assert found.answer is Answer.ACCEPTED
    journey = ledger.read().journeys[drive]
    assert journey.where is Where.RECEIVED
    (kept,) = journey.receipts
    assert (kept.code, kept.found, kept.sender, kept.way, kept.by) == (
        code,
        Found.WHOLE,
        "the embassy",
        "telephone",
        "kim",
    )


def test_what_came_back_counts_as_checked_and_says_so(ledger: Ledger, drive: str) -> None:
    back = make_drive(ledger, 2, stick("B2"))
    for mark in (Mark.SENT, Mark.RETURNED):
        ledger.append(DriveMarked(drive=back, mark=mark))
    sent, returned = enter(ledger, code_of(ledger, drive)), enter(ledger, code_of(ledger, back))
    assert sent.answer is returned.answer is Answer.ACCEPTED
    assert "come back" in str(returned.why) and "come back" not in str(sent.why)


def test_headquarters_enters_the_code_of_a_stations_drive_once(tmp_path: Path, ledger: Ledger, drive: str) -> None:
    (tmp_path / "head").mkdir()
    head = open_ledger(tmp_path / "head")
    with visiting(ledger.place) as theirs:
        merge(head, theirs, Place("station"))
    assert enter(head, code_of(ledger, drive)).answer is Answer.ACCEPTED
    assert enter(head, code_of(ledger, drive)).answer is Answer.REPEATED
    assert head.read().journey(drive).where is Where.RECEIVED


def test_with_the_letters_word(ledger: Ledger, drive: str) -> None:
    word = ledger.letter_word("guatemala-1")
    assert enter(ledger, code_of(ledger, drive, word=word)).answer is Answer.ACCEPTED


def test_a_code_twice_is_no_news(ledger: Ledger, drive: str) -> None:
    code = code_of(ledger, drive)
    enter(ledger, code)
    before = len(list(ledger.entries()))
    assert enter(ledger, code).answer is Answer.REPEATED
    assert len(list(ledger.entries())) == before


def test_one_that_contradicts_stands_beside_the_first(ledger: Ledger, drive: str) -> None:
    enter(ledger, code_of(ledger, drive))
    found = enter(ledger, code_of(ledger, drive, Found.DAMAGED, 2))
    assert found.answer is Answer.CONTRADICTS
    assert [r.found for r in ledger.read().journeys[drive].receipts] == [Found.WHOLE, Found.DAMAGED]


def test_a_garbled_one_names_the_group_and_is_not_recorded(ledger: Ledger, drive: str) -> None:
    code = code_of(ledger, drive)
    wrong = code[:9] + ALPHABET[(ALPHABET.index(code[9]) + 1) % 32] + code[10:]
    before = len(list(ledger.entries()))
    found = enter(ledger, wrong)
    assert (found.answer, found.group) == (Answer.GARBLED, 3)
    assert len(list(ledger.entries())) == before


def test_no_such_drive(ledger: Ledger, drive: str) -> None:
    nonce = "ab" * 16
    assert enter(ledger, make_code(Report(reference_of(nonce), Found.WHOLE), nonce, SEAL)).answer is Answer.UNKNOWN


def test_a_void_drive(ledger: Ledger, drive: str) -> None:
    code = code_of(ledger, drive)
    ledger.append(DriveVoided(drive=drive, reason="its order was cancelled"))
    found = enter(ledger, code)
    assert found.answer is Answer.VOID and "its order was cancelled" in str(found.why)


@pytest.mark.parametrize("found", list(Found))
def test_another_drive_is_sent_where_this_one_says_that_files_are_damaged_or_missing(
    ledger: Ledger, drive: str, found: Found
) -> None:
    is_broken = found in (Found.DAMAGED, Found.INCOMPLETE)
    code = code_of(ledger, drive, found, int(is_broken))
    forged = make_code(Report(drive, found, int(is_broken)), "ab" * 16, SEAL)
    assert not enter(ledger, forged).needs_replacement
    assert enter(ledger, code).needs_replacement is is_broken
    assert not enter(ledger, code).needs_replacement, "said once"
    ledger.append(DriveVoided(drive=drive, reason="its order was cancelled"))
    assert not enter(ledger, code_of(ledger, drive, found, 2 * is_broken)).needs_replacement
    assert not enter(ledger, code[:-1]).needs_replacement


def test_a_replaced_drive(ledger: Ledger, drive: str) -> None:
    code = code_of(ledger, drive)
    ledger.append(DriveMarked(drive=drive, mark=Mark.REPLACED))
    assert enter(ledger, code).answer is Answer.VOID


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("quagmires", Answer.WRONG_WORD),
        ("quagmir", Answer.WRONG_WORD),
        ("quamire", Answer.WRONG_WORD),
        ("quagmxre", Answer.WRONG_WORD),
        ("qaugmire", Answer.WRONG_WORD),
        ("quagmier", Answer.WRONG_WORD),
        ("unwind", Answer.WRONG_WORD),
        ("zzzqqq", Answer.WRONG),
    ],
)
def test_another_word_than_the_letters(
    ledger: Ledger, drive: str, typed: str, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("usbkit.ledger.appending.words", lambda: ("quagmire",))
    assert ledger.letter_word("guatemala-1") == "quagmire"
    assert "unwind" in words()
    found = enter(ledger, code_of(ledger, drive, word=typed))
    assert found.answer is answer
    assert "quagmire" not in str(found.why)


def test_a_word_where_no_letter_was_written(ledger: Ledger, drive: str) -> None:
    found = enter(ledger, code_of(ledger, drive, word="zzzqqq"))
    assert found.answer is Answer.WRONG and "this letter's word" in str(found.why)


def test_another_seal_is_not_this_drive(ledger: Ledger, drive: str) -> None:
    forged = make_code(Report(drive, Found.WHOLE), ledger.nonce_of(drive), "5f" * 32)
    found = enter(ledger, forged)
    assert found.answer is Answer.WRONG and "its seal is another" in str(found.why)
    journey = ledger.read().journeys[drive]
    assert journey.where is Where.SENT and [r.answer for r in journey.receipts] == [Answer.WRONG]


def test_a_superseded_edition(ledger: Ledger, drive: str) -> None:
    values = {**order("guatemala-2").model_dump(), "edition": 4, "fingerprint": "77" * 32}
    ledger.append(OrderAdded.model_validate(values))
    assert enter(ledger, code_of(ledger, drive)).answer is Answer.SUPERSEDED
    assert ledger.read().journeys[drive].where is Where.RECEIVED


def test_before_dispatch(ledger: Ledger) -> None:
    made = make_drive(ledger, 2, stick("B2"))
    assert enter(ledger, code_of(ledger, made)).answer is Answer.UNDISPATCHED


def test_after_too_many_wrong_tries_no_more_are_looked_at(ledger: Ledger, drive: str) -> None:
    for n in range(MOST_TRIES):
        forged = make_code(Report(drive, Found.WHOLE), f"{n:032x}", SEAL)
        assert enter(ledger, forged).answer is Answer.WRONG
        assert enter(ledger, forged).answer is Answer.WRONG, "the same once more is not one more try"
    good = code_of(ledger, drive)
    before = len(list(ledger.entries()))
    assert enter(ledger, good).answer is Answer.LOCKED
    assert len(list(ledger.entries())) == before
    assert enter(ledger, good, again=True).answer is Answer.ACCEPTED


def test_after_too_many_wrong_tries_nothing_is_offered(ledger: Ledger, drive: str) -> None:
    """Else the tries would go on with offers."""
    code = code_of(ledger, drive)
    assert [offer.code for offer in enter(ledger, code[:7] + code[8:]).offers] == [code]
    for n in range(MOST_TRIES):
        enter(ledger, make_code(Report(drive, Found.WHOLE), f"{n:032x}", SEAL))
    assert enter(ledger, code[:7] + code[8:]).offers == ()


def test_what_was_entered_holds_together(ledger: Ledger, drive: str) -> None:
    ledger.letter_word("guatemala-1")
    enter(ledger, code_of(ledger, drive))
    assert audit(ledger.entries(), ledger.secrets(), ledger.heads()).is_anchored


def test_a_drive_whose_nonce_is_elsewhere(tmp_path: Path, ledger: Ledger, drive: str) -> None:
    (tmp_path / "other").mkdir()
    other = open_ledger(tmp_path / "other")
    entries = list(ledger.entries())
    with other.write() as writing:
        for entry in entries:
            writing.adopt(entry)
        writing.keep(entries)
    found = enter(other, code_of(ledger, drive))
    assert found.answer is Answer.NO_SECRET and ledger.origin in str(found.why)
    result = audit(other.entries(), other.secrets())
    assert result.holds and result.without_secret == 1


def test_where_two_stations_have_one_reference_both_are_named(ledger: Ledger) -> None:
    """Only the first was, whichever had made the code."""
    entries = list[Entry]()
    for origin, digest in (("a-1", "1" * 64), ("b-1", "2" * 64)):
        minted = PassportMinted(drive="0000A", order="guatemala-1", number=1, of=3, nonce_sha256=digest)
        head = start_of(origin)
        for event in (order(), minted):
            entries.append(follow(head, EntryBody(clock(), "kim", event).to_body()))
            head = head_of(entries[-1])
    with ledger.write() as writing:
        for entry in entries:
            writing.adopt(entry)
        writing.keep(entries)
    found = enter(ledger, make_code(Report("0000A", Found.WHOLE), "ab" * 16, SEAL))
    assert found.answer is Answer.NO_SECRET and "in the ledger of a-1, b-1" in str(found.why)


def test_the_command_line(tmp_path: Path, ledger: Ledger, drive: str) -> None:
    def run(*arguments: object, code: int = 0) -> str:
        return usbkit("--ledger", named(tmp_path), "--lang", "en", *arguments).expect(code).out

    code = code_of(ledger, drive, Found.DAMAGED, 15)
    groups = show_code(code).split("-")
    said = run("receipt", "enter", *groups, "--from", "=1+1", "--by", "telephone")
    assert "accepted" in said and "guatemala-1, 1 of 3: damaged, files in trouble: 15 or more" in said
    assert "entered already" in run("receipt", "enter", code)
    batch = tmp_path / "batch.csv"
    batch.write_text(f"Code,From\r\n{code},x\r\n,\r\n", encoding="utf-8-sig")
    asked = usbkit("--ledger", named(tmp_path), "receipt", "enter", "--batch", batch).expect(2).err
    assert "not confirmed" in asked and code in asked
    listed = usbkit("--ledger", named(tmp_path), "--json", "receipt", "enter", "--batch", batch, "--yes").expect(0).json
    assert [r["answer"] for r in listed["receipts"]] == ["already-entered"]
    batch.write_text(f"Code,From\r\n{code},x\r\n,\r\nABCD,y\r\n", encoding="utf-8-sig")
    garbled = usbkit("--ledger", named(tmp_path), "receipt", "enter", "--batch", batch, "--yes").expect(2).err
    assert f"{batch}:4" in garbled and "found ABCD, expected a code" in garbled
    batch.write_text("number\n1\n")
    assert "expected code" in usbkit("--ledger", named(tmp_path), "receipt", "enter", "--batch", batch).expect(2).err
    batch.write_text("code,by\nx,pigeon\ny,owl\n")
    wrong = usbkit("--ledger", named(tmp_path), "receipt", "enter", "--batch", batch).expect(2).err
    assert "pigeon" in wrong and "owl" in wrong and ":3" in wrong
    usbkit("--ledger", named(tmp_path), "receipt", "enter").expect(2)
    csv = run("ledger", "export")
    assert "'=1+1" not in csv and "damaged" in csv
    assert "guatemala" in run("ledger", "report") and "trouble was found: " + drive in run("ledger", "report")


def test_late_is_what_was_sent_long_ago(tmp_path: Path, ledger: Ledger) -> None:
    made = make_drive(ledger, 3, stick("C3"))
    ledger.append(DriveMarked(drive=made, mark=Mark.SENT))
    later = open_ledger(tmp_path, now=lambda: dt.datetime(2027, 3, 1, tzinfo=dt.UTC))
    from usbkit.ledger.reporting import By, report
    from usbkit.ledger.selecting import Choice, choose

    found = report(later.read(), By.ROUTE, Choice(), later.now())
    assert [j.drive for j in found.late] == [made]
    assert found.groups["corps"].to_json() | {"ordered": 3, "made": 1, "out": 1, "late": 1} == found.total.to_json()
    assert choose(later.read(), Choice(only_late=True, late_after=200), later.now()) == []


def test_a_drive_that_is_sent_again_makes_the_same_code_and_is_checked_again(ledger: Ledger, drive: str) -> None:
    """It was "entered already", and the drive was late for ever."""
    code = code_of(ledger, drive)
    assert enter(ledger, code).answer is Answer.ACCEPTED
    assert enter(ledger, code).answer is Answer.REPEATED
    for mark in (Mark.RETURNED, Mark.SENT):
        ledger.append(DriveMarked(drive=drive, mark=mark))
    assert ledger.read().journey(drive).where is Where.SENT
    assert enter(ledger, code).answer is Answer.ACCEPTED
    journey = ledger.read().journey(drive)
    assert journey.where is Where.RECEIVED and len(journey.receipts) == 2
    assert enter(ledger, code).answer is Answer.REPEATED


def test_what_was_damaged_on_another_journey_contradicts_nothing(ledger: Ledger, drive: str) -> None:
    assert enter(ledger, code_of(ledger, drive, Found.DAMAGED, 3)).answer is Answer.ACCEPTED
    for mark in (Mark.RETURNED, Mark.SENT):
        ledger.append(DriveMarked(drive=drive, mark=mark))
    assert enter(ledger, code_of(ledger, drive)).answer is Answer.ACCEPTED
