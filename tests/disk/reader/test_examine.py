"""Our own reader: what it finds on intact and on changed drives of ours."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from tests.disk.trees import file, options, write
from usbkit.disk.layout import lay_out
from usbkit.disk.reader import Examination, ReadAt, examine, stream
from usbkit.trust.verdict import Structure

TREE = [file("videos/01.mp4", b"v" * 100_000, leads=True), file("문서/안내.pdf", b"p" * 5_000), file("README.TXT", b"")]


def open_image(path: Path) -> tuple[ReadAt, int]:
    data = path.read_bytes()
    return lambda offset, length: data[offset : offset + length], len(data)


def digest_entries(read_at: ReadAt, size: int, found: Examination) -> dict[str, str]:
    """Path to SHA-256 of every file, read by its runs."""
    files = [e for e in found.entries if not e.is_dir]
    return {e.path: hashlib.sha256(b"".join(stream(read_at, size, e))).hexdigest() for e in files}


def test_untouched_drive(tmp_path: Path) -> None:
    image = lay_out(TREE, options())
    read_at, size = open_image(write(image, tmp_path))
    found = examine(read_at, size)
    assert found.troubles == ()
    assert found.judge(image.metadata_digest()) is Structure.UNTOUCHED
    assert found.judge(None) is Structure.OPENED
    assert found.judge(None, image.metadata_digest()) is Structure.AS_IT_SAYS
    assert found.judge("0" * 64, image.metadata_digest()) is Structure.DENIED, "the word from outside counts"
    assert found.judge("0" * 64) is found.judge("0" * 64, "0" * 64) is Structure.OPENED
    assert (found.label, found.volume_id, found.disk_id) == (image.label, image.volume_id, image.disk_id)
    assert digest_entries(read_at, size, found) == {f.path: f.sha256 for f in TREE}


def test_runs_are_where_the_layout_put_them(tmp_path: Path) -> None:
    image = lay_out(TREE, options())
    read_at, size = open_image(write(image, tmp_path))
    placed = {f.path: [(f.offset, f.size)] if f.size else [] for f in image.files}
    found = {e.path: [(r.offset, r.length) for r in e.runs] for e in examine(read_at, size).entries if not e.is_dir}
    assert found == placed


def test_digest_depends_on_no_file_content(tmp_path: Path) -> None:
    """So that the digest can stand in passport.json, one of the files."""
    others = [file(f.path, os.urandom(f.size), leads=f.leads) for f in TREE]
    assert lay_out(others, options()).metadata_digest() == lay_out(TREE, options()).metadata_digest()
