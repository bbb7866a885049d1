"""The job record: written and read back, in two alternating places; torn and invalid ones are refused."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.drives.images import FINGERPRINT, MIB, make_image
from tests.drives.sparse import Sparse
from usbkit.core.content import Zeros
from usbkit.disk.image import Extent, ExtentKind, Image
from usbkit.disk.reader import Run
from usbkit.drives.jobrecord import (
    BEGUN,
    CHUNK,
    CLOSING_OFFSET,
    SLOT_OFFSETS,
    SLOT_SIZE,
    JobRecord,
    digest_job,
    find_record,
    has_room,
    is_begun,
    record_runs,
)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> JobRecord:
    return JobRecord.for_job(make_image(tmp_path_factory.mktemp("x")), FINGERPRINT, "guatemala")


def test_there_and_back(record: JobRecord) -> None:
    done = record.advanced(b"\x05" + bytes(len(record.done) - 1))
    data = done.to_bytes()
    assert len(data) % 4096 == 0
    assert JobRecord.from_bytes(data) == done
    assert (done.has(0), done.has(1), done.has(2)) == (True, False, True)
    assert done.covers(2 * CHUNK, 3 * CHUNK) and not done.covers(2 * CHUNK, 3 * CHUNK + 1)


def test_the_largest_stick_has_room() -> None:
    bits = 2 * 10**12 // CHUNK
    record = JobRecord(1, bits * CHUNK, bytes(32), bytes(32), "x", bytes(-(-bits // 8)))
    assert len(record.to_bytes()) <= MIB


@pytest.mark.parametrize("at", [0, 17, 26, 33, 41, 60, 90, 130, 200])
def test_a_changed_byte_is_noticed(record: JobRecord, at: int) -> None:
    data = bytearray(record.to_bytes())
    data[at] ^= 0x40
    with pytest.raises(ValueError, match=r"."):
        JobRecord.from_bytes(bytes(data))


@pytest.mark.parametrize("length", [0, 15, 100, 209])
def test_a_short_one_is_refused(record: JobRecord, length: int) -> None:
    with pytest.raises(ValueError, match=r"few|fit"):
        JobRecord.from_bytes(record.to_bytes()[:length])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sequence", 2**64 - 1),
        ("sequence", 2**33),
        ("size", 0),
        ("size", 8),
        ("size", 2**63),
        ("chunk", 0),
        ("chunk", 1),
        ("chunk", 2**63),
        ("done", b""),
        ("done", b"\xff" * 2000),
    ],
)
def test_a_forged_one_with_a_right_digest_is_none(record: JobRecord, field: str, value: object) -> None:
    forged = replace(record, **{field: value})  # type: ignore[arg-type]
    data = forged.to_bytes()
    with pytest.raises(ValueError, match=r"."):
        JobRecord.from_bytes(data)
    assert find_record(lambda offset, length: data[offset - MIB :][:length] if offset == MIB else bytes(length)) is None


@pytest.mark.parametrize("stem", [b"\xff" * 64, b"a\x1b[2Jb", b"a\nb"])
def test_a_name_that_is_none(record: JobRecord, stem: bytes) -> None:
    data = bytearray(record.to_bytes())
    data[112:176] = stem.ljust(64, b"\0")
    end = 176 + len(record.done)
    data[end : end + 32] = hashlib.sha256(data[:end]).digest()
    with pytest.raises(ValueError, match=r"name|decode"):
        JobRecord.from_bytes(bytes(data))


def test_a_long_name_is_cut_between_characters(record: JobRecord) -> None:
    named = replace(record, stem="과테말라" * 6)
    assert JobRecord.from_bytes(named.to_bytes()).stem == "과테말라" * 5 + "과"


def test_the_later_of_two_counts_and_a_torn_one_does_not(record: JobRecord) -> None:
    disk = bytearray(4 * MIB)

    def put(r: JobRecord, cut: int | None = None) -> None:
        data = r.to_bytes()[:cut]
        disk[r.slot : r.slot + len(data)] = data

    def found() -> JobRecord | None:
        return find_record(lambda offset, length: bytes(disk[offset : offset + length]))

    assert found() is None
    one = record.advanced(record.done)
    two = one.advanced(b"\x01" + record.done[1:])
    three = two.advanced(b"\x03" + record.done[1:])
    put(one)
    put(two)
    assert found() == two
    put(three, cut=190)
    assert found() == two
    assert {one.slot, two.slot} == set(SLOT_OFFSETS)


def test_other_bytes_are_another_job(tmp_path: Path) -> None:
    one = make_image(tmp_path)
    assert digest_job(one) == digest_job(make_image(tmp_path))
    assert digest_job(one) != digest_job(make_image(tmp_path, seed=2))
    assert digest_job(one) != digest_job(make_image(tmp_path, size=65 * MIB))
    assert has_room(one)


def test_what_stands_on_sticks_of_today_is_read_by_any_later_version() -> None:
    """Offsets, magic and form, written down: a stick may be pulled today and gone on with after an update."""
    record = JobRecord(7, 64 * MIB, b"\x01" * 32, b"\x02" * 32, "guatemala", b"\x05\x80")
    data = record.to_bytes()
    assert (SLOT_OFFSETS, SLOT_SIZE, CLOSING_OFFSET, CHUNK) == ((1_048_576, 2_097_152), 1_048_576, 0, 4_194_304)
    assert (len(data), record.slot) == (4096, 2_097_152)
    assert data[:16] == b"usbkit job v1\r\n\x00"
    assert data[16:48] == b"".join(n.to_bytes(8, "little") for n in (7, 64 * MIB, 4 * MIB, 2))
    assert data[48:176] == b"\x01" * 32 + b"\x02" * 32 + b"guatemala".ljust(64, b"\0")
    assert data[176:178] == b"\x05\x80"
    assert data[178:] == hashlib.sha256(data[:178]).digest().ljust(4096 - 178, b"\0")
    assert b"usbkit begun v1\n" + bytes(4080) == BEGUN


class Disk(Sparse):
    """Reads as a drive past all caches does: whole sectors of 4096 bytes. ``most`` is the end of what was read."""

    most = 0

    def read_at(self, offset: int, length: int) -> bytes:
        assert offset % 4096 == length % 4096 == 0 < length
        self.most = max(self.most, offset + length)
        return super().read_at(offset, length)


@pytest.mark.parametrize("length", [1, 4096 - 176 - 32, 4096 - 176 - 31, 8192 - 176 - 32, 8192 - 176 - 31, 524_288])
def test_a_record_of_any_length_is_found(length: int) -> None:
    record = JobRecord(0, length * 8 * CHUNK - 1, bytes(32), bytes(32), "x", b"\xa5" * length)
    disk = Disk((record.slot, record.to_bytes()))
    assert find_record(disk.read_at) == record
    assert record_runs(disk.read_at) == [Run(record.slot, -(-(176 + length + 32) // 4096) * 4096)]


@pytest.mark.parametrize("claimed", [2**20 - 176 - 32 - 4096 + 1, 2**63])
def test_no_more_is_read_than_a_record_has_room_for(record: JobRecord, claimed: int) -> None:
    data = bytearray(record.to_bytes())
    data[40:48] = claimed.to_bytes(8, "little")
    disk = Disk((SLOT_OFFSETS[1], bytes(data)))
    assert find_record(disk.read_at) is None
    assert disk.most <= SLOT_OFFSETS[1] + SLOT_SIZE


def test_the_last_record_is_found_in_the_first_sector_and_counts_no_gap(record: JobRecord) -> None:
    first, last = record.advanced(record.done), record.advanced(record.done).closed()
    assert len(last.to_bytes().rstrip(b"\0")) <= 512
    assert last.covers(0, record.size)
    disk = Disk((first.slot, first.to_bytes()), (CLOSING_OFFSET, last.to_bytes()))
    assert find_record(disk.read_at) == last
    assert [run.offset for run in record_runs(disk.read_at)] == [first.slot]


def test_the_largest_drive_has_a_record_and_none_beyond_it(tmp_path: Path) -> None:
    image = make_image(tmp_path)
    largest = JobRecord.for_job(replace(image, size=2**44 - 512), FINGERPRINT, "x")
    assert JobRecord.from_bytes(largest.to_bytes()) == largest
    for size in (2**44, 2**48):
        with pytest.raises(ValueError, match="beyond"):
            JobRecord.for_job(replace(image, size=size), FINGERPRINT, "x")


def test_a_drive_that_was_only_begun() -> None:
    assert is_begun(Disk((SLOT_OFFSETS[0], BEGUN)).read_at)
    for puts in (
        (),
        ((SLOT_OFFSETS[1], BEGUN),),
        ((SLOT_OFFSETS[0], BEGUN[:-1] + b"x"),),
        ((SLOT_OFFSETS[0], b"usb"),),
    ):
        assert not is_begun(Disk(*puts).read_at)


@pytest.mark.parametrize(
    ("start", "end", "kind", "fits"),
    [
        (0, MIB, ExtentKind.METADATA, True),
        (0, MIB + 512, ExtentKind.METADATA, False),
        (MIB, MIB + 512, ExtentKind.METADATA, False),
        (2 * MIB, 2 * MIB + 512, ExtentKind.DATA, False),
        (3 * MIB - 512, 3 * MIB, ExtentKind.SLACK, False),
        (3 * MIB, 4 * MIB, ExtentKind.METADATA, True),
        (0, 4 * MIB, ExtentKind.TABLE, False),
        (0, 4 * MIB, ExtentKind.GAP, True),
    ],
)
def test_an_image_leaves_the_record_its_places(start: int, end: int, kind: ExtentKind, fits: bool) -> None:
    extents = (Extent(start, Zeros(end - start), kind, "x"), Extent(5 * MIB, Zeros(512), ExtentKind.DATA, "y"))
    assert has_room(Image(64 * MIB, 512, "fat32", 4096, "TEST", 1, 2, extents, ())) is fits
