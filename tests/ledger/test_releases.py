"""Released seals: the latest counts, a station's entry does not, and their sheets travel like orders'."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ledger.sheets import sheet
from tests.ledger.stories import clock, open_ledger
from usbkit.core.errors import AnswerNoError, InputError, Place
from usbkit.ledger import Ledger
from usbkit.ledger.checking import check_ledger
from usbkit.ledger.documents import ORDER_SHEET, digest_document
from usbkit.ledger.events import Role, SealReleased
from usbkit.ledger.merging import MergeWish, merge, visiting

BODY = sheet().to_bytes()


def released(by: str = "Lee", **changes: object) -> SealReleased:
    values = {"country": "guatemala", "code": "GT", "programme": "forum-test", "edition": 3, "approved_by": by}
    return SealReleased.model_validate({**values, "fingerprint": sheet().fingerprint, **changes})


def at(day: int) -> Callable[[], dt.datetime]:
    return lambda: clock().replace(day=day)


def ledger_of(folder: Path, *happened: SealReleased, day: int = 24) -> Ledger:
    folder.mkdir(exist_ok=True)
    ledger = open_ledger(folder, now=at(day))
    ledger.append(*happened)
    return ledger


def take(home: Ledger, other: Ledger, role: Role | None = None) -> None:
    with visiting(other.place) as visited:
        merge(home, visited, Place("there"), MergeWish(role))


def now_for(ledger: Ledger, country: str = "guatemala", programme: str = "forum-test") -> str | None:
    found = ledger.read().released(programme, country)
    return None if found is None else found.event.approved_by


def test_the_latest_release_of_each_country_and_programme_holds(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path / "home", released("Kim"), released("Lee", fingerprint="b" * 64))
    ledger.append(released("Park", country="peru"), released("Choi", programme="forum-2021"))
    assert (now_for(ledger), now_for(ledger, "peru"), now_for(ledger, programme="forum-2021")) == (
        *("Lee", "Park", "Choi"),
    )
    assert now_for(ledger, "honduras") is None
    found = ledger.read().released("forum-test", "guatemala")
    assert found is not None and (found.origin, found.at, found.by) == (ledger.origin, clock(), "kim")
    assert found.event.fingerprint == "b" * 64
    assert check_ledger(ledger).holds
    ledger.rebuild()
    assert now_for(ledger) == "Lee"


@pytest.mark.parametrize(("role", "expected"), [(Role.DESK, "Han"), (Role.HEADQUARTERS, "Han"), (None, "Kim")])
def test_a_desk_s_word_counts_and_a_station_s_does_not(tmp_path: Path, role: Role | None, expected: str) -> None:
    home = ledger_of(tmp_path / "home", released("Kim"))
    take(home, ledger_of(tmp_path / "there", released("Han"), day=25), role)
    assert now_for(home) == expected
    assert check_ledger(home).holds


def test_an_older_release_that_comes_later_changes_nothing(tmp_path: Path) -> None:
    home = ledger_of(tmp_path / "home", released("Kim"))
    take(home, ledger_of(tmp_path / "there", released("Han"), day=23), Role.DESK)
    assert now_for(home) == "Kim"


def test_its_sheet_travels_and_is_checked(tmp_path: Path) -> None:
    there = ledger_of(tmp_path / "there", released(sheet=digest_document(BODY)))
    assert check_ledger(there).lacking == ("guatemala",)
    with there.write() as writing:
        writing.keep_document(ORDER_SHEET, BODY)
    home = ledger_of(tmp_path / "home")
    take(home, there)
    assert home.find_document(digest_document(BODY)) is None, "a station's release is not taken, nor its sheet"
    take(home, there, Role.DESK)
    assert now_for(home) is None, "it was told before"


def test_a_desk_s_sheet_of_something_else_is_refused(tmp_path: Path) -> None:
    body = sheet(edition=4).to_bytes()
    there, home = ledger_of(tmp_path / "there", released(sheet=digest_document(body))), ledger_of(tmp_path / "home")
    with there.write() as writing:
        writing.keep_document(ORDER_SHEET, body)
    assert check_ledger(there).documents == (digest_document(body),)
    with pytest.raises(AnswerNoError, match="guatemala is not what was ordered"):
        take(home, there, Role.DESK)
    assert now_for(home) is None


def test_a_name_that_steers_a_terminal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a name of up to 120 printable"):
        ledger_of(tmp_path / "home", released("Kim\x1b[2J"))
