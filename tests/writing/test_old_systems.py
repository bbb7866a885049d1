"""Drives that held other systems before: after ours is written, probers name our table and volume, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drives.layouts import FOREIGN, SIZE
from tests.writing.bundles import make_bundle_folder
from usbkit.core.progress import Silence
from usbkit.drives.linux import identify
from usbkit.drives.record import Outcome
from usbkit.drives.second_opinion import name_signatures
from usbkit.drives.tables import read_claims
from usbkit.writing.folder import FolderMaker, read_folder
from usbkit.writing.job import DriveJob, write_drive


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> FolderMaker:
    return read_folder(make_bundle_folder(tmp_path_factory.mktemp("bundle") / "guatemala", video=3 * 2**20), None)


@pytest.mark.needs("partition-tools", "fat-tools", "exfat-tools")
@pytest.mark.parametrize("layout", list(FOREIGN)[::2])
def test_wipefs_names_exactly_ours(tmp_path: Path, bundle: FolderMaker, layout: str) -> None:
    disk, part = tmp_path / "disk", tmp_path / "partition"
    FOREIGN[layout](disk)
    job = DriveJob(identify(disk), bundle.make(SIZE, 512), "guatemala", bundle.fingerprint)
    assert write_drive(job, Silence()).outcome is Outcome.WHOLE
    data = disk.read_bytes()
    (ours,) = read_claims(lambda offset, length: data[offset : offset + length], SIZE).ranges
    part.write_bytes(data[ours.offset : ours.end])
    assert (set(name_signatures(disk) or ()), set(name_signatures(part) or ())) == ({"dos"}, {"vfat"})
