"""The README's own command lines, run as they are printed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.loop import loop_device

TOP = Path(__file__).parent.parent.parent
README = (TOP / "README.md").read_text(encoding="utf-8")


def _commands(heading: str) -> list[str]:
    """The indented lines below a heading, without their remarks."""
    section = README.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = re.findall(r"^    (\S.*)$", section, re.M)
    return [re.sub(r"\s{2,}#.*$", "", line) for line in lines]


@pytest.mark.needs("loop")
def test_a_newcomer_makes_a_drive_of_their_own_recordings(demo: Path, tmp_path: Path) -> None:
    commands = _commands("Make a drive of your own recordings")
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


def test_what_the_readme_names_is_there() -> None:
    targets = (TOP / "Makefile").read_text(encoding="utf-8")
    for name in re.findall(r"(?:^    |`)make (\w+)", README, re.M):
        assert re.search(rf"^{name}:", targets, re.M), f"the README says make {name}"
    for path in re.findall(r"`((?:docs|manifests/forum-2020|tests)/[\w./-]+)`", README):
        assert (TOP / path).exists(), path
