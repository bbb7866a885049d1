"""Digests of source files: whole or an error."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from pathlib import Path

import pytest

from usbkit.core.cache import FileIdentity
from usbkit.core.errors import InputError
from usbkit.sources import digesting
from usbkit.sources.digesting import digest_file


@pytest.mark.parametrize("from_disk", [False, True])
def test_every_byte_is_digested_and_counted(tmp_path: Path, from_disk: bool) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(os.urandom(3_000_001))
    steps: list[int] = []
    digest = digest_file(FileIdentity.of(path), steps.append, from_disk=from_disk)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert sum(steps) == 3_000_001


def test_a_file_that_changes_meanwhile_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(bytes(2_000_000))
    with pytest.raises(InputError) as caught:
        digest_file(FileIdentity.of(path), lambda _amount: path.touch())
    assert caught.value.findings[0].id == "file-changing"


def test_a_file_that_ends_before_its_size_is_an_error(tmp_path: Path) -> None:
    """A worn server says so many bytes and gives fewer; what the kernel makes up shows it the other way round."""
    path = Path("/proc/self/limits")
    with pytest.raises(InputError) as caught:
        digest_file(FileIdentity.of(path), lambda _amount: None)
    assert caught.value.findings[0].id == "file-changing"


class Worn(io.FileIO):
    """A file on a mount that answers so far, and then with an error or with nothing."""

    def __init__(self, path: Path, so_far: int, number: int | None) -> None:
        super().__init__(path)
        self._left, self._number = so_far, number

    def read(self, size: int | None = -1, /) -> bytes:
        if self._left <= 0 and self._number is not None:
            raise OSError(self._number, os.strerror(self._number))
        some = super().read(min(self._left, 2**30 if size is None or size < 0 else size))
        self._left -= len(some)
        return some


@pytest.mark.parametrize("so_far", [0, 1, 1_048_576, 1_999_999])
@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EACCES, errno.ENXIO, None])
def test_a_worn_mount_gives_no_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, so_far: int, number: int | None
) -> None:
    """Neither of what came until then, nor of what nobody gave."""
    path = tmp_path / "video.mp4"
    path.write_bytes(bytes(2_000_000))
    identity = FileIdentity.of(path)
    monkeypatch.setattr(digesting, "open_file", lambda path: Worn(path, so_far, number))
    with pytest.raises((OSError, InputError)) as caught:
        digest_file(identity, lambda _amount: None)
    if isinstance(caught.value, InputError):
        assert number is None and caught.value.findings[0].id == "file-changing"
    else:
        assert isinstance(caught.value, OSError) and caught.value.errno == number


def test_what_never_ends_or_never_comes_is_not_digested(tmp_path: Path) -> None:
    """A library may hold a link to a device, or a pipe, where a video was."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        with pytest.raises(OSError, match="no file"):
            digest_file(FileIdentity.of(tmp_path / name), lambda count: None)


def test_a_file_that_grows_is_read_no_further_than_shows_it(tmp_path: Path) -> None:
    path, read = tmp_path / "file", list[int]()
    path.write_bytes(b"x" * 1000)
    identity = FileIdentity.of(path)
    with path.open("ab") as file:
        file.truncate(64 * 2**20)
    with pytest.raises(InputError):
        digest_file(identity, read.append)
    assert sum(read) <= 2**20
