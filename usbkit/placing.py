"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def beside(place: Path) -> Iterator[Path]:
    """A path beside ``place`` to write to; what was written stands at ``place``, on the disk, when all went well.

    Each thread of each process has its own. What a killed one left is a hidden file that nobody takes for ``place``.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    target = place.with_name(f".new-{os.getpid()}-{threading.get_ident()}-{place.name}")
    try:
        yield target
        with target.open("rb") as file:
            os.fsync(file.fileno())
        target.replace(place)
    finally:
        target.unlink(missing_ok=True)
