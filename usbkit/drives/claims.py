"""What a drive holds already, as it says itself. Never believed without the read-back at the end."""

from __future__ import annotations

from usbkit.disk.image import Image
from usbkit.drives.buffers import make_buffer
from usbkit.drives.jobrecord import JobRecord
from usbkit.drives.target import Target


def read_at(target: Target, offset: int, length: int) -> bytes:
    """``length`` bytes at ``offset``, wherever they begin and end; fewer where the drive ends."""
    end = min(offset + length, target.size)
    if end <= offset:
        return b""
    sector = target.sector_size
    start, stop = offset // sector * sector, -(-end // sector) * sector
    buffer = make_buffer(stop - start)
    target.read_into(buffer, start)
    return bytes(buffer[offset - start : end - start])


def claim_finished(target: Target, image: Image, fingerprint: str, stem: str) -> JobRecord | None:
    """The record of a job that a finished drive of ours has done a part of: its files that stand where ours will.

    None where this is not a finished drive of ours. The record's sequence is 0: it does not stand on the drive yet.
    """
    return None
