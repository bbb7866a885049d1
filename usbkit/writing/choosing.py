"""From the drives a user names to drives that may be written: examined, judged by the safety table, each only once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from usbkit.core.errors import DeviceError, Finding, InputError, Place, RefusedError
from usbkit.core.messages import _
from usbkit.core.real_paths import real_path
from usbkit.drives.device import DriveFacts, DriveKind
from usbkit.drives.linux import Heard, list_drives, look_at
from usbkit.drives.safety import Decision, Permission, Wish, is_confirmed, judge
from usbkit.drives.sysfs import HOST, System
from usbkit.workers.process import ask_each

#: Seconds without an answer to a read after which a drive counts as hung.
_LOOK_LIMIT = 60.0


def look_at_named(names: Sequence[str], system: System = HOST) -> list[DriveFacts]:
    """Return the facts of the drives named by node, image file or USB port, in that order.

    Raises DeviceError with all that are missing or do not answer, InputError for one named twice.
    """
    nodes = [_node_of(name, system) for name in names]
    answers = ask_each([functools.partial(_look, node, system) for node in nodes], _LOOK_LIMIT)
    facts, findings = list[DriveFacts](), list[Finding]()
    for node, answer in zip(nodes, answers, strict=True):
        if isinstance(answer, DriveFacts):
            facts.append(answer)
        else:
            findings += _silent(node) if answer is None else answer
    if findings:
        raise DeviceError(*findings)
    _require_distinct(facts)
    return facts


def look_at_all(system: System = HOST) -> list[DriveFacts]:
    """Return the facts of every drive that answers."""
    nodes = list_drives(system)
    answers = ask_each([functools.partial(_look, node, system) for node in nodes], _LOOK_LIMIT)
    return [answer for answer in answers if isinstance(answer, DriveFacts)]


def choose_drives(names: Sequence[str], every: bool, wish: Wish) -> list[Decision]:
    """Return the named drives, or with ``every`` all sticks that need only the batch's confirmation; all permitted.

    Raises DeviceError or InputError for drives that cannot be examined, RefusedError with every drive that may not be
    written.
    """
    facts = _sticks(wish) if every else look_at_named(names)
    _require_confirmations_fit(facts, wish)
    return judge_all(facts, wish)


def judge_all(facts: Iterable[DriveFacts], wish: Wish, needed: Callable[[int], int] | None = None) -> list[Decision]:
    """Return the safety table's decision on each drive; ``needed`` gives the bytes needed for a sector size.

    Raises RefusedError with every drive that may not be written.
    """
    decisions = [judge(f, replace(wish, needed=needed(f.sector_size) if needed else 0)) for f in facts]
    refused = [d.finding() for d in decisions if not d.may_write]
    if refused:
        raise RefusedError(*refused)
    return decisions


def _sticks(wish: Wish) -> list[DriveFacts]:
    sticks = [f for f in look_at_all() if judge(f, wish).rule.permission is Permission.ASK]
    if not sticks:
        what = _("there is no USB stick that could be written without being named")
        todo = _("`usbkit drives` lists what is there and says why. Name drives with --drive.")
        raise DeviceError(Finding("no-stick", what, None, todo))
    return sticks


def _node_of(name: str, system: System) -> Path:
    """A node's path with links resolved, an image file's as it is, or the node of the drive at a port."""
    path = Path(name)
    if "/" not in name and not path.exists():
        for facts in look_at_all(system):
            if facts.identity.port == name:
                return facts.identity.node
    return real_path(path) if path.is_block_device() else path


def _look(node: Path, system: System, heard: Heard) -> DriveFacts | tuple[Finding, ...]:
    try:
        return look_at(node, system, heard)
    except DeviceError as problem:
        return problem.findings


def _silent(node: Path) -> tuple[Finding, ...]:
    what = _("the drive has not responded for {seconds} s", seconds=round(_LOOK_LIMIT))
    return (Finding("drive-hung", what, Place(str(node)), _("Unplug it. Try another port, then another drive.")),)


def _require_distinct(facts: Sequence[DriveFacts]) -> None:
    seen = dict[tuple[DriveKind, int | None, int], Path]()
    for fact in facts:
        identity = fact.identity
        device = identity.node.stat().st_dev if identity.kind is DriveKind.FILE else 0
        first = seen.setdefault((identity.kind, identity.diskseq, device), identity.node)
        if identity.diskseq is not None and first is not identity.node:
            what = _("this is the same drive as {first}", first=first)
            raise InputError(Finding("drive-twice", what, Place(str(identity.node)), _("Name each drive once.")))


def _require_confirmations_fit(facts: Sequence[DriveFacts], wish: Wish) -> None:
    """Each ``--confirm`` names exactly one of the drives: serials are not always one's own."""
    for name in sorted(wish.confirmed):
        fitting = [f.identity for f in facts if is_confirmed(f.identity, Wish(confirmed=frozenset((name,))))]
        if len(fitting) == 1:
            continue
        if fitting:
            ports = ", ".join(i.port or str(i.node) for i in fitting)
            what = _("--confirm {name} fits several drives: those at {ports}", name=name, ports=ports)
            raise InputError(Finding("confirm-ambiguous", what, None, _("Confirm each by its port.")))
        what = _("--confirm {name} is no serial or port of the drives named", name=name)
        raise InputError(Finding("confirm-unknown", what, None, _("`usbkit drives` lists serials and ports.")))
