"""Files by their names in Unicode's NFC, whatever form the disk holds them in.

macOS and some archives write ``한`` as three characters, people and Windows as one (UAX #15). On the screen both are
the same name.
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path, PurePosixPath


def find_spelled(root: Path, name: str) -> Path:
    """``name`` below ``root`` as the disk spells it; as it is given where there is no such file in any form."""
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
