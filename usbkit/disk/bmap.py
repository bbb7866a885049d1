"""The block map of an image (bmap format 2.0): the blocks that ``bmaptool`` copies.

It lists every extent, zeros too, so that old data on a drive is overwritten. Ranges have no checksums: the image's
content is verified by its seal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from usbkit.disk.image import Image

BLOCK_SIZE = 4096
_CHECKSUM_PLACE = "0" * 64

_HEAD = """<?xml version="1.0" ?>
<!-- The blocks of a drive's image that must be written; all others may hold anything. -->
<bmap version="2.0">
    <ImageSize> {size} </ImageSize>
    <BlockSize> {block_size} </BlockSize>
    <BlocksCount> {blocks} </BlocksCount>
    <MappedBlocksCount> {mapped} </MappedBlocksCount>
    <ChecksumType> sha256 </ChecksumType>
    <BmapFileChecksum> {checksum} </BmapFileChecksum>
    <BlockMap>
"""


def make_bmap(image: Image) -> str:
    """Return the map's text. Its own checksum is computed with zeros in the checksum's place."""
    ranges = list(find_ranges(image))
    head = _HEAD.format(
        size=image.size,
        block_size=BLOCK_SIZE,
        blocks=-(-image.size // BLOCK_SIZE),
        mapped=sum(last - first + 1 for first, last in ranges),
        checksum=_CHECKSUM_PLACE,
    )
    body = "".join(f"        <Range> {_format_range(first, last)} </Range>\n" for first, last in ranges)
    text = f"{head}{body}    </BlockMap>\n</bmap>\n"
    return text.replace(_CHECKSUM_PLACE, hashlib.sha256(text.encode()).hexdigest(), 1)


def is_bmap(beginning: bytes) -> bool:
    """Whether a file that begins so is a map of ours, or empty."""
    ours = _HEAD[: _HEAD.index("<bmap")].encode()
    return not beginning or beginning.startswith(ours)


def find_ranges(image: Image) -> Iterator[tuple[int, int]]:
    """Yield first and last block of each written stretch, sorted and disjoint."""
    first, last = 0, -1
    for extent in image.extents:
        start, end = extent.offset // BLOCK_SIZE, (extent.end - 1) // BLOCK_SIZE
        if start > last + 1:
            if last >= first:
                yield first, last
            first = start
        last = max(last, end)
    if last >= first:
        yield first, last


def _format_range(first: int, last: int) -> str:
    return f"{first}-{last}" if last > first else f"{first}"
