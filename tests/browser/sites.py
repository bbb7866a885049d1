"""Folders of pages for browsers to open: rendered, sealed, laid out as an image and extracted by mtools."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.site.plans import COUNTRY, PROGRAMME, make_plan, planned_bytes
from usbkit.bundle.plan import Plan, PlannedFile
from usbkit.site.render import render_site
from usbkit.sources.subtitles import Track


@cache
def clip(folder: Path) -> Path:
    """A minute of H.264 with sound in a bad picture, as every browser here plays it."""
    path = folder / "clip.mp4"
    pattern = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=5:d=60", "-f", "lavfi", "-i", "sine=d=60"]
    codec = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-movflags", "+faststart"]
    subprocess.run(["ffmpeg", "-v", "error", *pattern, *codec, str(path)], check=True)
    return path


@cache
def long_clip(folder: Path) -> Path:
    """Ninety minutes of H.264, one picture a second, and silence: as long as a session of a forum."""
    path = folder / "long.mp4"
    pattern = ["-f", "lavfi", "-i", "color=c=navy:s=160x90:r=1:d=5400", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono"]
    codec = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-c:a", "aac", "-b:a", "8k"]
    command = ["ffmpeg", "-v", "error", *pattern, *codec, "-t", "5400", "-movflags", "+faststart", str(path)]
    subprocess.run(command, check=True)
    return path


def poster() -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (320, 180), (30, 60, 90)).save(buffer, "JPEG")
    return buffer.getvalue()


def plan_with_clip(
    folder: Path,
    programme: Mapping[str, Any] = PROGRAMME,
    country: Mapping[str, Any] = COUNTRY,
    tracks: Mapping[str, Mapping[str, Track]] | None = None,
) -> Plan:
    """The hand-made plan with real videos in a library under ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    return make_plan(folder / "library", programme, country, tracks, clip(folder), poster())


def place(files: Iterable[PlannedFile], folder: Path) -> Path:
    """The planned files as real ones under ``folder``."""
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(planned_bytes(file.content))
    return folder


def make_site(plan: Plan, folder: Path, target: Any = "drive") -> Path:
    """The pages of ``plan`` with all files beside them, as a drive or a website has them."""
    place((*plan.files, *render_site(plan, target=target)), folder)
    if target == "drive":
        claims = 'window.usbkitDrive = {"drive": {"number": 3, "of": 20}, "edition": 2, "signed": true};\n'
        (folder / "drive.js").write_text(claims)
    return folder


def pages_of(folder: Path) -> list[str]:
    """Index and recordings by their path below ``folder``; the check and transcripts have tests of their own."""
    found = [p.relative_to(folder).as_posix() for p in folder.rglob("*.html")]
    return sorted(p for p in found if p != "verify.html" and not p.startswith("transcripts/"))
