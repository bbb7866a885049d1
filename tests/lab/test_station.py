"""The station with sticks that come, go, lie and die; killed and losing power at any moment."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest

from tests.lab.faults import GIB, MB, MIB, Fault, Span
from tests.lab.guest import SHARE, Job
from tests.lab.laboratory import Laboratory
from tests.lab.posts import SETTLED, Post
from tests.lab.stick import Stick
from tests.lab.writing import BUNDLE, SIZE, make_demo, place_of_largest_video, write

pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.timeout(3600)]


def test_an_order_is_filled_from_whatever_is_plugged_in_and_across_a_power_cut(lab: Laboratory) -> None:
    post = Post(lab, "short", 2)
    first = lab.plug("1.1", SIZE, serial="S1")
    post.start()
    post.await_state(first, "whole")
    whole = first.digest()
    # One that is no larger than a floppy disk, one that is somebody's: left alone, while the order waits.
    small = lab.plug("1.2", "8MB", serial="SMALL")
    theirs = lab.stick(SIZE, serial="THEIRS")
    with theirs.image.open("r+b") as file:
        file.write(b"\xeb\x58\x90" + b"somebody's" + bytes(497) + b"\x55\xaa")
    theirs.plug("1.3")
    before = [s.digest() for s in (small, theirs)]
    assert post.await_state(small, *SETTLED)["state"] == "left"
    assert post.await_state(theirs, *SETTLED)["state"] in ("asking", "left")
    second = lab.plug("5", SIZE, serial="S2", fault=Fault(bytes_per_second=2 * MB, volatile=True))
    number = post.await_percent(second, "writing", 30)["number"]
    lab.power_cut()
    second.change(Fault(volatile=True))
    lab.boot()
    job = post.start()
    assert post.await_state(second, "whole")["number"] == number
    job.wait(300).expect(0)
    assert "whole already" in post.await_state(first, "whole")["text"]
    assert first.digest() == whole
    assert [s.digest() for s in (small, theirs)] == before
    post.require_filled([first, second], 2)


@pytest.mark.long
def test_eight_sticks_on_two_hubs_fill_an_order_of_eight(lab: Laboratory) -> None:
    post = Post(lab, "eight", 8)
    ports = [f"{hub}.{port}" for hub in (1, 2) for port in range(1, 5)]
    sticks = [lab.plug(port, SIZE, serial=f"E{number}") for number, port in enumerate(ports)]
    post.start().wait(900).expect(0)
    post.require_filled(sticks, 8)


@pytest.mark.long
def test_a_bundle_that_needs_exfat_is_mounted_as_one(lab: Laboratory, tmp_path: Path) -> None:
    """One video is too large for FAT32: nobody asked for exFAT, and the guest's kernel reads it as that."""
    folder = lab.share / "large"
    make_demo((lab.command, "--cache", tmp_path / "cache"), folder, 4 * GIB + 5 * MIB, noise=2 * MIB)
    shutil.rmtree(folder / "guatemala")
    post = Post(lab, "large", 1, folder=SHARE / "large")
    stick = lab.plug("5", "6GB", serial="LARGE")
    post.start().wait(1500).expect(0)
    post.require_filled([stick], 1, "exfat")
    shutil.rmtree(folder)


@pytest.mark.long
def test_trouble_makers_among_good_sticks(lab: Laboratory) -> None:
    """Six drives through two ports; what is wrong is named, and what is not ours to write is not touched."""
    post = Post(lab, "trouble", 6)
    _path, place = place_of_largest_video(lab.share / BUNDLE.relative_to("/lab"), 128 * 10**6)
    untouchable = _untouchable(lab)
    before = {stick: stick.digest() for stick in untouchable}
    keyboard = lab.plug_gadget(SIZE, keyboard=True)
    typed = keyboard.digest()
    job = post.start("--foreign", "leave")
    fake = post.plug(lab.stick("16GB", serial="FAKE", fault=Fault(true_size=64 * MIB)), "5")
    worn = post.plug(lab.stick(SIZE, serial="WORN", fault=Fault(bad_writes=Span(place, place + 4096))), "6")
    assert "67.1 MB" in post.await_state(fake, *SETTLED)["text"]
    assert post.await_state(worn, *SETTLED)["state"] == "bad"
    fake.pull()
    worn.pull()
    for port, says in (("5", "failed twice"), ("6", "failed 2 times")):
        post.plug(worn, port)
        assert says in post.await_state(worn, *SETTLED)["text"]
        worn.pull()
    wandering = post.plug(lab.stick(SIZE, serial="WANDERS", fault=Fault(bytes_per_second=2_000_000)), "5")
    number = post.await_percent(wandering, "writing", 50)["number"]
    wandering.pull()
    wandering.change(Fault())
    post.plug(wandering, "6")
    assert post.await_state(wandering, *SETTLED)["state"] == "whole"
    assert post.await_state(wandering, "whole")["number"] == number
    good = [wandering]
    for index in range(5):
        stick = post.plug(lab.stick(SIZE, serial=f"GOOD{index}"), "5")
        assert post.await_state(stick, *SETTLED)["state"] == "whole"
        good.append(stick)
        if index == 0:
            _require_kept(post, stick, "7")
        if index < 4:
            stick.pull()
    job.wait(120).expect(0)
    print(*post.said(), sep="\n")
    lab.guest.shell("umount /var")
    assert {stick: stick.digest() for stick in untouchable} == before
    assert keyboard.digest() == typed
    for stick in good[1:-1]:
        stick.plug(f"2.{1 + good.index(stick)}")
    post.require_filled(good, 6)


def _require_kept(post: Post, stick: Stick, port: str) -> None:
    """A whole stick in another port is recognised, and not a byte of it is written."""
    number, before = post.await_state(stick, "whole")["number"], stick.digest()
    stick.pull()
    post.plug(stick, port)
    again = post.await_state(stick, *SETTLED)
    assert (again["state"], again["number"]) == ("whole", number)
    assert "whole already" in again["text"]
    assert stick.digest() == before


def _untouchable(lab: Laboratory) -> list[Stick]:
    """A read-only stick, one with somebody's files, and one that the guest has its /var on."""
    read_only = lab.plug("1.1", SIZE, serial="RO", read_only=True)
    theirs, system = lab.plug("1.2", SIZE, serial="THEIRS"), lab.plug("1.3", SIZE, serial="SYSTEM")
    lab.guest.shell(
        f"mkfs.ext4 -q {theirs.node}; mkfs.ext4 -q {system.node};"
        f"mount {system.node} /mnt; mkdir /mnt/cache /mnt/lib /mnt/log /mnt/tmp; ln -s /run /mnt/run;"
        "mount --move /mnt /var; sync; mount -o remount,ro /var"
    )
    return [read_only, theirs, system]


#: Bytes a second of the sticks that are broken off: some are whole after a round or two, some are always in work.
PACES = (12, 6, 3, 1.5, 1, 0.8)


@pytest.mark.long
@pytest.mark.parametrize("end", ["kill", "power"])
def test_broken_off_ten_times_the_order_is_filled_rightly(lab: Laboratory, end: str) -> None:
    chance = random.Random(end)
    post = Post(lab, f"broken-{end}", len(PACES))
    sticks = [
        lab.plug(
            str(number + 5),
            SIZE,
            serial=f"B{number}",
            fault=Fault(bytes_per_second=round(pace * MB), volatile=end == "power"),
        )
        for number, pace in enumerate(PACES)
    ]
    whole: dict[str, str] = {}
    for round_ in range(10):
        job = post.start()
        job.await_event(lambda e: e["event"] == "port" and e["state"] in ("writing", "checking"))
        moment = chance.uniform(0.2, 15)
        time.sleep(moment)
        print(f"{end} {round_}: {moment:.1f} s into the work: {post.states()}")
        if end == "power":
            lab.power_cut()
            lab.boot()
        else:
            job.signal(alone=round_ % 2 == 0)  # its workers are to die with it
            job.wait(120)
        for serial in post.numbers().values():
            stick = next(s for s in sticks if s.make.serial == serial)
            assert whole.setdefault(serial, stick.digest()) == stick.digest(), f"{serial} was whole, and is another now"
    print(f"whole before the last start: {sorted(whole)}")
    for stick in sticks:
        stick.change(Fault(volatile=end == "power"))
    assert 0 < len(whole) < len(PACES), "some were to be whole already, and some to be gone on with"
    post.start().wait(900).expect(0)
    assert {s.make.serial: s.digest() for s in sticks if s.make.serial in whole} == whole
    post.require_filled(sticks, len(PACES))


@pytest.mark.long
def test_a_user_who_is_not_root_needs_the_printed_rules_and_nothing_else(lab: Laboratory) -> None:
    _make_operator(lab)
    stick = lab.plug("1.1", SIZE, serial="N1")
    refused = lab.usbkit("--json", "write", "--bundle", BUNDLE, "--drive", stick.node, "--yes", user="stationer")
    assert refused.code == 2
    assert _access(lab) == "missing"
    stick.pull()
    rules = "usbkit-station.rules"
    printed = lab.usbkit("station", "install", "--print", "--only", "udev", "--group", "plugdev").expect(0).out
    (lab.share / rules).write_text(printed)
    lab.guest.shell(f"cp /lab/{rules} /etc/udev/rules.d/70-{rules}; udevadm control --reload")
    assert _access(lab) == "well"
    post = Post(lab, "stationer/ledger", 1, user="stationer")
    watch = lab.start_usbkit("drives", "--watch", user="stationer")
    try:
        job = post.start()
        stick.plug("1.2")
        job.wait(300).expect(0)
        assert "N1" in watch.out()
    finally:
        watch.signal()
        lab.guest.shell(f"rm /etc/udev/rules.d/70-{rules}; udevadm control --reload")
    post.require_filled([stick], 1)
    assert write(lab, stick).code == 0, "root may still"


def _access(lab: Laboratory) -> str:
    """What the doctor says of the operator's access to sticks."""
    symptoms = lab.usbkit("--json", "doctor", user="stationer").json["symptoms"]
    (health,) = (s["health"] for s in symptoms if s["id"] == "access")
    return str(health)


@pytest.mark.long
def test_ports_are_named_by_plugging_a_stick_into_each(lab: Laboratory) -> None:
    post = Post(lab, "ports", 1)
    learning = lab.start_usbkit("--ledger", "/state/ports.sqlite", "station", "ports", "left", "right")
    _await_said(learning, "left")
    stick = lab.plug("5", SIZE, serial="P1")
    _await_said(learning, "right")
    other = lab.plug("1.2", SIZE, serial="P2")
    learning.wait().expect(0)
    listed = lab.usbkit("--ledger", "/state/ports.sqlite", "--json", "station", "ports", "--list").expect(0).json
    named = {p["path"]: p["name"] for p in listed["ports"]}
    assert named[stick.usb_port] == "left" and named[other.usb_port] == "right"
    # What a USB 3 stick taught is the same port to a USB 2 stick.
    assert named["1-" + stick.usb_port.removeprefix("2-")] == "left"
    other.pull()
    beside = lab.plug("1.3", SIZE, serial="P3")
    before = beside.digest()
    job = post.start()
    whole = job.await_event(lambda e: e["event"] == "port" and e["state"] == "whole")
    assert whole["port"] == "left"
    job.wait().expect(0)
    assert "one of the station's ports" in post.await_state(beside, "left")["text"]
    assert beside.digest() == before


def _await_said(job: Job, word: str) -> None:
    """Wait until the command has asked for ``word``."""
    until = time.monotonic() + 120
    while word not in job.err():
        assert time.monotonic() < until, job.err()
        time.sleep(0.1)


def _make_operator(lab: Laboratory) -> None:
    """A user of the group that the rules name, with a folder for a ledger, and a way to the installed command."""
    folders = " ".join(str(folder) for folder in lab.command.resolve().parents if str(folder) != "/")
    lab.guest.shell(
        "id stationer >/dev/null 2>&1 || useradd --groups plugdev --no-create-home stationer;"
        "mkdir -p /state/stationer /state/home; chown stationer /state/stationer; chmod 777 /state/home;"
        f"chmod o+x /root {folders} /lab /lab/demo"
    )
