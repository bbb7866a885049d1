"""Orders of an older seal: which drives are outdated, what to do with each; and corrected orders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.ledger.stories import begun, make_drive, open_ledger, stick
from tests.orders.test_ordering import MANIFESTS, add, orders_decisions
from tests.station.small import make_bundle
from tests.support import plans
from usbkit.bundle.assembly import Bundle
from usbkit.core.errors import Finding, InputError, RefusedError
from usbkit.core.messages import _
from usbkit.ledger import Ledger
from usbkit.ledger.audit import audit
from usbkit.ledger.correcting import leave_outdated, undo_entry
from usbkit.ledger.delivery_status import Mark, Where
from usbkit.ledger.events import OrderAdded
from usbkit.ledger.order_share import Making
from usbkit.ledger.reporting import By, report
from usbkit.ledger.seals import is_outdated_drive, outdated_drives
from usbkit.ledger.selecting import Choice, choose
from usbkit.ledger.tracking import Telling, mark_drives
from usbkit.orders import ordering
from usbkit.orders.cancelling import cancel_order
from usbkit.orders.ordering import add_order
from usbkit.orders.renewing import Renewal, renew_order

NEW = "5e" * 32


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A ledger whose desk approves of everything, with an order of three drives."""
    monkeypatch.setattr(ordering, "is_demo", lambda manifests: False)
    monkeypatch.setattr(ordering, "load_decisions", lambda manifests, stem: orders_decisions())
    monkeypatch.setattr(ordering, "require_orderable", lambda *arguments, **more: None)
    made = open_ledger(tmp_path)
    add(made, tmp_path, 3)
    return made


def changed(folder: Path) -> Bundle:
    """The country's bundle after a correction."""
    return replace(make_bundle(folder), fingerprint=NEW)


def renew(
    ledger: Ledger, folder: Path, named: str = "guatemala-1", *, seal: str = NEW, dry_run: bool = False
) -> Renewal:
    bundle = replace(changed(folder), fingerprint=seal)
    return renew_order(ledger, MANIFESTS, bundle, named, dry_run=dry_run)  # type: ignore[arg-type]


def order_in_place(ledger: Ledger, folder: Path, drive: str, *, sure: bool = False) -> None:
    add_order(ledger, MANIFESTS, changed(folder), None, Making(), drive, sure=sure)  # type: ignore[arg-type]


def test_a_newer_seal_makes_the_others_outdated(ledger: Ledger, tmp_path: Path) -> None:
    here, out, lost = (make_drive(ledger, n, stick(f"S{n}")) for n in (1, 2, 3))
    mark_drives(ledger, Mark.SENT, [out, lost], (), Telling())
    mark_drives(ledger, Mark.LOST, [lost], (), Telling())
    assert not outdated_drives(ledger.read())
    order_in_place(ledger, tmp_path, lost)
    ledger_state = ledger.read()
    assert [j.drive for j in outdated_drives(ledger_state)] == [here, out]
    assert not is_outdated_drive(ledger_state, ledger_state.journeys[lost]), "it is replaced"
    counted = report(ledger_state, By.COUNTRY, Choice(), ledger.now())
    assert choose(ledger_state, Choice(only_outdated=True), ledger.now()) == outdated_drives(ledger_state)
    assert counted.total.outdated == 2 and [j.drive for j in counted.outdated] == [here, out]
    listed = call("--ledger", tmp_path / "ledger.sqlite", "--lang", "en", "ledger", "list", "--outdated").expect(0)
    assert here in listed.out and "sent, OUTDATED" in listed.out and lost not in listed.out
    orders = call("--ledger", tmp_path / "ledger.sqlite", "--lang", "en", "order", "list").expect(0).out
    assert "guatemala-1: 2 drives are outdated: usbkit order renew guatemala-1 --dry-run" in orders
    shown = call("--ledger", tmp_path / "ledger.sqlite", "--lang", "en", "order", "show", "guatemala-1").expect(0).out
    assert f"{here} (guatemala-1 1/3), here: refresh it here: usbkit order renew guatemala-1" in shown
    assert f"{out} (guatemala-1 2/3), sent: replace it: usbkit order add guatemala --replaces {out}" in shown


def test_an_older_order_that_comes_later_changes_no_seal(ledger: Ledger, tmp_path: Path) -> None:
    make_drive(ledger, 1, stick())
    old = ledger.read().orders["guatemala-1"].added.model_copy(update={"order": "guatemala-9", "fingerprint": NEW})
    ledger.append(OrderAdded.model_validate({**old.model_dump(), "edition": old.edition - 1}))
    assert not outdated_drives(ledger.read())


def test_a_cancelled_order_is_no_countrys_seal(ledger: Ledger, tmp_path: Path) -> None:
    drive = make_drive(ledger, 1, stick())
    order_in_place(ledger, tmp_path, drive, sure=True)
    cancel_order(ledger, "guatemala-2", "", give_up_whole=False)
    ledger_state = ledger.read()
    assert not outdated_drives(ledger_state) and ledger_state.journeys[drive].counts
    cancel_order(ledger, "guatemala-1", "", give_up_whole=True)
    assert not outdated_drives(ledger.read())


def test_left_as_they_are_until_the_next_change(ledger: Ledger, tmp_path: Path) -> None:
    one, two = (make_drive(ledger, n, stick(f"S{n}")) for n in (1, 2))
    order_in_place(ledger, tmp_path, two, sure=True)
    with pytest.raises(InputError, match="the reason is missing"):
        leave_outdated(ledger, [one], (), " ")
    with pytest.raises(RefusedError, match=f"not outdated, or are left already: {two}"):
        leave_outdated(ledger, [one, two], (), "the subtitle is in another language")
    leave_outdated(ledger, (), ["guatemala-1"], "the subtitle is in another language")
    entry = str(ledger.heads()[0].sequence)
    assert not outdated_drives(ledger.read())
    undo_entry(ledger, entry, "it is theirs")
    assert [j.drive for j in outdated_drives(ledger.read())] == [one]
    undo_entry(ledger, str(ledger.heads()[0].sequence), "it is not")
    assert not outdated_drives(ledger.read())
    newer = ledger.read().orders["guatemala-2"].added.model_copy(update={"order": "guatemala-3", "replaces": None})
    ledger.append(OrderAdded.model_validate({**newer.model_dump(), "fingerprint": "6f" * 32}))
    assert [j.drive for j in outdated_drives(ledger.read())] == [one]
    assert audit(ledger.entries(), ledger.secrets(), kept=ledger.state_rows()).holds


def test_renewing_takes_what_is_here_and_what_was_never_made(ledger: Ledger, tmp_path: Path) -> None:
    here, out = make_drive(ledger, 1, stick("A")), make_drive(ledger, 2, stick("B"))
    mark_drives(ledger, Mark.SENT, [out], (), Telling())
    before = len(list(ledger.entries()))
    found = renew(ledger, tmp_path, dry_run=True)
    assert (found.numbers, [j.drive for j in found.here], [j.drive for j in found.out]) == ((1, 3), [here], [out])
    assert found.order is None and len(list(ledger.entries())) == before
    found = renew(ledger, tmp_path)
    assert found.order is not None
    added = found.order.added
    assert (added.numbers, added.of, added.why, added.renews) == ((1, 3), 3, "outdated", "guatemala-1")
    ledger_state = ledger.read()
    assert ledger_state.journeys[here].marks[-1].successor == "guatemala-2"
    assert ledger_state.orders["guatemala-1"].numbers == (2,)
    assert [j.drive for j in outdated_drives(ledger_state)] == [out]
    new = make_drive(ledger, 1, stick("A"), id="guatemala-2")
    ledger_state = ledger.read()
    assert ledger_state.journeys[new].instead_of == here
    counted = report(ledger_state, By.COUNTRY, Choice(), ledger.now()).total
    assert (counted.ordered, counted.made, counted.replaced, counted.outdated) == (3, 2, 1, 1)
    with pytest.raises(RefusedError, match="of the seal that its country has now"):
        renew(ledger, tmp_path, "guatemala-2")
    assert audit(ledger.entries(), ledger.secrets(), kept=ledger.state_rows()).holds


def test_an_outdated_drive_that_is_here_is_written_again_and_not_replaced(ledger: Ledger, tmp_path: Path) -> None:
    here, lost = (make_drive(ledger, n, stick(f"S{n}")) for n in (1, 2))
    for is_outdated in (False, True):
        with pytest.raises(RefusedError, match=f"drive {here} is here, and whole") as refused:
            order_in_place(ledger, tmp_path, here)
        told = str(refused.value.findings[0].todo)
        assert ("usbkit order renew guatemala-1" in told) == is_outdated and "--yes" in told
        if not is_outdated:
            order_in_place(ledger, tmp_path, lost, sure=True)


@pytest.mark.parametrize("seal", ["0" * 64, "f" * 64])
def test_any_other_seal_makes_an_order_outdated(ledger: Ledger, tmp_path: Path, seal: str) -> None:
    assert renew(ledger, tmp_path, seal=seal).numbers == (1, 2, 3)


def test_a_dry_run_says_why_it_may_not_be_ordered(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **more: object) -> None:
        raise RefusedError(Finding("order-not-approved", _("nobody has approved it")))

    monkeypatch.setattr(ordering, "require_orderable", refuse)
    found = renew(ledger, tmp_path, dry_run=True)
    assert found.numbers == (1, 2, 3) and [f.id for f in found.refused] == ["order-not-approved"]
    with pytest.raises(RefusedError, match="nobody has approved"):
        renew(ledger, tmp_path)
    assert list(ledger.read().orders) == ["guatemala-1"]


def test_cancelling_a_renewal_gives_the_drives_back(ledger: Ledger, tmp_path: Path) -> None:
    one, two = (make_drive(ledger, n, stick(f"S{n}")) for n in (1, 2))
    renew(ledger, tmp_path)
    cancel_order(ledger, "guatemala-2", "the correction was wrong", give_up_whole=False)
    ledger_state = ledger.read()
    assert ledger_state.whole_numbers("guatemala-1") == [1, 2]
    assert all(ledger_state.journeys[d].where is Where.HERE for d in (one, two))


def test_cancelling_a_later_renewal_leaves_the_drives_of_the_one_before(ledger: Ledger, tmp_path: Path) -> None:
    first, later = (make_drive(ledger, n, stick(f"S{n}")) for n in (1, 2))
    mark_drives(ledger, Mark.SENT, [later], (), Telling())
    renew(ledger, tmp_path)
    mark_drives(ledger, Mark.RETURNED, [later], (), Telling())
    assert renew(ledger, tmp_path).numbers == (2,)
    cancel_order(ledger, "guatemala-3", "", give_up_whole=False)
    ledger_state = ledger.read()
    assert ledger_state.journeys[later].counts and not ledger_state.journeys[first].counts


def test_nothing_here_is_nothing_to_renew(ledger: Ledger, tmp_path: Path) -> None:
    drives = [make_drive(ledger, n, stick(f"S{n}")) for n in (1, 2, 3)]
    mark_drives(ledger, Mark.SENT, drives, (), Telling())
    found = renew(ledger, tmp_path)
    assert found.order is None and found.numbers == () and len(found.out) == 3
    mark_drives(ledger, Mark.RETURNED, drives[:1], (), Telling())
    assert [j.drive for j in renew(ledger, tmp_path).here] == drives[:1]


def test_an_order_in_work_is_not_renewed_and_unfinished_drives_are_given_up(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.write() as writing:
        drive = writing.mint("guatemala-1", 1)
        writing.append(begun(drive, stick()))
    with pytest.raises(RefusedError, match="a station is writing"):
        renew(ledger, tmp_path)
    from tests.ledger.stories import ended
    from usbkit.drives.record import Outcome

    ledger.append(ended(drive, Outcome.VANISHED))
    assert renew(ledger, tmp_path).numbers == (1, 2, 3)
    assert ledger.read().journeys[drive].stage == "void"


def test_a_second_order_is_asked_about(ledger: Ledger, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    with pytest.raises(RefusedError, match="guatemala-1 is there already: 3 drives, ordered by kim"):
        add_order(ledger, MANIFESTS, bundle, 3, Making())  # type: ignore[arg-type]
    with pytest.raises(RefusedError) as found:
        add_order(ledger, MANIFESTS, changed(tmp_path), 3, Making())  # type: ignore[arg-type]
    assert "usbkit order renew guatemala-1" in str(found.value.findings[0].todo)
    added = add_order(ledger, MANIFESTS, bundle, 3, Making(), sure=True)  # type: ignore[arg-type]
    assert added.added.why == "more" and ledger.read().orders["guatemala-1"].added.why == "first"


def test_what_the_manifest_still_wants_is_ordered_without_a_question(ledger: Ledger, tmp_path: Path) -> None:
    """As `status` says: usbkit order add guatemala 1."""
    bundle = make_bundle(tmp_path)
    cancel_order(ledger, "guatemala-1", "", give_up_whole=False)
    add_order(ledger, MANIFESTS, bundle, 1, Making())  # type: ignore[arg-type]
    assert add_order(ledger, MANIFESTS, bundle, 1, Making()).added.why == "more"  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="is there already: 1 drive, ordered by kim"):
        add_order(ledger, MANIFESTS, bundle, 1, Making())  # type: ignore[arg-type]


def test_a_digit_too_many_is_asked_about(tmp_path: Path, ledger: Ledger) -> None:
    cancel_order(ledger, "guatemala-1", "", give_up_whole=False)
    with pytest.raises(RefusedError, match=r"999 drives would be ordered; guatemala\.toml wants 2"):
        add_order(ledger, MANIFESTS, make_bundle(tmp_path), 999, Making())  # type: ignore[arg-type]
    assert len(add_order(ledger, MANIFESTS, make_bundle(tmp_path), 60, Making()).numbers) == 60  # type: ignore[arg-type]


def test_twice_what_the_manifest_wants_is_not_asked_about(tmp_path: Path, ledger: Ledger) -> None:
    cancel_order(ledger, "guatemala-1", "", give_up_whole=False)
    bundle = make_bundle(tmp_path)
    many = replace(bundle, plan=replace(bundle.plan, country=plans.country(drives=40)))
    with pytest.raises(RefusedError, match=r"81 drives would be ordered; guatemala\.toml wants 40"):
        add_order(ledger, MANIFESTS, many, 81, Making())  # type: ignore[arg-type]
    assert len(add_order(ledger, MANIFESTS, many, 80, Making()).numbers) == 80  # type: ignore[arg-type]


def test_a_good_drive_is_not_replaced_unasked(ledger: Ledger, tmp_path: Path) -> None:
    from usbkit.orders.receipt_entry import Coming, enter_receipt

    bundle = make_bundle(tmp_path)
    drive = make_drive(ledger, 1, stick())

    def replaced(*, sure: bool = False) -> None:
        add_order(ledger, MANIFESTS, bundle, None, Making(), drive, sure=sure)  # type: ignore[arg-type]

    with pytest.raises(RefusedError, match=f"drive {drive} is here, and whole"):
        replaced()
    mark_drives(ledger, Mark.SENT, [drive], (), Telling())
    with pytest.raises(RefusedError, match=f"drive {drive} is out, and nobody said that it is lost") as asked:
        replaced()
    assert f"usbkit ledger mark lost {drive}" in str(asked.value.findings[0].todo)
    from usbkit.trust.receipt_code import Found, Report, make_code

    seal = ledger.read().orders["guatemala-1"].added.fingerprint
    code = make_code(Report(drive, Found.WHOLE, 0, False), ledger.nonce_of(drive), seal, "")
    enter_receipt(ledger, code, Coming())
    assert ledger.read().journeys[drive].where is Where.RECEIVED
    with pytest.raises(RefusedError, match=f"drive {drive} arrived and was found whole"):
        replaced()
    replaced(sure=True)
    with pytest.raises(RefusedError, match="does not count: it is replaced") as found:
        replaced()
    assert "guatemala-2 stands for its number already" in str(found.value.findings[0].todo)


@pytest.mark.parametrize("plays", [True, None, False])
def test_a_drive_that_is_told_to_play_there_is_not_replaced_unasked(
    ledger: Ledger, tmp_path: Path, plays: bool | None
) -> None:
    from usbkit.orders.arrival_entry import Telling as Told
    from usbkit.orders.arrival_entry import tell_arrival
    from usbkit.orders.receipt_entry import Coming

    drive = make_drive(ledger, 1, stick())
    mark_drives(ledger, Mark.SENT, [drive], (), Telling())
    tell_arrival(ledger, Told(drive, plays), Coming())
    if plays is not False:
        with pytest.raises(RefusedError, match="is out, and nobody said that it is lost or damaged"):
            add_order(ledger, MANIFESTS, make_bundle(tmp_path), None, Making(), drive)  # type: ignore[arg-type]
        return
    add_order(ledger, MANIFESTS, make_bundle(tmp_path), None, Making(), drive)  # type: ignore[arg-type]
    assert ledger.read().journeys[drive].where is Where.REPLACED
