"""What the station that made a drive says of it: its journey from stage to stage. Rules over rows of tables."""

from __future__ import annotations

from usbkit.core.messages import _
from usbkit.ledger import disputes, events
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.journey import HOLDING, NEXT, Stage, stage_after
from usbkit.ledger.records import Journey
from usbkit.ledger.state_view import StateView, hardware_of, impossible

Travelling = events.DriveBegun | events.DriveEnded | events.DriveFound | events.DriveVoided


def travel(view: StateView, event: Travelling, note: EntryBody, journey: Journey) -> None:
    """Take one more entry of a drive's own station. Raises BrokenOffError where it cannot follow on what was before."""
    match event:
        case events.DriveBegun():
            _require_job(view, event, journey)
            _move(view, journey, Stage.BEGUN, note, begun=event)
            disputes.note_job(view, event.job, journey)
        case events.DriveEnded():
            _move(view, journey, stage_after(event.outcome), note, ended=event)
        case events.DriveFound(is_whole=False):
            _move(view, journey, Stage.VOID, note, found=event, reason="no longer whole")
        case events.DriveFound() if journey.stage is not Stage.WHOLE:
            _move(view, journey, Stage.WHOLE, note, found=event)
        case events.DriveFound():
            view.rows.put_journey(journey.with_(found=event, read_at=note.at))
        case events.DriveVoided(reason=reason):
            _move(view, journey, Stage.VOID, note, reason=reason)


def _require_job(view: StateView, event: events.DriveBegun, journey: Journey) -> None:
    """One chain has one drive under a job."""
    others = (view.journeys[drive] for drive in view.rows.drives_of_job(event.job) if drive != journey.drive)
    if (same := next((j.drive for j in others if j.origin == journey.origin), None)) is not None:
        raise impossible(_("drive {drive} has the job of drive {same}", drive=journey.drive, same=same))


def _move(
    view: StateView,
    journey: Journey,
    stage: Stage,
    note: EntryBody,
    *,
    begun: events.DriveBegun | None = None,
    ended: events.DriveEnded | None = None,
    found: events.DriveFound | None = None,
    reason: str = "",
) -> None:
    if stage not in NEXT[journey.stage]:
        values = {"drive": journey.drive, "before": journey.stage, "after": stage}
        raise impossible(_("drive {drive} is {before} and cannot become {after}", **values))
    moved = journey.with_(
        stage=stage,
        changed_at=note.at,
        by=note.by,
        begun=begun or journey.begun,
        ended=ended or journey.ended,
        found=found or journey.found,
        reason=reason or journey.reason,
    )
    view.rows.put_journey(moved)
    if stage not in HOLDING:
        view.rows.free_number(journey)
    _note_hardware(view, moved)


def _note_hardware(view: StateView, moved: Journey) -> None:
    """Two sticks that are written at once, or are both whole, are two: what both say of themselves is shared."""
    if moved.stick is None or view.is_shared(moved.stick):
        return
    key = hardware_of(moved.stick)
    alike = (view.journeys[drive] for drive in view.rows.drives_on(key) if drive != moved.drive)
    if moved.stage in (Stage.BEGUN, Stage.WHOLE) and any(j.stage is moved.stage for j in alike):
        view.rows.put_shared(key)
    view.rows.put_stick(key, moved.drive)
