"""What a drive claims to hold already. Never trusted without the read-back at the end."""

from __future__ import annotations

import errno
import os

from usbkit.disk.image import ExtentKind, Image
from usbkit.drives.buffers import make_buffer
from usbkit.drives.finished_drive import FinishedDrive, read_finished
from usbkit.drives.jobrecord import JobRecord
from usbkit.drives.target import DriveIOError, Failure, Target


def read_at(target: Target, offset: int, length: int) -> bytes:
    """Return ``length`` bytes at ``offset``, both of any alignment; fewer at the drive's end.

    Raises OSError if they cannot be read, DriveIOError if the drive is gone.
    """
    end = min(offset + length, target.size)
    if end <= offset:
        return b""
    sector = target.sector_size
    start, stop = offset // sector * sector, -(-end // sector) * sector
    buffer = make_buffer(stop - start)
    try:
        target.read_into(buffer, start)
    except DriveIOError as problem:
        if problem.failure is Failure.READ_ERROR:
            raise OSError(errno.EIO, os.strerror(errno.EIO)) from problem
        raise
    return bytes(buffer[offset - start : end - start])


def claim_finished(target: Target, image: Image, fingerprint: str, stem: str) -> JobRecord | None:
    """Return a job record for a finished drive of ours that counts its files already in the right places as done.

    None if this is no finished drive of ours. The record's sequence is 0: it is not yet on the drive.
    """
    finished = read_finished(lambda offset, length: read_at(target, offset, length), target.size)
    if finished is None:
        return None
    record = JobRecord.for_job(image, fingerprint, stem)
    return record.saying(_claim_chunks(image, finished, record))


def _claim_chunks(image: Image, finished: FinishedDrive, record: JobRecord) -> bytes:
    """A bit for each chunk in which every byte belongs to a file that stands there already, or to none."""
    kept = {f.path for f in image.files if (f.offset, f.size, f.sha256) in finished.files}
    done = bytearray(b"\xff" * len(record.done))
    for extent in image.extents:
        if extent.kind in (ExtentKind.DATA, ExtentKind.SLACK) and extent.what not in kept:
            for chunk in range(extent.offset // record.chunk, -(-extent.end // record.chunk)):
                done[chunk // 8] &= ~(1 << chunk % 8)
    return bytes(done)
