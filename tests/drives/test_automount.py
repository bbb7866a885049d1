"""The udev rule against automounting: present while we write, removed afterwards, absent without udev."""

from __future__ import annotations

from pathlib import Path

import pytest

from usbkit.drives.automount import automount_held_off
from usbkit.drives.device import DriveKind, Identity

STICK = Identity(Path("/dev/sdb"), DriveKind.DISK, 10**9, port="1-2.3")
LOOP = Identity(Path("/dev/loop0"), DriveKind.LOOP, 10**9)


def rules(run: Path) -> list[Path]:
    return list(run.glob("rules.d/*"))


def test_the_rule_stands_while_we_write_and_no_longer(tmp_path: Path) -> None:
    (tmp_path / "control").touch()
    with automount_held_off([STICK, LOOP], tmp_path):
        (rule,) = rules(tmp_path)
        text = rule.read_text()
        assert 'KERNELS=="1-2.3"' in text and 'ENV{UDISKS_AUTO}="0"' in text
        assert "loop0" not in text
    assert rules(tmp_path) == []


def test_it_goes_also_when_we_break_off(tmp_path: Path) -> None:
    (tmp_path / "control").touch()
    with pytest.raises(KeyboardInterrupt), automount_held_off([STICK], tmp_path):
        raise KeyboardInterrupt
    assert rules(tmp_path) == []


def test_nothing_where_no_udev_runs_or_no_stick_is_written(tmp_path: Path) -> None:
    with automount_held_off([STICK], tmp_path):
        assert rules(tmp_path) == []
    (tmp_path / "control").touch()
    with automount_held_off([LOOP], tmp_path):
        assert rules(tmp_path) == []
