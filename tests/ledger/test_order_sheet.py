"""Order sheets: read as written, carried with every ledger, and reported as lacking or broken if they do not match
their order.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.ledger.sheets import SUMS, WORDS, ordered, sheet
from tests.ledger.stories import engine_of, make_drive, named, open_ledger, order, stick
from tests.support.cli import usbkit
from usbkit.core.errors import AnswerNoError, InputError, Place
from usbkit.ledger import Ledger
from usbkit.ledger.backup import back_up
from usbkit.ledger.checking import check_ledger, checked_heads_of_letter
from usbkit.ledger.documents import MAX_DOCUMENT, ORDER_SHEET, digest_document
from usbkit.ledger.merging import merge, visiting
from usbkit.ledger.order_share import OrderShare
from usbkit.ledger.order_sheet import OrderSheet, Signer, is_newer, why_another
from usbkit.ledger.place import LedgerPlace
from usbkit.trust.demo_key import demo_key

BODY = sheet().to_bytes()
NAME = digest_document(BODY)
NEWER = BODY.replace(b"order sheet v1", b"order sheet v2")


def kept(folder: Path, body: bytes = BODY, *, has_sheet: bool = True) -> Ledger:
    """A ledger with an order and its sheet."""
    ledger = open_ledger(folder)
    with ledger.write() as writing:
        if has_sheet:
            writing.keep_document(ORDER_SHEET, body)
        writing.append(ordered(digest_document(body)))
    return ledger


@pytest.mark.sqlite_only
def test_a_sheet_reads_as_it_was_written() -> None:
    signer = Signer(name="Archive desk", key=demo_key().public.to_base64(), is_demo=True)
    whole = sheet(signature="untrusted comment: x\n", signer=signer)
    again = OrderSheet.from_bytes(whole.to_bytes())
    assert again == whole and again.to_bytes() == whole.to_bytes()
    assert BODY.isascii() and again.signer is not None and again.signer.public == demo_key().public
    assert (again.seal, again.size, again.size_of["videos/01-opening.mp4"]) == (SUMS, 2010, 2000)
    assert list(again.words.programme.title) == ["ko", "en"], "the first language there is stays the first"


@pytest.mark.sqlite_only
def test_a_field_that_a_newer_usbkit_added_is_left_unread() -> None:
    values = {**json.loads(BODY), "perfume": "lilac"}
    assert OrderSheet.from_bytes(json.dumps(values).encode()) == sheet()


def changed(**changes: object) -> bytes:
    return json.dumps({**json.loads(BODY), **changes}).encode()


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "Invalid JSON"),
        (b"[]", "object"),
        (b"\xff", "not ASCII"),
        ('{"format": "é"}'.encode(), "not ASCII"),
        (changed(format="usbkit order sheet v0"), "format"),
        (changed(sums="x"), "not a seal"),
        (changed(sizes=[1]), "not as many sizes"),
        (changed(sizes=[1, -2]), "sizes.1"),
        (changed(signer={"name": "x", "key": "RWnone"}), "key"),
        (changed(signature="x" * 20_000), "signature"),
        (changed(filesystem="ntfs"), "filesystem"),
        (changed(words={}), "words.programme"),
    ],
)
def test_what_is_no_sheet(body: bytes, why: str) -> None:
    with pytest.raises(InputError, match="no order sheet") as raised:
        OrderSheet.from_bytes(body)
    assert why in str(raised.value)
    assert why_another(ordered(NAME), body) is not None


@pytest.mark.sqlite_only
def test_a_sheet_that_is_too_large_is_not_made() -> None:
    words = WORDS.model_copy(update={"samples": ("x" * MAX_DOCUMENT,)})
    with pytest.raises(InputError, match="at most 16777216 are kept"):
        sheet(words=words).to_bytes()


@pytest.mark.sqlite_only
@pytest.mark.parametrize("change", [{"fingerprint": "0" * 64}, {"programme": "x"}, {"code": "HN"}, {"edition": 4}])
def test_a_sheet_of_something_else_is_another(change: dict[str, object]) -> None:
    assert why_another(ordered(NAME), BODY) is None
    assert "another seal" in str(why_another(ordered(NAME).model_copy(update=change), BODY))


@pytest.mark.sqlite_only
def test_a_newer_form_is_carried() -> None:
    assert is_newer(NEWER) and why_another(ordered(NAME), NEWER) is None
    for body in (BODY, b"[1]", b"\xff", b"{}", b'{"format": 5}', b'{"format": "usbkit order sheet v"}', b"[" * 10**5):
        assert not is_newer(body)


def test_check_says_what_is_missing_and_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "lack").mkdir()
    lack = kept(tmp_path / "lack", has_sheet=False)
    lack.append(order("guatemala-2"))
    found = check_ledger(lack)
    assert found.holds and found.lacking == ("guatemala-1",), "a lack is no break, and no sheet is no lack"
    said = usbkit("--ledger", named(tmp_path / "lack"), "ledger", "check").expect(0).out
    assert "Orders whose order sheet is not here: guatemala-1" in said
    (tmp_path / "wrong").mkdir()
    wrong = kept(tmp_path / "wrong", sheet(edition=4).to_bytes())
    assert check_ledger(wrong).documents == (digest_document(sheet(edition=4).to_bytes()),)
    assert (
        "is not the one that its order names"
        in usbkit("--ledger", named(tmp_path / "wrong"), "ledger", "check").expect(1).out
    )
    (tmp_path / "new").mkdir()
    newer = check_ledger(kept(tmp_path / "new", NEWER))
    assert newer.holds and not newer.lacking


@pytest.mark.sqlite_only
def test_a_changed_document_is_a_break_though_nothing_names_it(tmp_path: Path) -> None:
    ledger = kept(tmp_path)
    engine = engine_of(ledger)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER document_no_update")
        connection.exec_driver_sql("UPDATE document SET body = ?", (BODY.replace(b"FORUMTEST", b"FORUMBEST"),))
    engine.dispose()
    assert check_ledger(ledger).documents == (NAME,)


def test_a_merge_and_a_backup_carry_it(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    there, home = kept(tmp_path), open_ledger(tmp_path / "home")
    with visiting(there.place) as visited:
        merge(home, visited, Place("there"))
    assert home.find_document(NAME) == BODY and not check_ledger(home).lacking
    copy = tmp_path / "copy.sqlite"
    back_up(home, copy)
    assert Ledger.open(LedgerPlace(copy), "lee").find_document(NAME) == BODY
    lines = usbkit("--ledger", copy, "ledger", "export", "--format", "entries").expect(0).out.splitlines()
    assert [json.loads(line)["body"] for line in lines if '"document"' in line] == [BODY.decode()]


def test_a_merge_brings_the_sheet_of_an_order_that_is_here_already(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    there, home = kept(tmp_path, has_sheet=False), open_ledger(tmp_path / "home")
    with visiting(there.place) as visited:
        merge(home, visited, Place("there"))
    assert check_ledger(home).lacking == ("guatemala-1",)
    with there.write() as writing:
        writing.keep_document(ORDER_SHEET, BODY)
    with visiting(there.place) as visited:
        merge(home, visited, Place("there"))
    assert home.find_document(NAME) == BODY and not check_ledger(home).lacking


def test_a_merge_refuses_a_sheet_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    there, home = kept(tmp_path, sheet(edition=4).to_bytes()), open_ledger(tmp_path / "home")
    with visiting(there.place) as visited, pytest.raises(AnswerNoError, match="guatemala-1 is not what was ordered"):
        merge(home, visited, Place("there"))
    assert not home.read().orders and not list(home.documents())


@pytest.mark.sqlite_only
def test_a_share_brings_its_sheet_and_no_other() -> None:
    share = OrderShare(ordered(NAME), "desk-1", (2, 3), BODY)
    assert OrderShare.from_json(share.to_json(), "share") == share
    without = OrderShare(ordered(None), "desk-1", (2, 3))
    assert OrderShare.from_json(without.to_json(), "share") == without
    for wrong in (OrderShare(ordered(NAME), "desk-1", (2,), NEWER), OrderShare(ordered(None), "desk-1", (2,), BODY)):
        with pytest.raises(InputError, match="not the one that the order names"):
            OrderShare.from_json(wrong.to_json(), "share")
    other = sheet(edition=4).to_bytes()
    with pytest.raises(InputError, match="not the order's: it is of another seal"):
        OrderShare.from_json(OrderShare(ordered(digest_document(other)), "desk-1", (2,), other).to_json(), "share")


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"order": {"of": 10**30}}, "order.of"),
        ({"order": {"numbers": [*range(1, 2_001)]}}, "order.numbers"),
        ({"order": {"kind": "order-cancelled"}}, "order.kind"),
        ({"origin": "evil\n1\n\x1b[31m"}, "origin"),
        ({"numbers": [9]}, "its numbers are not the order's"),
        ({"numbers": [*range(1, 2_001)]}, "numbers"),
        ({"numbers": []}, "numbers"),
        ({"sheet": "\u202e"}, "sheet"),
        ({"format": "usbkit order share v2"}, "format"),
        ({"more": "x"}, "more"),
    ],
    ids=range(10),
)
def test_what_is_no_share(changes: dict[str, Any], said: str) -> None:
    stored = json.loads(OrderShare(ordered(None), "desk-1", (2, 3)).to_json())
    stored["order"] |= changes.get("order", {})
    rest = {name: value for name, value in changes.items() if name != "order"}
    with pytest.raises(InputError, match=f"no share of an order: .*{said}"):
        OrderShare.from_json(json.dumps(stored | rest), "share")


def test_a_letter_s_heads_are_those_of_when_its_word_was_made(tmp_path: Path) -> None:
    ledger = kept(tmp_path)
    ledger.append(order("guatemala-2"))
    ledger.letter_word("guatemala-2")
    make_drive(ledger, 1, stick())
    ledger.letter_word("guatemala-1")
    then = ledger.heads()
    state = ledger.read()
    assert checked_heads_of_letter(ledger, state.order("guatemala-1")) == then
    ledger.append(order("guatemala-3"))
    state = ledger.read()
    assert checked_heads_of_letter(ledger, state.order("guatemala-1")) == then != ledger.heads()
    assert checked_heads_of_letter(ledger, state.order("guatemala-2"))[0].sequence == 3
    assert checked_heads_of_letter(ledger, state.order("guatemala-3")) == ledger.heads(), "none was made yet"
