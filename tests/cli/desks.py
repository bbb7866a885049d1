"""A desk with the demo's programme and a ledger with an order, for the commands that make papers."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.cli.calls import call
from tests.ledger.stories import make_drive, open_ledger, stick
from tests.support.cli import Done


@dataclass(frozen=True)
class Desk:
    """``shared`` are options that several have in common."""

    folder: Path
    shared: tuple[object, ...] = ()

    def run(self, *arguments: object, manifests: Path | None = None) -> Done:
        """Call ``usbkit`` with this desk's manifests, cache and ledger."""
        where = ("--manifests", manifests or self.folder / "manifests", "--ledger", self.folder / "ledger.sqlite")
        return call(*where, *(self.shared or ("--cache", self.folder / "cache")), *arguments)


def copy_demo(demo: Path, folder: Path) -> Path:
    """The demo's manifests in ``folder``, which is a demo too, and its library by a link; returns the manifests."""
    shutil.copytree(demo / "manifests", folder / "manifests")
    shutil.copy(demo / "DEMO.txt", folder)
    (folder / "library").symlink_to((demo / "library").resolve())
    return folder / "manifests"


def open_desk(demo: Path, folder: Path) -> Desk:
    """Orders of three drives for Guatemala, of which two are whole, and of one for Kyrgyzstan, which is.

    All such desks look at the demo's own library, with one cache, so that each file of it is examined once.
    """
    copy_demo(demo, folder)
    desk = Desk(folder, ("--library", (demo / "library").resolve(), "--cache", demo.parent / "cache"))
    for country, count, whole in (("guatemala", 3, 2), ("kyrgyzstan", 1, 1)):
        desk.run("approve", country, "--by", "Lee", "--yes").expect(0)
        desk.run("order", "add", country, count).expect(0)
        for number in range(1, whole + 1):
            make_drive(open_ledger(folder), number, stick(f"{country}{number}"), id=f"{country}-1")
    return desk
