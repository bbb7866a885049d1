"""Make an outdated order's drives again while they are here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from usbkit.bundle.assembly import Bundle
from usbkit.core.errors import Finding, InputError, RefusedError
from usbkit.core.messages import _
from usbkit.ledger import Ledger, Writing
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked, DriveVoided, OrderSplit
from usbkit.ledger.journey import Stage
from usbkit.ledger.order_share import Making
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.tracking import AT_HAND
from usbkit.manifest.load import Manifests
from usbkit.orders.finding import find_standing_order
from usbkit.orders.giving_up import AtHub, left_at_hub, ours_to_give_up
from usbkit.orders.order_sheets import make_sheet
from usbkit.orders.ordering import frame_order, keep_sheet, new_order_id
from usbkit.orders.programmes import require_programme


@dataclass(frozen=True)
class Renewal:
    """What becomes of an outdated order: ``here`` are its drives that are written again, ``free`` its numbers that no
    drive has, ``out`` the drives that are out. ``order`` is the new order, None in a dry run and where nothing is here.
    ``at_hub`` is what it does not take over, since a hub or another station has it; ``refused`` why, in a dry run, it
    may not be ordered as things stand.
    """

    old: Order
    here: tuple[Journey, ...]
    free: tuple[int, ...]
    out: tuple[Journey, ...]
    order: Order | None = None
    at_hub: AtHub = field(default_factory=AtHub)
    refused: tuple[Finding, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers that are made again."""
        return tuple(sorted({*self.free, *(j.number for j in self.here)}))


def making_of(order: Order) -> Making:
    """Return the settings of an order's bundle."""
    added = order.added
    return Making(added.allow_missing, added.allow_untranslated, added.filesystem)


def renew_order(ledger: Ledger, manifests: Manifests, bundle: Bundle, named: str, *, dry_run: bool) -> Renewal:
    """Order again, of ``bundle``, the numbers of an outdated order whose drives are here or were never made.

    The drives that are here count no more from then on: each is written again under a new passport. Raises
    InputError for an order that is none, another station's or another programme's, RefusedError for one that is not
    outdated, is being written, or whose country's bundle may not be ordered: a dry run says that of the last.
    """
    with ledger.write() as writing:
        old = find_standing_order(writing.state, named)
        _require_renewable(writing, ledger, old, bundle)
        plan = _plan(writing, old)
        if not plan.numbers:
            return plan
        try:
            frame = frame_order(manifests, bundle, making_of(old))
        except RefusedError as problem:
            if dry_run:
                return replace(plan, refused=problem.findings)
            raise
        if dry_run:
            return plan
        sheet = make_sheet(bundle, making_of(old).filesystem).to_bytes()
        for journey in _unfinished(writing, old):
            writing.append(DriveVoided(drive=journey.drive, reason="its order was renewed"))
        if plan.free:
            writing.append(OrderSplit(order=old.added.order, numbers=plan.free))
        id = new_order_id(writing.state.orders, bundle.stem)
        update = {
            "order": id,
            "numbers": plan.numbers,
            "of": old.added.of,
            "why": "outdated",
            "renews": old.added.order,
            "sheet": keep_sheet(writing, frame, sheet),
        }
        writing.append(frame.model_copy(update=update))
        for journey in plan.here:
            of = None if journey.origin == ledger.origin else journey.origin
            writing.append(DriveMarked(drive=journey.reference, drive_origin=of, mark=Mark.REPLACED, successor=id))
        return replace(plan, old=writing.state.order(old.id), order=writing.state.order(id))


def _require_renewable(writing: Writing, ledger: Ledger, old: Order, bundle: Bundle) -> None:
    if old.origin != ledger.origin:
        what = _("{order} is filled by another station: {origin}", order=old.id, origin=old.origin)
        raise InputError(Finding("order-elsewhere", what, None, _("Renew it there.")))
    require_programme(old, bundle.plan.programme.id)
    if old.added.fingerprint == bundle.fingerprint:
        what = _("{order} is of the seal that its country has now", order=old.id)
        raise RefusedError(Finding("renew-not-outdated", what, None, _("There is nothing to renew.")))
    if any(j.stage is Stage.BEGUN for j in writing.state.journeys_of(old.id)):
        what, todo = _("a station is writing drives of {order}", order=old.id), _("Stop it (Ctrl-C), then renew.")
        raise RefusedError(Finding("order-in-work", what, None, todo))


def _plan(writing: Writing, old: Order) -> Renewal:
    counting = [j for j in writing.state.holders(old.id).values() if j.counts]
    here = tuple(j for j in counting if j.where in AT_HAND)
    out = tuple(j for j in counting if j.where not in AT_HAND)
    unfinished = [j.number for j in _unfinished(writing, old)]
    free = tuple(sorted({*ours_to_give_up(writing.state, old, writing.origin), *unfinished}))
    return Renewal(old, here, free, out, at_hub=left_at_hub(writing.state, old, writing.origin))


def _unfinished(writing: Writing, old: Order) -> list[Journey]:
    stages, holders = (Stage.MINTED, Stage.INTERRUPTED), writing.state.holders(old.id).values()
    return [j for j in holders if j.stage in stages and j.origin == writing.origin]
