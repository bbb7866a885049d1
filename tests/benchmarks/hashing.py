"""Hashing speed of this processor: SHA-256 by Python, OpenSSL and Debian's sha256sum, and tags. The yardstick.

With and without its instructions for SHA, which OPENSSL_ia32cap(3) disables.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.rig import MEMORY, MIB, busy, measure, medians_of
from tests.benchmarks.writing import NO_SHA
from tests.support.cli import TOP

_PYTHON = "import hashlib, sys; print(hashlib.file_digest(open(sys.argv[1], 'rb'), 'sha256').hexdigest())"
_TAGS = """
import sys
from usbkit.trust.piece_tags import PIECE, TagKey
key = TagKey()
with open(sys.argv[1], "rb", buffering=0) as file:
    for number in range(2**20):
        if not (data := file.read(PIECE)):
            break
        key.tag(0, number, data)
"""


def run(runs: int, quick: bool) -> None:
    """Print the table."""
    size = (128 if quick else 1024) * MIB
    os.environ["PYTHONPATH"] = str(TOP)
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        file = Path(name) / "data"
        with file.open("wb") as opened:
            for _start in range(0, size, MIB):
                opened.write(os.urandom(MIB))
        ways: dict[str, list[object]] = {
            "hashlib (Python)": [sys.executable, "-c", _PYTHON, file],
            "tags (AES-GMAC)": [sys.executable, "-c", _TAGS, file],
        }
        if shutil.which("openssl"):
            ways["openssl dgst -sha256"] = ["openssl", "dgst", "-sha256", file]
        if shutil.which("sha256sum"):
            ways["sha256sum"] = ["sha256sum", file]
        print(f"{size / 1e9:.2f} GB in memory; median of {runs}; {busy()}")
        for title, environment in (("", {}), (", no SHA instructions", NO_SHA)):
            once = {way: functools.partial(measure, line, None, environment=environment) for way, line in ways.items()}
            found = medians_of(runs, once)
            for way, cost in found.items():
                print(f"{way + title:44}{cost.cpu / size * 1e9:7.3f} CPU s/GB{cost.seconds / size * 1e9:8.3f} s/GB")
