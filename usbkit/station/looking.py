"""The first look at a stick: the facts, and what it says of itself. Runs in a worker, since a stick may hang."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from usbkit.drives.device import OURS, Identity
from usbkit.drives.finished import read_finished
from usbkit.drives.jobrecord import find_record
from usbkit.drives.linux import HOST, System, identify, look_at
from usbkit.errors import DeviceError, Finding, UsbkitError
from usbkit.progress import Progress
from usbkit.station.messages import Look
from usbkit.text import _
from usbkit.verdict import Verdict
from usbkit.verify import verify_device

#: What a worker of ours answers: what was asked for, or why there is none.
Findings = tuple[Finding, ...]


def look_closely(node: Path, system: System = HOST) -> Look | Findings:
    """All that the station wants to know of a stick that has just appeared."""
    try:
        facts = look_at(node, system)
        allowed = os.access(node, os.R_OK | os.W_OK)
        if facts.content != OURS or not os.access(node, os.R_OK):
            return Look(facts, is_allowed=allowed)
        fd = os.open(node, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return _read_claims(Look(facts, is_allowed=allowed), lambda offset, length: os.pread(fd, length, offset))
        finally:
            os.close(fd)
    except UsbkitError as problem:
        return problem.findings
    except OSError as problem:
        return (Finding("drive-unreadable", _("it cannot be read: {reason}", reason=problem.strerror)),)


def _read_claims(look: Look, read_at: Callable[[int, int], bytes]) -> Look:
    """``look`` with what the stick says of itself: an unfinished one its job, a finished one its passport."""
    if (record := find_record(read_at)) is not None:
        return Look(look.facts, job=record.job.hex(), is_allowed=look.is_allowed)
    finished = read_finished(read_at, look.facts.identity.size)
    return Look(look.facts, passport=finished.passport if finished else None, is_allowed=look.is_allowed)


def read_all(identity: Identity, progress: Progress) -> Verdict | Findings:
    """Read a finished stick from end to end, the very one that was looked at."""
    try:
        _require_same(identity)
        verdict = verify_device(identity.node, progress=progress)
        _require_same(identity)
    except UsbkitError as problem:
        return problem.findings
    return verdict


def _require_same(identity: Identity) -> None:
    if identify(identity.node) != identity:
        raise DeviceError.of("drive-changed", _("this is no longer the stick that was looked at"))
