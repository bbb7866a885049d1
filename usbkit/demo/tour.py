"""The first ten minutes: a small programme, and the commands that lead from a question to a damaged stick.

The tour has its own folder, manifests and ledger, so that its drives are unknown to the demo beside it and to any real
programme.
"""

from __future__ import annotations

import mmap
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from usbkit.core.errors import EXIT_DONE, EXIT_NO
from usbkit.core.messages import Text, _
from usbkit.manifest.finding import PROGRAMME_FILE, find_programme

COUNTRY: Final = "guatemala"
LEDGER: Final = "ledger.sqlite"
STICKS: Final = ("stick-1.img", "stick-2.img")
DAMAGED: Final = "damaged.img"

#: Bytes: a stick that holds the sample material.
_STICK_SIZE = 128 * 10**6

#: Bytes of a video by which its place on a stick is found: a sector, which a file system keeps in one piece.
_SECTOR = 512


@dataclass(frozen=True, slots=True)
class Step:
    """A question in the user's words, the command that answers it, and the command's exit code."""

    question: Text
    arguments: tuple[str, ...]
    exit_code: int = EXIT_DONE


def steps() -> tuple[Step, ...]:
    """Return the tour's steps, before and after ``damage``."""
    drives = [word for stick in STICKS for word in ("--drive", stick)]
    return (
        Step(_("Is Guatemala ready?"), ("check", COUNTRY)),
        Step(_("Release it in your name."), ("approve", COUNTRY, "--by", "Your Name", "--yes")),
        Step(_("Order two drives."), ("order", "add", COUNTRY, str(len(STICKS)))),
        Step(_("Fill them. Two files stand for sticks here."), ("station", "--once", "--yes", *drives)),
        Step(_("Print their labels."), ("label", f"{COUNTRY}-1")),
        Step(_("Print the letter that goes another way."), ("letter", "verify", f"{COUNTRY}-1")),
        Step(_("Are all bytes there? Yes."), ("verify", STICKS[0])),
        Step(_("And when one byte is wrong? We changed one in a copy."), ("verify", DAMAGED), EXIT_NO),
    )


def prepare_tour(demo: Path) -> Path:
    """Return the tour's folder in the demo's: manifests with their own ledger, the same library, two empty sticks."""
    tour = demo / "tour"
    if tour.exists():
        shutil.rmtree(tour)
    shutil.copytree(demo / "manifests", tour / "manifests")
    shutil.copyfile(demo / "DEMO.txt", tour / "DEMO.txt")
    programme = find_programme(tour / "manifests") / PROGRAMME_FILE
    text = programme.read_text(encoding="utf-8")
    up = 'library = "../../'
    if text.count(up) != 1:
        raise ValueError(f"{programme}: one line {up}… was expected")
    programme.write_text(text.replace(up, f'ledger = "../../{LEDGER}"\n{up}../'), encoding="utf-8")
    for name in STICKS:
        with (tour / name).open("wb") as stick:
            stick.truncate(_STICK_SIZE)
    return tour


def damage(stick: Path, video: Path, copy: Path) -> int:
    """Copy ``stick`` and change one bit in the middle of ``video`` in the copy; return the byte's offset on the stick.

    Raises ValueError if the stick does not hold the video.
    """
    with video.open("rb") as file:
        file.seek(video.stat().st_size // 2 // _SECTOR * _SECTOR)
        known = file.read(_SECTOR)
    shutil.copyfile(stick, copy)
    with copy.open("r+b") as changed, mmap.mmap(changed.fileno(), 0) as whole:
        place = whole.find(known)
        if place < 0:
            raise ValueError(f"{stick} does not hold {video}")
        whole[place] ^= 1
    return place
