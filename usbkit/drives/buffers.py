"""Memory for ``O_DIRECT``: anonymous mappings are page-aligned, which suffices for every sector size."""

from __future__ import annotations

import mmap


def make_buffer(size: int) -> memoryview:
    """Return ``size`` writable zero bytes, page-aligned; freed with the last view of them."""
    return memoryview(mmap.mmap(-1, size))
