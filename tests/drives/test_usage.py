"""Whoever uses a drive is found, through however many devices: a loop device over it claims nothing."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.drives.test_linux import Machine, machine
from tests.drives.test_loop_file import SIZE, attached, image
from tests.support.cli import run
from usbkit.core.errors import RefusedError
from usbkit.drives.linux import identify, look_at
from usbkit.drives.opening import open_drive
from usbkit.drives.safety import Wish, judge
from usbkit.drives.usage import find_usage, loop_backing

__all__ = ["image", "machine"]


def rule_of(node: Path) -> str:
    return judge(look_at(node), Wish(confirmed=frozenset((str(node),)))).rule.id


def attach(machine: Machine, loop: str, number: str, to: Path) -> Path:
    """A loop device of the machine over ``to``."""
    node = machine.disk(loop, number, "virtual")
    folder = (machine.system.sys / "block" / loop).resolve() / "loop"
    folder.mkdir()
    (folder / "backing_file").write_text(f"{to}\n")
    return node


@contextmanager
def mounted(node: Path, place: Path) -> Iterator[None]:
    run("mkfs.ext4", "-q", node)
    place.mkdir()
    run("mount", node, place)
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


@pytest.mark.needs("loop")
def test_a_drive_whose_range_is_mounted_through_a_loop_device(image: Path, tmp_path: Path) -> None:
    with attached(image) as drive, attached(drive, "--offset", str(2**20)) as part:
        assert (rule_of(drive), rule_of(part)) == ("held", "held")
        with mounted(part, tmp_path / "mnt"):
            facts = look_at(drive)
            assert (facts.mounted_at, facts.holders) == ((str(tmp_path / "mnt"),), (part.name,))
            assert rule_of(drive) == "mounted"
        with attached(part) as third:
            assert find_usage(drive.stat()).holders == (part.name, third.name)


@pytest.mark.needs("loop")
def test_a_loop_device_over_another_node_of_the_drive(image: Path, tmp_path: Path) -> None:
    """Known by the device's number: the name says nothing, and is gone afterwards."""
    with attached(image) as drive:
        other = tmp_path / "other-node"
        os.mknod(other, 0o600 | 0o060000, drive.stat().st_rdev)
        with attached(other) as loop:
            assert find_usage(drive.stat()).holders == (loop.name,)
            other.unlink()
            assert find_usage(drive.stat()).holders == (loop.name,)
            assert find_usage(loop.stat()).holders == (drive.name,)


@pytest.mark.needs("loop")
def test_a_drive_that_came_into_use_after_it_was_judged_is_not_opened(image: Path) -> None:
    with attached(image) as drive:
        identity = identify(drive)
        with attached(drive) as user, pytest.raises(RefusedError, match=user.name), open_drive(identity, 512):
            pass
        with open_drive(identity, 512):
            pass
    file = identify(image)
    with attached(image) as user, pytest.raises(RefusedError, match=user.name), open_drive(file, 512):
        pass
    assert image.read_bytes() == bytes(SIZE)


@pytest.mark.parametrize("over", ["sdb", "sdb1", "another node of sdb1", "dm-0"])
def test_a_stick_under_a_loop_device(machine: Machine, over: str, tmp_path: Path) -> None:
    node = machine.disk("sdb", "8:16", machine.usb("1-1"))
    machine.partition("sdb", "sdb1", "8:17")
    machine.disk("sdc", "8:32", machine.usb("1-2"))
    machine.disk("dm-0", "253:0", "virtual")
    holders = (machine.system.sys / "dev" / "block" / "8:17").resolve() / "holders"
    if over == "dm-0":
        (holders / "dm-0").symlink_to((machine.system.sys / "block" / "dm-0").resolve())
    under = machine.system.dev / over.rpartition(" ")[2]
    if over.startswith("another"):
        machine.nodes[tmp_path / "x"] = machine.nodes[under]
        under = tmp_path / "x"
    attach(machine, "loop7", "7:7", under)
    attach(machine, "loop8", "7:8", machine.system.dev / "sdc")
    facts = look_at(node, machine.system)
    assert facts.holders == (("dm-0", "loop7") if over == "dm-0" else ("loop7",))
    machine.partition("loop7", "loop7p1", "259:3")
    machine.mounts("30 22 259:3 / /media/theirs rw - ext4 /dev/loop7p1 rw")
    facts = look_at(node, machine.system)
    assert facts.mounted_at == ("/media/theirs",)
    assert judge(facts, Wish()).rule.id == "mounted"


def test_a_stick_beside_loop_devices_over_other_things(machine: Machine, tmp_path: Path) -> None:
    node = machine.disk("sdb", "8:16", machine.usb("1-1"))
    (tmp_path / "x.img").write_bytes(bytes(4096))
    attach(machine, "loop1", "7:1", tmp_path / "x.img")
    attach(machine, "loop2", "7:2", tmp_path / "gone.img")
    machine.disk("loop3", "7:3", "virtual", size=0)
    assert find_usage(node.stat(), machine.system).users == ()
    assert loop_backing(node, machine.system) is None


def test_a_file_system_that_mounts_under_a_number_of_its_own_is_known_by_its_source(machine: Machine) -> None:
    node = machine.disk("sdb", "1:3", machine.usb("1-1"))
    sources = ("/dev/null", "/dev/usbkit-nowhere", "none", "/dev/sdb")
    machine.nodes[Path("/dev/sdb")] = machine.nodes[node]
    machine.mounts(*(f"3{n} 22 0:4{n} / /media/{n} rw - btrfs {name} rw" for n, name in enumerate(sources)))
    facts = look_at(node, machine.system)
    assert facts.mounted_at == ("/media/3",), "/dev/null has the drive's number, and is no drive"


def test_a_swap_file_that_is_gone_is_no_other_file(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "x.img"
    file.write_bytes(bytes(4096))
    (machine.system.proc / "swaps").write_text(f"Filename Type\n{tmp_path}/gone file 1 0 -2\n")
    assert not find_usage(file.stat(), machine.system).swap


def test_a_chain_of_devices_that_leads_back_ends(machine: Machine) -> None:
    node = attach(machine, "loop1", "7:1", machine.system.dev / "loop2")
    attach(machine, "loop2", "7:2", node)
    assert set(find_usage(node.stat(), machine.system).holders) == {"loop1", "loop2"}


@pytest.mark.needs("loop")
def test_a_mark_of_raid_that_nothing_uses_is_refused_until_wipefs_takes_it_away(image: Path) -> None:
    superblock = bytearray(256)
    struct.pack_into("<II", superblock, 0, 0xA92B4EFC, 1)
    struct.pack_into("<Q", superblock, 144, 8)  # its own place, in sectors: version 1.2
    data = bytearray(image.read_bytes())
    data[4096 : 4096 + len(superblock)] = superblock
    image.write_bytes(data)
    with attached(image) as node:
        assert find_usage(node.stat()).users == ()
        decision = judge(look_at(node), Wish(confirmed=frozenset((str(node),))))
        assert (decision.rule.id, decision.may_write) == ("member", False)
        assert "wipefs --all" in str(decision.finding().todo)
        run("wipefs", "--all", node)
        assert rule_of(node) in ("loop-or-file", "full-image")
