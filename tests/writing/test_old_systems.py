"""Drives that held other systems: after writing, probers find only our table and volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.drives.layouts import BLANK, FOREIGN, SIZE, Maker, gpt_ext4, put
from tests.writing.bundles import make_bundle_folder
from usbkit.bundle.drive_ids import FileSystem
from usbkit.bundle.read_folder import read_sealed_folder
from usbkit.bundle.sealed import SealedBundle
from usbkit.core.content import Zeros
from usbkit.core.progress import Silence
from usbkit.disk.imagefile import write_image
from usbkit.drives.jobrecord import BEGUN
from usbkit.drives.linux import identify
from usbkit.drives.record import Outcome
from usbkit.drives.second_opinion import name_signatures
from usbkit.drives.signatures import UNKNOWN, name_content
from usbkit.drives.tables import read_claims
from usbkit.drives.write import begun_wipe
from usbkit.trust.verdict import Content, Structure
from usbkit.verify import Trust, verify_device
from usbkit.writing.job import DriveJob, write_drive

MIB = 2**20
VOLUMES: Mapping[FileSystem, str] = {"fat32": "vfat", "exfat": "exfat"}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> SealedBundle:
    folder = make_bundle_folder(tmp_path_factory.mktemp("bundle") / "guatemala", video=3 * 2**20)
    return read_sealed_folder(folder).for_drives()


def write_over(disk: Path, bundle: SealedBundle) -> None:
    job = DriveJob(identify(disk), bundle.make(disk.stat().st_size, 512), "guatemala", bundle.fingerprint)
    assert write_drive(job, Silence()).outcome is Outcome.WHOLE


def named_by_others(disk: Path, folder: Path) -> tuple[set[str], set[str]]:
    """What wipefs names on the disk and on the one partition that its table claims."""
    data, part = disk.read_bytes(), folder / "partition"
    (ours,) = read_claims(lambda offset, length: data[offset : offset + length], len(data)).ranges
    part.write_bytes(data[ours.offset : ours.end])
    return set(name_signatures(disk) or ()), set(name_signatures(part) or ())


@pytest.mark.needs("partition-tools", "fat-tools", "exfat-tools")
@pytest.mark.parametrize("filesystem", VOLUMES)
@pytest.mark.parametrize("layout", list(FOREIGN)[::2])
def test_wipefs_names_exactly_ours(tmp_path: Path, bundle: SealedBundle, layout: str, filesystem: FileSystem) -> None:
    disk = tmp_path / "disk"
    FOREIGN[layout](disk)
    write_over(disk, replace(bundle, filesystem=filesystem))
    assert named_by_others(disk, tmp_path) == ({"dos"}, {VOLUMES[filesystem]})


@pytest.mark.needs("partition-tools", "fat-tools", "exfat-tools")
def test_an_old_backup_of_a_gpt_at_the_end_of_a_larger_stick(tmp_path: Path, bundle: SealedBundle) -> None:
    """An image that was copied to a stick with ``dd`` leaves the stick's end as it was: that is on no drive of ours."""
    disk, image = tmp_path / "disk", tmp_path / "image"
    gpt_ext4(disk)
    made = bundle.make(SIZE - 16 * MIB, 512)
    write_image(made, image, Silence())
    put(disk, 0, image.read_bytes())
    trust = Trust(metadata=made.metadata_digest())
    before = verify_device(disk, trust)
    assert (before.content, before.structure) == (Content.WHOLE, Structure.BROKEN)
    assert "gpt" in (name_signatures(disk) or ())
    (trouble,) = before.structure_troubles
    assert "GPT" in trouble and str(SIZE - 512) in trouble
    with disk.open("r+b") as file:  # the same without it: the partition need not reach the stick's end
        file.seek(SIZE - MIB)
        file.write(bytes(MIB))
    assert verify_device(disk, trust).structure is Structure.UNTOUCHED
    gpt_ext4(disk)
    put(disk, 0, image.read_bytes())
    write_over(disk, bundle)
    after = verify_device(disk, Trust(metadata=bundle.make(SIZE, 512).metadata_digest()))
    assert (after.content, after.structure) == (Content.WHOLE, Structure.UNTOUCHED)
    assert named_by_others(disk, tmp_path)[0] == {"dos"}


#: A stick with a GPT that is pulled while it is emptied, by what of it was written: what it is called afterwards.
_PULLED: Mapping[str, tuple[Maker, str]] = {
    "as Linux formats it": (BLANK["linux: gpt and fat32"], UNKNOWN),
    "as macOS formats it": (BLANK["macos: gpt, efi and exfat"], UNKNOWN),
    "with an ext4": (gpt_ext4, "ext4"),
    "with random data": (FOREIGN["gpt with random data"], UNKNOWN),
}


@pytest.mark.needs("partition-tools", "fat-tools", "exfat-tools")
@pytest.mark.parametrize(("maker", "content"), _PULLED.values(), ids=_PULLED.keys())
def test_a_stick_with_a_gpt_that_was_pulled_between_the_two_wipes(
    tmp_path: Path, bundle: SealedBundle, maker: Maker, content: str
) -> None:
    """Its start is empty and its backup table still stands: it is asked about, taken for neither blank nor ours."""
    disk = tmp_path / "disk"
    maker(disk)
    for extent in begun_wipe(SIZE):
        put(disk, extent.offset, bytes(extent.content.length) if isinstance(extent.content, Zeros) else BEGUN)
    data = disk.read_bytes()
    assert name_content(lambda offset, length: data[offset : offset + length], SIZE) == content
    assert name_signatures(disk) == ["gpt"]
    write_over(disk, bundle)
    assert named_by_others(disk, tmp_path) == ({"dos"}, {"vfat"})
