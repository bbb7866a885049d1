"""Verified copies: parts, holes, fallbacks without Linux, and blame for failures."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from usbkit.core import proven_copy
from usbkit.core.content import FileRange
from usbkit.core.errors import SourceError
from usbkit.core.proven_copy import copy_proven

MIB = 2**20


def _copy(source: FileRange, target: Path, *, sha256: str | None = None, at: int = 0) -> list[int]:
    """The steps that were reported."""
    data = source.path.read_bytes()[source.offset : source.offset + source.length]
    steps: list[int] = []
    out = os.open(target, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.truncate(out, at + source.length)
        copy_proven(source, sha256 or hashlib.sha256(data).hexdigest(), out, at, steps.append)
    finally:
        os.close(out)
    return steps


@pytest.fixture(params=["kernel", "by hand", "by position"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How bytes are copied and read back: as Linux does, as on a system without copies in the kernel, as on Windows."""
    way: str = request.param
    if way != "kernel":
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    if way == "by position":
        monkeypatch.setattr(proven_copy, "_CAN_READ_AT", False)
        monkeypatch.delattr(os, "SEEK_DATA", raising=False)
        monkeypatch.delattr(os, "posix_fadvise", raising=False)
    return way


@pytest.mark.parametrize("length", [0, 1, 4096, 8 * MIB, 17 * MIB + 5])
def test_a_part_of_a_file_comes_whole(tmp_path: Path, way: str, length: int) -> None:
    path = tmp_path / "source"
    path.write_bytes(os.urandom(7) * ((length + 20) // 7 + 1))
    steps = _copy(FileRange(path, 3, length), tmp_path / "out", at=11)
    assert (tmp_path / "out").read_bytes() == bytes(11) + path.read_bytes()[3 : 3 + length]
    assert sum(steps) == length


def test_holes_are_digested_as_zeros(tmp_path: Path, way: str) -> None:
    path = tmp_path / "source"
    with path.open("wb") as file:
        file.write(b"start")
        file.seek(20 * MIB)
        file.write(b"middle")
        file.truncate(40 * MIB)
    steps = _copy(FileRange(path, 0, 40 * MIB), tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == path.read_bytes()
    assert sum(steps) == 40 * MIB


def test_other_bytes_than_the_digest_says(tmp_path: Path, way: str) -> None:
    path = tmp_path / "source"
    path.write_bytes(b"x" * 100)
    with pytest.raises(SourceError) as caught:
        _copy(FileRange(path, 0, 100), tmp_path / "out", sha256=hashlib.sha256(b"y" * 100).hexdigest())
    assert str(caught.value.findings[0].place) == str(path)


@pytest.mark.parametrize(("failing", "expected"), [("source", SourceError), ("target", OSError)])
def test_whose_fault_a_failed_copy_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, expected: type[Exception]
) -> None:
    path = tmp_path / "source"
    path.write_bytes(bytes(100))

    def fail(*_arguments: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "copy_file_range", fail)
    if failing == "source":
        monkeypatch.setattr(os, "preadv", fail)
    with pytest.raises(expected) as caught:
        _copy(FileRange(path, 0, 100), tmp_path / "out")
    if isinstance(caught.value, SourceError):
        assert str(caught.value.findings[0].place) == str(path)
