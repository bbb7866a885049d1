"""The command lines of docs/packing.md, run as they are printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.archive.packs import tree
from tests.ledger.stories import order
from tests.support.cli import TOP
from tests.support.loop import loop_device
from usbkit.ledger import Ledger
from usbkit.ledger.place import LedgerPlace
from usbkit.orders.ordering import split_order
from usbkit.trust.sums import fingerprint

DOCUMENT = (TOP / "docs/packing.md").read_text(encoding="utf-8")


@pytest.mark.needs("loop")
def test_every_line_runs(demo: Path, tmp_path: Path) -> None:
    commands = re.findall(r"^    (usbkit .*)$", DOCUMENT, re.M)
    assert len(commands) == 11
    shutil.copytree(demo / "manifests", tmp_path / "manifests")
    shutil.copytree(demo / "guatemala", tmp_path / "bundles/guatemala")
    shutil.copytree(demo / "guatemala", tmp_path / "earlier")
    give_share(demo / "guatemala", tmp_path)
    programs = Path(sys.executable).parent
    with loop_device(tmp_path / "stick", 4 * 10**9) as node, loop_device(tmp_path / "next", 4 * 10**9) as another:
        script = "\n".join(["set -e", *commands]).replace("/dev/sdX", f"{node} --yes")
        script = script.replace("station", f"station --drive {another} --once --yes --no-bell")
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path), "PATH": f"{programs}:{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("received", "received-too", "completed"):
        assert tree(tmp_path / name) == tree(demo / "guatemala")
    assert (tmp_path / "packs/guatemala/guatemala-000.7z").is_file()


def give_share(bundle: Path, folder: Path) -> None:
    """What headquarters sends along: ``share.json``, one number of an order for this bundle."""
    seal = fingerprint((bundle / "SHA256SUMS").read_bytes())
    ledger = Ledger.open(LedgerPlace(folder / "headquarters.sqlite"), "kim")
    ledger.append(order(count=12).model_copy(update={"fingerprint": seal}))
    (folder / "share.json").write_text(split_order(ledger, "guatemala-1", (11,), "").to_json())


def test_what_it_names_is_there() -> None:
    for path in re.findall(r"`((?:usbkit|tests)/[\w/]+\.py)`", DOCUMENT):
        assert (TOP / path).is_file(), path


def test_the_readme_leads_here() -> None:
    assert "packing.md" in (TOP / "README.md").read_text(encoding="utf-8")
