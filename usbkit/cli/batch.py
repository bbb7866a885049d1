"""Shared by the commands that write drives: the single confirmation, and the closing table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from usbkit.cli.asking import is_number_typed
from usbkit.cli.output import show
from usbkit.cli.output.progress import Events
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, RefusedError
from usbkit.core.messages import Text, _, escape
from usbkit.core.progress import Progress
from usbkit.core.units import format_size
from usbkit.drives.device import Identity
from usbkit.drives.record import DriveRecord, Phase
from usbkit.drives.safety import Decision, Permission

if TYPE_CHECKING:
    from usbkit.writing.batch import BatchRecord
    from usbkit.writing.surface import SurfaceRecord, SurfaceRun


def event_progress(settings: Settings) -> Progress:
    """Return the progress of a long command: ``--json`` prints events instead of one document."""
    return settings.event_progress()


def confirm_batch(decisions: Sequence[Decision], doing: Text, *, yes: bool) -> None:
    """Ask once about all drives that need confirmation. Raises RefusedError unless the answer is yes."""
    asked = [d for d in decisions if d.rule.permission is not Permission.NAMED]
    if yes or not asked:
        return
    show.say(_("About to {doing} these drives. Everything on them will be lost:", doing=doing))
    for decision in asked:
        identity = decision.facts.identity
        show.say(f"  {describe(identity)}: {decision.evidence}")
    if not sys.stdin.isatty():
        raise _unconfirmed(_("Check the list, then pass --yes."))
    if not is_number_typed(len(asked)):
        raise _unconfirmed(_("Nothing was written."))


def _unconfirmed(todo: Text) -> RefusedError:
    return RefusedError(Finding("not-confirmed", _("this was not confirmed"), None, todo))


def describe(identity: Identity) -> str:
    """Return a drive on one line, with enough to tell it from others."""
    parts = (identity.port and f"port {identity.port}", identity.name, identity.serial, format_size(identity.size))
    return escape(f"{identity.node} ({', '.join(p for p in parts if p)})")


def close_batch(settings: Settings, batch: BatchRecord) -> int:
    """Print the outcome of each drive and return the exit code."""
    if settings.json:
        Events().emit("result", **batch_json(batch))
        return batch.exit_code
    headers = (_("drive"), _("port"), _("result"), _("written"), _("read back"), _("time"))
    show.table(headers, [_row(r) for r in batch.drives])
    for state, drives in _by_state(batch.drives).items():
        show.answer(f"{', '.join(drives)}: {state}")
    for record in batch.drives:
        for finding in record.findings:
            show.say_finding(finding)
        for trouble in record.verdict.troubles if record.verdict else ():
            show.say(f"{record.identity.node}: {trouble.path}: {trouble.trouble}: {trouble.detail}")
        for place in record.verdict.structure_troubles if record.verdict else ():
            show.say(f"{record.identity.node}: {place}")
    return batch.exit_code


def _row(record: DriveRecord) -> tuple[str, ...]:
    figures = record.figures
    return (
        str(record.identity.node),
        record.identity.port or "",
        str(record.outcome.word),
        _at_pace(figures.written, figures.seconds.get(Phase.DATA)),
        _at_pace(figures.read, figures.seconds.get(Phase.READ_BACK)),
        f"{figures.total_seconds:.0f} s",
    )


def _by_state(records: Sequence[DriveRecord]) -> dict[str, list[str]]:
    """What is true of the drives now, each state once: a column of it would be wider than a terminal."""
    states: dict[str, list[str]] = {}
    for record in records:
        states.setdefault(str(record.state), []).append(str(record.identity.node))
    return states


def _at_pace(amount: int, seconds: float | None) -> str:
    if not amount:
        return ""
    return format_size(amount) + (f" ({amount / 1e6 / seconds:.0f} MB/s)" if seconds and seconds > 0.1 else "")


def batch_json(batch: BatchRecord) -> dict[str, Any]:
    """The closing table as JSON; stable."""
    return {
        "exit": batch.exit_code,
        "seconds": round(batch.seconds, 3),
        "signal": batch.signal,
        "drives": [record_json(r) for r in batch.drives],
    }


def record_json(record: DriveRecord) -> dict[str, Any]:
    """Return the outcome of one drive as JSON; stable."""
    return {
        **identity_json(record.identity),
        "outcome": record.outcome,
        "phase": record.phase,
        "state": str(record.state),
        "country": record.stem,
        "fingerprint": record.fingerprint,
        "metadata": record.metadata,
        "written": record.figures.written,
        "read": record.figures.read,
        "kept": record.figures.kept,
        "seconds": {phase: round(spent, 3) for phase, spent in record.figures.seconds.items()},
        "true_size": record.true_size,
        "verdict": record.verdict.to_json() if record.verdict else None,
        "findings": [show.finding_json(f) for f in record.findings],
        "remarks": [str(r) for r in record.remarks],
    }


def identity_json(identity: Identity) -> dict[str, Any]:
    """Return a drive's identity as JSON; stable."""
    return {
        "drive": str(identity.node),
        "kind": identity.kind,
        "size": identity.size,
        "port": identity.port,
        "vendor": identity.vendor,
        "model": identity.model,
        "serial": identity.serial,
    }


def close_surface(settings: Settings, run: SurfaceRun) -> int:
    """Print the outcome of a wipe or test and return the exit code."""
    record = run.record
    if settings.json:
        Events().emit("result", exit=run.exit_code, signal=run.signal, **surface_json(record))
        return run.exit_code
    show.answer(f"{record.identity.node}: {record.state}")
    for remark in record.remarks:
        show.say(remark)
    for finding in record.findings:
        show.say_finding(finding)
    return run.exit_code


def surface_json(record: SurfaceRecord) -> dict[str, Any]:
    """Return the outcome of a wipe or test as JSON; stable."""
    surface = record.surface
    return {
        **identity_json(record.identity),
        "treatment": record.treatment,
        "outcome": record.outcome,
        "state": str(record.state),
        "written": record.figures.written,
        "read": record.figures.read,
        "seconds": {phase: round(spent, 3) for phase, spent in record.figures.seconds.items()},
        "true_size": record.true_size,
        "bad_bytes": surface.bad_bytes if surface else None,
        "bad": [list(r) for r in surface.bad] if surface else [],
        "findings": [show.finding_json(f) for f in record.findings],
        "remarks": [str(r) for r in record.remarks],
    }
