"""Where a path leads once every link on the way is followed."""

from __future__ import annotations

import os
from pathlib import Path


def real_path(path: Path) -> Path:
    """The path without links, absolute. Raises OSError where the current folder is gone.

    Where links lead in a circle, which is an error of its own kind to ``Path.resolve``, it stays the path so far:
    whoever opens it is told by the system.
    """
    return Path(os.path.realpath(path))
