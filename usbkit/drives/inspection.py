"""The first look at a drive: its facts and what it states. Runs in a worker, since a drive may hang."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.errors import DeviceError, Finding, UsbkitError
from usbkit.core.messages import _
from usbkit.drives.device import OURS, DriveFacts
from usbkit.drives.finished_drive import read_finished
from usbkit.drives.jobrecord import find_record
from usbkit.drives.linux import Heard, identify, look_at, nobody, read_heard
from usbkit.drives.sysfs import HOST, System
from usbkit.trust.passport import Passport

#: The finding of a drive that was exchanged or went while it was looked at.
CHANGED = "drive-changed"

#: Why there is no answer.
Findings = tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """The result of a first look at a drive. Claimed, never proof.

    ``passport`` is set for a finished drive, ``job`` for an unfinished one: its job record's digest, hex, with the
    ``stem`` of its country. ``is_allowed``: this user may read and write it.
    """

    facts: DriveFacts
    passport: Passport | None = None
    job: str | None = None
    stem: str | None = None
    is_allowed: bool = True


def inspect_drive(node: Path, system: System = HOST, heard: Heard = nobody) -> Inspection | Findings:
    """Examine a drive that has just appeared. ``heard`` is called after each read that it answered.

    A drive that disappears meanwhile gives findings, since the facts read so far may be another drive's.
    """
    try:
        look = _look(node, system, heard)
        if identify(node, system) != look.facts.identity:
            raise DeviceError.of(CHANGED, _("this is no longer the drive that was inspected"))
        return look
    except UsbkitError as problem:
        return problem.findings
    except OSError as problem:
        return (Finding("drive-unreadable", _("it cannot be read: {reason}", reason=problem.strerror)),)


def _look(node: Path, system: System, heard: Heard) -> Inspection:
    facts = look_at(node, system, heard)
    allowed = os.access(node, os.R_OK | os.W_OK)
    if facts.content != OURS or not os.access(node, os.R_OK):
        return Inspection(facts, is_allowed=allowed)
    fd = os.open(node, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return _read_claims(Inspection(facts, is_allowed=allowed), functools.partial(read_heard, fd, heard))
    finally:
        os.close(fd)


def _read_claims(look: Inspection, read_at: Callable[[int, int], bytes]) -> Inspection:
    """``look`` with what the drive says of itself: an unfinished one its job, a finished one its passport."""
    if (record := find_record(read_at)) is not None:
        return Inspection(look.facts, job=record.job.hex(), stem=record.stem, is_allowed=look.is_allowed)
    finished = read_finished(read_at, look.facts.identity.size)
    return Inspection(look.facts, passport=finished.passport if finished else None, is_allowed=look.is_allowed)
