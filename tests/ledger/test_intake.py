"""The form of each field of an entry: what is written here, and what is taken from elsewhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic.fields import FieldInfo

from tests.ledger.stories import CHECK, SEAL, clock, open_ledger, order, stick
from tests.ledger.test_adoption import EVIL, hostile, take
from tests.ledger.test_schema import RC1
from usbkit.core.errors import InputError, RefusedError
from usbkit.core.messages import _
from usbkit.drives.device import DriveKind
from usbkit.ledger import events
from usbkit.ledger.appending import entries_after, entry_of
from usbkit.ledger.database import FileConnection
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import Event, OrderAdded, OrderSplit, PortName, PortsNamed, Record, SealReleased
from usbkit.ledger.intake import forms_of, why_unfit, why_unfit_event
from usbkit.ledger.names import Form, Word
from usbkit.ledger.order_share import OrderShare
from usbkit.manifest.kinds import Route
from usbkit.orders.receipt_entry import WAYS
from usbkit.station.work import Foreign
from usbkit.trust.verdict import Content, Origin, Structure
from usbkit.writing.job import Mode

pytestmark = pytest.mark.sqlite_only


@pytest.mark.parametrize(
    "event",
    [
        order("../../escaped/x"),
        order().model_copy(update={"approved_by": "Lee\x1b[2J"}),
        order().model_copy(update={"parent": "a/b"}),
        OrderSplit(order="guatemala-1", numbers=(1,), to="Li\nma"),
        PortsNamed(ports=(PortName(name="../x", path="1-1"),)),
    ],
)
def test_what_is_misnamed_is_not_appended(tmp_path: Path, event: object) -> None:
    ledger = open_ledger(tmp_path)
    with pytest.raises(InputError, match="expected"):
        ledger.append(event)  # type: ignore[arg-type]
    assert list(ledger.entries()) == []


def test_who_appends_has_a_name() -> None:
    assert why_unfit(EntryBody(clock(), "kim", order())) is None
    assert why_unfit(EntryBody(clock(), "ki\rm", order())) is not None


def added(**changes: object) -> OrderAdded:
    return OrderAdded.model_validate({**order().model_dump(), **changes})


#: Each field that is changed, and how.
UNFIT: list[tuple[Event, str]] = [
    (added(country="x" * 60_000), "country"),
    (added(country="../../etc"), "country"),
    (added(country=""), "country"),
    (added(country="uz\x1b[31m"), "country"),
    (added(country="a-"), "country"),
    (added(programme="forum 2020"), "programme"),
    (added(programme="p" * 41), "programme"),
    (added(code="gt"), "code"),
    (added(code=""), "code"),
    (added(route="by\nsea"), "route"),
    (added(allow_missing=("es", "e s")), "allow_missing"),
    (added(numbers=(1, 4)), "numbers"),
    (added(numbers=(1, 1)), "numbers"),
    (added(renews="a/b"), "renews"),
    (
        SealReleased(country="..", code="GT", programme="p", edition=1, fingerprint=SEAL, approved_by="Lee"),
        "country",
    ),
    (events.DriveMarked(drive="00001", mark=Mark.LOST, note="x" * 8001), "note"),
    (events.DriveMarked(drive="00001", mark=Mark.SENT, bag="x" * 301), "bag"),
    (events.DriveMarked(drive="00001", mark=Mark.REPLACED, successor="x@../y"), "successor"),
    (events.DriveFound(drive="00001", stick=stick("s" * 301), is_whole=True, check=CHECK), "stick.serial"),
    (events.BatchConfirmed(orders=("x@vm-1", "x y"), ports=(), foreign="ask"), "orders"),
]


@pytest.mark.parametrize(("event", "field"), UNFIT, ids=range(len(UNFIT)))
def test_a_field_that_does_not_fit_is_named(event: Event, field: str) -> None:
    why = why_unfit_event(event)
    assert why is not None and str(why).startswith(f"{field}: found ") and len(str(why)) < 250


def test_what_does_not_fit_is_not_taken_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    home = open_ledger(tmp_path / "home")
    for event, field in UNFIT[:15]:
        with pytest.raises(RefusedError, match=f"entry 1 of {EVIL} cannot be taken: {field}: found") as refused:
            take(home, hostile(tmp_path, [event]))
        assert "usbkit ledger check" not in str(refused.value.findings[0].todo)
        assert list(home.entries()) == []


def test_a_share_of_an_order_that_does_not_fit_is_not_read() -> None:
    text = OrderShare(added(country="../x"), "vm-1", (1,)).to_json()
    with pytest.raises(InputError, match="country: found"):
        OrderShare.from_json(text, "share.json")


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_text_of_every_kind_has_a_form(kind: type[Record]) -> None:
    """Text has a grammar or a length, in words of ours or pydantic's."""
    assert list(_without_form(kind)) == []


def _without_form(kind: type[Record]) -> Iterator[str]:
    formed = dict(forms_of(kind))
    for name, field in kind.model_fields.items():
        if isinstance(inner := formed.get(name), type):
            yield from _without_form(inner)
        elif name not in formed and _is_free_text(field.annotation) and not field.metadata:
            yield f"{kind.__name__}.{name}"


def _is_free_text(annotation: Any) -> bool:
    parts = get_args(annotation)
    if any(isinstance(part, FieldInfo) for part in parts):
        return False
    return annotation is str or any(map(_is_free_text, parts))


@pytest.mark.parametrize("kind", [Content, Structure, Origin, DriveKind, Mode, Foreign, Route])
def test_every_word_of_ours_is_a_word(kind: type[StrEnum]) -> None:
    (form,) = (one for one in get_args(Word) if isinstance(one, Form))
    assert [word for word in (*kind, *WAYS) if not form.fits(word)] == []


def test_what_rc1_wrote_fits() -> None:
    made = sqlite3.connect(":memory:")
    made.executescript(RC1.read_text())
    entries = [entry_of(row) for row in entries_after(FileConnection(made), 0)]
    assert len(entries) == 34
    assert [why_unfit(EntryBody.from_body(entry.body, _("it"))) for entry in entries] == [None] * 34
