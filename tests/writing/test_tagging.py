"""Drives verified by tags: the same findings and names as with SHA-256 for each, and no more trust."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.drives.devices import FaultyDevice, faulty_device
from tests.drives.fakes import FakeDrive
from tests.drives.images import FINGERPRINT, MIB, make_image
from tests.writing.bundles import make_bundle_folder
from usbkit.bundle.read_folder import read_sealed_folder
from usbkit.core.progress import Silence
from usbkit.disk.image import ExtentKind, Image
from usbkit.drives.linux import identify
from usbkit.drives.record import DriveRecord, Outcome
from usbkit.drives.tag_table import DriveTags, TagProof, TagTable, fill
from usbkit.trust.piece_tags import PIECE
from usbkit.trust.verdict import Structure, Trouble
from usbkit.writing import DriveJob, Mode, Wipe, tagging, write_drive, write_drives
from usbkit.writing.tagging import Costs, pays_off

SIZE = 96 * MIB
VIDEO = "videos/01-opening.mp4"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """A real file system with a video, and files of other kinds that begin and end in the middle of things."""
    folder = make_bundle_folder(tmp_path_factory.mktemp("bundle") / "sample", video=5 * MIB + 4321)
    return read_sealed_folder(folder).for_drives().make(SIZE, 512)


@pytest.fixture
def drive() -> FakeDrive:
    return FakeDrive(bytearray(SIZE))


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The digests of the files that were proven by tags."""
    seen, real = list[str](), DriveTags.begin

    def spy(self: DriveTags, sha256: str) -> TagProof | None:
        proof = real(self, sha256)
        seen.extend([sha256] if proof is not None else [])
        return proof

    monkeypatch.setattr(DriveTags, "begin", spy)
    return seen


def tags_for(image: Image, drive: int = 0) -> DriveTags:
    """All of the image's sources, tagged."""
    table = TagTable.of([image], drive + 1)
    table.reach_end(drive)
    fill(table, lambda: False)
    return DriveTags(table, drive)


def carry_out(drive: FakeDrive, image: Image, tags: DriveTags, mode: Mode = Mode.FRESH, **more: Any) -> DriveRecord:
    job = DriveJob(drive.identity, image, "guatemala", FINGERPRINT, mode, tags=tags)
    return write_drive(job, Silence(), more.get("should_stop", lambda: False), drive.opened)


def end_of(image: Image, path: str) -> int:
    return next(e.end for e in image.extents if e.kind is ExtentKind.DATA and e.what == path)


def places(image: Image) -> dict[str, tuple[int, str]]:
    """A byte of each kind of place, and the file or structure it belongs to."""
    video = next(f for f in image.files if f.path == VIDEO)
    small = next(f for f in image.files if f.path == "photos/01.jpg")
    passport = next(f for f in image.files if f.path == "passport.json")
    slack = next(e for e in image.extents if e.kind is ExtentKind.SLACK and e.what == VIDEO)
    fat = next(e for e in image.extents if e.what == "FAT 2")
    root = next(e for e in image.extents if e.what == "videos/")
    return {
        "a video's first byte": (video.offset, VIDEO),
        "a piece's last byte": (video.offset + 2 * MIB - 1, VIDEO),
        "a piece's first byte": (video.offset + 4 * MIB, VIDEO),
        "a video's last byte": (video.offset + video.size - 1, VIDEO),
        "a small file": (small.offset + 11, "photos/01.jpg"),
        "a small file's last byte": (small.offset + small.size - 1, "photos/01.jpg"),
        "a file that we made": (passport.offset + 20, "passport.json"),
        "slack": (slack.offset, VIDEO),
        "slack's end": (slack.end - 1, VIDEO),
        "a FAT": (fat.offset + 4, fat.what),
        "a directory": (root.offset + 1, root.what),
    }


PLACES = (
    "a video's first byte",
    "a piece's last byte",
    "a piece's first byte",
    "a video's last byte",
    "a small file",
    "a small file's last byte",
    "a file that we made",
    "slack",
    "slack's end",
    "a FAT",
    "a directory",
)


def require_named(record: DriveRecord, at: int, what: str) -> None:
    """The one changed byte is found, and said to be that file's or that structure's."""
    assert record.outcome is Outcome.DAMAGED
    assert record.verdict is not None
    if record.verdict.structure is Structure.BROKEN:
        assert [t.startswith(what) for t in record.verdict.structure_troubles] == [True]
        assert not record.verdict.troubles
    else:
        assert [(t.path, t.trouble) for t in record.verdict.troubles] == [(what, Trouble.DAMAGED)]
        assert str(record.verdict.troubles[0].detail) == f"bytes {at}–{at}"


def test_a_drive_is_proven_by_tags(drive: FakeDrive, image: Image, used: list[str]) -> None:
    assert carry_out(drive, image, tags_for(image)).outcome is Outcome.WHOLE
    assert next(f.sha256 for f in image.files if f.path == VIDEO) in used


@pytest.mark.parametrize("place", PLACES)
def test_one_changed_bit_is_found_and_named(image: Image, drive: FakeDrive, place: str) -> None:
    at, what = places(image)[place]
    drive.flip_at = at
    require_named(carry_out(drive, image, tags_for(image)), at, what)


@pytest.mark.parametrize("place", PLACES)
def test_and_as_well_where_whoever_takes_tags_has_died(image: Image, drive: FakeDrive, place: str) -> None:
    at, what = places(image)[place]
    drive.flip_at = at
    require_named(carry_out(drive, image, DriveTags(TagTable.of([image], 1), 0)), at, what)


def test_a_drive_that_gives_another_file_s_bytes_is_found(image: Image, drive: FakeDrive) -> None:
    video = next(f for f in image.files if f.path == VIDEO)
    drive.drop = range(video.offset, video.offset + video.size)
    drive.data[video.offset : video.offset + 2 * MIB] = b"\x55" * (2 * MIB)
    record = carry_out(drive, image, tags_for(image))
    assert record.verdict is not None
    assert [t.path for t in record.verdict.troubles] == [VIDEO]


def test_what_cannot_be_read_is_named_as_that(image: Image, drive: FakeDrive) -> None:
    video = next(f for f in image.files if f.path == VIDEO)
    drive.bad_reads = range(video.offset + MIB, video.offset + MIB + 512)
    record = carry_out(drive, image, tags_for(image))
    assert record.verdict is not None
    assert [(t.path, t.trouble) for t in record.verdict.troubles] == [(VIDEO, Trouble.UNREADABLE)]


def test_a_resumed_drive_is_proven_by_tags_and_mended(image: Image, drive: FakeDrive, used: list[str]) -> None:
    looks = iter(range(10**6))
    carry_out(drive, image, tags_for(image), should_stop=lambda: next(looks) > 30)
    video = next(f for f in image.files if f.path == VIDEO)
    drive.data[video.offset + 77] ^= 1  # what was kept, and is not what it was
    used.clear()
    record = carry_out(drive, image, tags_for(image), Mode.RESUME)
    assert record.outcome is Outcome.WHOLE
    assert video.sha256 in used
    assert drive.data[video.offset : video.offset + 100] == _video_of(image).read_bytes()[:100]


def _video_of(image: Image) -> Path:
    return next(Path(str(getattr(e.content, "path"))) for e in image.extents if e.what == VIDEO)  # noqa: B009


def test_a_source_that_is_not_the_seal_s_stops_every_drive(tmp_path: Path) -> None:
    image = make_image(tmp_path, size=SIZE)
    source = tmp_path / "video.mp4"
    state = source.stat()
    data = bytearray(source.read_bytes())
    data[5 * MIB] ^= 1
    source.write_bytes(data)
    os.utime(source, ns=(state.st_atime_ns, state.st_mtime_ns))
    table = TagTable.of([image], 2)
    table.reach_end(0)
    fill(table, lambda: False)
    for number in range(2):
        drive = FakeDrive(bytearray(SIZE))
        record = carry_out(drive, image, DriveTags(table, number))
        assert (record.outcome, record.findings[0].id) == (Outcome.SOURCE, "source-changed")
        assert str(record.findings[0].place) == str(source)
        assert drive.data[:512] == bytes(512), "no partition table"


def image_files(folder: Path, count: int, size: int = SIZE) -> list[Path]:
    files = [folder / f"stick{n}.img" for n in range(count)]
    for file in files:
        file.touch()
        os.truncate(file, size)
    return files


def jobs_for(files: list[Path], image: Image) -> list[DriveJob]:
    return [DriveJob(identify(file), image, "guatemala", FINGERPRINT) for file in files]


def test_a_batch_is_proven_together(image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagging, "pays_off", lambda drives, costs: True)
    key = bytes(range(100, 132))
    monkeypatch.setattr("usbkit.trust.piece_tags.os.urandom", lambda size: key[:size])
    files = image_files(tmp_path, 3)
    done = write_drives(jobs_for(files, image), Silence())
    assert [d.outcome for d in done.drives] == [Outcome.WHOLE] * 3
    assert not any(key in file.read_bytes() for file in files)
    assert not any(key.hex() in str(record) for record in done.drives)


def test_a_batch_whose_tagging_process_dies_is_proven_all_the_same(
    image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "pays_off", lambda drives, costs: True)
    monkeypatch.setattr(tagging, "_take_tags", lambda *arguments: os._exit(9))
    done = write_drives(jobs_for(image_files(tmp_path, 3), image), Silence())
    assert [d.outcome for d in done.drives] == [Outcome.WHOLE] * 3


def test_the_tagging_process_ends_with_the_batch(image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagging, "pays_off", lambda drives, costs: True)
    jobs = jobs_for(image_files(tmp_path, 3), image)
    before = _children()
    with tagging.proven_together(jobs) as together:
        assert [j.tags.drive for j in together if j.tags is not None] == [0, 1, 2]
        assert [replace(j, tags=None) for j in together] == jobs
        (child,) = _children() - before
    assert child not in _children()


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_two_drives_are_proven_each_by_itself(image: Image, tmp_path: Path) -> None:
    jobs = jobs_for(image_files(tmp_path, 2), image)
    with tagging.proven_together(jobs) as together:
        assert all(job.tags is None for job in together)


def test_tags_that_were_taken_before_are_used_by_three(image: Image, tmp_path: Path) -> None:
    table = tags_for(image).table
    jobs = jobs_for(image_files(tmp_path, 3), image)
    before = _children()
    with tagging.proven_together(jobs, table) as together:
        assert [job.tags and job.tags.table for job in together] == [table] * 3
        assert _children() == before
    with tagging.proven_together(jobs[:2], table) as together:
        assert [job.tags for job in together] == [None, None]


@pytest.mark.parametrize("place", ["a piece's first byte", "a small file"])
def test_and_find_what_a_drive_changes(image: Image, drive: FakeDrive, place: str) -> None:
    table = TagTable.of([image], 1)
    for file in table.files:
        taken = table.begin(file.sha256)
        assert taken is not None
        data = memoryview(file.source.path.read_bytes())[file.source.offset :][: file.source.length]
        for at in range(0, len(data), PIECE):
            taken.add(data[at : at + PIECE])
        taken.close()
    at, what = places(image)[place]
    drive.flip_at = at
    require_named(carry_out(drive, image, DriveTags(table, 0)), at, what)


def test_a_file_s_tags_are_stored_whole_or_not(image: Image) -> None:
    table = TagTable.of([image], 1)
    sha256 = next(f.sha256 for f in image.files if f.path == VIDEO)
    taken, file = table.begin(sha256), table.find(sha256)
    assert taken is not None and file is not None and table.begin("0" * 64) is None
    for size in (PIECE, PIECE, 1):
        taken.add(memoryview(bytes(size)))
        taken.close()
        assert table.tags_of(file) is None


def test_a_source_that_changes_between_its_proof_and_its_drives_is_to_blame(tmp_path: Path) -> None:
    image = make_image(tmp_path, size=SIZE)
    tags = tags_for(image)
    source = tmp_path / "video.mp4"
    state = source.stat()
    source.write_bytes(source.read_bytes()[:-1] + b"?")
    os.utime(source, ns=(state.st_atime_ns, state.st_mtime_ns))
    done = write_drives(jobs_for(image_files(tmp_path, 3), image), Silence(), tags=tags.table)
    assert {(d.outcome, d.findings[0].id) for d in done.drives} == {(Outcome.SOURCE, "source-changed")}


def test_a_table_is_made_where_tags_pay_off(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _video_of(image).parent.parent
    sealed = read_sealed_folder(folder).sealed
    asked: list[int] = []

    def pays(drives: int, costs: Costs) -> bool:
        asked.append(drives)
        return drives >= 3

    monkeypatch.setattr(tagging, "pays_off", pays)
    assert tagging.table_for(sealed, 2) is None
    tables = [tagging.table_for(sealed, drives) for drives in (3, None)]
    assert asked == [2, 3, 3]
    for table in tables:
        assert table is not None
        assert {file.sha256 for file in table.files} == {file.sha256 for file in sealed}
        DriveTags(table, 2).wrote_all()


SHA_NI = Costs(sha=0.55, tag=0.04, copy=0.08)
WITHOUT_SHA = Costs(sha=2.3, tag=0.04, copy=0.08)
WITHOUT_CLMUL = Costs(sha=2.3, tag=2.0, copy=0.08)


@pytest.mark.parametrize(
    ("drives", "costs", "wanted"),
    [
        (2, SHA_NI, False),
        (3, SHA_NI, True),
        (16, SHA_NI, True),
        (2, WITHOUT_SHA, False),
        (3, WITHOUT_SHA, True),
        (16, WITHOUT_CLMUL, False),
        (3, Costs(sha=0.2, tag=0.09, copy=0.1), False),
    ],
)
def test_tags_are_taken_where_they_are_less_work(drives: int, costs: Costs, wanted: bool) -> None:
    assert pays_off(drives, costs) is wanted


def test_costs_are_measured() -> None:
    costs = tagging.measure_costs()
    assert min(costs.sha, costs.tag, costs.copy) > 0


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[FaultyDevice]:
    with faulty_device(tmp_path / "faulty", SIZE) as device:
        yield device


@pytest.mark.needs("fault-disk")
@pytest.mark.parametrize("place", ["a piece's first byte", "a video's last byte", "slack", "a FAT"])
def test_a_disk_that_changes_one_bit_is_found_out(image: Image, faulty: FaultyDevice, place: str) -> None:
    at, what = places(image)[place]
    faulty.order(flip=at)
    job = DriveJob(identify(faulty.node), image, "guatemala", FINGERPRINT, wipe=Wipe.NONE, tags=tags_for(image))
    require_named(write_drives([job], Silence()).drives[0], at, what)


def test_at_a_station_tags_are_taken_once_enough_drives_are_in_work(
    image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "pays_off", lambda drives, costs: True)
    jobs = jobs_for(image_files(tmp_path, 5), image)
    before = _children()
    with contextlib.closing(tagging.SealTags()) as seals:
        equipped = [seals.equip(job, number) for number, job in enumerate(jobs)]
        assert [job.tags is not None for job in equipped] == [False, False, True, True, True]
        assert len({job.tags.table for job in equipped if job.tags}) == 1
        assert len({job.tags.drive for job in equipped if job.tags}) == 3
        assert seals.equip(jobs[0], 0).tags is not None, "they are there now"
        other = seals.equip(replace(jobs[0], fingerprint="0" * 64), 0)
        assert other.tags is None, "of another seal there are none"
        assert len(_children() - before) == 1
        assert write_drive(equipped[4], Silence()).outcome is Outcome.WHOLE
    assert _children() <= before


def test_a_source_that_is_not_the_seal_s_stops_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagging, "pays_off", lambda drives, costs: True)
    image = make_image(tmp_path, size=SIZE)
    source = tmp_path / "video.mp4"
    state = source.stat()
    source.write_bytes(source.read_bytes()[:-1] + b"?")
    os.utime(source, ns=(state.st_atime_ns, state.st_mtime_ns))
    done = write_drives(jobs_for(image_files(tmp_path, 3), image), Silence())
    assert {(d.outcome, d.findings[0].id) for d in done.drives} == {(Outcome.SOURCE, "source-changed")}
