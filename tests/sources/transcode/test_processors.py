"""The same transcode on this processor and on older ones without AVX, emulated by QEMU."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import TOP, run

_TRANSCODE = """
import hashlib, sys
from pathlib import Path
from usbkit.sources.transcode.looking import look
from usbkit.sources.transcode.pieces import Piece, encode_piece
from usbkit.sources.transcode.recipe import recipe_for_height
from usbkit.sources.transcode.sound import encode_sound
source, folder, recipe = Path(sys.argv[1]), Path(sys.argv[2]), recipe_for_height(240)
found, piece = look(source, recipe), Piece(0, 0, 25)
encode_piece(source, folder / piece.name, piece, found.shape, recipe)
encode_sound(source, folder / "sound.mp4", found.audio, recipe)
for name in (piece.name, "sound.mp4"):
    print(name, hashlib.sha256((folder / name).read_bytes()).hexdigest())
"""


def _transcode(clip: Path, folder: Path, model: str | None) -> str:
    """What a processor of ``model`` makes of the clip; this machine's own without one."""
    folder.mkdir()
    emulator = ["qemu-x86_64", "-cpu", model] if model else []
    command = [*emulator, str(Path(sys.executable).resolve()), "-c", _TRANSCODE, str(clip), str(folder)]
    paths = os.pathsep.join([str(TOP), *(p for p in sys.path if "site-packages" in p)])
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.needs("ffmpeg", "qemu-user")
@pytest.mark.timeout(1800)
def test_picture_and_sound_are_the_same_bytes_with_and_without_avx(tmp_path: Path) -> None:
    clip, sound = tmp_path / "clip.mkv", "aevalsrc=0.3*sin(2*PI*440*t)+0.2*sin(2*PI*1330*t*t/3):s=44100"
    pattern = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25", "-f", "lavfi", "-i", sound, "-t", "2"]
    run("ffmpeg", "-v", "error", *pattern, "-c:v", "libx264", "-c:a", "flac", clip)
    here = _transcode(clip, tmp_path / "here", None)
    assert len(here.split()) == 4
    for model in ("Nehalem", "Penryn"):  # without AVX; without SSE4.2 as well
        assert _transcode(clip, tmp_path / model, model) == here, model
