"""Whole batches on real block devices, for the kernel's real behaviour."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.drives.devices import FaultyDevice, faulty_device
from tests.drives.images import FINGERPRINT, MIB, content_of, make_image
from tests.support.loop import loop_device, sectors_read, sectors_written
from usbkit.core.content import FileRange
from usbkit.core.errors import EXIT_NO, EXIT_NOT_BEGUN, RefusedError
from usbkit.core.messages import Text
from usbkit.core.progress import Silence
from usbkit.disk.image import Image
from usbkit.drives import write
from usbkit.drives.linux import identify, look_at
from usbkit.drives.opening import open_drive
from usbkit.drives.record import Outcome, Phase
from usbkit.drives.runs import RUN_LIMIT
from usbkit.trust.verdict import Trouble
from usbkit.writing import DriveJob, Mode, write_drives

SIZE = 64 * MIB
VIDEO = 8 * MIB  # where make_image puts it


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return make_image(tmp_path_factory.mktemp("sources"), size=SIZE)


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[FaultyDevice]:
    with faulty_device(tmp_path / "faulty", SIZE) as device:
        yield device


def job_for(node: Path, image: Image, mode: Mode = Mode.FRESH) -> DriveJob:
    return DriveJob(identify(node), image, "guatemala", FINGERPRINT, mode)


def holds(backing: Path, image: Image) -> bool:
    data = backing.read_bytes()
    return all(data[e.offset : e.end] == content_of(image, e) for e in image.extents)


def has_table(backing: Path, image: Image) -> bool:
    with backing.open("rb") as file:
        return file.read(512) == content_of(image, image.extents[0])


@pytest.mark.needs("loop")
def test_the_read_back_comes_from_the_device_also_while_others_hold_it_open(image: Image, tmp_path: Path) -> None:
    backing = tmp_path / "stick"
    with loop_device(backing, SIZE, "--direct-io=on") as node, node.open("rb") as other:
        other.read(SIZE)  # all of the old drive is in the page cache, and stays while it is held open
        read, written = sectors_read(node), sectors_written(node)
        record = write_drives([job_for(node, image)], Silence()).drives[0]
        assert record.outcome is Outcome.WHOLE
        assert (sectors_read(node) - read) * 512 >= record.figures.read >= image.written - 4 * MIB
        assert (sectors_written(node) - written) * 512 >= image.written
    assert holds(backing, image)


@pytest.mark.needs("loop")
def test_a_loop_device_behind_a_cache_is_read_past_it(image: Image, tmp_path: Path) -> None:
    backing = tmp_path / "stick"
    with loop_device(backing, SIZE) as node:
        record = write_drives([job_for(node, image)], Silence()).drives[0]
    assert record.outcome is Outcome.WHOLE
    assert holds(backing, image)


@pytest.mark.needs("loop")
def test_real_4096_byte_sectors(tmp_path: Path) -> None:
    image = make_image(tmp_path, size=SIZE, sector_size=4096)
    with loop_device(tmp_path / "stick", SIZE, "--sector-size", "4096", "--direct-io=on") as node:
        assert look_at(node).sector_size == 4096
        assert write_drives([job_for(node, image)], Silence()).exit_code == 0
    assert holds(tmp_path / "stick", image)


@pytest.mark.needs("loop")
def test_a_drive_that_somebody_writes_is_refused_to_a_second(image: Image, tmp_path: Path) -> None:
    with loop_device(tmp_path / "stick", SIZE) as node:
        job = job_for(node, image)
        with open_drive(job.identity, 512):
            batch = write_drives([job], Silence())
        assert batch.drives[0].outcome is Outcome.REFUSED
        assert batch.drives[0].findings[0].id == "drive-in-use"
        assert batch.exit_code == EXIT_NOT_BEGUN
    assert (tmp_path / "stick").read_bytes() == bytes(SIZE)


def test_an_image_file_that_somebody_writes_is_refused_to_a_second(image: Image, tmp_path: Path) -> None:
    file = tmp_path / "stick.img"
    file.touch()
    os.truncate(file, SIZE)
    with open_drive(identify(file), 512), pytest.raises(RefusedError), open_drive(identify(file), 512):
        pass


@pytest.mark.needs("loop")
def test_another_drive_under_the_same_name_is_refused(image: Image, tmp_path: Path) -> None:
    with loop_device(tmp_path / "one", SIZE) as node:
        job = job_for(node, image)
    subprocess.run(["truncate", "-s", str(SIZE), tmp_path / "other"], check=True)
    subprocess.run(["losetup", node, tmp_path / "other"], check=True)
    try:
        record = write_drives([job], Silence()).drives[0]
    finally:
        subprocess.run(["losetup", "--detach", node], check=True)
    assert record.outcome is Outcome.REFUSED
    assert record.findings[0].id == "drive-changed"
    assert (tmp_path / "other").read_bytes() == bytes(SIZE)


@pytest.mark.needs("fault-disk")
def test_a_write_error_stops_that_drive_and_no_other(image: Image, faulty: FaultyDevice, tmp_path: Path) -> None:
    # A whole run: of a write that fails in its middle the loop driver reports success, which only a read-back sees.
    faulty.order(bad_writes=[VIDEO + RUN_LIMIT, VIDEO + 2 * RUN_LIMIT])
    with loop_device(tmp_path / "good", SIZE) as good:
        batch = write_drives([job_for(faulty.node, image), job_for(good, image)], Silence())
    bad, fine = batch.drives
    assert (bad.outcome, bad.findings[0].id, bad.phase) == (Outcome.FAILED, "drive-write-error", Phase.DATA)
    assert fine.outcome is Outcome.WHOLE
    assert batch.exit_code == EXIT_NO
    assert not has_table(faulty.backing, image)
    assert holds(tmp_path / "good", image)


@pytest.mark.needs("fault-disk")
def test_a_read_error_in_the_read_back_names_the_file(image: Image, faulty: FaultyDevice) -> None:
    faulty.order(bad_reads=[VIDEO + MIB, VIDEO + MIB + 4096])
    record = write_drives([job_for(faulty.node, image)], Silence()).drives[0]
    assert record.outcome is Outcome.DAMAGED
    assert record.verdict is not None
    assert [(t.path, t.trouble) for t in record.verdict.troubles] == [("videos/01.mp4", Trouble.UNREADABLE)]
    assert not has_table(faulty.backing, image)


@pytest.mark.needs("fault-disk")
def test_a_flipped_byte_is_found_and_placed(image: Image, faulty: FaultyDevice) -> None:
    faulty.order(flip=VIDEO + 54_321)
    record = write_drives([job_for(faulty.node, image)], Silence()).drives[0]
    assert record.outcome is Outcome.DAMAGED
    assert record.verdict is not None
    assert str(record.verdict.troubles[0].detail) == f"bytes {VIDEO + 54_321}–{VIDEO + 54_321}"


@pytest.mark.needs("fault-disk")
def test_writes_dropped_without_a_word_are_found(image: Image, faulty: FaultyDevice) -> None:
    faulty.order(drop=[VIDEO + RUN_LIMIT, VIDEO + RUN_LIMIT + 4096])
    record = write_drives([job_for(faulty.node, image)], Silence()).drives[0]
    assert record.outcome is Outcome.DAMAGED
    assert not has_table(faulty.backing, image)


@pytest.mark.needs("fault-disk")
@pytest.mark.parametrize("beyond", ["wrap", "zeros", "noise", "error"])
def test_a_fake_is_found_in_seconds(faulty: FaultyDevice, image: Image, beyond: str) -> None:
    faulty.order(true_size=20 * MIB, beyond=beyond)
    record = write_drives([job_for(faulty.node, image)], Silence()).drives[0]
    assert (record.outcome, record.true_size) == (Outcome.FAKE, 20 * MIB)
    assert record.phase is Phase.PROBE, "found before the data is written"


class Ends(Silence):
    """Which came to its end, in that order."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def end(self, key: str, outcome: str, what: Text | None = None) -> None:
        self.keys.append(key)


@pytest.mark.needs("fault-disk")
def test_a_hung_drive_is_abandoned_and_the_others_go_on(image: Image, faulty: FaultyDevice, tmp_path: Path) -> None:
    faulty.order(hang=[VIDEO + MIB, VIDEO + MIB + 4096])
    with loop_device(tmp_path / "good", SIZE) as good:
        batch = write_drives([job_for(faulty.node, image), job_for(good, image)], Silence(), stall_limit=4)
    hung, fine = batch.drives
    assert (hung.outcome, hung.findings[0].id, hung.phase) == (Outcome.HUNG, "drive-hung", Phase.DATA)
    assert fine.outcome is Outcome.WHOLE


@pytest.mark.needs("fault-disk")
def test_a_drive_that_slows_down_holds_nobody_back(image: Image, faulty: FaultyDevice, tmp_path: Path) -> None:
    with ExitStack() as stack:
        good = stack.enter_context(loop_device(tmp_path / "good", SIZE))
        faulty.order(rate=4_000_000)
        batch = write_drives([job_for(faulty.node, image), job_for(good, image)], ends := Ends())
    slow, fast = batch.drives
    assert (slow.outcome, fast.outcome) == (Outcome.WHOLE, Outcome.WHOLE)
    assert ends.keys[:2] == [str(good), str(faulty.node)]


@pytest.mark.needs("fault-disk")
def test_a_source_on_a_failing_disk_is_not_the_drive_s_fault(faulty: FaultyDevice, tmp_path: Path) -> None:
    image = make_image(tmp_path, size=SIZE)
    source = tmp_path / "video.mp4"
    video = source.read_bytes()
    source.unlink()
    source.symlink_to(faulty.backing.parent / "mnt" / "disk")
    with faulty.backing.open("r+b") as file:
        file.write(video)
    extents = tuple(
        replace(e, content=replace(e.content, mtime_ns=0)) if isinstance(e.content, FileRange) else e
        for e in image.extents
    )
    faulty.order(bad_reads=[3 * MIB, 3 * MIB + 4096])
    with loop_device(tmp_path / "stick", SIZE) as node:
        record = write_drives([job_for(node, replace(image, extents=extents))], Silence()).drives[0]
    assert (record.outcome, record.findings[0].id) == (Outcome.SOURCE, "source-unreadable")


@pytest.mark.needs("fault-disk")
def test_resumed_after_a_failure_in_the_middle(
    faulty: FaultyDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = make_image(tmp_path, size=SIZE, video=40 * MIB)
    monkeypatch.setattr(write, "CHECKPOINT_SECONDS", 0.2)
    faulty.order(bad_writes=[VIDEO + 30 * MIB, VIDEO + 32 * MIB], rate=40_000_000)
    assert write_drives([job_for(faulty.node, image)], Silence()).drives[0].outcome is Outcome.FAILED
    faulty.order()
    written = sectors_written(faulty.node)
    record = write_drives([job_for(faulty.node, image, Mode.RESUME)], Silence()).drives[0]
    assert record.outcome is Outcome.WHOLE
    assert record.figures.kept >= 16 * MIB
    assert (sectors_written(faulty.node) - written) * 512 <= image.written - 16 * MIB + 8 * MIB
    assert holds(faulty.backing, image)
