"""Many drives of one order: what they have in common is made once."""

from __future__ import annotations

import pytest

from tests.writing.bundles import make_bundle_folder
from usbkit.bundle import sealed
from usbkit.bundle.read_folder import read_sealed_folder
from usbkit.bundle.sealed import SealedBundle
from usbkit.disk import fat32
from usbkit.disk.image import Image
from usbkit.trust.passport import DriveNumber

MIB = 2**20
SIZE = 128 * MIB


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> SealedBundle:
    return read_sealed_folder(make_bundle_folder(tmp_path_factory.mktemp("bundle") / "sample", video=MIB)).for_drives()


def make(maker: SealedBundle, number: int, size: int = SIZE) -> Image:
    return maker.make(size, 512, DriveNumber(number, 20), f"{number:064x}")


def test_the_drives_of_an_order_share_their_fat(maker: SealedBundle) -> None:
    fat32._fat_of.cache_clear()
    one, other = make(maker, 1), make(maker, 2)
    assert fat32._fat_of.cache_info().misses == 1
    assert one.metadata_digest() != other.metadata_digest(), "their serials are their own"
    assert make(maker, 1) == one


def test_what_a_drive_must_hold_is_worked_out_once(maker: SealedBundle, monkeypatch: pytest.MonkeyPatch) -> None:
    least = maker.smallest(512)
    monkeypatch.setattr(sealed, "smallest_capacity", lambda *_arguments: pytest.fail("worked out again"))
    assert maker.smallest(512) == least


def test_another_image_has_another_digest(maker: SealedBundle) -> None:
    image = make(maker, 1)
    first = image.metadata_digest()
    assert image.metadata_digest() == first
    assert make(maker, 1, 2 * SIZE).metadata_digest() != first
