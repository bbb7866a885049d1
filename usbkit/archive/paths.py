"""Paths allowed in an archive: only those that our bundles use. Pure."""

from __future__ import annotations

import re

from usbkit.archive.errors import UnfitError
from usbkit.core.messages import _
from usbkit.core.portable_names import DOS_DEVICES, why_unfit
from usbkit.trust.sums import MAX_PATH, PATH

_PATH = re.compile(PATH)
_DRIVE = re.compile(r"[A-Za-z]:")


def require_path(path: str) -> None:
    """Raise UnfitError, with the reason, unless ``path`` is one that our bundles use."""
    parts = path.replace("\\", "/").split("/")
    shown = path[:MAX_PATH]
    if path[:1] in ("/", "\\") or _DRIVE.match(path):
        raise UnfitError("path-absolute", _("it would write to the place {path} of the whole computer", path=shown))
    if ".." in parts:
        raise UnfitError("path-leads-out", _("it would write outside its folder: {path}", path=shown))
    if any(part.partition(".")[0].rstrip().lower() in DOS_DEVICES for part in parts):
        raise UnfitError("path-device", _("{path} is the name of a device on Windows", path=shown))
    if len(path) > MAX_PATH or not _PATH.fullmatch(path):
        raise UnfitError("path-unfit", _("{path} is not a name that a bundle of ours has", path=shown))
    if (reason := why_unfit(path)) is not None:
        raise UnfitError("path-unfit", _("no bundle of ours has such a name: {reason}", reason=reason))
