"""The job record: there and back, two places in turn, and every way a torn or strange one is refused."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.drives.images import FINGERPRINT, MIB, make_image
from usbkit.drives.jobrecord import CHUNK, SLOT_OFFSETS, JobRecord, digest_job, find_record, has_room


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
