"""The second check by wipefs: used if it names more; its silence proves nothing."""

from __future__ import annotations

import functools
import os
from pathlib import Path

import pytest

from tests.drives.layouts import BLANK, FOREIGN, partition_free, put
from usbkit.disk.reader import Run
from usbkit.drives.device import OURS
from usbkit.drives.second_opinion import heed_second_opinion, name_signatures
from usbkit.drives.signatures import DriveContent, judge_content

SIZE = 8 * 2**20


def ask(disk: Path, content: DriveContent | None = None, probe: object = None) -> str | None:
    with disk.open("rb") as file:
        read_at = functools.partial(_read_at, file.fileno())
        size = disk.stat().st_size
        content = content or judge_content(read_at, size)
        return heed_second_opinion(disk, read_at, size, content, probe).name  # type: ignore[arg-type]


def _read_at(fd: int, offset: int, length: int) -> bytes:
    return os.pread(fd, length, offset)


@pytest.mark.needs("partition-tools")
@pytest.mark.parametrize("layout", [name for name in FOREIGN if "ext4" in name and "4096" not in name])
def test_a_signature_that_we_overlook_makes_a_drive_foreign(tmp_path: Path, layout: str) -> None:
    disk = tmp_path / "disk"
    FOREIGN[layout](disk)
    with disk.open("rb") as file:
        found = judge_content(functools.partial(_read_at, file.fileno()), disk.stat().st_size)
    assert ask(disk, DriveContent(None, found.ranges, {})) not in (None, OURS)
    assert ask(disk, DriveContent(OURS, found.ranges, {})) not in (None, OURS)


@pytest.mark.needs("partition-tools")
def test_a_range_is_asked_about_at_both_its_ends(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    partition_free(disk, 4 * SIZE)
    put(disk, 3 * SIZE - 65536, b"\xfc\x4e\x2b\xa9" + bytes((0, 0, 0, 0, 90, 0, 0, 0)))
    content = DriveContent(None, (Run(SIZE, 2 * SIZE),), {})
    assert ask(disk, content) == "linux_raid_member"
    assert ask(disk, DriveContent(None, (Run(SIZE, 2 * SIZE - 512),), {})) is None


@pytest.mark.needs("partition-tools", "fat-tools", "exfat-tools")
def test_what_we_judged_empty_may_be_named(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    BLANK["macos: gpt, efi and exfat"](disk)
    assert set(name_signatures(disk) or ()) == {"gpt", "PMBR"}
    assert ask(disk) is None


def test_silence_proves_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    partition_free(disk, SIZE)
    assert ask(disk, DriveContent("ext4", (), {}), lambda path: []) == "ext4"
    assert ask(disk, DriveContent(None, (), {}), lambda path: None) is None


def test_only_what_we_would_write_over_is_asked_about(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    partition_free(disk, SIZE)
    asked = list[Path]()
    ask(disk, DriveContent("ext4", (Run(0, SIZE), Run(512, 512)), {}), asked.append)
    assert not asked
    ask(disk, DriveContent(None, (Run(0, SIZE), Run(512, 512)), {}), asked.append)
    assert asked[0] == disk
    assert len(asked) == 2 and not asked[1].exists()


def test_a_program_that_fails_has_no_answer(tmp_path: Path) -> None:
    assert name_signatures(tmp_path / "nothing") is None
