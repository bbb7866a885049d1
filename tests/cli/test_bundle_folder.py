"""A bundle folder to be written to drives, checked against its order if one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.stories import open_ledger, order
from tests.station.small import make_bundle
from usbkit.bundle.assembly import write_folder
from usbkit.cli.bundle_folder import read_for_drives, require_bundle
from usbkit.cli.settings import Settings
from usbkit.core.errors import InputError
from usbkit.core.progress import Silence
from usbkit.ledger.documents import ORDER_SHEET
from usbkit.orders.order_sheets import make_sheet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bundle = make_bundle(tmp_path)
    write_folder(bundle, tmp_path / "unpacked", Silence())
    ledger = open_ledger(tmp_path)
    with ledger.write() as writing:
        name = writing.keep_document(ORDER_SHEET, make_sheet(bundle, "exfat").to_bytes())
        added = order().model_copy(update={"fingerprint": bundle.fingerprint, "sheet": name})
        writing.append(added)
        writing.append(added.model_copy(update={"order": "old-1", "sheet": None}))
    return tmp_path


def settings(folder: Path) -> Settings:
    return Settings(manifests=folder, ledger=str(folder / "ledger.sqlite"))


def test_label_and_file_system_are_the_order_s(folder: Path) -> None:
    of_order = read_for_drives(settings(folder), folder / "unpacked", None, "guatemala-1")
    assert (of_order.label, of_order.filesystem) == ("FORUMTEST", "exfat")
    asked = read_for_drives(settings(folder), folder / "unpacked", "fat32", "guatemala-1")
    assert (asked.label, asked.filesystem) == ("FORUMTEST", "fat32")
    alone = read_for_drives(settings(folder), folder / "unpacked", None, None)
    assert (alone.label, alone.filesystem) == ("GT-ED3", "auto")


def test_what_is_not_what_was_ordered_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="the order sheet of old-1 is not here"):
        read_for_drives(settings(folder), folder / "unpacked", None, "old-1")
    (folder / "unpacked/videos/02-opening.mp4").write_bytes(b"short")
    with pytest.raises(InputError, match="it has 5 bytes"):
        read_for_drives(settings(folder), folder / "unpacked", None, "guatemala-1")


def test_an_order_judges_a_folder_and_nothing_else() -> None:
    require_bundle(None, None)
    require_bundle(Path("x"), "guatemala-1")
    with pytest.raises(InputError, match="no folder is named"):
        require_bundle(None, "guatemala-1")
