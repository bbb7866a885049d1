"""List every drive, each examined closely in a separate worker; compare two lists."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from usbkit.core.errors import Finding
from usbkit.core.messages import _
from usbkit.drives.inspection import CHANGED, Findings, Inspection, inspect_drive
from usbkit.drives.linux import list_drives
from usbkit.drives.sysfs import HOST, System
from usbkit.workers.process import ask_each

#: Seconds without an answer to a read after which a drive counts as hung.
_LOOK_LIMIT = 60.0


#: Findings of a drive that went while it was looked at: the next look finds what is there then.
_GONE = frozenset(("drive-missing", CHANGED))


@dataclass(frozen=True, slots=True)
class Listed:
    """A drive. ``look`` is None if it did not answer; ``findings`` then say why."""

    node: Path
    look: Inspection | None
    findings: Findings = ()


class Happened(StrEnum):
    """Stable names: events carry them."""

    APPEARED = "appeared"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class DriveChange:
    """A change of a drive; one that is gone is described as last seen."""

    what: Happened
    drive: Listed


def list_closely(system: System = HOST) -> list[Listed]:
    """Return every drive, sorted by name, including those that do not answer."""
    nodes = list_drives(system)
    answers = ask_each([functools.partial(inspect_drive, node, system) for node in nodes], _LOOK_LIMIT)
    return [_listed(node, answer) for node, answer in zip(nodes, answers, strict=True) if _is_there(node, answer)]


def compare(before: Sequence[Listed], now: Sequence[Listed]) -> list[DriveChange]:
    """Return what has gone, come and changed, in this order. If a stick took another's name, one went and one came."""
    old, new = {_key(d): d for d in before}, {_key(d): d for d in now}
    gone = [DriveChange(Happened.GONE, d) for key, d in old.items() if key not in new]
    come = [DriveChange(Happened.APPEARED, d) for key, d in new.items() if key not in old]
    changed = [DriveChange(Happened.CHANGED, d) for key, d in new.items() if key in old and old[key] != d]
    return [*gone, *come, *changed]


def _key(drive: Listed) -> tuple[Path, int | None]:
    return drive.node, drive.look.facts.identity.diskseq if drive.look else None


def _listed(node: Path, answer: Inspection | Findings | None) -> Listed:
    match answer:
        case Inspection():
            return Listed(node, answer)
        case None:
            what = _("it has not responded for {seconds} s", seconds=round(_LOOK_LIMIT))
            todo = _("Unplug it. Try another port, then another drive.")
            return Listed(node, None, (Finding("drive-hung", what, todo=todo),))
        case _:
            return Listed(node, None, answer)


def _is_there(node: Path, answer: Inspection | Findings | None) -> bool:
    """Whether it has not gone while it was looked at."""
    if isinstance(answer, tuple) and any(f.id in _GONE for f in answer):
        return False
    return isinstance(answer, Inspection) or node.exists()
