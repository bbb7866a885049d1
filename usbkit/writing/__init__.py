"""Drives from image to verdict: one (``write_drive``), or many side by side, each in a separate worker process."""

from usbkit.writing.batch import BatchRecord, write_drives
from usbkit.writing.job import DriveJob, Mode, Wipe, write_drive

__all__ = ["BatchRecord", "DriveJob", "Mode", "Wipe", "write_drive", "write_drives"]
