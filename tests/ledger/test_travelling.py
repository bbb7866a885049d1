"""A drive's journey, entry by entry: what may follow on what, and what it leaves in the tables."""

from __future__ import annotations

import pytest

from tests.ledger.stories import CHECK, begun, clock, ended, order, stick
from usbkit.core.errors import BrokenOffError
from usbkit.drives.record import Outcome
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import DriveFound, DriveVoided, Event, PassportMinted
from usbkit.ledger.journey import Stage
from usbkit.ledger.state import LedgerState

ID = "guatemala-1"


class Book:
    def __init__(self) -> None:
        self.state, self._count = LedgerState("home"), 0
        self.tell(order())
        for number in (1, 2):
            self.tell(
                PassportMinted(drive=f"0000{number}", order=ID, number=number, of=3, nonce_sha256=f"{number}" * 64)
            )

    def tell(self, event: Event) -> None:
        self._count += 1
        self.state.apply(EntryBody(clock(), "kim", event), "home", self._count)

    def stage(self, drive: str = "00001") -> Stage:
        return self.state.journey(drive).stage


def found(*, is_whole: bool) -> DriveFound:
    return DriveFound(drive="00001", stick=stick(), is_whole=is_whole, check=CHECK)


def test_from_stage_to_stage_and_no_further() -> None:
    book = Book()
    with pytest.raises(BrokenOffError, match="drive 00001 is minted and cannot become whole"):
        book.tell(ended("00001"))
    book.tell(begun("00001", stick()))
    book.tell(ended("00001", Outcome.VANISHED))
    assert book.stage() is Stage.INTERRUPTED
    book.tell(found(is_whole=True))
    assert book.stage() is Stage.WHOLE and book.state.whole_numbers(ID) == [1]
    book.tell(found(is_whole=True))  # once more is no news
    assert book.state.whole_counts() == {ID: 1}
    book.tell(found(is_whole=False))
    assert book.stage() is Stage.VOID and book.state.journey("00001").reason == "no longer whole"
    assert book.state.free_numbers(ID) == [1, 3] and book.state.whole_counts() == {}
    with pytest.raises(BrokenOffError, match="is void and cannot become begun"):
        book.tell(begun("00001", stick()))


def test_one_chain_has_one_drive_under_a_job() -> None:
    book = Book()
    book.tell(begun("00001", stick(), "a job"))
    with pytest.raises(BrokenOffError, match="drive 00002 has the job of drive 00001"):
        book.tell(begun("00002", stick("B"), "a job"))
    book.tell(ended("00001", Outcome.VANISHED))
    book.tell(begun("00001", stick(), "a job"))  # it goes on
    assert book.stage() is Stage.BEGUN


def test_two_sticks_at_once_that_say_the_same_share_it() -> None:
    book = Book()
    book.tell(begun("00001", stick("A")))
    assert not book.state.is_shared(stick("A"))
    book.tell(begun("00002", stick("A")))
    assert book.state.is_shared(stick("A"))


def test_what_is_void_is_counted_no_more() -> None:
    book = Book()
    book.tell(begun("00001", stick()))
    book.tell(ended("00001"))
    minted = {"state": "minted", "drive": "00002", "where": None, "found": None}
    whole = {"state": "whole", "drive": "00001", "where": "here", "found": None}
    assert book.state.held_numbers(ID) == {1: whole, 2: minted}
    book.tell(DriveVoided(drive="00001", reason="wiped"))
    assert book.state.held_numbers(ID) == {2: minted} and book.state.drives_aside(ID) == []
