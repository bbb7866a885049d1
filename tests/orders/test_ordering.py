"""Orders: only of approved and unchanged bundles; cancelling asks before whole drives stop counting."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.ledger.stories import begun, make_drive, open_ledger, stick
from tests.station.small import make_bundle
from tests.support import plans
from tests.support.cli import Done, usbkit
from usbkit.core.errors import Finding, InputError, Place, RefusedError, UsbkitError
from usbkit.core.messages import _
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked
from usbkit.ledger.merging import merge, visiting
from usbkit.ledger.order_share import Making, OrderShare
from usbkit.ledger.records import Order
from usbkit.ledger.reporting import By, report
from usbkit.ledger.selecting import Choice
from usbkit.orders import ordering
from usbkit.orders.cancelling import cancel_order
from usbkit.orders.ordering import add_order, require_unchanged, split_order, take_share


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(tmp_path)


@pytest.fixture
def approved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk approves of everything: what it refuses is tested in its own room."""
    monkeypatch.setattr(ordering, "is_demo", lambda manifests: False)
    monkeypatch.setattr(ordering, "load_decisions", lambda manifests, stem: orders_decisions())
    monkeypatch.setattr(ordering, "require_orderable", lambda *arguments, **more: None)


def orders_decisions() -> object:
    from usbkit.orders.approval import Decisions

    return Decisions()


MANIFESTS: object = object()


def add(ledger: Ledger, folder: Path, count: int | None = None) -> Order:
    return add_order(ledger, MANIFESTS, make_bundle(folder), count, Making())  # type: ignore[arg-type]


@pytest.mark.usefixtures("approved")
def test_an_order_takes_its_count_from_the_manifest_or_the_user(ledger: Ledger, tmp_path: Path) -> None:
    assert add(ledger, tmp_path).added.numbers == (1, 2)
    second = add_order(ledger, MANIFESTS, make_bundle(tmp_path), 5, Making(), sure=True)  # type: ignore[arg-type]
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

    monkeypatch.setattr(ordering, "require_orderable", refuse)
    with pytest.raises(RefusedError, match="nobody has approved"):
        add(ledger, tmp_path)
    assert not ledger.read().orders


@pytest.mark.usefixtures("approved")
def test_what_was_changed_since_is_not_made(ledger: Ledger, tmp_path: Path) -> None:
    ordered, bundle = add(ledger, tmp_path), make_bundle(tmp_path)
    require_unchanged(ordered, MANIFESTS, bundle)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="something was changed since") as refused:
        require_unchanged(ordered, MANIFESTS, replace(bundle, fingerprint="0" * 64))  # type: ignore[arg-type]
    (finding,) = refused.value.findings
    seal = ordered.added.fingerprint[:16]
    assert f"guatemala-1 is for seal {seal}…, but the seal is {'0' * 16}… now" in str(finding.what)
    assert "usbkit approve guatemala, then usbkit order renew guatemala-1" in str(finding.todo)


@pytest.mark.usefixtures("approved")
def test_cancelling_asks_about_whole_drives_and_makes_them_void(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path)
    drive = make_drive(ledger, 1, stick())
    with pytest.raises(RefusedError, match="1 drive of guatemala-1 is whole"):
        cancel_order(ledger, "guatemala-1", "", give_up_whole=False)
    cancel_order(ledger, "guatemala-1", "recalled", give_up_whole=True)
    ledger_state = ledger.read()
    assert ledger_state.orders["guatemala-1"].is_cancelled
    assert ledger_state.journeys[drive].stage == "void"
    with pytest.raises(InputError, match="cancelled already"):
        cancel_order(ledger, "guatemala-1", "", give_up_whole=True)


@pytest.mark.usefixtures("approved")
def test_an_order_in_work_is_not_cancelled(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path)
    with ledger.write() as writing:
        writing.append(begun(writing.mint("guatemala-1", 1), stick()))
    with pytest.raises(RefusedError, match="a station is writing"):
        cancel_order(ledger, "guatemala-1", "", give_up_whole=True)


def there(folder: Path) -> Ledger:
    """The ledger of another station."""
    (folder / "there").mkdir(exist_ok=True)
    return open_ledger(folder / "there")


def shared(ledger: Ledger, folder: Path, numbers: tuple[int, ...] = (2, 3)) -> OrderShare:
    add(ledger, folder, 3)
    share = split_order(ledger, "guatemala-1", numbers, "Lima")
    return OrderShare.from_json(share.to_json(), "share")


@pytest.mark.usefixtures("approved")
def test_a_share_is_filled_at_the_other_station_and_comes_back(ledger: Ledger, tmp_path: Path) -> None:
    share = shared(ledger, tmp_path)
    assert ledger.read().orders["guatemala-1"].numbers == (1,)
    other, bundle = there(tmp_path), make_bundle(tmp_path)
    taken = take_share(other, MANIFESTS, bundle, share)  # type: ignore[arg-type]
    assert (taken.id, taken.numbers, taken.added.of) == ("guatemala-1.2", (2, 3), 3)
    assert (taken.added.parent, taken.added.parent_origin) == ("guatemala-1", ledger.origin)
    for number in taken.numbers:
        make_drive(other, number, stick(f"there-{number}"), id=taken.id)
    make_drive(ledger, 1, stick("here"))
    with visiting(other.place) as visited:
        merge(ledger, visited, Place("there"))
    ledger_state = ledger.read()
    assert ledger_state.whole_numbers("guatemala-1") == [1] and ledger_state.whole_numbers("guatemala-1.2") == [2, 3]
    assert report(ledger_state, By.COUNTRY, Choice(), ledger.now()).total.to_json() | {
        "ordered": 3,
        "made": 3,
        "here": 3,
    } == (report(ledger_state, By.COUNTRY, Choice(), ledger.now()).total.to_json())


@pytest.mark.usefixtures("approved")
def test_a_share_is_taken_once_and_only_with_its_seal(ledger: Ledger, tmp_path: Path) -> None:
    share, other, bundle = shared(ledger, tmp_path), there(tmp_path), make_bundle(tmp_path)
    wrong = replace(share, added=share.added.model_copy(update={"fingerprint": "ab" * 32}))
    with pytest.raises(RefusedError, match="but the seal here is"):
        take_share(other, MANIFESTS, bundle, wrong)  # type: ignore[arg-type]
    take_share(other, MANIFESTS, bundle, share)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match=r"taken already, as guatemala-1\.2"):
        take_share(other, MANIFESTS, bundle, share)  # type: ignore[arg-type]


@pytest.mark.usefixtures("approved")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"order": {"order": "../../shared/x"}}, "order's name"),
        ({"order": {"order": "a\n"}}, "order's name"),
        ({"order": {"order": "Y\x1b]0;pwn\x07<b>"}}, "order's name"),
        ({"order": {"approved_by": "Lee\x1b[2J"}}, "printable"),
    ],
    ids=range(4),
)
def test_a_share_with_a_hostile_name_is_refused_and_nothing_of_it_kept(
    ledger: Ledger, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    stored = json.loads(shared(ledger, tmp_path).to_json())
    stored["order"] |= changes.pop("order", {})
    other, bundle = there(tmp_path), make_bundle(tmp_path)
    with pytest.raises(UsbkitError, match=said):
        take_share(other, MANIFESTS, bundle, OrderShare.from_json(json.dumps(stored | changes), "share"))  # type: ignore[arg-type]
    assert list(other.entries()) == []


@pytest.mark.usefixtures("approved")
def test_what_cannot_be_split_off(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path, 3)
    make_drive(ledger, 2, stick())
    with pytest.raises(InputError, match="has no number 4, 9"):
        split_order(ledger, "guatemala-1", (1, 9, 4), "")
    with pytest.raises(RefusedError, match="drives have the numbers 2 already"):
        split_order(ledger, "guatemala-1", (1, 2), "")
    cancel_order(ledger, "guatemala-1", "", give_up_whole=True)
    with pytest.raises(InputError, match="is cancelled already"):
        split_order(ledger, "guatemala-1", (1,), "")


@pytest.mark.usefixtures("approved")
def test_a_drive_in_place_of_another_has_its_number(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path, 3)
    lost, bundle = make_drive(ledger, 2, stick()), make_bundle(tmp_path)
    ledger.append(DriveMarked(drive=lost, mark=Mark.SENT), DriveMarked(drive=lost, mark=Mark.LOST))
    order = add_order(ledger, MANIFESTS, bundle, None, Making(), lost.lower())  # type: ignore[arg-type]
    assert (order.numbers, order.added.of, order.added.replaces) == ((2,), 3, lost)
    assert order.added.replaces_origin is None
    assert ledger.read().orders["guatemala-1"].numbers == (1, 3)
    with pytest.raises(RefusedError, match="does not count"):
        add_order(ledger, MANIFESTS, bundle, None, Making(), lost)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="there is no drive"):
        add_order(ledger, MANIFESTS, bundle, None, Making(), "ZZZZZ")  # type: ignore[arg-type]


@pytest.mark.usefixtures("approved")
def test_a_drive_in_place_of_one_that_another_station_made(ledger: Ledger, tmp_path: Path) -> None:
    share, other, bundle = shared(ledger, tmp_path), there(tmp_path), make_bundle(tmp_path)
    taken = take_share(other, MANIFESTS, bundle, share)  # type: ignore[arg-type]
    lost = make_drive(other, 3, stick(), id=taken.id)
    with visiting(other.place) as visited:
        merge(ledger, visited, Place("there"))
    ledger.append(DriveMarked(drive=lost, drive_origin=other.origin, mark=Mark.LOST))
    order = add_order(ledger, MANIFESTS, bundle, None, Making(), lost)  # type: ignore[arg-type]
    assert (order.numbers, order.added.replaces, order.added.replaces_origin) == ((3,), lost, other.origin)
    assert not ledger.read().journeys[lost].counts


@pytest.mark.usefixtures("approved")
def test_the_commands_split_and_say_what_is_wrong(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, tmp_path, 5)
    share = tmp_path / "share.json"

    def run(*arguments: object, code: int = 0) -> Done:
        shared = ("--manifests", tmp_path, "--ledger", tmp_path / "ledger.sqlite", "--lang", "en")
        return usbkit(*shared, "order", *arguments).expect(code)

    for wrong in ("x", "3-", "1,,2", "99999"):
        assert "expected numbers such as" in run("split", "guatemala-1", "--numbers", wrong, "-o", share, code=2).err
    assert "3 numbers of guatemala-1" in run("split", "guatemala-1", "--numbers", "2, 4-5", "-o", share).out
    assert "handed over once" in run("split", "guatemala-1", "--numbers", "1", "-o", share, code=2).err
    assert "other orders stand for: 2, 4, 5" in run("show", "guatemala-1").out
    share.write_text("{}")
    assert "no share of an order" in run("take", share, code=2).err
