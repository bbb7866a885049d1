"""Digests of source files: whole or an error."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from usbkit.core.cache import FileIdentity
from usbkit.core.errors import InputError
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
