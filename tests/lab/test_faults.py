"""Sticks that are worn, lie, hang, are unplugged or lose power: reported, and never taken for whole."""

from __future__ import annotations

import time

import pytest

from tests.lab.faults import MIB, Beyond, Fault, Span
from tests.lab.guest import Job
from tests.lab.laboratory import Laboratory
from tests.lab.stick import Stick
from tests.lab.writing import BUNDLE, SIZE, check_in_guest, has_partition, place_of_largest_video, records, write

PHASES = ("wipe", "probe", "data", "metadata", "read-back", "finish")


def test_each_of_six_sticks_gets_the_answer_that_fits_it(lab: Laboratory, demo: None) -> None:
    good = lab.plug("1.1", SIZE, serial="GOOD")
    path, place = place_of_largest_video(lab.share / "demo/guatemala", good.make.size)
    sector = Span(place + 4096, place + 8192)
    worn = lab.plug("1.2", SIZE, serial="WORN", fault=Fault(bad_writes=sector))
    forgetful = lab.plug("1.3", SIZE, serial="FORGETS", fault=Fault(bad_reads=sector))
    flipping = lab.plug("1.4", SIZE, serial="FLIPS", fault=Fault(flip=place + 5000))
    wrapping = lab.plug("2.1", "16GB", serial="WRAPS", fault=Fault(true_size=64 * MIB))
    losing = lab.plug("2.2", "16GB", serial="LOSES", fault=Fault(true_size=64 * MIB, beyond=Beyond.ZEROS))
    found = records(write(lab, good, worn, forgetful, flipping, wrapping, losing).expect(1))
    outcomes = {
        s.make.serial: found[s.usb_port]["outcome"] for s in (good, worn, forgetful, flipping, wrapping, losing)
    }
    assert outcomes == {
        "GOOD": "whole",
        "WORN": "failed",
        "FORGETS": "damaged",
        "FLIPS": "damaged",
        "WRAPS": "fake",
        "LOSES": "fake",
    }
    assert found[worn.usb_port]["findings"][0]["id"] == "drive-write-error"
    for stick, trouble in ((forgetful, "unreadable"), (flipping, "damaged")):
        named = [(t["path"], t["trouble"]) for t in found[stick.usb_port]["verdict"]["troubles"]]
        assert named == [(path, trouble)]
    assert [found[s.usb_port]["true_size"] for s in (wrapping, losing)] == [64 * MIB, 64 * MIB]
    check_in_guest(lab, good, "vfat")
    assert [has_partition(lab, s) for s in (good, worn, forgetful, flipping)] == [True, False, False, False]


def _begin(lab: Laboratory, stick: Stick, *options: object) -> Job:
    return lab.start_usbkit("--json", "write", "--bundle", BUNDLE, "--drive", stick.node, "--yes", *options)


def _await_phase(job: Job, phase: str) -> None:
    job.await_event(lambda e: e["event"] == "phase" and e["phase"] == phase)


def _slow_through(lab: Laboratory, stick: Stick, phase: str) -> Job:
    """Begin to write ``stick``, at a pace that leaves time in ``phase``; returns when that phase has begun."""
    job = _begin(lab, stick)
    before = PHASES[PHASES.index(phase) - 1] if phase != PHASES[0] else None
    if before is not None:
        _await_phase(job, before)
    stick.change(Fault(bytes_per_second=2_000_000 if before in (None, "wipe", "probe") else 1_000_000))
    _await_phase(job, phase)
    return job


@pytest.mark.long
@pytest.mark.parametrize("phase", PHASES)
def test_pulled_and_plugged_elsewhere_it_goes_on(lab: Laboratory, demo: None, phase: str) -> None:
    stick = lab.plug("5", SIZE, serial="PULLED", fault=Fault(bytes_per_second=2_000_000))
    job = _slow_through(lab, stick, phase)
    stick.pull()
    done = job.wait().expect(3)
    (record,) = records(done).values()
    assert (record["outcome"], record["serial"]) == ("vanished", "PULLED")
    stick.change(Fault())
    stick.plug("6")
    assert not has_partition(lab, stick)
    verdict = lab.usbkit("--json", "verify", stick.node)
    assert verdict.code != 0
    again = records(write(lab, stick, options=("--resume",)).expect(0))[stick.usb_port]
    assert again["outcome"] == "whole"
    assert (again["kept"] > 0) == (phase in ("metadata", "read-back", "finish"))
    check_in_guest(lab, stick, "vfat")


@pytest.mark.long
def test_power_cut_leaves_no_stick_that_seems_finished(lab: Laboratory, demo: None) -> None:
    finished = lab.plug("1.1", SIZE, serial="FINISHED")
    half = lab.plug("5", SIZE, serial="HALF", fault=Fault(bytes_per_second=2_000_000, volatile=True))
    write(lab, finished).expect(0)
    whole = finished.digest()
    _slow_through(lab, half, "read-back")
    lab.power_cut()
    half.change(Fault(volatile=True))
    lab.boot()
    assert [has_partition(lab, s) for s in (finished, half)] == [True, False]
    listed = {d["serial"]: d for d in lab.usbkit("--json", "drives").expect(0).json["drives"]}
    assert {d["content"] for d in listed.values()} == {"usbkit"}
    assert lab.usbkit("verify", half.node).code != 0
    found = records(write(lab, half, options=("--resume",)).expect(0))[half.usb_port]
    assert (found["outcome"], found["kept"] > 0) == ("whole", True)
    check_in_guest(lab, half, "vfat")
    assert finished.digest() == whole


@pytest.mark.long
@pytest.mark.parametrize("seconds", [0.5, 1.5, 2.5, 4, 6])
def test_power_cut_of_a_stick_that_forgets_what_was_not_flushed(lab: Laboratory, demo: None, seconds: float) -> None:
    stick = lab.plug("5", SIZE, fault=Fault(bytes_per_second=5_000_000, volatile=True))
    job = _begin(lab, stick)
    _await_phase(job, "wipe")
    time.sleep(seconds)
    lab.power_cut()
    stick.change(Fault(volatile=True))
    lab.boot()
    if not has_partition(lab, stick):
        write(lab, stick, options=("--resume",)).expect(0)
    check_in_guest(lab, stick, "vfat")
    assert lab.usbkit("--json", "verify", stick.node).expect(0).json["structure"] == "as it says of itself"


@pytest.mark.long
def test_a_whole_drive_is_kept_when_it_is_pulled_at_once(lab: Laboratory, demo: None) -> None:
    stick = lab.plug("5", SIZE, fault=Fault(volatile=True))
    write(lab, stick).expect(0)
    stick.pull()
    stick.plug("6")
    check_in_guest(lab, stick, "vfat")


@pytest.mark.long
def test_a_stick_that_stalls_holds_up_nobody_else(lab: Laboratory, demo: None) -> None:
    good = lab.plug("1.1", SIZE, serial="GOOD")
    _path, place = place_of_largest_video(lab.share / "demo/guatemala", good.make.size)
    # Long enough to be given up on, short enough that the kernel does not reset the stick.
    stall = Fault(stall=Span(place, place + 4096), stall_seconds=25)
    stalling = lab.plug("5", SIZE, serial="STALLS", fault=stall)
    done = write(lab, good, stalling, options=("--give-up", "10")).expect(1)
    found = records(done)
    assert {s.make.serial: found[s.usb_port]["outcome"] for s in (good, stalling)} == {
        "GOOD": "whole",
        "STALLS": "hung",
    }
    check_in_guest(lab, good, "vfat")
    lab.guest.shell("while pgrep -f 'usbkit.*write' >/dev/null; do sleep 0.5; done", seconds=60)
    assert not has_partition(lab, stalling)
    stalling.change(Fault())
    assert records(write(lab, stalling, options=("--resume",)).expect(0))[stalling.usb_port]["outcome"] == "whole"
