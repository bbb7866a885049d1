"""Orders: taken only of what is approved and unchanged, cancelled without losing a whole drive unasked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.ledger.stories import begun, make_drive, open_ledger, stick
from tests.station.small import make_bundle
from tests.support import plans
from usbkit import orders
from usbkit.errors import Finding, InputError, RefusedError
from usbkit.ledger import Ledger
from usbkit.ledger.records import Order
from usbkit.ledger.shares import Making
from usbkit.orders import add_order, cancel_order, find_order, require_unchanged
from usbkit.text import _


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(tmp_path)


@pytest.fixture
def approved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk approves of everything: what it refuses is tested in its own room."""
    monkeypatch.setattr(orders, "is_demo", lambda manifests: False)
    monkeypatch.setattr(orders, "load_decisions", lambda manifests, stem: orders_decisions())
    monkeypatch.setattr(orders, "require_orderable", lambda *arguments, **more: None)


def orders_decisions() -> object:
    from usbkit.approval import Decisions

    return Decisions()


MANIFESTS: object = object()


def add(ledger: Ledger, folder: Path, count: int | None = None) -> Order:
    return add_order(ledger, MANIFESTS, make_bundle(folder), count, Making())  # type: ignore[arg-type]


@pytest.mark.usefixtures("approved")
def test_an_order_takes_its_count_from_the_manifest_or_the_user(ledger: Ledger, tmp_path: Path) -> None:
    assert add(ledger, tmp_path).added.numbers == (1, 2)
    second = add(ledger, tmp_path, 5)
    assert (second.id, second.added.of) == ("guatemala-2", 5)


@pytest.mark.usefixtures("approved")
@pytest.mark.parametrize("count", [0, -1, 1000])
def test_a_count_that_is_none(ledger: Ledger, tmp_path: Path, count: int) -> None:
    with pytest.raises(InputError, match="expected 1 to 999"):
        add(ledger, tmp_path, count)
    assert not ledger.read().orders


@pytest.mark.usefixtures("approved")
def test_a_country_served_by_the_website_gets_no_drives(ledger: Ledger, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    website = replace(bundle, plan=replace(bundle.plan, country=plans.country(delivery="website")))
    with pytest.raises(InputError, match="website alone"):
        add_order(ledger, MANIFESTS, website, 3, Making())  # type: ignore[arg-type]


@pytest.mark.usefixtures("approved")
def test_what_the_desk_refuses_is_not_ordered(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **more: object) -> None:
        raise RefusedError(Finding("order-not-approved", _("nobody has approved it")))

    monkeypatch.setattr(orders, "require_orderable", refuse)
    with pytest.raises(RefusedError, match="nobody has approved"):
        add(ledger, tmp_path)
    assert not ledger.read().orders


@pytest.mark.usefixtures("approved")
def test_what_was_changed_since_is_not_made(ledger: Ledger, tmp_path: Path) -> None:
    ordered, bundle = add(ledger, tmp_path), make_bundle(tmp_path)
    require_unchanged(ordered, MANIFESTS, bundle)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="something was changed since"):
        require_unchanged(ordered, MANIFESTS, replace(bundle, fingerprint="0" * 64))  # type: ignore[arg-type]


@pytest.mark.usefixtures("approved")
def test_cancelling_asks_about_whole_drives_and_makes_them_void(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path)
    drive = make_drive(ledger, 1, stick())
    with pytest.raises(RefusedError, match="1 drives of guatemala-1 are whole"):
        cancel_order(ledger, "guatemala-1", "", give_up_whole=False)
    cancel_order(ledger, "guatemala-1", "recalled", give_up_whole=True)
    book = ledger.read()
    assert book.orders["guatemala-1"].is_cancelled
    assert book.journeys[drive].stage == "void"
    with pytest.raises(InputError, match="cancelled already"):
        cancel_order(ledger, "guatemala-1", "", give_up_whole=True)


@pytest.mark.usefixtures("approved")
def test_an_order_in_work_is_not_cancelled(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path)
    with ledger.write() as writing:
        writing.append(begun(writing.mint("guatemala-1", 1), stick()))
    with pytest.raises(RefusedError, match="a station is writing"):
        cancel_order(ledger, "guatemala-1", "", give_up_whole=True)


def test_an_unknown_order(ledger: Ledger) -> None:
    with pytest.raises(InputError, match="there is no order peru-1"):
        find_order(ledger.read(), "peru-1")
