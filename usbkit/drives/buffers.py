"""Memory that ``O_DIRECT`` takes: anonymous mappings begin on a page, and a page is enough for every sector size."""

from __future__ import annotations

import mmap


def make_buffer(size: int) -> memoryview:
    """``size`` writable zero bytes, aligned to a page; freed when the last view of them is gone."""
    return memoryview(mmap.mmap(-1, size))
