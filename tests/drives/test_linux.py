"""Facts from a synthetic sysfs: sticks, disks, a stick that is also a keyboard, mounts, swap, holders."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cli import run
from tests.support.loop import loop_device
from usbkit.core.errors import DeviceError
from usbkit.drives import usage
from usbkit.drives.device import DriveKind
from usbkit.drives.linux import identify, list_drives, look_at, ports_of
from usbkit.drives.safety import Wish, judge
from usbkit.drives.sysfs import System
from usbkit.drives.target import DriveIOError, Failure, io_failed


@dataclass(frozen=True)
class Node:
    """What ``stat`` says of a block device, without one."""

    st_rdev: int
    st_mode: int = stat.S_IFBLK | 0o660
    st_ino: int = 1
    st_size: int = 0
    st_dev: int = 5


class Machine:
    """A sysfs and proc in a folder, filled like Linux 6.1 fills its own."""

    def __init__(self, top: Path) -> None:
        self.system = System(top / "sys", top / "proc", top / "dev")
        self.nodes: dict[Path, Node] = {}
        for folder in ("sys/block", "sys/dev/block", "proc/self", "dev"):
            (top / folder).mkdir(parents=True)
        self.mounts()
        (self.system.proc / "swaps").write_text("Filename Type Size Used Priority\n")

    def mounts(self, *lines: str) -> None:
        root = "22 1 254:0 / / rw - ext4 /dev/vda rw"
        (self.system.proc / "self" / "mountinfo").write_text("\n".join((root, *lines)) + "\n")

    def disk(self, name: str, number: str, parent: str, **attributes: object) -> Path:
        folder = self.system.sys / "devices" / parent / "block" / name
        values = {"dev": number, "size": 31_250_000, "removable": 1, "ro": 0, "diskseq": 12} | attributes
        _write(folder, {k: str(v) for k, v in values.items()})
        _write(folder / "queue", {"logical_block_size": "512"})
        (folder / "holders").mkdir()
        (self.system.sys / "block" / name).symlink_to(folder)
        return self._node(folder, name, number)

    def partition(self, disk: str, name: str, number: str) -> Path:
        folder = (self.system.sys / "block" / disk).resolve() / name
        _write(folder, {"partition": "1", "dev": number, "size": "1000"})
        (folder / "holders").mkdir()
        return self._node(folder, name, number)

    def usb(self, port: str, *classes: str, **attributes: str) -> str:
        parent = f"pci0000:00/usb1/{port}"
        folder = self.system.sys / "devices" / parent
        _write(folder, {"idVendor": "0781", "speed": "5000"} | attributes)
        for index, code in enumerate(("08", *classes)):
            _write(folder / f"{port}:1.{index}", {"bInterfaceClass": code})
        return f"{parent}/{port}:1.0/host6/target6:0:0/6:0:0:0"

    def _node(self, folder: Path, name: str, number: str) -> Path:
        (self.system.sys / "dev" / "block" / number).symlink_to(folder)
        node = self.system.dev / name
        node.write_bytes(b"")
        major, minor = map(int, number.split(":"))
        self.nodes[node] = Node(os.makedev(major, minor))
        return node


def _write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text + "\n")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    real: Callable[..., os.stat_result] = Path.stat

    def pretend(path: Path, **named: bool) -> object:
        return made.nodes.get(path) or real(path, **named)

    monkeypatch.setattr(Path, "stat", pretend)
    return made


@pytest.mark.needs("loop")
@pytest.mark.parametrize("way", ["hard link", "bind mount"])
def test_an_image_that_is_attached_under_another_name(tmp_path: Path, way: str) -> None:
    image, other = tmp_path / "a.img", tmp_path / "b.img"
    with loop_device(image, 8 * 2**20):
        if way == "hard link":
            other.hardlink_to(image)
        else:
            other.touch()
            run("mount", "--bind", image, other)
        try:
            facts = look_at(other)
            assert facts.holders
            assert judge(facts, Wish()).rule.id == "held"
        finally:
            if way == "bind mount":
                run("umount", other)


def test_a_full_disk_of_this_computer_is_not_the_drive_s_fault() -> None:
    full = OSError(errno.ENOSPC, "full")
    for kind in (DriveKind.FILE, DriveKind.LOOP):
        problem = io_failed(Path("x.img"), Failure.WRITE_ERROR, 7, full, kind)
        assert not isinstance(problem, DriveIOError)
        assert problem.findings[0].id == "disk-full"
    assert isinstance(io_failed(Path("/dev/sdb"), Failure.WRITE_ERROR, 7, full), DriveIOError)


def test_a_stick(machine: Machine) -> None:
    parent = machine.usb("1-2.3", manufacturer="Maker", product="Stick  ", serial="0000001")
    node = machine.disk("sdb", "8:16", parent)
    facts = look_at(node, machine.system)
    identity = facts.identity
    assert (identity.kind, identity.size, identity.diskseq) == (DriveKind.DISK, 16 * 10**9, 12)
    assert (identity.port, identity.vendor, identity.model, identity.serial) == ("1-2.3", "Maker", "Stick", "0000001")
    assert facts.is_usb and facts.is_removable and not facts.is_read_only
    assert facts.speed_mbps == 5000
    assert facts.other_interfaces == ()
    assert not facts.holds_system


@pytest.mark.parametrize(
    ("speed", "version", "has_peer", "held_back"),
    [
        ("5000", "3.20", True, False),
        ("480", "2.10", False, True),  # USB 3 in a USB 2 port
        ("480", "2.10", True, False),  # the port could: it is the stick
        ("480", "2.00", False, False),
        ("12", "2.00", True, True),
        ("12", "1.10", False, False),
        ("1.5", "1.10", False, False),
        ("unknown", "2.00", False, False),
    ],
)
def test_a_stick_in_a_port_that_holds_it_back(
    machine: Machine, speed: str, version: str, has_peer: bool, held_back: bool
) -> None:
    node = machine.disk("sdb", "8:16", machine.usb("1-2", speed=speed, version=f" {version}"))
    if has_peer:
        (machine.system.sys / "devices/pci0000:00/usb1/1-2/port/peer").mkdir(parents=True)
    facts = look_at(node, machine.system)
    assert facts.is_held_back is held_back
    assert facts.speed_mbps == (None if speed == "unknown" else int(float(speed)))


@pytest.mark.parametrize(
    ("peer", "other"), [("usb1/1-0:1.0/usb1-port2", "1-2"), ("usb1/1-4/1-4:1.0/1-4-port3", "1-4.3")]
)
def test_a_usb_3_socket_has_two_ports(machine: Machine, peer: str, other: str) -> None:
    node = machine.disk("sdb", "8:16", machine.usb("2-2"))
    assert ports_of(node, machine.system) == ("2-2",)
    there = machine.system.sys / "devices" / peer
    there.mkdir(parents=True)
    port = machine.system.sys / "devices/pci0000:00/usb1/2-2/port"
    port.mkdir()
    (port / "peer").symlink_to(there)
    assert ports_of(node, machine.system) == ("2-2", other)
    inside = machine.disk("sda", "8:0", "pci0000:00/ata1/0:0:0:0")
    assert ports_of(inside, machine.system) == ()


def test_a_stick_without_names(machine: Machine) -> None:
    identity = identify(machine.disk("sdb", "8:16", machine.usb("2-1")), machine.system)
    assert (identity.vendor, identity.model, identity.serial, identity.port) == (None, None, None, "2-1")
    assert identity.name == "disk"


def test_a_stick_that_is_also_a_keyboard(machine: Machine) -> None:
    facts = look_at(machine.disk("sdb", "8:16", machine.usb("1-1", "03", "ff")), machine.system)
    assert facts.other_interfaces == ("keyboard or mouse", "class ff")


def test_a_hard_disk_is_not_usb(machine: Machine) -> None:
    node = machine.disk("sda", "8:0", "pci0000:00/ata1/host0/target0:0:0/0:0:0:0", removable=0)
    _write((machine.system.sys / "block" / "sda").resolve() / "device", {"vendor": "ATA", "model": "DISK"})
    facts = look_at(node, machine.system)
    assert not facts.is_usb and not facts.is_removable
    assert (facts.identity.vendor, facts.identity.model, facts.identity.port) == ("ATA", "DISK", None)


def test_mounted_itself_or_by_a_partition(machine: Machine) -> None:
    node = machine.disk("sdb", "8:16", machine.usb("1-1"))
    machine.partition("sdb", "sdb1", "8:17")
    assert look_at(node, machine.system).mounted_at == ()
    machine.mounts(r"30 22 8:17 / /media/A\040B rw - vfat /dev/sdb1 rw")
    assert look_at(node, machine.system).mounted_at == ("/media/A B",)
    assert not look_at(node, machine.system).holds_system


def test_the_system_s_disk_through_a_volume_on_its_partition(machine: Machine) -> None:
    node = machine.disk("sda", "8:0", "pci0000:00/ata1/0:0:0:0", removable=0)
    part = machine.partition("sda", "sda2", "8:2")
    volume = machine.disk("dm-0", "253:0", "virtual")
    holders = (machine.system.sys / "dev" / "block" / "8:2").resolve() / "holders"
    (holders / "dm-0").symlink_to((machine.system.sys / "block" / "dm-0").resolve())
    machine.mounts("23 22 253:0 / /home rw - ext4 /dev/mapper/home rw")
    facts = look_at(node, machine.system)
    assert facts.holders == ("dm-0",)
    assert facts.mounted_at == ("/home",)
    assert facts.holds_system
    assert part != volume


def test_read_only_and_4096_byte_sectors(machine: Machine) -> None:
    node = machine.disk("sdb", "8:16", machine.usb("1-1"), ro=1)
    _write((machine.system.sys / "block" / "sdb").resolve() / "queue", {"logical_block_size": "4096"})
    facts = look_at(node, machine.system)
    assert facts.is_read_only
    assert facts.sector_size == 4096


def test_swap(machine: Machine) -> None:
    node = machine.disk("sdb", "8:16", machine.usb("1-1"))
    machine.nodes[Path("/dev/sdb")] = machine.nodes[node]
    (machine.system.proc / "swaps").write_text("Filename Type Size Used Priority\n/dev/sdb partition 1 0 -2\n")
    assert look_at(node, machine.system).swap


#: What ends a line, or is a space, to Python and not to the kernel; and bytes that are no UTF-8.
ODD = ["a\u2028b", "a\u0085b", "a\x0b\x1cb", "a\u00a0b", "a\u3000", os.fsdecode(b"a\xff\xfeb"), "\ud55c\uae00"]


@pytest.mark.parametrize("name", ODD)
def test_a_mount_of_any_name_is_seen(machine: Machine, name: str) -> None:
    node = machine.disk("sdb", "8:16", machine.usb("1-1"))
    root = "22 1 254:0 / / rw - ext4 /dev/vda rw"
    lines = (
        f"{root}\n31 22 0:40 / /media/{name} rw - tmpfs none rw\n30 22 8:16 / /media/2{name} rw - vfat /dev/sdb rw\n"
    )
    (machine.system.proc / "self" / "mountinfo").write_bytes(os.fsencode(lines))
    assert look_at(node, machine.system).mounted_at == (f"/media/2{name}",)


@pytest.mark.parametrize("name", [*ODD, "a b\tc"])
def test_an_image_file_of_any_name_is_seen_in_use(tmp_path: Path, name: str) -> None:
    file, machine = tmp_path / name, Machine(tmp_path / "machine")
    file.write_bytes(bytes(4096))
    escaped = os.fsencode(file).replace(b" ", rb"\040").replace(b"\t", rb"\011")
    (machine.system.proc / "swaps").write_bytes(b"Filename Type Size\n" + escaped + b"    \tfile\t1\t0\t-2\n")
    assert look_at(file, machine.system).swap
    (machine.system.proc / "swaps").write_bytes(b"Filename Type Size\n")
    machine.disk("loop3", "7:3", "virtual")
    loop = (machine.system.sys / "block" / "loop3").resolve() / "loop"
    loop.mkdir()
    (loop / "backing_file").write_bytes(os.fsencode(file) + b"\n")
    facts = look_at(file, machine.system)
    assert (facts.swap, facts.holders) == (False, ("loop3",))


def test_a_partition_is_no_drive(machine: Machine) -> None:
    machine.disk("sdb", "8:16", machine.usb("1-1"))
    with pytest.raises(DeviceError) as refused:
        identify(machine.partition("sdb", "sdb1", "8:17"), machine.system)
    assert "partition" in str(refused.value)
    assert "sdb" in str(refused.value.findings[0].todo)


def test_an_empty_card_reader(machine: Machine) -> None:
    with pytest.raises(DeviceError, match="nothing in this drive"):
        identify(machine.disk("sdb", "8:16", machine.usb("1-1"), size=0), machine.system)
    assert list_drives(machine.system) == []


def test_drives_are_listed_in_the_order_people_count(machine: Machine) -> None:
    for index, name in enumerate(("sdb", "loop10", "loop2")):
        machine.disk(name, f"8:{index * 16}", "virtual")
    assert [p.name for p in list_drives(machine.system)] == ["loop2", "loop10", "sdb"]


def test_what_is_not_there_or_no_drive(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path, Path(os.devnull)):
        with pytest.raises(DeviceError) as refused:
            identify(path)
        assert str(path) in str(refused.value)


def test_an_image_file_that_a_loop_device_uses(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "x.img"
    file.write_bytes(bytes(4096))
    block = machine.disk("loop3", "7:3", "virtual")
    _write((machine.system.sys / "block" / "loop3").resolve() / "loop", {"backing_file": str(file), "dio": "0"})
    assert look_at(file, machine.system).holders == ("loop3",)
    backing = usage.loop_backing(block, machine.system)
    assert backing is not None and backing.path == file and not backing.is_direct
    _write((machine.system.sys / "block" / "loop3").resolve() / "loop", {"dio": "1"})
    backing = usage.loop_backing(block, machine.system)
    assert backing is not None and backing.is_direct
