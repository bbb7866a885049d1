"""Twenty countries over one library, on ext4 and on XFS: cost of each step of a season, compared with hashing the
library.

A disturbed step (see ``rig.measure``) is not repeated, since it changes the season; the disturbance is printed. Bytes
are what the process itself read and wrote (``rchar`` and ``wchar`` of /proc/self/io), cached or not.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.rig import busy, measure, user_seconds
from tests.support.cli import TOP
from usbkit.demo.clips import Clip, write_clip
from usbkit.manifest.iso import ALPHA_2

MIB = 2**20
COUNTRIES = 20

_PROGRAMME = """id = "season"
edition = 1
date = 2026-10-30
title = {{ en = "A season", es = "Una temporada" }}
library = "../library"
event = {{ date = 2026-09-24 }}
organisers = [{{ en = "An office" }}]
contact = {{ office = {{ en = "An office" }}, sample = true }}
{recordings}"""

_RECORDING = """
[[recording]]
id = "part-{n}"
kind = "presentation"
title = {{ en = "Part {n}", es = "Parte {n}" }}
source = "videos/part-{n}.mp4"
spoken = "ko"
subtitles = {{ en = "subtitles/part-{n}.en.srt", es = "subtitles/part-{n}.es.srt" }}
"""

_COUNTRY = """code = "{code}"
name = {{ en = "Country {n}", es = "País {n}" }}
interface = ["es", "en"]
subtitles = ["es", "en"]
recordings = ["part-{one}", "part-{other}"]
delivery = "usb"
route = "corps"
addressee = {{ name = "Somebody", office = "Somewhere", sample = true }}
drives = 1
label = "SEASON"
"""

_CUES = {"en": "These are words number {n} of part {part}.", "es": "Estas son las palabras {n} de la parte {part}."}

_RUN = """
import sys, json
from usbkit.cli.main import run
code = run(sys.argv[1:])
fields = dict(line.split(": ") for line in open("/proc/self/io").read().splitlines())
print("IO", fields["rchar"], fields["wchar"], file=sys.stderr)
sys.exit(code)
"""


def run(runs: int, quick: bool) -> None:
    """Print the tables. Most steps change the season and are run once; ``runs`` counts for what can be repeated."""
    for kind in ("ext4", "xfs"):
        _run_on(kind, runs, (256 if quick else 4096) * MIB)


def _run_on(kind: str, runs: int, amount: int) -> None:
    with _disk(kind, 8 * amount) as folder:
        _make_season(folder, amount)
        size = sum(p.stat().st_size for p in (folder / "library/videos").iterdir())
        print(f"{COUNTRIES} countries, two of {COUNTRIES} recordings each; library of {size / 1e9:.2f} GB")
        print(f"{'':34}{'seconds':>9}{'CPU s':>8}{'read MB':>10}{'written MB':>12}{'others':>8}   {busy()}")
        _hash_library(folder)
        _step(folder, "first build, one by one", "build", "--jobs", "1")
        shutil.rmtree(folder / "cache")
        shutil.rmtree(folder / "out")
        _step(folder, "first build")
        _copy_bundles(folder)
        for _run in range(runs):
            _step(folder, "nothing changed")
        _edit_subtitle(folder)
        _step(folder, "one subtitle changed")
        _edit_video(folder)
        _step(folder, "one video changed")
        own = folder / "own"
        own.mkdir()
        for number in range(runs):
            (own / "promises.html").write_text(f"<p>Ours, {number}.</p>")
            _step(folder, "a template changed", "--templates", own, "build")
        _show_images(folder, size)


def _make_season(folder: Path, amount: int) -> None:
    manifests = folder / "manifests"
    for place in (manifests, folder / "library/videos", folder / "library/subtitles"):
        place.mkdir(parents=True)
    for n in range(COUNTRIES):
        _make_video(folder / f"library/videos/part-{n}.mp4", n, amount // COUNTRIES)
        for language in _CUES:
            _write_subtitles(folder, n, language, 8)
        other = (n + 1) % COUNTRIES
        text = _COUNTRY.format(code=sorted(ALPHA_2)[n], n=n, one=n, other=other)
        (manifests / f"country-{n:02}.toml").write_text(text, encoding="utf-8")
    recordings = "".join(_RECORDING.format(n=n) for n in range(COUNTRIES))
    (manifests / "programme.toml").write_text(_PROGRAMME.format(recordings=recordings), encoding="utf-8")
    time.sleep(2.5)  # what was changed so shortly ago is not remembered


def _make_video(path: Path, number: int, size: int) -> None:
    """A clip, and behind it a box without meaning (ISO/IEC 14496-12 section 8.1.2) that fills the file."""
    write_clip(path, Clip(f"Part {number}", "SAMPLE", 20, number * 18, 220 + number))
    rest = size - path.stat().st_size
    with path.open("ab") as file:
        file.write(rest.to_bytes(4, "big") + b"free")
        for start in range(8, rest, MIB):
            file.write(os.urandom(min(MIB, rest - start)))


def _write_subtitles(folder: Path, part: int, language: str, count: int, tail: str = "") -> None:
    cues = [
        f"{n + 1}\n00:00:{n * 2:02},000 --> 00:00:{n * 2 + 1:02},900\n{_CUES[language].format(n=n, part=part)}{tail}\n"
        for n in range(count)
    ]
    (folder / f"library/subtitles/part-{part}.{language}.srt").write_text("\n".join(cues), encoding="utf-8")


def _edit_subtitle(folder: Path) -> None:
    _write_subtitles(folder, 3, "es", 8, " ¡Sí!")
    time.sleep(2.5)


def _edit_video(folder: Path) -> None:
    with (folder / "library/videos/part-7.mp4").open("r+b") as file:
        file.seek(-100, os.SEEK_END)
        file.write(b"x" * 50)
    time.sleep(2.5)


def _hash_library(folder: Path) -> None:
    files = sorted(map(str, (folder / "library/videos").iterdir()))
    size = sum(Path(f).stat().st_size for f in files)
    hashlib_line = "import hashlib, sys\nfor f in sys.argv[1:]: hashlib.file_digest(open(f, 'rb'), 'sha256')"
    ways: dict[str, list[str]] = {"hashlib over the library": [sys.executable, "-c", hashlib_line, *files]}
    ways |= {
        f"{name} over the library": [*line, *files]
        for name, line in (("openssl dgst", ["openssl", "dgst", "-sha256"]), ("sha256sum", ["sha256sum"]))
        if shutil.which(line[0])
    }
    for title, line in ways.items():
        cost = measure(line, None)
        _print_row(title, cost.seconds, size, 0, cost.cpu, cost.foreign)


def _copy_bundles(folder: Path) -> None:
    """What this disk takes for as many bytes, when nothing is digested: a build that is proven takes no less."""
    copy = folder / "copy"
    size = sum(p.stat().st_size for p in (folder / "out").rglob("*") if p.is_file())
    copied = 'rm -rf "$1" && cp -r --reflink=never "$0" "$1" && sync -f "$1"'
    cost = measure(["sh", "-c", copied, folder / "out", copy], None)
    shutil.rmtree(copy)
    _print_row("cp of these bundles, and sync", cost.seconds, size, size, cost.cpu, cost.foreign)


def _step(folder: Path, title: str, *words: object) -> None:
    """Build all; ``words`` are options, the command's name, and options of its own."""
    shared = ["--cache", folder / "cache", "--manifests", folder / "manifests", "-q", *(words or ["build"])]
    command = [sys.executable, "-c", _RUN, *shared, "--all", "-o", folder / "out", "--json"]
    began, before, others = time.monotonic(), os.times(), user_seconds()
    done = subprocess.run(
        list(map(str, command)), env={**os.environ, "PYTHONPATH": str(TOP)}, capture_output=True, text=True, check=True
    )
    spent, after = time.monotonic() - began, os.times()
    user = after.children_user - before.children_user
    cpu = user + after.children_system - before.children_system
    foreign = max(0.0, user_seconds() - others - user) / spent
    _io, read, written = done.stderr.splitlines()[-1].split()
    bundles = json.loads(done.stdout)["bundles"]
    count = sum(b["written"] for b in bundles)
    _print_row(f"{title} ({count} written)", spent, int(read), int(written), cpu, foreign)


@contextmanager
def _disk(kind: str, size: int) -> Iterator[Path]:
    """A folder on a disk of its own of this ``kind``, where one can be made; else on this one.

    XFS shares blocks between files, ext4 does not.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = shutil.which(f"mkfs.{kind}", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if os.geteuid() != 0 or program is None:
            print(f"\nwithout {kind} (mkfs.{kind}, root): on this computer's own disk")
            yield folder
            return
        print(f"\non {kind}")
        file, mount = folder / "disk", folder / "mount"
        mount.mkdir()
        with file.open("wb") as opened:
            opened.truncate(size)
        subprocess.run([program, "-q", *(["-m", "reflink=1"] if kind == "xfs" else ["-F"]), file], check=True)
        subprocess.run(["mount", "-o", "loop", file, mount], check=True)
        try:
            yield mount
        finally:
            subprocess.run(["umount", mount], check=True)


def _show_images(folder: Path, library: int) -> None:
    """What twenty images cost: each takes what its drive holds, and none is needed to write a drive."""
    words = ["--cache", folder / "cache", "--manifests", folder / "manifests", "-q"]
    shutil.rmtree(folder / "out")
    command = [sys.executable, "-m", "usbkit", *words, "image", "--all", "-o", folder / "images", "--size", "4GB"]
    before = _used(folder)
    spent = _time(
        lambda: subprocess.run(
            list(map(str, command)), env={**os.environ, "PYTHONPATH": str(TOP)}, capture_output=True, check=True
        )
    )
    images = list((folder / "images").glob("*.img"))
    hold, taken = sum(p.stat().st_blocks * 512 for p in images), _used(folder) - before
    print(f"\n{len(images)} images of 4 GB in {spent:.1f} s hold {hold / 1e9:.2f} GB (each recording is on two drives)")
    print(f"and take {taken / 1e9:.2f} GB of this disk beside the library's {library / 1e9:.2f}. `write` needs none.")


def _used(folder: Path) -> int:
    """Bytes that are in use on the disk of ``folder``."""
    os.sync()
    disk = os.statvfs(folder)
    return (disk.f_blocks - disk.f_bfree) * disk.f_frsize


def _time(once: Callable[[], object]) -> float:
    began = time.monotonic()
    once()
    return time.monotonic() - began


def _print_row(title: str, seconds: float, read: int, written: int, cpu: float, foreign: float) -> None:
    row = f"{title:34}{seconds:9.2f}{cpu:8.2f}{read / 1e6:10.1f}{written / 1e6:12.1f}{foreign:8.2f}"
    print(row, flush=True)
