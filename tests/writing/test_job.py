"""One drive from image to verdict, on a drive in memory: the order of steps, and every way it can fail."""

from __future__ import annotations

import errno
import functools
import math
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.drives.fakes import CachingDrive, FakeDrive
from tests.drives.images import FINGERPRINT, MIB, content_of, make_image
from tests.support.sample import sample
from tests.writing.bundles import make_bundle_folder, make_crowded_bundle
from usbkit.bundle.read_folder import read_sealed_folder
from usbkit.core.content import FileRange
from usbkit.core.errors import EXIT_BROKEN_OFF, EXIT_NO
from usbkit.core.progress import Silence
from usbkit.disk.image import ExtentKind, Image
from usbkit.drives import flow, write
from usbkit.drives.device import OURS
from usbkit.drives.jobrecord import JobRecord, find_record
from usbkit.drives.record import DriveRecord, Outcome, Phase
from usbkit.drives.runs import RUN_LIMIT
from usbkit.drives.signatures import name_content
from usbkit.trust.verdict import Content, Structure, Trouble
from usbkit.writing.job import DriveJob, Mode, Wipe, write_drive

SIZE = 32 * MIB
BUNDLE_SIZE = 96 * MIB
OLD_TABLE = b"an old partition table".ljust(510) + b"\x55\xaa"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return make_image(tmp_path_factory.mktemp("sources"), size=SIZE)


@pytest.fixture(autouse=True)
def no_checkpoints_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same job is the same operations, however slow this computer is just now."""
    monkeypatch.setattr(write, "CHECKPOINT_SECONDS", math.inf)


@pytest.fixture
def drive() -> FakeDrive:
    """A drive that was in use before: nothing on it is zero."""
    data = bytearray(b"\xff" * SIZE)
    data[:512] = OLD_TABLE
    return FakeDrive(data)


def carry_out(
    drive: FakeDrive,
    image: Image,
    mode: Mode = Mode.FRESH,
    wipe: Wipe = Wipe.NONE,
    should_stop: Callable[[], bool] = lambda: False,
) -> DriveRecord:
    job = DriveJob(drive.identity, image, "guatemala", FINGERPRINT, mode, wipe)
    return write_drive(job, Silence(), should_stop, drive.opened)


def holds(drive: FakeDrive, image: Image) -> bool:
    """Whether every extent of the image stands on the drive."""
    return all(drive.data[e.offset : e.end] == content_of(image, e) for e in image.extents)


def has_table(drive: FakeDrive, image: Image) -> bool:
    return drive.data[:512] == content_of(image, image.extents[0])


def test_a_drive_is_written_and_proven(drive: FakeDrive, image: Image) -> None:
    record = carry_out(drive, image)
    assert record.outcome is Outcome.WHOLE
    assert record.phase is Phase.DONE
    assert record.verdict is not None
    assert (record.verdict.content, record.verdict.structure) == (Content.WHOLE, Structure.UNTOUCHED)
    assert record.verdict.files == len(image.files)
    assert record.metadata == image.metadata_digest()
    assert holds(drive, image)
    assert find_record(lambda at, length: bytes(drive.data[at : at + length])) is None
    assert drive.data[512 : 4 * MIB] == bytes(4 * MIB - 512), "the gap before the partition is zero"
    assert drive.data[-MIB:] == bytes(MIB), "where a backup of an old partition table stood"


def test_a_resume_probes_the_drive_and_keeps_what_it_holds(drive: FakeDrive, image: Image) -> None:
    stops = iter([False] * 30 + [True] * 1000)
    carry_out(drive, image, should_stop=lambda: next(stops))
    record = carry_out(drive, image, Mode.RESUME)
    assert record.outcome is Outcome.WHOLE
    assert record.figures.kept > 0
    assert Phase.PROBE in record.figures.seconds
    assert record.figures.seconds.get(Phase.REPAIR) is None
    assert holds(drive, image)


def test_a_record_of_a_job_that_is_done_does_not_hide_a_fake(image: Image) -> None:
    drive = FakeDrive(bytearray(SIZE), true_size=SIZE // 2)
    done = JobRecord.for_job(image, FINGERPRINT, "guatemala")
    forged = done.saying(b"\xff" * len(done.done)).to_bytes()
    drive.data[done.slot : done.slot + len(forged)] = forged
    assert carry_out(drive, image, Mode.RESUME).outcome is Outcome.FAKE


def test_the_table_is_written_last_and_everything_was_read_before(drive: FakeDrive, image: Image) -> None:
    carry_out(drive, image)
    table = [i for i, o in enumerate(drive.log) if o.kind == "write" and o.offset == 0]
    assert len(table) == 3, "wiped first, then the last record, the table last"
    writes = [i for i, o in enumerate(drive.log) if o.kind == "write"]
    assert (table[0], table[-1]) == (writes[0], writes[-1])
    assert "flush" in {o.kind for o in drive.log[table[-1] :]}
    for extent in image.extents:
        if extent.kind is not ExtentKind.GAP and extent.offset:
            read = [
                i
                for i, o in enumerate(drive.log)
                if o.kind == "read" and o.offset < extent.end and o.end > extent.offset
            ]
            written = [
                i
                for i, o in enumerate(drive.log)
                if o.kind == "write" and o.offset < extent.end and o.end > extent.offset
            ]
            assert written[-1] < read[-1] < table[1], extent.what


def test_data_is_written_before_metadata(drive: FakeDrive, image: Image) -> None:
    carry_out(drive, image)
    fat = next(e for e in image.extents if e.what == "FAT 1")
    video = next(e for e in image.extents if e.kind is ExtentKind.DATA)
    writes = [o for o in drive.log if o.kind == "write"]
    last_of_video = max(i for i, o in enumerate(writes) if o.offset < video.end and o.end > video.offset)
    assert last_of_video < next(i for i, o in enumerate(writes) if o.offset == fat.offset)


def test_only_what_is_used_is_written(drive: FakeDrive, image: Image) -> None:
    record = carry_out(drive, image)
    marks = 4 * 4096
    used = image.extents[-1].end
    assert drive.data[used:-MIB].count(0) == 2 * 4096, "two marks of the capacity probe stood there, and are zero now"
    assert drive.data[used:-MIB].count(0xFF) == SIZE - MIB - used - 2 * 4096, "nothing of ours stands there"
    assert image.written <= record.figures.written <= image.written + 6 * MIB + marks


def test_a_4096_byte_sector_drive(tmp_path: Path) -> None:
    image = make_image(tmp_path, size=SIZE, sector_size=4096)
    drive = FakeDrive(bytearray(SIZE), sector_size=4096)
    assert carry_out(drive, image).outcome is Outcome.WHOLE
    assert holds(drive, image)


def test_old_contents_are_zeroed_on_wish(drive: FakeDrive, image: Image) -> None:
    record = carry_out(drive, image, wipe=Wipe.ZERO)
    assert record.outcome is Outcome.WHOLE
    assert b"\xff" * 512 not in drive.data


def test_a_drive_that_knows_no_discard_is_told_of(drive: FakeDrive, image: Image) -> None:
    record = carry_out(drive, image, wipe=Wipe.DISCARD)
    assert record.outcome is Outcome.WHOLE
    assert "discard" in str(record.remarks[0])


def test_cut_off_at_every_operation_it_is_never_taken_for_finished(drive: FakeDrive, image: Image) -> None:
    clean = FakeDrive(bytearray(drive.data))
    carry_out(clean, image)
    last_write = max(i for i, o in enumerate(clean.log) if o.kind == "write")
    before = bytes(drive.data)
    for cut in range(len(clean.log)):
        drive.data[:], drive.log, drive.vanish_after = before, [], cut
        record = carry_out(drive, image)
        assert record.outcome is Outcome.VANISHED
        assert record.exit_code == EXIT_BROKEN_OFF
        assert str(record.findings[0].todo)
        if any(o.kind == "write" for o in drive.log):
            assert drive.data[:512] != OLD_TABLE, f"after {cut} operations it still looks like the old one"
        if cut <= last_write:
            assert not has_table(drive, image), f"after {cut} operations it looks finished"
        if cut > last_write or any(o.kind == "flush" for o in drive.log):
            known = name_content(drive.read_at, SIZE)
            assert known == OURS or has_table(drive, image), f"after {cut} operations nobody knows whose it is"


@pytest.mark.parametrize("seed", range(sample("writing: power cuts", 20, 500)))
def test_a_power_cut_never_leaves_a_table_before_what_it_points_to(image: Image, seed: int) -> None:
    chance = random.Random(seed)
    whole = CachingDrive(bytearray(b"\xff" * SIZE))
    carry_out(whole, image)
    drive = CachingDrive(bytearray(b"\xff" * SIZE), vanish_after=len(whole.log) - chance.randrange(12))
    carry_out(drive, image)
    found = drive.cut(chance)
    assert holds(found, image) or not has_table(found, image)


def test_resumed_after_a_cut_at_every_operation(drive: FakeDrive, image: Image) -> None:
    clean = FakeDrive(bytearray(drive.data))
    whole = carry_out(clean, image)
    before = bytes(drive.data)
    kept = []
    for cut in range(0, len(clean.log), 3):
        drive.data[:], drive.log, drive.vanish_after = before, [], cut
        carry_out(drive, image)
        drive.vanish_after = None
        record = carry_out(drive, image, Mode.RESUME)
        assert record.outcome is Outcome.WHOLE, f"resumed after {cut} operations: {record.findings}"
        assert holds(drive, image)
        assert drive.data[512 : 4 * MIB] == bytes(4 * MIB - 512)
        kept.append(record.figures.kept)
        assert record.figures.read >= whole.figures.read, "the whole is proven, kept or not"
    assert max(kept) > 6 * MIB, "a drive cut off late keeps its data"


def test_what_a_resumed_drive_lost_is_written_again(drive: FakeDrive, image: Image) -> None:
    stops = iter([False] * 30 + [True] * 1000)
    carry_out(drive, image, should_stop=lambda: next(stops))
    record = find_record(lambda at, length: bytes(drive.data[at : at + length]))
    assert record is not None and record.has(2), "the first chunk of the video is confirmed"
    drive.data[8 * MIB + 5] ^= 1
    resumed = carry_out(drive, image, Mode.RESUME)
    assert resumed.outcome is Outcome.WHOLE
    assert Phase.REPAIR in resumed.figures.seconds
    assert holds(drive, image)


def test_another_job_s_record_is_not_gone_on_from(drive: FakeDrive, image: Image, tmp_path: Path) -> None:
    stops = iter([False] * 30 + [True] * 1000)
    carry_out(drive, make_image(tmp_path, size=SIZE, seed=5), should_stop=lambda: next(stops))
    record = carry_out(drive, image, Mode.RESUME)
    assert record.outcome is Outcome.WHOLE
    assert record.figures.kept == 0
    assert "other contents" in str(record.remarks[0])
    assert holds(drive, image)


def test_stopped_it_says_in_which_state_it_is(drive: FakeDrive, image: Image) -> None:
    phases = set[Phase]()
    for after in range(100):
        stops = iter([False] * after + [True] * 1000)
        record = carry_out(drive, image, should_stop=functools.partial(next, stops))
        if record.outcome is Outcome.WHOLE:
            break
        assert record.outcome is Outcome.INTERRUPTED
        assert record.exit_code == 130
        assert "unfinished" in str(record.state) or "empt" in str(record.state)
        assert not has_table(drive, image)
        phases.add(record.phase)
    assert phases == {Phase.WIPE, Phase.PROBE, Phase.DATA, Phase.METADATA, Phase.READ_BACK}


def test_a_write_error_names_the_place(drive: FakeDrive, image: Image) -> None:
    drive.bad_writes = range(9 * MIB, 9 * MIB + 512)
    record = carry_out(drive, image)
    assert record.outcome is Outcome.FAILED
    assert record.findings[0].id == "drive-write-error"
    assert not has_table(drive, image)


def test_a_flush_that_fails_is_the_drive_s_failure(drive: FakeDrive, image: Image) -> None:
    drive.flush_fails = True
    record = carry_out(drive, image)
    assert record.outcome is Outcome.FAILED
    assert record.findings[0].id == "drive-flush-error"


def test_a_flipped_byte_is_named_with_file_and_place(drive: FakeDrive, image: Image) -> None:
    drive.flip_at = 8 * MIB + 12345
    record = carry_out(drive, image)
    assert record.outcome is Outcome.DAMAGED
    assert record.exit_code == EXIT_NO
    assert record.verdict is not None
    (trouble,) = record.verdict.troubles
    assert (trouble.path, trouble.trouble) == ("videos/01.mp4", Trouble.DAMAGED)
    assert str(trouble.detail) == f"bytes {drive.flip_at}–{drive.flip_at}"
    assert not has_table(drive, image)


def test_a_flipped_byte_of_the_file_system_is_a_broken_structure(drive: FakeDrive, image: Image) -> None:
    drive.flip_at = 4 * MIB + 64 * 1024 + 77
    record = carry_out(drive, image)
    assert record.outcome is Outcome.DAMAGED
    assert record.verdict is not None
    assert record.verdict.content is Content.WHOLE
    assert record.verdict.structure is Structure.BROKEN
    assert "FAT 1" in record.verdict.structure_troubles[0]
    assert not has_table(drive, image)


def test_old_bytes_behind_a_file_s_end_are_found(drive: FakeDrive, image: Image) -> None:
    slack = next(e for e in image.extents if e.kind is ExtentKind.SLACK)
    drive.flip_at = slack.offset + 3
    record = carry_out(drive, image)
    assert record.verdict is not None
    assert record.verdict.structure is Structure.BROKEN
    assert "slack" in record.verdict.structure_troubles[0]


def test_writes_that_are_dropped_in_silence_are_found(drive: FakeDrive, image: Image) -> None:
    drive.drop = range(8 * MIB + RUN_LIMIT, 8 * MIB + RUN_LIMIT + 512)
    record = carry_out(drive, image)
    assert record.outcome is Outcome.DAMAGED
    assert record.verdict is not None
    assert record.verdict.troubles[0].path == "videos/01.mp4"


def test_what_cannot_be_read_back_is_named_and_the_rest_still_read(drive: FakeDrive, image: Image) -> None:
    drive.bad_reads = range(8 * MIB + 512, 8 * MIB + 1024)
    record = carry_out(drive, image)
    assert record.outcome is Outcome.DAMAGED
    assert record.verdict is not None
    assert [(t.path, t.trouble) for t in record.verdict.troubles] == [("videos/01.mp4", Trouble.UNREADABLE)]
    assert record.figures.read > 300 * 1024


def test_a_bad_sector_among_small_files_is_said_of_its_file_alone(tmp_path: Path) -> None:
    image = read_sealed_folder(make_crowded_bundle(tmp_path / "guatemala")).for_drives().make(BUNDLE_SIZE, 512)
    hurt = next(e for e in image.extents if e.kind is ExtentKind.DATA and e.what == "slides/07.pdf")
    drive = FakeDrive(bytearray(BUNDLE_SIZE))
    place = -(-hurt.offset // 4096) * 4096
    drive.bad_reads = range(place + 512, place + 1024)
    record = carry_out(drive, image)
    assert record.outcome is Outcome.DAMAGED
    assert record.verdict is not None
    (trouble,) = record.verdict.troubles
    assert (trouble.path, trouble.trouble) == ("slides/07.pdf", Trouble.UNREADABLE)
    assert str(trouble.detail) == f"bytes {place}–{place + 4095}"
    tries = [o for o in drive.log if o.kind == "read" and o.offset <= place + 512 < o.end]
    assert [o.length for o in tries][1:] == [64 * 1024, 4096], "each may cost half a minute"


def test_a_stretch_that_cannot_be_read_costs_few_tries(tmp_path: Path) -> None:
    image = make_image(tmp_path, size=128 * MIB, video=40 * MIB)
    drive = FakeDrive(bytearray(128 * MIB), bad_reads=range(20 * MIB, 22 * MIB))
    record = carry_out(drive, image)
    assert record.outcome is Outcome.DAMAGED
    assert record.verdict is not None
    (trouble,) = record.verdict.troubles
    assert str(trouble.detail) == f"bytes {20 * MIB}–{22 * MIB - 1}"
    tries = [o for o in drive.log if o.kind == "read" and 20 * MIB <= o.offset < 22 * MIB]
    assert len(tries) <= 1 + 6


def test_what_is_read_only_at_the_second_try_is_no_good_drive(drive: FakeDrive, image: Image) -> None:
    place = 8 * MIB + 512
    drive.bad_reads = range(place, place + 512)

    def heal() -> bool:
        if any(o.kind == "read" and o.offset <= place < o.end and o.length > 4096 for o in drive.log[-8:]):
            drive.bad_reads = range(0)
        return False

    record = carry_out(drive, image, should_stop=heal)
    assert not drive.bad_reads, "the second try was to be made, and to succeed"
    assert record.outcome is Outcome.DAMAGED
    assert record.verdict is not None
    assert [(t.path, t.trouble) for t in record.verdict.troubles] == [("videos/01.mp4", Trouble.UNREADABLE)]


def test_a_drive_that_reads_nothing_is_given_up(tmp_path: Path) -> None:
    image = make_image(tmp_path, size=128 * MIB, video=40 * MIB)
    drive = FakeDrive(bytearray(128 * MIB), bad_reads=range(20 * MIB, 44 * MIB))
    record = carry_out(drive, image)
    assert record.outcome is Outcome.FAILED
    assert record.findings[0].id == "drive-read-error"
    tries = [o for o in drive.log if o.kind == "read" and 20 * MIB <= o.offset < 44 * MIB and o.length == RUN_LIMIT]
    assert len(tries) <= 8 + flow.DEPTH + 1


def test_a_partition_table_that_does_not_stay_is_found(drive: FakeDrive, image: Image) -> None:
    def drop_the_table() -> bool:
        drive.drop = range(512) if any(o.kind == "write" for o in drive.log) else range(0)
        return False

    record = carry_out(drive, image, should_stop=drop_the_table)
    assert record.outcome is Outcome.FAILED
    assert record.phase is Phase.FINISH


def test_a_source_that_changes_is_found_as_just_that(drive: FakeDrive, tmp_path: Path) -> None:
    image = make_image(tmp_path, size=SIZE, video=20 * MIB)
    source = next(e.content for e in image.extents if isinstance(e.content, FileRange))

    def change() -> bool:
        if any(o.kind == "write" and o.offset == 10 * MIB for o in drive.log):
            with source.path.open("r+b") as file:
                file.seek(6 * MIB)
                file.write(b"other")
        return False

    record = carry_out(drive, image, should_stop=change)
    assert record.outcome is Outcome.SOURCE
    assert record.findings[0].id == "source-changed"
    assert str(source.path) in str(record.findings[0].place)
    assert not has_table(drive, image)


def test_a_source_that_changed_under_an_old_date_is_not_blamed_on_the_drive(drive: FakeDrive, tmp_path: Path) -> None:
    image = make_image(tmp_path, size=SIZE)
    source = next(e.content for e in image.extents if isinstance(e.content, FileRange))
    data = bytearray(source.path.read_bytes())
    data[1000] ^= 1
    source.path.write_bytes(data)
    undated = tuple(
        replace(e, content=replace(e.content, mtime_ns=0)) if isinstance(e.content, FileRange) else e
        for e in image.extents
    )
    record = carry_out(drive, replace(image, extents=undated))
    assert record.outcome is Outcome.SOURCE


def test_a_source_that_is_gone(drive: FakeDrive, tmp_path: Path) -> None:
    image = make_image(tmp_path, size=SIZE)
    (tmp_path / "video.mp4").unlink()
    record = carry_out(drive, image)
    assert record.outcome is Outcome.SOURCE
    assert record.findings[0].id == "source-unreadable"


def test_a_source_cut_short(drive: FakeDrive, tmp_path: Path) -> None:
    image = make_image(tmp_path, size=SIZE)
    (tmp_path / "video.mp4").write_bytes(b"short")
    record = carry_out(drive, image)
    assert (record.outcome, record.findings[0].id) == (Outcome.SOURCE, "source-changed")


@pytest.mark.parametrize("beyond", ["wrap", "zeros", "noise", "error"])
def test_a_fake_is_refused_before_data_is_written(image: Image, beyond: str) -> None:
    drive = FakeDrive(bytearray(SIZE), true_size=10 * MIB, beyond=beyond)
    record = carry_out(drive, image)
    assert record.outcome is Outcome.FAKE
    assert record.true_size == 10 * MIB
    assert record.phase is Phase.PROBE
    assert record.exit_code == EXIT_NO


@pytest.mark.parametrize("cut", range(0, 60, 2))
def test_a_refresh_cut_off_leaves_the_old_drive_or_an_unfinished_one(tmp_path: Path, cut: int) -> None:
    old, new = (_bundle_image(tmp_path / words, words) for words in ("hola", "adios"))
    drive = FakeDrive(bytearray(BUNDLE_SIZE))
    assert carry_out(drive, old).outcome is Outcome.WHOLE
    drive.log, drive.vanish_after = [], cut
    carry_out(drive, new, Mode.REFRESH)
    assert name_content(drive.read_at, BUNDLE_SIZE) == OURS
    if has_table(drive, old):
        assert all(drive.data[e.offset : e.end] == content_of(old, e) for e in old.extents if e.kind != ExtentKind.GAP)
    elif not has_table(drive, new):
        assert drive.data[510:512] != b"\x55\xaa"
    drive.vanish_after = None
    record = carry_out(drive, new, Mode.RESUME)
    assert (record.outcome, record.figures.kept > 0) == (Outcome.WHOLE, True)
    assert holds(drive, new)


@pytest.mark.parametrize("problem", [MemoryError(), OSError(errno.ENOMEM, "no memory"), OSError(errno.EMFILE, "files")])
def test_a_computer_without_memory_or_handles_is_to_blame_itself(
    drive: FakeDrive, image: Image, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    def refuse(size: int) -> memoryview:
        raise problem

    monkeypatch.setattr(flow, "make_buffer", refuse)
    record = carry_out(drive, image)
    assert (record.outcome, record.exit_code) == (Outcome.CRASHED, EXIT_BROKEN_OFF)
    assert record.findings[0].id == "out-of-resources"


def _bundle_image(folder: Path, words: str) -> Image:
    return (
        read_sealed_folder(make_bundle_folder(folder / "guatemala", video=5 * MIB, words=words))
        .for_drives()
        .make(BUNDLE_SIZE, 512)
    )
