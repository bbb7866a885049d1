"""Find files by names in Unicode NFC, whatever form the disk uses.

macOS and some archives write ``한`` as three characters, people and Windows as one (UAX #15). On the screen both look
the same.
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path, PurePosixPath


def find_spelled(root: Path, name: str) -> Path:
    """Return the path of ``name`` below ``root`` as the disk spells it; unchanged if no form of it exists."""
    exact = root / name
    if name.isascii() or os.path.lexists(exact):
        return exact
    found = root
    for part in PurePosixPath(name).parts:
        found = _find_part(found, part)
    return found if os.path.lexists(found) else exact


def _find_part(folder: Path, part: str) -> Path:
    exact = folder / part
    if part.isascii() or os.path.lexists(exact):
        return exact
    wanted = unicodedata.normalize("NFC", part)
    try:
        names = sorted(p.name for p in folder.iterdir())
    except OSError:
        return exact
    return next((folder / n for n in names if unicodedata.normalize("NFC", n) == wanted), exact)
