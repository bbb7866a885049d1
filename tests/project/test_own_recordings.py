"""The desk's page on a programme of one's own: its lines run as printed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import TOP
from tests.support.loop import loop_device
from tests.support.pages import blocks_of


@pytest.mark.needs("loop")
def test_a_newcomer_makes_a_drive_of_their_own_recordings(demo: Path, tmp_path: Path) -> None:
    here = f"on {Path(__file__).relative_to(TOP)}"
    commands = [line for block in blocks_of(TOP / "docs/desk.en.md") if block.how == here for line in block.commands]
    assert commands[0] == ". .venv/bin/activate"
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)
    library = tmp_path / "mine/library"
    for folder, source, target in (
        ("videos", "videos/id-cards.mp4", "hello.mp4"),
        ("subtitles", "subtitles/id-cards.es.srt", "hello.es.srt"),
    ):
        (library / folder).mkdir(parents=True)
        shutil.copy(demo / "library" / source, library / folder / target)
    with loop_device(tmp_path / "stick", 2 * 10**9) as node:
        script = "\n".join(["set -e", *commands]).replace("sudo ", "").replace("/dev/sdX", f"{node} --yes")
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Guatemala (GT): ready" in done.stdout
    assert (tmp_path / "mine/bundles/guatemala/index.html").is_file()
    assert (tmp_path / "mine/guatemala.img").is_file()
