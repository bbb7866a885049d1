"""``usbkit library``: answers and exit codes."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from tests.cli.calls import call
from tests.support.cli import Done


def _rewrite(path: Path) -> None:
    """Other contents, and the time put back."""
    status = path.stat()
    path.write_bytes(b"x" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_the_command_names_what_changed_and_answers_no(demo: Path, tmp_path: Path) -> None:
    for name in ("library", "manifests"):
        shutil.copytree(demo / name, tmp_path / name)
    video = tmp_path / "library/videos/opening.mp4"

    def check(*words: object) -> Done:
        where = "--cache", tmp_path / "cache", "--manifests", tmp_path / "manifests", "-q"
        return call(*where, "library", "check", *words)

    planned = json.loads(check("--dry-run", "--json").expect(0).out)
    assert planned["recorded"] == 0 and planned["bytes_left"] == planned["bytes"] > 0
    assert not (tmp_path / "cache").exists()
    first = json.loads(check("--json").expect(0).out)
    assert first["first_seen"] == first["files"] == planned["files"]
    _rewrite(video)
    again = json.loads(check("--json").expect(1).out)
    assert [(p["path"], p["state"]) for p in again["problems"]] == [(str(video), "rewritten")]
    assert str(video) in check().expect(1).err
    check("--accept", tmp_path / "nothing.mp4").expect(2)
    assert "1 file" in check("--accept", video).expect(0).out
    assert json.loads(check("--json").expect(0).out)["whole"] == first["files"]
