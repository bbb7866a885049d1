"""Packing and unpacking a bundle, compared with 7-Zip and tar with zstd: seconds, CPU seconds, size and memory.

Everything is in memory, so that no disk is the limit. The others' output is checked by ``sha256sum -c``, since usbkit's
own unpacking includes a check of the seal.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.archive.packs import reseal
from tests.benchmarks.rig import MEMORY, MIB, Cost, busy, measure, median_of
from tests.writing.bundles import make_bundle_folder
from usbkit.core.wordlist import words

_USBKIT = f"{sys.executable} -m usbkit -q"
_CHECKED = "cd back && sha256sum -c --quiet SHA256SUMS"


@dataclass(frozen=True)
class Way:
    """One way to pack and to unpack: shell lines run in a folder where ``bundle`` is; ``out`` holds what is packed."""

    name: str
    pack: str
    unpack: str


WAYS = (
    Way("usbkit pack", f"{_USBKIT} pack bundle -o out", f"{_USBKIT} unpack out -o back"),
    Way("usbkit pack --store", f"{_USBKIT} pack bundle -o out --store", f"{_USBKIT} unpack out -o back"),
    Way("usbkit pack --fast", f"{_USBKIT} pack bundle -o out --fast", f"{_USBKIT} unpack out -o back"),
    Way(
        "usbkit pack --store --encrypt",
        f"{_USBKIT} pack bundle -o out --store --encrypt --new-passphrase-fd 5 5>secret",
        f"{_USBKIT} unpack out -o back --passphrase-fd 5 5<secret",
    ),
    Way("7zz -mx=0", "7zz a -mx=0 out/x.7z ./bundle/.", f"7zz x -oback out/x.7z && {_CHECKED}"),
    Way("7zz -mx=1", "7zz a -mx=1 out/x.7z ./bundle/.", f"7zz x -oback out/x.7z && {_CHECKED}"),
    Way(
        "7zz -mx=0 -mhe=on -p",
        "7zz a -mx=0 -mhe=on -psecret out/x.7z ./bundle/.",
        f"7zz x -psecret -oback out/x.7z && {_CHECKED}",
    ),
    Way("tar", "tar cf out/x.tar -C bundle .", f"mkdir back && tar xf out/x.tar -C back && {_CHECKED}"),
    Way(
        "tar | zstd -3",
        "tar c -C bundle . | zstd -q -3 -o out/x.zst",
        f"mkdir back && zstd -qdc out/x.zst | tar x -C back && {_CHECKED}",
    ),
)


def run(runs: int, quick: bool) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder = Path(name)
        size = _make_bundle(folder / "bundle", (64 if quick else 1024) * MIB)
        print(f"a bundle of {size / 1e9:.2f} GB, 20 MB of it pages; {busy()}")
        print(f"{'':32}{'size':>8}{'pack s':>9}{'CPU s':>8}{'MB':>6}{'unpack s':>10}{'CPU s':>8}{'MB':>6}")
        for way in WAYS[:4] if quick else WAYS:
            _show(folder, way, runs, size)


def _show(folder: Path, way: Way, runs: int, size: int) -> None:
    packing = median_of(runs, lambda: _once(folder, way.pack, "out"))
    packed = sum(p.stat().st_size for p in (folder / "out").iterdir())
    unpacking = median_of(runs, lambda: _once(folder, way.unpack, "back"))
    print(f"{way.name:32}{packed / size:8.4f}{_figures(packing, 9)}{_figures(unpacking, 10)}", flush=True)


def _figures(cost: Cost, width: int) -> str:
    return f"{cost.seconds:{width}.2f}{cost.cpu:8.2f}{cost.memory / 1e6:6.0f}"


def _once(folder: Path, line: str, makes: str) -> Cost:
    shutil.rmtree(folder / makes, ignore_errors=True)
    if makes == "out":
        (folder / makes).mkdir()
    return measure(["bash", "-c", f"set -e -o pipefail; cd {folder}; {line}"], None, watch_memory=True)


def _make_bundle(folder: Path, videos: int) -> int:
    """Eight videos that nothing makes smaller, and 20 MB of pages in words; bytes of all."""
    make_bundle_folder(folder, video=videos // 8, more_videos=7)
    chance, known = random.Random(5), words()
    for number in range(200):
        page = " ".join(chance.choice(known) for _word in range(12_500))
        (folder / f"page-{number:03}.html").write_text(f"<!doctype html><title>sample</title><p>{page}")
    reseal(folder)
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
