"""The commands as a user runs them: signals in each phase, two on one drive, confirmations, messages."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drives.devices import FaultyDevice, faulty_device
from tests.support.cli import TOP, run, usbkit
from tests.support.loop import loop_device
from tests.support.sample import is_long, sample
from tests.writing.bundles import make_bundle_folder, seal_folder
from usbkit.trust.sums import parse_sums

MIB = 2**20
SIZE = 96 * MIB


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle_folder(tmp_path_factory.mktemp("bundle") / "guatemala")


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[FaultyDevice]:
    """A drive that is written so slowly that each phase can be met."""
    with faulty_device(tmp_path / "slow", SIZE) as device:
        device.order(rate=12_000_000)
        yield device


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "usbkit", *map(str, arguments)],
        cwd=TOP,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def await_phase(child: subprocess.Popen[str], phase: str) -> None:
    """Read JSON events until ``phase`` begins."""
    assert child.stdout is not None
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "phase" and event["phase"] == phase:
            return
    raise AssertionError(f"{phase} never began: {child.stderr.read() if child.stderr else ''}")


def starts_with_table(device: FaultyDevice) -> bool:
    return device.holds(510, 2) == b"\x55\xaa"


PHASES = ("wipe", "probe", "data", "metadata", "read-back")
SIGNALS = (signal.SIGINT, signal.SIGTERM)
#: Each phase with the one signal and the other; first each phase once, with the two in turn.
INTERRUPTIONS = [(phase, SIGNALS[(n + turn) % 2]) for turn in (0, 1) for n, phase in enumerate(PHASES)]


@pytest.mark.needs("fault-disk")
@pytest.mark.parametrize(("phase", "number"), INTERRUPTIONS[: sample("phases of writing, each signal", 5, 10)])
def test_interrupted_in_each_phase(bundle: Path, slow: FaultyDevice, phase: str, number: signal.Signals) -> None:
    child = start("write", "--json", "--bundle", bundle, "--drive", slow.node)
    await_phase(child, phase)
    child.send_signal(number)
    out, err = child.communicate()
    assert child.returncode == 128 + number, err
    assert "Traceback" not in err
    result = json.loads(out.splitlines()[-1])
    assert result["drives"][0]["outcome"] == "interrupted"
    assert result["drives"][0]["state"]
    assert not starts_with_table(slow)
    slow.order()
    usbkit("write", "--bundle", bundle, "--drive", slow.node, "--resume").expect(0)
    usbkit("verify", slow.node).expect(0)


@pytest.mark.needs("fault-disk")
@pytest.mark.parametrize("phase", [*PHASES, "finish"])
def test_killed_in_each_phase(bundle: Path, slow: FaultyDevice, phase: str) -> None:
    child = start("write", "--json", "--bundle", bundle, "--drive", slow.node)
    await_phase(child, phase)
    child.kill()
    child.wait()
    # At the last step its worker may have written the table before it noticed: then the drive is whole.
    assert phase == "finish" or not starts_with_table(slow)
    slow.order()
    for _attempt in range(50):  # until its worker has noticed, and let go
        done = usbkit("write", "--bundle", bundle, "--drive", slow.node, "--resume")
        if done.code != 2:
            break
    done.expect(0)
    usbkit("verify", slow.node).expect(0)


@pytest.mark.needs("fault-disk")
def test_two_commands_at_one_drive(bundle: Path, slow: FaultyDevice) -> None:
    first = start("write", "--json", "--bundle", bundle, "--drive", slow.node)
    await_phase(first, "data")
    os.killpg(first.pid, signal.SIGSTOP)  # it holds the drive for as long as the second looks
    second = usbkit("write", "--bundle", bundle, "--drive", slow.node, "--confirm", slow.node, "--yes").expect(2)
    os.killpg(first.pid, signal.SIGCONT)
    assert "another program" in second.err
    slow.order()
    assert first.wait() == 0


@pytest.mark.needs("fault-disk")
def test_a_hung_drive_does_not_hold_the_program(bundle: Path, slow: FaultyDevice, tmp_path: Path) -> None:
    with loop_device(tmp_path / "good", SIZE) as good:
        child = start("write", "--json", "--give-up", "4", "--bundle", bundle, "--drive", slow.node, "--drive", good)
        await_phase(child, "data")
        slow.order(hang=[0, SIZE])
        out, err = child.communicate()
    assert child.returncode == 1, err
    drives = {d["drive"]: d["outcome"] for d in json.loads(out.splitlines()[-1])["drives"]}
    assert drives == {str(slow.node): "hung", str(good): "whole"}


@pytest.mark.needs("fault-disk")
def test_interrupted_at_the_last_step_it_is_finished(bundle: Path, slow: FaultyDevice) -> None:
    child = start("write", "--json", "--bundle", bundle, "--drive", slow.node)
    await_phase(child, "finish")
    child.send_signal(signal.SIGTERM)
    out, err = child.communicate()
    assert child.returncode == 128 + signal.SIGTERM, err
    assert json.loads(out.splitlines()[-1])["drives"][0]["outcome"] == "whole"
    usbkit("verify", slow.node).expect(0)


@pytest.mark.skipif(not is_long(), reason="takes more than a minute: make long")
@pytest.mark.needs("fault-disk")
def test_a_drive_that_comes_back_after_it_was_given_up_is_not_finished(
    bundle: Path, slow: FaultyDevice, tmp_path: Path
) -> None:
    slow.order()
    with loop_device(tmp_path / "good", SIZE) as good:
        child = start("write", "--json", "--bundle", bundle, "--drive", slow.node, "--drive", good)
        await_phase(child, "data")
        slow.order(hang=[0, SIZE])
        out, err = child.communicate()
    drives = {d["drive"]: d for d in json.loads(out.splitlines()[-1])["drives"]}
    assert {node: d["outcome"] for node, d in drives.items()} == {str(slow.node): "hung", str(good): "whole"}, err
    assert drives[str(slow.node)]["findings"][0]["id"] == "drive-hung"
    slow.order()
    assert not starts_with_table(slow)


@pytest.mark.needs("loop")
def test_no_file_handles_left(bundle: Path, tmp_path: Path) -> None:
    with loop_device(tmp_path / "stick", SIZE) as node:
        command = f"ulimit -n 12; exec {sys.executable} -m usbkit write --bundle {bundle} --drive {node}"
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, cwd=TOP)
        assert done.returncode in (0, 2, 3), done.stderr
        assert "Traceback" not in done.stderr
        assert done.returncode == 0 or done.stderr.strip()


@pytest.mark.needs("loop")
def test_no_memory_for_buffers(bundle: Path, tmp_path: Path) -> None:
    with loop_device(tmp_path / "stick", SIZE) as node:
        for kilobytes in (160_000, 130_000, 100_000):
            command = f"ulimit -v {kilobytes}; exec {sys.executable} -m usbkit write --bundle {bundle} --drive {node}"
            done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, cwd=TOP)
            assert done.returncode != 1 and "Traceback" not in done.stderr, done.stderr
            assert done.returncode == 0 or done.stderr.strip()


@pytest.mark.needs("loop", "fat-tools")
def test_a_drive_that_held_something_else_before(bundle: Path, tmp_path: Path) -> None:
    old = make_bundle_folder(tmp_path / "older", video=20 * MIB, words="VIEJO TEXTO")
    (old / "videos/01-opening.es.srt").rename(old / "viejo.txt")
    named = parse_sums((old / "SHA256SUMS").read_bytes())
    seal_folder(old, (path.replace("videos/01-opening.es.srt", "viejo.txt") for path in named))
    backing = tmp_path / "stick"
    backing.write_bytes(b"\xff" * SIZE)
    with loop_device(backing) as node:
        usbkit("write", "--bundle", old, "--drive", node).expect(0)
        assert b"VIEJO" in backing.read_bytes()
        usbkit("write", "--bundle", bundle, "--drive", node).expect(0)
        assert "whole" in usbkit("verify", node).expect(0).out
    with loop_device(backing, None, f"--offset={4 * MIB}") as partition:
        assert "ERR" not in run("fsck.fat", "-n", partition)
    listing = run("mdir", "-/", "-b", "-i", f"{backing}@@{4 * MIB}", "::")
    assert "viejo" not in listing.lower()
    assert b"VIEJO   TXT" not in backing.read_bytes(), "no old directory entry is to be found"


@pytest.mark.needs("loop")
def test_refresh_writes_what_differs_and_proves_the_whole(tmp_path: Path) -> None:
    bundle = make_bundle_folder(tmp_path / "guatemala", video=48 * MIB)
    changed = make_bundle_folder(tmp_path / "changed" / "guatemala", video=48 * MIB, words="adios")
    with loop_device(tmp_path / "stick", SIZE) as node:
        usbkit("write", "--bundle", bundle, "--drive", node).expect(0)
        done = usbkit("write", "--json", "--bundle", changed, "--drive", node, "--refresh").expect(0)
        usbkit("verify", node).expect(0)
    (drive,) = json.loads(done.out.splitlines()[-1])["drives"]
    assert drive["written"] < 16 * MIB
    assert drive["kept"] >= 44 * MIB
    assert drive["read"] >= 48 * MIB


@pytest.mark.needs("loop")
def test_refresh_of_what_is_not_ours(bundle: Path, tmp_path: Path) -> None:
    with loop_device(tmp_path / "stick", SIZE) as node:
        done = usbkit("write", "--bundle", bundle, "--drive", node, "--refresh").expect(2)
        assert "not a finished drive of ours" in done.err
    assert (tmp_path / "stick").read_bytes() == bytes(SIZE), "nothing was begun"


@pytest.mark.needs("loop")
def test_resume_of_a_whole_drive_proves_it(bundle: Path, tmp_path: Path) -> None:
    with loop_device(tmp_path / "stick", SIZE) as node:
        usbkit("write", "--bundle", bundle, "--drive", node).expect(0)
        done = usbkit("write", "--json", "--bundle", bundle, "--drive", node, "--resume").expect(0)
    assert json.loads(done.out.splitlines()[-1])["drives"][0]["kept"] > 8 * MIB


@pytest.mark.needs("loop")
def test_wipe_and_test(bundle: Path, tmp_path: Path) -> None:
    backing = tmp_path / "stick"
    with loop_device(backing, SIZE) as node:
        usbkit("write", "--bundle", bundle, "--drive", node).expect(0)
        assert "sound" in usbkit("drives", "test", node, "--confirm", node, "--yes").expect(0).out
        assert not backing.read_bytes()[:512].strip(b"\0")
        assert "wiped" in usbkit("wipe", node, "--confirm", node, "--yes").expect(0).out
        assert backing.read_bytes() == bytes(SIZE)
        listing = usbkit("drives", "--json").expect(0).json
        assert next(d for d in listing["drives"] if d["drive"] == str(node))["content"] is None


@pytest.mark.needs("fault-disk")
def test_the_surface_test_tells_a_fake_and_a_bad_place(tmp_path: Path) -> None:
    with faulty_device(tmp_path / "faulty", SIZE) as device:
        device.order(true_size=40 * MIB, beyond="wrap")
        fake = json.loads(
            usbkit("drives", "test", device.node, "--json", "--confirm", device.node, "--yes")
            .expect(1)
            .out.splitlines()[-1]
        )
        assert fake["outcome"] in ("fake", "damaged")
        device.order(flip=50 * MIB + 7)
        bad = json.loads(
            usbkit("drives", "test", device.node, "--json", "--confirm", device.node, "--yes")
            .expect(1)
            .out.splitlines()[-1]
        )
        assert bad["bad"] == [[50 * MIB, 50 * MIB + 4096]]


def test_an_image_file_is_a_drive_too(bundle: Path, tmp_path: Path) -> None:
    image = tmp_path / "stick.img"
    image.touch()
    os.truncate(image, SIZE)
    usbkit("write", "--bundle", bundle, "--drive", image).expect(0)
    usbkit("verify", image).expect(0)


def test_a_file_that_is_no_image_is_refused(bundle: Path, tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.doc"
    thesis.write_bytes(b"precious " * 10**7)
    done = usbkit("write", "--bundle", bundle, "--drive", thesis, "--yes").expect(2)
    assert str(thesis) in done.err
    assert thesis.read_bytes() == b"precious " * 10**7


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--drive", "x.img"], "no country and no folder is named"),
        (["guatemala"], "no drive is named"),
        (["guatemala", "--drive", "x", "--all"], "no drive is named"),
        (["guatemala", "--drive", "x", "--resume", "--refresh"], "choose one"),
        (["--bundle", "nowhere", "--drive", "nowhere.img"], "not a bundle"),
    ],
)
def test_what_makes_no_sense_is_said(arguments: list[str], said: str) -> None:
    done = usbkit("write", *arguments).expect(2)
    assert said in done.err
    assert "→" in done.err


def test_a_bundle_with_a_file_gone(tmp_path: Path) -> None:
    bundle = make_bundle_folder(tmp_path / "guatemala", video=MIB)
    (bundle / "photos/01.jpg").unlink()
    image = tmp_path / "stick.img"
    image.touch()
    os.truncate(image, SIZE)
    done = usbkit("write", "--bundle", bundle, "--drive", image).expect(2)
    assert "photos/01.jpg" in done.err
    assert image.read_bytes() == bytes(SIZE)


def test_a_bundle_changed_since_it_was_sealed(tmp_path: Path) -> None:
    bundle = make_bundle_folder(tmp_path / "guatemala", video=MIB)
    data = (bundle / "photos/01.jpg").read_bytes()
    (bundle / "photos/01.jpg").write_bytes(data[::-1])
    (bundle / "videos/01-opening.es.srt").write_bytes(b"")
    image = tmp_path / "stick.img"
    usbkit("image", "--bundle", make_bundle_folder(tmp_path / "whole", video=MIB), "-o", image).expect(0)
    before = image.read_bytes()
    for options in ((), ("--refresh",), ("--resume",)):
        done = usbkit("write", "--bundle", bundle, "--drive", image, *options).expect(2)
        assert "photos/01.jpg: this file is not what the seal says" in done.err
        assert "videos/01-opening.es.srt: this file is not what the seal says" in done.err
        assert image.read_bytes() == before


@pytest.mark.parametrize("path", ["photos/01.jpg", "videos", "passport.json", "SHA256SUMS"])
def test_a_bundle_with_a_link_in_it(tmp_path: Path, path: str) -> None:
    """Though the link leads to the very file: what it leads to is not in the bundle, and `verify` says damaged."""
    bundle = make_bundle_folder(tmp_path / "guatemala", video=MIB)
    (bundle / path).rename(tmp_path / "elsewhere")
    (bundle / path).symlink_to(tmp_path / "elsewhere")
    image = tmp_path / "stick.img"
    image.touch()
    os.truncate(image, SIZE)
    for words in (("write", "--bundle", bundle, "--drive", image), ("image", "--bundle", bundle, "-o", image)):
        assert "this is a link" in usbkit(*words).expect(2).err
    assert image.read_bytes() == bytes(SIZE)
    linked = tmp_path / "linked"
    (bundle / path).unlink()
    (tmp_path / "elsewhere").rename(bundle / path)
    linked.symlink_to(bundle)
    usbkit("write", "--bundle", linked, "--drive", image).expect(0)


@pytest.mark.needs("fat-tools")
@pytest.mark.parametrize("theirs", ["index.html", "videos"])
@pytest.mark.parametrize("options", [(), ("--refresh",)])
def test_a_file_of_ours_that_its_owner_replaced_is_not_written_over_unasked(
    bundle: Path, tmp_path: Path, theirs: str, options: tuple[str, ...]
) -> None:
    """A sealed file changed, and a file of theirs that bears a sealed folder's name."""
    image, edited = tmp_path / "x.img", tmp_path / "edited"
    usbkit("image", "--bundle", bundle, "-o", image, "--size", "96MiB", "--filesystem", "fat32").expect(0)
    edited.write_bytes(b"three years of work")
    at = f"{image}@@{4 * MIB}"
    run("mdeltree" if theirs == "videos" else "mdel", "-i", at, f"::{theirs}")
    run("mcopy", "-i", at, edited, f"::{theirs}")
    before = image.read_bytes()
    said = usbkit("write", "--bundle", bundle, "--drive", image, "--yes", *options).expect(2)
    assert "added or changed: 1" in said.err and "--confirm" in said.err
    assert image.read_bytes() == before
    again = ("write", "--bundle", bundle, "--drive", image, "--yes", "--confirm", image)
    usbkit(*again, *options).expect(0)
