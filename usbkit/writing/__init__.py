"""Drives from image to verdict: one (`write_drive`), and many side by side, each with a worker process of its own."""

from usbkit.writing.batch import BatchRecord, write_drives
from usbkit.writing.job import DriveJob, Mode, Wipe, write_drive

__all__ = ["BatchRecord", "DriveJob", "Mode", "Wipe", "write_drive", "write_drives"]
