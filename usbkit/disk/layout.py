"""From a tree of files and a capacity to an image: the one entrance to laying out, whatever the file system."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from usbkit.disk.image import Image, TreeFile


@dataclass(frozen=True, slots=True)
class LayoutOptions:
    """What a layout depends on beside the tree. ``capacity`` in bytes; ``timestamp`` from the edition, with UTC."""

    capacity: int
    label: str
    volume_id: int
    disk_id: int
    timestamp: dt.datetime
    sector_size: int = 512
    filesystem: Literal["auto", "fat32", "exfat"] = "auto"


def lay_out(files: Sequence[TreeFile], options: LayoutOptions) -> Image:
    """The image of a drive of ``options.capacity`` bytes that holds exactly ``files``.

    Raises InputError when it does not fit (by how much, and the smallest size that does), when a file is too large
    for the file system asked for, or when a name or the label cannot be held.
    """
    raise NotImplementedError


def smallest_capacity(files: Sequence[TreeFile], options: LayoutOptions) -> int:
    """The fewest bytes a drive must have for ``lay_out`` to succeed (``options.capacity`` is ignored)."""
    raise NotImplementedError
