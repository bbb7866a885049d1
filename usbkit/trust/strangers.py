"""Files that are not ours: those that operating systems create, and those that a computer may run or obey.

Tables only, shared with ``verify.html``: the regular expressions mean the same in Python and JavaScript.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from usbkit.core.run_names import is_run_name


@dataclass(frozen=True, slots=True)
class Debris:
    """A file that an operating system creates on a drive: a pattern for its whole path, and its size in bytes from
    ``least`` to ``most``.

    If ``beside`` is true, the first group of ``path`` must name a file or folder of ours.
    """

    path: str
    least: int
    most: int
    beside: bool = False


_OUR_FOLDER = r"(?:[A-Za-z0-9._-]+/)*"

#: Seen on drives that Windows 10/11, macOS 10.12-14 and GNOME had mounted. An unlisted name is not debris.
DEBRIS = (
    # Windows: the storage service and the indexer mark a drive that they have met.
    Debris(r"System Volume Information/WPSettings\.dat", 12, 12),
    Debris(r"System Volume Information/IndexerVolumeGuid", 76, 76),
    # macOS: Finder's view of a folder, an AppleDouble file beside one of ours, Spotlight and the event log.
    Debris(rf"({_OUR_FOLDER})\.DS_Store", 1, 65536),
    Debris(rf"({_OUR_FOLDER})\._\.DS_Store", 1, 65536),
    Debris(rf"({_OUR_FOLDER})\._\.", 1, 65536),
    Debris(rf"({_OUR_FOLDER})\._([A-Za-z0-9._-]+)", 1, 65536, beside=True),
    Debris(r"\._\.(?:Trashes|Spotlight-V100|fseventsd|TemporaryItems|apdisk)", 1, 65536),
    Debris(r"\.apdisk", 1, 65536),
    Debris(r"\.fseventsd/(?:[0-9a-f]{16}|fseventsd-uuid|no_log)", 0, 2**20),
    Debris(r"\.Spotlight-V100/VolumeConfiguration\.plist", 1, 65536),
    Debris(
        r"\.Spotlight-V100/Store-V[12]/[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}/"
        r"(?:0\.(?:directoryStoreFile|indexArrays|indexCompactDirectory|indexDirectory|indexGroups|indexHead|indexIds"
        r"|indexPositions|indexPositionTable|indexPostings|indexTermIds|indexUpdates|shadowIndexGroups|shadowIndexHead)"
        r"|indexState|journalExclusion|permStore|reverseDirectoryStore|store|\.store|tmp\.spotlight\.state"
        r"|store\.updates|store_generation|shutdown_time|tmp\.SnowLeopard|Cache|journals|VolumeConfiguration\.plist)",
        0,
        2**27,
    ),
    # GNOME: remembers on the drive how its first folder was looked at.
    Debris(r"\.xdg-volume-info", 1, 4096),
)

#: Folders that operating systems make; what stands in them is judged by `DEBRIS`.
DEBRIS_FOLDERS = (
    r"System Volume Information",
    r"\.Trashes",
    r"\.TemporaryItems",
    r"\.fseventsd",
    r"\.Spotlight-V100(?:/Store-V[12](?:/[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})?)?",
)

#: How programs, scripts, shortcuts and pages begin, whatever their name says (latin-1, compared without case).
RUN_BEGINNINGS = (
    "MZ",
    "\x7fELF",
    "#!",
    "\xfe\xed\xfa\xce",
    "\xfe\xed\xfa\xcf",
    "\xce\xfa\xed\xfe",
    "\xcf\xfa\xed\xfe",
    "\xca\xfe\xba\xbe",
    "L\x00\x00\x00\x01\x14\x02\x00",
    "<!doctype",
    "<html",
    "<head",
    "<body",
    "<script",
    "<svg",
    "<?xml",
    "<?php",
    "[autorun",
    "[desktop entry",
    "[internetshortcut",
)

#: Bytes of a stranger's beginning that `is_run` wants to see.
BEGINNING = 512

_DEBRIS = tuple((re.compile(d.path), d) for d in DEBRIS)
_DEBRIS_FOLDERS = re.compile("|".join(f"(?:{pattern})" for pattern in DEBRIS_FOLDERS))
_BEGINNINGS = tuple(b.encode("latin-1").lower() for b in RUN_BEGINNINGS)


def is_debris(path: str, size: int, ours: Collection[str]) -> bool:
    """Whether ``path`` of ``size`` bytes is an operating system's file; ``ours`` are the drive's files and folders."""
    for pattern, debris in _DEBRIS:
        match = pattern.fullmatch(path)
        if match is None or not debris.least <= size <= debris.most:
            continue
        if debris.beside and "".join(match.groups()) not in ours:
            continue
        if match.groups() and match.group(1) and match.group(1).rstrip("/") not in ours:
            continue
        return True
    return False


def is_debris_folder(path: str) -> bool:
    """Whether ``path`` is a folder that operating systems create."""
    return _DEBRIS_FOLDERS.fullmatch(path) is not None


def is_run(path: str, beginning: bytes) -> bool:
    """Whether a computer may run, obey or open as a page the file at ``path`` that begins with ``beginning``."""
    if is_run_name(path.rpartition("/")[2]):
        return True
    start = beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith(_BEGINNINGS)
