"""Where an image file may be put: it replaces only what ``usbkit write --drive FILE`` would overwrite unasked."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from usbkit.core.errors import Finding, Place, RefusedError
from usbkit.core.messages import Text, _
from usbkit.core.real_paths import real_path
from usbkit.core.small_files import read_file
from usbkit.disk.bmap import is_bmap
from usbkit.disk.imagefile import bmap_of
from usbkit.drives.linux import look_at
from usbkit.drives.safety import Permission, Wish, judge
from usbkit.drives.sysfs import HOST, System

#: Bytes of a block map by which it is known.
_BEGINNING = 512


def require_replaceable(paths: Iterable[Path], sources: Iterable[Path], system: System = HOST) -> None:
    """Raise RefusedError, with all of them, for ``paths`` at which there is something that no image may replace.

    That is what is neither empty nor an image of ours, what is in use, and whatever stands in the folders ``sources``.
    """
    folders = [real_path(source) for source in sources]
    found = [(path, why) for path in paths if (why := _find_reason(path, folders, system)) is not None]
    todo = _("Choose another name with -o, or delete this file first if nobody needs it.")
    if found:
        raise RefusedError(*(Finding("not-replaced", why, Place(str(path)), todo) for path, why in found))


def _find_reason(path: Path, folders: Iterable[Path], system: System) -> Text | None:
    bmap = bmap_of(path)
    if os.path.lexists(bmap) and not (bmap.is_file() and is_bmap(read_file(bmap, _BEGINNING)[:_BEGINNING])):
        return _("the block map of an image goes to {path}, and what is there is no block map", path=bmap)
    if not path.is_file():
        return None
    place = real_path(path)
    for folder in folders:
        if place.is_relative_to(folder):
            return _("this file stands among the sources, in {folder}; an image does not replace it", folder=folder)
    decision = judge(look_at(path, system), Wish())
    if decision.rule.permission is Permission.NAMED:
        return None
    return _("this file is there already, and an image does not replace it: {why}", why=decision.evidence)
