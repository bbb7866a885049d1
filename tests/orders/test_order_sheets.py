"""Order sheets: written when drives are ordered, passed on with numbers, compared with folders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.ledger.stories import engine_of, make_drive, open_ledger, order, stick
from tests.orders.test_ordering import MANIFESTS, approved, there
from tests.station.small import make_bundle
from tests.support import plans
from usbkit.bundle.assembly import Bundle, write_folder
from usbkit.bundle.read_folder import read_sealed_folder
from usbkit.core.errors import AnswerNoError, InputError, RefusedError
from usbkit.core.progress import Silence
from usbkit.ledger import Ledger
from usbkit.ledger.documents import ORDER_SHEET, digest_document
from usbkit.ledger.order_share import Making, OrderShare
from usbkit.ledger.order_sheet import FORMAT, OrderSheet
from usbkit.ledger.records import Order
from usbkit.orders.order_sheets import find_sheet, make_sheet, require_folder_of, words_of
from usbkit.orders.ordering import add_order, split_order, take_share, take_share_of_folder
from usbkit.trust.demo_key import demo_key
from usbkit.trust.signing import sign_seal

__all__ = ["approved"]
pytestmark = pytest.mark.usefixtures("approved")

KEY = {"name": "Archive desk", "public": demo_key().public.to_base64(), "insecure_demo": True}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(tmp_path)


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return make_bundle(tmp_path)


def signed(bundle: Bundle) -> Bundle:
    """``bundle`` with the demo key's signature, which its programme lists."""
    programme = plans.programme(key=[KEY])
    signature = sign_seal(programme, bundle.plan.country, bundle.sums, demo_key())
    return replace(bundle, plan=replace(bundle.plan, programme=programme), signature=signature)


def add(ledger: Ledger, bundle: Bundle, making: Making | None = None, drive: str | None = None) -> Order:
    count = None if drive else 3
    values = ledger, MANIFESTS, bundle, count, making or Making(), drive
    return add_order(*values, sure=True)  # type: ignore[arg-type]


def sheet_of(ledger: Ledger, order: Order) -> OrderSheet:
    found = find_sheet(ledger, order)
    assert found is not None
    return found


def test_an_order_keeps_what_its_drives_hold_and_its_papers_say(ledger: Ledger, bundle: Bundle) -> None:
    sheet = sheet_of(ledger, add(ledger, bundle, Making(filesystem="exfat")))
    assert (sheet.seal, sheet.fingerprint, sheet.size) == (bundle.sums, bundle.fingerprint, bundle.size)
    assert sheet.size_of == {f.path: f.size for f in bundle.sealed}
    assert (sheet.country, sheet.edition, sheet.label, sheet.filesystem) == ("guatemala", 3, "FORUMTEST", "exfat")
    assert sheet.signature is None and sheet.signer is None
    assert sheet.words == words_of(bundle.plan.programme, bundle.plan.country, bundle.plan.recordings)
    assert [(r.number, r.title["en"], r.subtitles) for r in sheet.words.recordings] == [
        (1, "Id-Cards", ("es", "en")),
        (2, "Opening", ("es", "en")),
    ]
    assert sheet.words.samples == ("programme.contact",)
    assert sheet_of(ledger, add(ledger, bundle)).filesystem == "auto", "the manifest's, where nobody says"
    assert len(list(ledger.documents())) == 2
    add(ledger, bundle)
    assert len(list(ledger.documents())) == 2, "a sheet that is the same is kept once"


def test_who_signed_stands_in_it(ledger: Ledger, bundle: Bundle) -> None:
    whole = signed(bundle)
    sheet = sheet_of(ledger, add(ledger, whole))
    assert whole.signature is not None and sheet.signature == whole.signature.decode()
    assert sheet.signer is not None
    assert (sheet.signer.name, sheet.signer.public, sheet.signer.is_demo) == ("Archive desk", demo_key().public, True)
    with pytest.raises(InputError, match="the signature is refused"):
        make_sheet(replace(whole, signature=whole.signature.replace(b"edition=3", b"edition=4")), None)


def test_an_order_in_place_of_a_drive_has_one_too(ledger: Ledger, bundle: Bundle) -> None:
    add(ledger, bundle)
    lost = make_drive(ledger, 2, stick())
    replaced = add(ledger, bundle, drive=lost)
    assert sheet_of(ledger, replaced).fingerprint == bundle.fingerprint


def test_what_was_refused_leaves_no_sheet(ledger: Ledger, bundle: Bundle) -> None:
    with pytest.raises(InputError):
        add(ledger, bundle, drive="ZZZZZ")
    add(ledger, bundle)
    failed = make_drive(ledger, 1, stick())
    add(ledger, bundle, drive=failed)
    with pytest.raises(RefusedError):
        add(ledger, bundle, Making(filesystem="fat32"), drive=failed)
    assert len(list(ledger.documents())) == 1


def test_an_order_of_an_older_usbkit_has_none_and_one_whose_sheet_is_not_here_neither(ledger: Ledger) -> None:
    ledger.append(order(), order("guatemala-2").model_copy(update={"sheet": "0" * 64}))
    for found in ledger.read().orders.values():
        assert find_sheet(ledger, found) is None


@pytest.mark.parametrize("is_changed", [True, False])
def test_what_is_not_the_sheet_that_was_ordered_is_not_believed(
    ledger: Ledger, bundle: Bundle, *, is_changed: bool
) -> None:
    sheet = make_sheet(bundle, None)
    if is_changed:
        found = add(ledger, bundle)
        engine = engine_of(ledger)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER document_no_update")
            body = sheet.to_bytes().replace(b"FORUMTEST", b"FORUMBEST")
            connection.exec_driver_sql("UPDATE document SET body = ?", (body,))
        engine.dispose()
    else:
        other = sheet.model_copy(update={"edition": 4}).to_bytes()
        with ledger.write() as writing:
            values = {"fingerprint": bundle.fingerprint, "sheet": writing.keep_document(ORDER_SHEET, other)}
            writing.append(order().model_copy(update=values))
        found = ledger.read().order("guatemala-1")
    with pytest.raises(AnswerNoError, match="guatemala-1 is not what was ordered"):
        find_sheet(ledger, found)
    with pytest.raises(AnswerNoError, match="guatemala-1 is not what was ordered"):
        split_order(ledger, "guatemala-1", (2,), "")


def shared(ledger: Ledger, bundle: Bundle) -> OrderShare:
    add(ledger, bundle)
    return OrderShare.from_json(split_order(ledger, "guatemala-1", (2, 3), "Lima").to_json(), "share")


def test_a_share_takes_the_sheet_along(ledger: Ledger, bundle: Bundle, tmp_path: Path) -> None:
    share, other = shared(ledger, bundle), there(tmp_path)
    taken = take_share(other, MANIFESTS, bundle, share)  # type: ignore[arg-type]
    assert sheet_of(other, taken) == sheet_of(ledger, ledger.read().order("guatemala-1"))


def test_a_share_of_an_older_usbkit_gets_its_sheet_where_it_is_taken(
    ledger: Ledger, bundle: Bundle, tmp_path: Path
) -> None:
    ledger.append(order().model_copy(update={"fingerprint": bundle.fingerprint}))
    share = split_order(ledger, "guatemala-1", (2, 3), "Lima")
    assert share.sheet is None
    taken = take_share(there(tmp_path), MANIFESTS, bundle, share)  # type: ignore[arg-type]
    assert taken.added.sheet == digest_document(make_sheet(bundle, None).to_bytes())


def folder_of(bundle: Bundle, folder: Path) -> Path:
    write_folder(bundle, folder, Silence())
    return folder


def test_a_folder_is_taken_that_is_what_was_ordered(ledger: Ledger, bundle: Bundle, tmp_path: Path) -> None:
    share, other = shared(ledger, bundle), there(tmp_path)
    found = read_sealed_folder(folder_of(bundle, tmp_path / "unpacked"))
    taken = take_share_of_folder(other, found, share)
    assert sheet_of(other, taken).label == "FORUMTEST"


def test_a_folder_is_taken_with_a_sheet_of_a_newer_usbkit_which_is_passed_on(
    ledger: Ledger, bundle: Bundle, tmp_path: Path
) -> None:
    share, other = shared(ledger, bundle), there(tmp_path)
    assert share.sheet is not None
    newer = share.sheet.replace(FORMAT.encode(), FORMAT.replace("v1", "v2").encode())
    taken = take_share_of_folder(
        other, read_sealed_folder(folder_of(bundle, tmp_path / "unpacked")), replace(share, sheet=newer)
    )
    assert taken.added.sheet == digest_document(newer)
    assert newer in [body for _name, _kind, body in other.documents()]


def test_a_folder_that_is_cut_short_is_told_before_it_is_written(
    ledger: Ledger, bundle: Bundle, tmp_path: Path
) -> None:
    share, folder = shared(ledger, bundle), folder_of(bundle, tmp_path / "unpacked")
    (folder / "videos/02-opening.mp4").write_bytes(b"short")
    with pytest.raises(InputError, match="it has 5 bytes, and") as raised:
        take_share_of_folder(there(tmp_path), read_sealed_folder(folder), share)
    assert [f.id for f in raised.value.findings] == ["sheet-other-size"]
    assert not there(tmp_path).read().orders


def test_many_files_of_another_size_are_counted(bundle: Bundle, tmp_path: Path) -> None:
    folder = folder_of(bundle, tmp_path / "unpacked")
    sheet = make_sheet(bundle, None)
    wrong = sheet.model_copy(update={"sizes": tuple(size + 1 for size in sheet.sizes)})
    with pytest.raises(InputError) as raised:
        require_folder_of(wrong, read_sealed_folder(folder), "guatemala-1")
    assert len(raised.value.findings) == 11
    assert str(raised.value.findings[-1].what) == f"{len(sheet.sizes) - 10} more files have another size"


def test_passport_and_signature_are_compared(bundle: Bundle, tmp_path: Path) -> None:
    whole = signed(bundle)
    found = read_sealed_folder(folder_of(whole, tmp_path / "signed"))
    sheet = make_sheet(whole, None)
    require_folder_of(sheet, found, "guatemala-1")
    require_folder_of(make_sheet(bundle, None), found, "guatemala-1")  # signed since
    require_folder_of(sheet, read_sealed_folder(folder_of(bundle, tmp_path / "bare")), "guatemala-1")
    for change, why in (
        ({"signature": "another"}, "sheet-other-signature"),
        ({"edition": 4}, "sheet-other-passport"),
        ({"sums": sheet.sums.replace("a", "b")}, "sheet-other-seal"),
    ):
        with pytest.raises(InputError) as raised:
            require_folder_of(sheet.model_copy(update=change), found, "guatemala-1")
        assert [f.id for f in raised.value.findings] == [why]
