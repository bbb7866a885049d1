"""Checking a drive, an image of one, or a folder against its seal: three answers, never one (design section 10).

Works on Linux, macOS and Windows; imports nothing that only making drives needs.
"""

from __future__ import annotations

from pathlib import Path

from usbkit.errors import DeviceError
from usbkit.progress import Progress
from usbkit.text import _
from usbkit.verdict import Verdict
from usbkit.verify.directory import verify_directory
from usbkit.verify.origin import Trust

__all__ = ["Trust", "verify_directory", "verify_path"]


def verify_path(path: Path, trust: Trust | None = None, progress: Progress | None = None) -> Verdict:
    """Check whatever ``path`` names. Raises DeviceError when there is nothing that could be checked."""
    if path.is_dir():
        return verify_directory(path, trust, progress)
    raise DeviceError.of(
        "nothing-to-check",
        _("{path} is not there", path=path),
        todo=_("Give the drive's folder, its device, or an image file."),
    )
