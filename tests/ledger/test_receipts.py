"""Entering receipts: each code gets its own answer, and nothing overwrites anything."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.ledger.stories import SEAL, make_drive, named, open_ledger, order, stick
from tests.support.cli import usbkit
from usbkit.core.wordlist import words
from usbkit.ledger import Ledger
from usbkit.ledger.audit import audit
from usbkit.ledger.delivery_status import Answer, Mark, Where
from usbkit.ledger.events import DriveMarked, DriveVoided, OrderAdded
from usbkit.orders.receipt_entry import MOST_TRIES, Coming, Entering, enter_receipt
from usbkit.trust.receipt_code import ALPHABET, Found, Report, make_code, reference_of, show_code


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = open_ledger(tmp_path)
    made.append(order())
    return made


@pytest.fixture
def drive(ledger: Ledger) -> str:
    """A drive that was sent."""
    made = make_drive(ledger, 1, stick())
    ledger.append(DriveMarked(drive=made, mark=Mark.SENT))
    return made


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


def test_a_replaced_drive(ledger: Ledger, drive: str) -> None:
    code = code_of(ledger, drive)
    ledger.append(DriveMarked(drive=drive, mark=Mark.REPLACED))
    assert enter(ledger, code).answer is Answer.VOID


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("quagmires", Answer.WRONG_WORD),
        ("quagmir", Answer.WRONG_WORD),
        ("qaugmire", Answer.WRONG_WORD),
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
    assert enter(ledger, code_of(ledger, drive, word="zzzqqq")).answer is Answer.WRONG


def test_another_seal_is_not_this_drive(ledger: Ledger, drive: str) -> None:
    forged = make_code(Report(drive, Found.WHOLE), ledger.nonce_of(drive), "5f" * 32)
    found = enter(ledger, forged)
    assert found.answer is Answer.WRONG
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


def test_the_command_line(tmp_path: Path, ledger: Ledger, drive: str) -> None:
    def run(*arguments: object, code: int = 0) -> str:
        return usbkit("--ledger", named(tmp_path), "--lang", "en", *arguments).expect(code).out

    code = code_of(ledger, drive, Found.DAMAGED, 15)
    groups = show_code(code).split("-")
    said = run("receipt", "enter", *groups, "--from", "=1+1", "--by", "telephone")
    assert "accepted" in said and "guatemala-1, 1 of 3: damaged, files in trouble: 15 or more" in said
    assert "entered already" in run("receipt", "enter", code)
    batch = tmp_path / "batch.csv"
    batch.write_text(f"Code,From\r\n{code},x\r\n,\r\nABCD,y\r\n", encoding="utf-8-sig")
    asked = usbkit("--ledger", named(tmp_path), "receipt", "enter", "--batch", batch).expect(2).err
    assert "not confirmed" in asked and code in asked
    listed = usbkit("--ledger", named(tmp_path), "--json", "receipt", "enter", "--batch", batch, "--yes").expect(1).json
    assert [r["answer"] for r in listed["receipts"]] == ["already-entered", "garbled"]
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
