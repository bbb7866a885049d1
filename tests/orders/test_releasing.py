"""Releasing: what changed, which edition it should be, what is kept, and what the ledger records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.ledger.stories import make_drive, open_ledger, order, stick
from tests.orders.readiness.forum import manifests
from tests.orders.test_approval import decision
from tests.station.small import make_bundle
from tests.support import plans
from usbkit.bundle.assembly import Bundle, assemble
from usbkit.bundle.lockfile import Lock, lock_path, make_lock, read_lock
from usbkit.bundle.plan import Role, made
from usbkit.bundle.seal_inputs import BundleOptions, SealInputs
from usbkit.ledger import Ledger
from usbkit.ledger.checking import check_ledger
from usbkit.ledger.documents import digest_document
from usbkit.manifest.load import Manifests
from usbkit.orders.approval import load_decisions
from usbkit.orders.order_sheets import make_sheet
from usbkit.orders.releasing import count_made, find_changes, propose_edition, record_release, release
from usbkit.trust.store import SealStore

SEAL, OTHER = "a" * 64, "b" * 64


def paged(bundle: Bundle, words: str) -> Bundle:
    return assemble(bundle.plan, [made("index.html", Role.PAGE, f"<p>{words}</p>".encode())])


@pytest.fixture
def forum(tmp_path: Path) -> Manifests:
    return manifests(tmp_path)


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return paged(make_bundle(tmp_path), "Registro civil")


def lock_of(bundle: Bundle, folder: Path) -> Lock:
    programme, country = bundle.plan.programme, bundle.plan.country
    sources = plans.inventory(folder / "library", programme, country)
    return make_lock(bundle, SealInputs.of(programme, country, "guatemala", sources, None, BundleOptions()), sources)


def said(forum: Manifests, now: Bundle, last: Bundle) -> list[str] | None:
    changes = find_changes(forum, now, decision(seal=last.fingerprint))
    return None if changes is None else [str(words) for c in changes for words in (c.what, *c.details)]


@pytest.mark.parametrize(
    ("last", "edition", "held", "expected", "why"),
    [
        (None, 3, 5, 3, "it is the first release"),
        (SEAL, 3, 5, 3, "nothing that a drive holds has changed"),
        (OTHER, 4, 5, 4, "it was 3 before"),
        (OTHER, 3, 5, 4, "5 drives of edition 3 were made, and hold something else"),
        (OTHER, 3, 0, 3, "no drive of what was released as edition 3 was made"),
        (OTHER, 3, None, 4, "drives of edition 3 may be out: no ledger is here to tell"),
        (OTHER, 2, 0, 4, "edition 3 was released already"),
        (SEAL, 2, 0, 2, "nothing that a drive holds has changed"),
    ],
)
def test_an_edition_rises_when_what_recipients_hold_would_differ(
    last: str | None, edition: int, held: int | None, expected: int, why: str
) -> None:
    before = None if last is None else decision(seal=last)
    found = propose_edition(before, SEAL, edition, held)
    assert (found.edition, str(found.why)) == (expected, why)


def test_drives_of_a_seal_are_counted_in_all_its_orders(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order(count=3), order("guatemala-2", 2), order("peru-1").model_copy(update={"fingerprint": OTHER}))
    for number, id in ((1, "guatemala-1"), (2, "guatemala-1"), (1, "guatemala-2"), (1, "peru-1")):
        make_drive(ledger, number, stick(f"{id}{number}"), id=id)
    assert count_made(ledger.read(), order().fingerprint) == 3
    assert (count_made(ledger.read(), OTHER), count_made(ledger.read(), SEAL)) == (1, 0)


def test_all_of_a_release_is_kept_and_compared_with_the_next(forum: Manifests, bundle: Bundle, tmp_path: Path) -> None:
    lock, of = lock_of(bundle, tmp_path), decision(seal=bundle.fingerprint)
    assert find_changes(forum, bundle, None) is None
    kept, is_news = release(forum, bundle, lock, of, None)
    assert not is_news
    assert load_decisions(forum, "guatemala").last == of and kept.decision == tmp_path / "approvals/guatemala.toml"
    assert kept.lock == lock_path(forum, "guatemala") and read_lock(kept.lock) == lock
    assert said(forum, bundle, bundle) == []
    now = paged(bundle, "El registro civil")
    assert said(forum, now, bundle) == ["pages that differ: 1", "“Registro civil” is now “El registro civil”"]


def test_what_was_approved_by_an_older_usbkit_is_compared_by_its_files(
    forum: Manifests, bundle: Bundle, tmp_path: Path
) -> None:
    now = paged(bundle, "El registro civil")
    assert said(forum, now, bundle) is None, "nothing says what it was"
    lock_path(forum, "guatemala").parent.mkdir()
    lock_path(forum, "guatemala").write_text("{}")
    assert said(forum, now, bundle) is None
    lock_path(forum, "guatemala").write_bytes(lock_of(now, tmp_path).to_json())
    assert said(forum, now, bundle) is None, "a lock of something else"
    lock_path(forum, "guatemala").write_bytes(lock_of(bundle, tmp_path).to_json())
    assert said(forum, now, bundle) == ["pages that differ: 1"]
    lock_path(forum, "guatemala").unlink()
    store = SealStore.of(forum.folder, "guatemala")
    store.keep(3, now.sums, b"")
    assert said(forum, now, bundle) is None
    store.keep(3, bundle.sums, b"")
    assert said(forum, now, bundle) == ["pages that differ: 1"]


def test_the_ledger_hears_of_it_once(forum: Manifests, bundle: Bundle, tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    of = decision(seal=bundle.fingerprint)
    assert release(forum, bundle, lock_of(bundle, tmp_path), of, ledger)[1]
    found = ledger.read().released("forum-test", "guatemala")
    assert found is not None
    event = found.event
    assert (event.fingerprint, event.edition, event.code, event.approved_by) == (bundle.fingerprint, 3, "GT", "Kim")
    sheet = make_sheet(bundle, None).to_bytes()
    assert event.sheet == digest_document(sheet) and ledger.find_document(event.sheet or "") == sheet
    assert not record_release(ledger, bundle, "Kim")
    assert ledger.heads()[0].sequence == 1
    assert record_release(ledger, bundle, "Lee") and record_release(ledger, paged(bundle, "other"), "Lee")
    assert check_ledger(ledger).holds


def test_what_breaks_off_was_not_approved(
    forum: Manifests, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: Any) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("usbkit.orders.releasing.write_lock", full)
    with pytest.raises(OSError, match="No space"):
        release(forum, bundle, lock_of(bundle, tmp_path), decision(), open_ledger(tmp_path))
    assert load_decisions(forum, "guatemala").last is None
    assert Ledger.open(open_ledger(tmp_path).place, "x").read().released("forum-test", "guatemala") is None


def test_a_country_s_own_edition_is_what_is_recorded(bundle: Bundle, tmp_path: Path) -> None:
    programme = bundle.plan.programme.model_copy(update={"edition": 4})
    ledger = open_ledger(tmp_path)
    record_release(ledger, replace(bundle, plan=replace(bundle.plan, programme=programme)), "Kim")
    found = ledger.read().released("forum-test", "guatemala")
    assert found is not None and found.event.edition == 4
