"""Helpers for ``usbkit write`` in this folder: places of files, outcome of each drive."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from tests.lab.gadget import Gadget
from tests.lab.guest import SHARE
from tests.lab.laboratory import Laboratory
from tests.lab.stick import Stick
from tests.support.cli import Done, run
from usbkit.bundle.read_folder import read_sealed_folder

#: The demo as the guest sees it.
DEMO = SHARE / "demo"
BUNDLE = DEMO / "guatemala"

#: A stick that the demo's bundle fits on, and small enough to be read whole in a moment.
SIZE = "128MB"


def make_demo(usbkit: tuple[object, ...], folder: Path, grown: int, noise: int = 0) -> None:
    """The demo in ``folder`` with one video made larger by ``grown`` bytes, the first ``noise`` of which are not zeros;
    built and approved. ``usbkit`` is the command that the host runs.
    """
    run(*usbkit, "demo", folder, "--size", SIZE)
    _grow(folder / "library/videos/opening.mp4", grown, noise)
    manifests = ("--manifests", folder / "manifests")
    run(*usbkit, *manifests, "build", "guatemala", "--output", folder / "guatemala")
    run(*usbkit, *manifests, "approve", "guatemala", "--by", "The laboratory", "--yes")


def _grow(video: Path, size: int, noise: int) -> None:
    """Append a box that players pass over (ISO/IEC 14496-12, 8.1.2, ``free``)."""
    with video.open("ab") as file:
        file.write((1).to_bytes(4, "big") + b"free" + (size + 16).to_bytes(8, "big"))
        file.write(random.Random(size).randbytes(noise))
        file.truncate(file.tell() + size - noise)


def place_of_largest_video(bundle: Path, size: int) -> tuple[str, int]:
    """The path and place on a drive of ``size`` bytes of the largest video of ``bundle``, a folder on the host.

    A video, since it is read alone: small files stand side by side and are read many at a time.
    """
    image = read_sealed_folder(bundle).for_drives().make(size, 512)
    largest = max((f for f in image.files if f.path.startswith("videos/")), key=lambda f: f.size)
    return str(PurePosixPath(largest.path)), largest.offset


def write(lab: Laboratory, *sticks: Stick | Gadget, options: tuple[object, ...] = (), seconds: float = 300) -> Done:
    """Write the demo's bundle on ``sticks``, side by side; with JSON events."""
    drives = [part for s in sticks for part in ("--drive", s.node)]
    return lab.usbkit("--json", "write", "--bundle", BUNDLE, *drives, "--yes", *options, seconds=seconds)


def records(done: Done) -> Mapping[str, Mapping[str, Any]]:
    """What became of each drive, by its USB port."""
    result = next(e for e in parse_events(done.out) if e["event"] == "result")
    return {r["port"]: r for r in result["drives"]}


def parse_events(out: str) -> list[dict[str, Any]]:
    """JSON events, a line each."""
    return [json.loads(line) for line in out.splitlines()]


def check_in_guest(lab: Laboratory, stick: Stick | Gadget, filesystem: str) -> None:
    """The guest's own kernel mounts the stick read-only, and coreutils find every sealed file whole. Or fails."""
    # A write that was killed behind the partition table's last byte has not told the kernel of it.
    lab.guest.run("blockdev", "--rereadpt", stick.node)
    lab.guest.shell(
        f"udevadm settle; mkdir -p /mnt/stick; mount -t {filesystem} -o ro {stick.node}1 /mnt/stick;"
        "trap 'umount /mnt/stick' EXIT;"
        "cd /mnt/stick; test -s SHA256SUMS; sha256sum --check --quiet --strict SHA256SUMS; cd /",
        seconds=1200,
    )


def has_partition(lab: Laboratory, stick: Stick | Gadget) -> bool:
    """Whether the guest's kernel finds a partition on the stick when it looks now."""
    lab.guest.run("blockdev", "--rereadpt", stick.node)
    return lab.guest.run("sh", "-c", f"udevadm settle; test -b {stick.node}1").code == 0
