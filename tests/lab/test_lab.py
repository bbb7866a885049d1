"""The laboratory itself: its sticks are real to the guest, and its faults are as described."""

from __future__ import annotations

import time

import pytest

from tests.lab.faults import MIB, Beyond, Fault, Span
from tests.lab.gadget import Gadget
from tests.lab.laboratory import Laboratory
from tests.lab.stick import Stick


def _properties(lab: Laboratory, stick: Stick) -> dict[str, str]:
    shown = lab.guest.shell(f"udevadm info --query=property --name={stick.node}")
    return dict(line.split("=", 1) for line in shown.splitlines())


def _write(lab: Laboratory, stick: Stick | Gadget, offset: int, letter: str, blocks: int = 1) -> int:
    """Write ``blocks`` of 4096 times ``letter`` past the guest's caches; the exit code of the writer."""
    script = f"head -c {4096 * blocks} /dev/zero | tr '\\0' {letter} | dd of={stick.node} iflag=fullblock "
    script += f"bs=4096 seek={offset // 4096} oflag=direct conv=notrunc status=none"
    return lab.guest.run("sh", "-c", script).code


def _read(lab: Laboratory, stick: Stick, offset: int) -> str:
    """The first byte at ``offset``, read past the guest's caches; empty where that fails."""
    script = f"dd if={stick.node} bs=4096 skip={offset // 4096} count=1 iflag=direct status=none | head -c 1"
    return lab.guest.run("sh", "-c", script).out


def test_udev_sees_a_stick_with_port_serial_and_maker(lab: Laboratory) -> None:
    stick = lab.plug("1.3", "2GB", serial="XY-17", inquiry=("ACME", "Stick 3000"))
    found = _properties(lab, stick)
    assert found["ID_BUS"] == "usb"
    assert found["ID_SERIAL_SHORT"] == "XY-17"
    assert found["ID_PATH"].endswith("usb-0:1.3:1.0-scsi-0:0:0:0")
    assert (found["ID_VENDOR"], found["ID_MODEL"]) == ("ACME", "Stick_3000")
    assert stick.usb_port == "1-1.3"
    assert lab.guest.shell(
        f"blockdev --getsize64 {stick.node}; cat /sys/block/{stick.node.name}/removable"
    ).split() == [
        str(2 * 10**9),
        "1",
    ]


@pytest.mark.long
def test_what_the_guest_writes_stands_in_the_backing_file(lab: Laboratory) -> None:
    stick = lab.plug("1.1")
    assert _write(lab, stick, 8192, "x") == 0
    assert stick.image.read_bytes()[8190:8194] == b"\0\0xx"


def test_a_pulled_stick_comes_back_in_another_port_with_what_it_holds(lab: Laboratory) -> None:
    stick = lab.plug("1.1")
    _write(lab, stick, 0, "x")
    node = stick.node
    stick.pull()
    assert lab.guest.run("test", "-e", node).code == 1
    stick.plug("2.4")
    assert stick.usb_port == "1-2.4"
    assert _read(lab, stick, 0) == "x"


@pytest.mark.long
def test_two_sticks_may_have_one_serial(lab: Laboratory) -> None:
    first, second = lab.plug("1.1", serial="SAME"), lab.plug("1.2", serial="SAME")
    assert first.node != second.node
    assert {_properties(lab, s)["ID_SERIAL_SHORT"] for s in (first, second)} == {"SAME"}


@pytest.mark.long
def test_a_read_only_stick_cannot_be_written(lab: Laboratory) -> None:
    stick = lab.plug("5", read_only=True)
    before = stick.digest()
    assert _write(lab, stick, 0, "x") != 0
    assert stick.digest() == before


@pytest.mark.long
def test_bad_sectors_fail_where_they_are_and_nowhere_else(lab: Laboratory) -> None:
    bad = Span(8 * MIB, 8 * MIB + 4096)
    stick = lab.plug("5", fault=Fault(bad_writes=bad))
    assert [_write(lab, stick, at, "x") for at in (bad.start - 4096, bad.start, bad.end)] == [0, 1, 0]
    stick.change(Fault(bad_reads=bad))
    assert [_read(lab, stick, at) for at in (bad.start - 4096, bad.start, bad.end)] == ["x", "", "x"]


@pytest.mark.long
@pytest.mark.parametrize(("beyond", "read"), [(Beyond.WRAP, "y"), (Beyond.ZEROS, "x")])
def test_a_false_capacity_is_not_noticed_while_writing(lab: Laboratory, beyond: Beyond, read: str) -> None:
    stick = lab.plug("5", "1GB", fault=Fault(true_size=32 * MIB, beyond=beyond))
    start = 4096 * 10
    assert _write(lab, stick, start, "x") == 0
    assert _write(lab, stick, start + 32 * MIB, "y") == 0
    assert _read(lab, stick, start) == read
    assert stick.image.stat().st_size <= 32 * MIB


@pytest.mark.long
def test_a_flipped_byte_is_flipped_once(lab: Laboratory) -> None:
    stick = lab.plug("5", fault=Fault(flip=4096))
    assert _write(lab, stick, 0, "x", blocks=3) == 0
    assert [_read(lab, stick, at) for at in (0, 4096, 8192)] == ["x", "y", "x"]


@pytest.mark.long
def test_a_slow_stick_is_slow_and_a_stall_holds_up(lab: Laboratory) -> None:
    stick = lab.plug("5", fault=Fault())
    stick.change(Fault(bytes_per_second=50_000))
    began = time.monotonic()
    _write(lab, stick, 0, "x", blocks=50)
    assert time.monotonic() - began > 4
    stick.change(Fault(stall=Span(0, 4096), stall_seconds=3))
    began = time.monotonic()
    _write(lab, stick, 0, "x")
    assert time.monotonic() - began > 3


def test_sticks_and_state_outlive_a_power_cut_and_memory_does_not(lab: Laboratory) -> None:
    stick = lab.plug("1.2")
    _write(lab, stick, 0, "x")
    lab.guest.shell("echo kept > /state/kept; sync; echo lost > /tmp/lost")
    lab.power_cut()
    lab.boot()
    assert _read(lab, stick, 0) == "x"
    assert lab.guest.shell("cat /state/kept; ls /tmp/lost || true") == "kept\n"


@pytest.mark.long
def test_a_device_may_have_no_serial_or_one_that_no_shell_should_see(lab: Laboratory) -> None:
    odd = "A/1 %n;$(x) <b>é\"'"
    gadgets = [lab.plug_gadget(serial=None), lab.plug_gadget(serial=odd)]
    files = [f"/sys/bus/usb/devices/{g.usb_port}/serial" for g in gadgets]
    assert lab.guest.run("cat", files[0]).out.strip() == ""
    assert lab.guest.run("cat", files[1]).out == odd + "\n"


def test_a_stick_may_also_be_a_keyboard(lab: Laboratory) -> None:
    gadget = lab.plug_gadget(keyboard=True)
    assert _write(lab, gadget, 0, "x") == 0
    classes = lab.guest.shell(f"cat /sys/bus/usb/devices/{gadget.usb_port}:1.*/bInterfaceClass")
    assert classes.split() == ["08", "03"]
    assert "-event-kbd" in lab.guest.shell("ls /dev/input/by-path")
