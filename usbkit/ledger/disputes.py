"""Whose a drive is that several chains say they minted: of a nonce's digest, which any chain may repeat that saw it.

Digests stand in entries, which everybody reads who merges them or follows a hub; a nonce stands on its drive and among
the secrets of who minted it. So a chain that brought the nonce is believed before one that did not, whoever came first.
Where that tells nothing, nobody's drive counts until a desk takes back the entry that is false.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from usbkit.core.messages import Text, _
from usbkit.ledger import events
from usbkit.ledger.records import Dispute, Journey
from usbkit.ledger.state_view import StateView

if TYPE_CHECKING:
    from usbkit.ledger.state import LedgerState


def settle(state: LedgerState, digest: str) -> None:
    """Note of each drive under a nonce whether it is its chain's."""
    claimed = state.journeys.select("nonce = ?", (digest,))
    rightful = _rightful(state, claimed)
    lost = Dispute.OPEN if rightful is None else Dispute.LOST
    for journey in claimed:
        dispute = None if journey is rightful else lost
        if journey.dispute is not dispute:
            state.rows.put_journey(journey.with_(dispute=dispute))


def _rightful(state: LedgerState, claimed: Sequence[Journey]) -> Journey | None:
    standing = [journey for journey in claimed if not journey.is_disowned]
    ours = [journey for journey in standing if journey.origin == state.home]
    known = [journey for journey in standing if state.knows_nonce(journey)]
    return next((found[0] for found in (ours, standing, known) if len(found) == 1), None)


def why_not_take(state: LedgerState, event: events.AnyEvent, origin: str) -> Text | None:
    """Why another's entry is not taken: it repeats what a drive has that is known to be its own station's."""
    match event:
        case events.PassportMinted(drive=drive, nonce_sha256=digest):
            same = state.by_nonce.get(digest)
            if same is None or state.knows_minted(origin, drive, digest):
                return None
            journey = state.journeys[same]
            if journey.origin != origin and (journey.origin == state.home or state.knows_nonce(journey)):
                return _("drive {drive} has the nonce of drive {same}", drive=drive, same=same)
        case events.DriveBegun(drive=drive, job=job):
            same = state.by_job.get(job)
            if same is not None and state.journeys[same].origin == state.home:
                return _("drive {drive} has the job of drive {same}", drive=drive, same=same)
    return None


def note_job(state: StateView, job: str, journey: Journey) -> None:
    """Note which drive a job writes: of several chains' that say so ours, else none of theirs."""
    drives = [*dict.fromkeys((*state.rows.drives_of_job(job), journey.drive))]
    ours = [drive for drive in drives if state.journeys[drive].origin == state.home]
    rightful = next((found[0] for found in (ours, drives) if len(found) == 1), None)
    for drive in drives:
        state.rows.put_job(job, drive, is_its=drive == rightful)


def disputes_in(view: StateView) -> list[tuple[Journey, ...]]:
    """The drives under each nonce that several chains say is theirs."""
    query = "SELECT DISTINCT nonce FROM state_drive WHERE dispute IS NOT NULL ORDER BY nonce"
    nonces = [row[0] for row in view.rows.connection.execute(query).fetchall()]
    return [tuple(view.journeys.select("nonce = ?", (nonce,))) for nonce in nonces]
