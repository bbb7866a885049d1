"""Fakes of every kind and true size are detected; honest drives, worn ones too, are not."""

from __future__ import annotations

import random

import pytest

from tests.drives.fakes import FakeDrive
from usbkit.drives.capacity import FakeError, probe_capacity
from usbkit.drives.write import Watch

MIB = 2**20
SIZE = 96 * MIB
WATCH = Watch(lambda amount: None, lambda: False)


class Sparse(FakeDrive):
    """A drive too large for this computer's memory: only what was written is kept."""

    def __init__(self, size: int, true_size: int | None, beyond: str) -> None:
        super().__init__(bytearray(), true_size=true_size, beyond=beyond)
        self._size = size
        self.kept: dict[int, bytes] = {}

    @property
    def size(self) -> int:
        return self._size

    def write_from(self, buffer: memoryview, offset: int) -> None:
        self._begin("write", offset, len(buffer))
        for at in range(0, len(buffer), 4096):
            if (place := self._place(offset + at)) is not None:
                self.kept[place] = bytes(buffer[at : at + 4096])

    def read_into(self, buffer: memoryview, offset: int) -> None:
        self._begin("read", offset, len(buffer))
        buffer[:] = bytes(len(buffer))
        for at in range(0, len(buffer), 4096):
            place = self._place(offset + at)
            if place is None and self.beyond == "noise":
                buffer[at : at + 4096] = random.Random(at).randbytes(4096)
            elif place in self.kept:
                buffer[at : at + 4096] = self.kept[place]

    def _place(self, at: int) -> int | None:
        if self.true_size is None or at < self.true_size:
            return at
        return at % self.true_size if self.beyond == "wrap" else None


@pytest.mark.parametrize("beyond", ["wrap", "zeros", "noise", "error"])
@pytest.mark.parametrize("true_size", [9 * MIB, 16 * MIB, 33 * MIB, 48 * MIB, 64 * MIB, 90 * MIB])
def test_a_fake_is_found_and_its_true_size_told(beyond: str, true_size: int) -> None:
    drive = FakeDrive(bytearray(SIZE), true_size=true_size, beyond=beyond)
    with pytest.raises(FakeError) as found:
        probe_capacity(drive, WATCH)
    assert found.value.true_size == true_size


@pytest.mark.parametrize("beyond", ["wrap", "zeros", "noise"])
@pytest.mark.parametrize("true_size", [8 * 10**9 // MIB * MIB, 7_864_320_000, 8_053_063_680, 2**33])
def test_64_gb_that_hold_8(beyond: str, true_size: int) -> None:
    drive = Sparse(64 * 10**9 // 4096 * 4096, true_size, beyond)
    with pytest.raises(FakeError) as found:
        probe_capacity(drive, WATCH)
    assert abs(found.value.true_size - true_size) < MIB
    assert sum(o.length for o in drive.log) < 400 * MIB, "seconds, not hours"


@pytest.mark.parametrize("size", [10 * MIB, SIZE, SIZE + 512 * 7])
def test_an_honest_drive(size: int) -> None:
    drive = FakeDrive(bytearray(b"\xff" * size))
    marks = probe_capacity(drive, WATCH)
    written = {o.offset for o in drive.log if o.kind == "write"}
    assert written == {m.offset for m in marks}, "what was written is told, so that it can be written over"


def test_a_bad_place_in_the_middle_is_no_fake() -> None:
    drive = FakeDrive(bytearray(SIZE), drop=range(24 * MIB, 40 * MIB))
    probe_capacity(drive, WATCH)


def test_old_marks_of_another_probe_are_not_taken_for_a_wrap() -> None:
    drive = FakeDrive(bytearray(SIZE))
    probe_capacity(drive, WATCH)
    drive.data[0:4096] = drive.data[16 * MIB : 16 * MIB + 4096]
    probe_capacity(drive, WATCH)
