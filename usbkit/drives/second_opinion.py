"""A second check of a drive and its claimed ranges, by util-linux's ``wipefs``.

Each signature it names must be one that we judged empty or ours; if it names none, that proves nothing. It only reads
whole disks, so a range is given to it as a *specimen*: a sparse file as long as the range, with the bytes of its
beginning and end, where probers look. Nothing is written to the drive.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from usbkit.disk.reader import ReadAt, Run
from usbkit.drives.device import OURS
from usbkit.drives.signatures import DriveContent
from usbkit.workers.program import ask_program, find_program

PROGRAM = "wipefs"

#: Bytes of a range's ends that a specimen holds: libblkid reads 2 MiB at most of either.
_ENDS = 3 * 2**20
_PATIENCE = 20.0

#: What names the signatures on a file or device; None where it has no answer.
Prober = Callable[[Path], "list[str] | None"]


def heed_second_opinion(
    node: Path, read_at: ReadAt, size: int, content: DriveContent, probe: Prober | None = None
) -> DriveContent:
    """Return ``content``, or foreign content named after the first signature that we did not recognise. Raises what
    ``read_at`` raises.

    ``wipefs`` is asked only about content that we would overwrite: blank or ours.
    """
    probe = probe or _find_prober()
    if content.name not in (None, OURS) or probe is None:
        return content
    whole = Run(0, size)
    unknown = _unknown(probe(node), content, whole)
    for run in content.ranges:
        if unknown is None and run != whole:
            unknown = _unknown(_probe_range(read_at, run, probe), content, run)
    return content if unknown is None else replace(content, name=unknown)


def name_signatures(target: Path) -> list[str] | None:
    """Return the types that ``wipefs`` finds on a file or device; None if it cannot tell."""
    program = find_program(PROGRAM)
    answer = None if program is None else ask_program([program, "--no-act", "--json", target], _PATIENCE)
    if answer is None:
        return None
    try:
        found = json.loads(answer)["signatures"] if answer.strip() else []
        return [str(signature["type"]) for signature in found]
    except (ValueError, KeyError, TypeError):
        return None


def _find_prober() -> Prober | None:
    return None if find_program(PROGRAM) is None else name_signatures


def _unknown(named: Iterable[str] | None, content: DriveContent, run: Run) -> str | None:
    understood = content.understood.get(run, frozenset())
    return next((name for name in named or () if name not in understood), None)


def _fill(file: BinaryIO, length: int, first: bytes, last: bytes) -> bool:
    """Make the specimen; False where this computer has no room for it."""
    try:
        file.write(first)
        file.truncate(length)
        file.seek(length - len(last))
        file.write(last)
        file.flush()
    except OSError:
        return False
    return True


def _probe_range(read_at: ReadAt, run: Run, probe: Prober) -> list[str] | None:
    try:
        fd, name = tempfile.mkstemp(prefix="usbkit-specimen-")
    except OSError:
        return None
    path = Path(name)
    try:
        with os.fdopen(fd, "wb") as file:
            head = min(_ENDS, run.length)
            tail = min(_ENDS, run.length - head)
            first, last = read_at(run.offset, head), read_at(run.end - tail, tail)
            if not _fill(file, run.length, first, last):
                return None
        return probe(path)
    finally:
        path.unlink(missing_ok=True)
