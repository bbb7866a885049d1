"""Release a seal: what changed since the last release, which edition it should be, and the records of it.

Drives of other seals are older than the last release; it is also recorded in the ledger, if there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from usbkit.bundle.assembly import Bundle
from usbkit.bundle.lockfile import Lock, lock_path, read_lock, write_lock
from usbkit.core.errors import InputError
from usbkit.core.messages import Text, _
from usbkit.diff.compare import Change, State, compare
from usbkit.diff.kept_release import keep_release, kept_path, open_release
from usbkit.diff.states import state_of_bundle
from usbkit.ledger import Ledger
from usbkit.ledger.documents import ORDER_SHEET
from usbkit.ledger.events import SealReleased
from usbkit.ledger.state import LedgerState
from usbkit.manifest.load import Manifests
from usbkit.orders.approval import Decision, record_decision
from usbkit.orders.order_sheets import make_sheet
from usbkit.trust.store import SealStore
from usbkit.trust.sums import fingerprint, parse_sums


@dataclass(frozen=True, slots=True)
class Proposal:
    """The edition that a release should have, and why."""

    edition: int
    why: Text


@dataclass(frozen=True, slots=True)
class Kept:
    """The files of a release: the decision, the kept texts of its pages, and its lock."""

    decision: Path
    release: Path
    lock: Path


def find_changes(manifests: Manifests, bundle: Bundle, last: Decision | None) -> tuple[Change, ...] | None:
    """Return what changed since ``last``; None if its content can no longer be determined."""
    if last is None:
        return None
    with _open_previous(manifests, bundle.stem, last) as previous:
        return None if previous is None else compare(previous, state_of_bundle(bundle, bundle.stem))


@contextmanager
def _open_previous(manifests: Manifests, stem: str, last: Decision) -> Iterator[State | None]:
    """What ``last`` was about: as it was kept, else its files alone, from the country's lock or a signed edition."""
    path = kept_path(manifests.folder, stem, last.edition, last.seal)
    if path.is_file():
        with open_release(path, last.seal) as state:
            yield state
    else:
        files = _files_of(manifests, stem, last)
        yield None if files is None else State(str(path), files)


def _files_of(manifests: Manifests, stem: str, last: Decision) -> dict[str, str] | None:
    try:
        lock = read_lock(lock_path(manifests, stem))
    except (FileNotFoundError, InputError):
        lock = None
    if lock is not None and lock.fingerprint == last.seal:
        return lock.files
    sums = SealStore.of(manifests.folder, stem).read_edition(last.edition)
    return parse_sums(sums) if sums is not None and fingerprint(sums) == last.seal else None


def propose_edition(last: Decision | None, seal: str, edition: int, held: int | None) -> Proposal:
    """Propose the edition for ``seal``; ``edition`` is the one in the manifests.

    It rises if recipients' drives would differ. ``held`` counts the drives made from ``last``, None without a ledger.
    """
    if last is None:
        return Proposal(edition, _("it is the first release"))
    if last.seal == seal:
        return Proposal(edition, _("nothing that a drive holds has changed"))
    if edition > last.edition:
        return Proposal(edition, _("it was {last} before", last=last.edition))
    risen = last.edition + 1
    if edition < last.edition:
        return Proposal(risen, _("edition {last} was released already", last=last.edition))
    if held is None:
        return Proposal(risen, _("drives of edition {last} may be out: no ledger is here to tell", last=last.edition))
    if held == 0:
        return Proposal(edition, _("no drive of what was released as edition {last} was made", last=last.edition))
    what = _("{count} drives of edition {last} were made, and hold something else", count=held, last=last.edition)
    return Proposal(risen, what)


def count_made(ledger_state: LedgerState, seal: str) -> int:
    """Return how many whole drives of ``seal`` there are."""
    orders = ledger_state.orders.select("fingerprint = ?", (seal,))
    return sum(len(ledger_state.whole_numbers(order.id)) for order in orders)


def release(
    manifests: Manifests, bundle: Bundle, lock: Lock, decision: Decision, ledger: Ledger | None
) -> tuple[Kept, bool]:
    """Store and record a release; return its files, and whether the ledger did not know it.

    The decision is the last file written, then comes the ledger: an interrupted release is not approved, and is
    repeated completely.
    """
    path = kept_path(manifests.folder, bundle.stem, decision.edition, decision.seal)
    keep_release(bundle, path)
    locked = write_lock(manifests, bundle.stem, lock)
    kept = Kept(record_decision(manifests, bundle.stem, decision), path, locked)
    return kept, ledger is not None and record_release(ledger, bundle, decision.by)


def record_release(ledger: Ledger, bundle: Bundle, approved_by: str) -> bool:
    """Record in the ledger that ``bundle`` was released, with its sheet; False if that is already recorded."""
    programme, country = bundle.plan.programme, bundle.plan.country
    sheet = make_sheet(bundle, None).to_bytes()
    with ledger.write() as writing:
        last = writing.state.released(programme.id, bundle.stem)
        event = SealReleased(
            country=bundle.stem,
            code=country.code,
            programme=programme.id,
            edition=programme.edition,
            fingerprint=bundle.fingerprint,
            approved_by=approved_by,
            sheet=writing.keep_document(ORDER_SHEET, sheet),
        )
        if last is not None and last.event == event:
            return False
        writing.append(event)
        return True
