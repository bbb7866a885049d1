"""Check a drive, an image of one, or a folder against its seal, with three separate answers (design section 10).

Works on Linux, macOS and Windows; imports nothing that only making drives needs.
"""

from __future__ import annotations

from pathlib import Path

from usbkit.core.errors import DeviceError
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.trust.verdict import Verdict
from usbkit.verify.device import verify_device
from usbkit.verify.directory import verify_directory
from usbkit.verify.origin import Trust

__all__ = ["Trust", "verify_device", "verify_directory", "verify_path"]


def verify_path(path: Path, trust: Trust | None = None, progress: Progress | None = None) -> Verdict:
    """Check what ``path`` names: a folder, a device, an image file. Raises DeviceError for anything else."""
    if not path.exists():
        raise DeviceError.of(
            "nothing-to-check",
            _("{path} is not there", path=path),
            todo=_("Give the drive's folder, its device, or an image file."),
        )
    return verify_directory(path, trust, progress) if path.is_dir() else verify_device(path, trust, progress)
