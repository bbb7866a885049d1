"""The first look at a drive: the facts, and what it says of itself. Runs in a worker, since a drive may hang."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.errors import DeviceError, Finding, UsbkitError
from usbkit.core.messages import _
from usbkit.drives.device import OURS, DriveFacts
from usbkit.drives.finished_drive import read_finished
from usbkit.drives.jobrecord import find_record
from usbkit.drives.linux import HOST, System, identify, look_at
from usbkit.trust.passport import Passport

#: The finding of a drive that was exchanged or went while it was looked at.
CHANGED = "drive-changed"

#: Why there is no answer.
Findings = tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a first look at a drive found, and what it says of itself. Claimed, never proof.

    ``passport`` is there on a finished drive, ``job`` on an unfinished one: its job record's digest, hex, with the
    ``stem`` of the country that it was for. ``is_allowed``: whether this user may read and write it.
    """

    facts: DriveFacts
    passport: Passport | None = None
    job: str | None = None
    stem: str | None = None
    is_allowed: bool = True


def inspect_drive(node: Path, system: System = HOST) -> Inspection | Findings:
    """All that one wants to know of a drive that has just appeared. One that goes meanwhile is no drive any more:
    half of what was read of it would be another's, or nobody's.
    """
    try:
        look = _look(node, system)
        if identify(node, system) != look.facts.identity:
            raise DeviceError.of(CHANGED, _("this is no longer the drive that was looked at"))
        return look
    except UsbkitError as problem:
        return problem.findings
    except OSError as problem:
        return (Finding("drive-unreadable", _("it cannot be read: {reason}", reason=problem.strerror)),)


def _look(node: Path, system: System) -> Inspection:
    facts = look_at(node, system)
    allowed = os.access(node, os.R_OK | os.W_OK)
    if facts.content != OURS or not os.access(node, os.R_OK):
        return Inspection(facts, is_allowed=allowed)
    fd = os.open(node, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return _read_claims(Inspection(facts, is_allowed=allowed), lambda offset, length: os.pread(fd, length, offset))
    finally:
        os.close(fd)


def _read_claims(look: Inspection, read_at: Callable[[int, int], bytes]) -> Inspection:
    """``look`` with what the drive says of itself: an unfinished one its job, a finished one its passport."""
    if (record := find_record(read_at)) is not None:
        return Inspection(look.facts, job=record.job.hex(), stem=record.stem, is_allowed=look.is_allowed)
    finished = read_finished(read_at, look.facts.identity.size)
    return Inspection(look.facts, passport=finished.passport if finished else None, is_allowed=look.is_allowed)
