"""Orders: what may be ordered, what may be cancelled, and whether an order can still be filled as it was given."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from usbkit.bundle.assembly import Bundle
from usbkit.core.errors import Finding, InputError, Place, RefusedError
from usbkit.core.messages import Text, _
from usbkit.ledger import Ledger
from usbkit.ledger.events import DriveVoided, OrderAdded, OrderCancelled, OrderSplit
from usbkit.ledger.journey import HOLDING, Stage
from usbkit.ledger.order_share import Making, OrderShare
from usbkit.ledger.records import Order
from usbkit.ledger.selecting import find_drives
from usbkit.ledger.state import LedgerState
from usbkit.manifest.load import Manifests
from usbkit.manifest.models import Delivery
from usbkit.orders.approval import is_demo, load_decisions, require_orderable

#: The most drives one order may ask for.
MOST = 999


def add_order(
    ledger: Ledger,
    manifests: Manifests,
    bundle: Bundle,
    count: int | None,
    making: Making,
    replaces: str | None = None,
) -> Order:
    """Order ``count`` drives of ``bundle`` (as many as its manifest wants where that is None).

    ``replaces`` names a whole drive instead: one drive is ordered in its place, under its number, which is void then.
    Raises RefusedError for what is not approved, was changed since, or holds a sample outside the demo.
    """
    stem = bundle.stem
    _require_usb(bundle)
    if replaces is not None:
        return _replace_drive(ledger, manifests, bundle, making, replaces)
    country = bundle.plan.country
    wanted = country.drives if count is None else count
    if not 1 <= wanted <= MOST:
        what = _("found {count} drives, expected 1 to {most}", count=wanted, most=MOST)
        raise InputError(Finding("order-count", what, None, _("Say how many: usbkit order add {stem} 20", stem=stem)))
    frame = _frame(manifests, bundle, making)
    with ledger.write() as writing:
        id = _new_id(writing.state.orders, stem)
        numbers = tuple(range(1, wanted + 1))
        writing.append(frame.model_copy(update={"order": id, "numbers": numbers, "of": wanted}))
        return writing.state.order(id)


def _require_usb(bundle: Bundle) -> None:
    if bundle.plan.country.delivery is Delivery.WEBSITE:
        what = _("{stem} is delivered by the website alone", stem=bundle.stem)
        todo = _('Set delivery to "usb" or "both".')
        raise InputError(Finding("order-website", what, Place(f"{bundle.stem}.toml"), todo))


def _frame(manifests: Manifests, bundle: Bundle, making: Making) -> OrderAdded:
    """An order but for its id and numbers. Raises RefusedError for what may not be ordered."""
    country, demo = bundle.plan.country, is_demo(manifests)
    decisions = load_decisions(manifests, bundle.stem)
    require_orderable(manifests, bundle.stem, bundle.fingerprint, decisions, demo=demo)
    return OrderAdded(
        order="-",
        country=bundle.stem,
        code=country.code,
        programme=bundle.plan.programme.id,
        edition=bundle.plan.programme.edition,
        route=country.route,
        fingerprint=bundle.fingerprint,
        numbers=(1,),
        of=1,
        approved_by=decisions.last.by if decisions.last else None,
        is_demo=demo,
        allow_missing=making.allow_missing,
        allow_untranslated=making.allow_untranslated,
        filesystem=making.filesystem,
    )


def _replace_drive(ledger: Ledger, manifests: Manifests, bundle: Bundle, making: Making, named: str) -> Order:
    frame = _frame(manifests, bundle, making)
    with ledger.write() as writing:
        (journey,) = find_drives(writing.state, [named])
        if not journey.counts:
            what = _("drive {drive} does not count: it is {state}", drive=journey.drive, state=journey.stage)
            todo = _("Only a whole drive needs one in its place.")
            raise RefusedError(Finding("replace-not-whole", what, None, todo))
        old = writing.state.orders[journey.order].added
        if (old.programme, old.country) != (frame.programme, frame.country):
            what = _("drive {drive} is of {country}", drive=journey.drive, country=old.country)
            todo = _("Order the drive in its place for that country.")
            raise InputError(Finding("replace-other-country", what, None, todo))
        id = _new_id(writing.state.orders, bundle.stem)
        update = {
            "order": id,
            "numbers": (journey.number,),
            "of": journey.of,
            "replaces": journey.reference,
            "replaces_origin": None if journey.origin == ledger.origin else journey.origin,
        }
        writing.append(frame.model_copy(update=update))
        return writing.state.order(id)


def split_order(ledger: Ledger, named: str, numbers: Collection[int], to: str) -> OrderShare:
    """Give numbers of an order to another station: from here on only the share that is returned fills them.

    Raises InputError for numbers that the order has not, RefusedError for those that a drive has already.
    """
    with ledger.write() as writing:
        order = find_order(writing.state, named)
        if order.is_cancelled:
            raise InputError(Finding("order-cancelled", _("{order} is cancelled already", order=order.id)))
        if order.origin != ledger.origin:
            what = _("{order} is filled by another station: {origin}", order=order.id, origin=order.origin)
            raise InputError(Finding("order-elsewhere", what, None, _("Split it there.")))
        if unknown := sorted(set(numbers) - set(order.numbers)):
            what = _("{order} has no number {numbers}", order=order.id, numbers=", ".join(map(str, unknown)))
            raise InputError(Finding("split-unknown", what))
        held = [n for n in sorted(numbers) if writing.state.holder(order.id, n) is not None]
        if held:
            what = _(
                "{order}: drives have the numbers {numbers} already", order=order.id, numbers=", ".join(map(str, held))
            )
            raise RefusedError(Finding("split-taken", what, None, _("Split off numbers that are free.")))
        chosen = tuple(sorted(numbers))
        writing.append(OrderSplit(order=order.added.order, numbers=chosen, to=to))
        return OrderShare(order.added, ledger.origin, chosen)


def take_share(ledger: Ledger, manifests: Manifests, bundle: Bundle, share: OrderShare) -> Order:
    """Fill a share of another station's order here. Raises RefusedError where it has another seal, or is taken."""
    _require_usb(bundle)
    frame = _frame(manifests, bundle, share.making)
    todo = _("Bring manifests and library here as they are where it was ordered.")
    _require_seal(share, bundle.fingerprint, Place(f"{bundle.stem}.toml"), todo)
    return _append_share(ledger, frame, share)


def take_share_of_folder(ledger: Ledger, folder: Path, fingerprint: str, share: OrderShare) -> Order:
    """As `take_share`, where there is only the bundle's ``folder``: the share says who approved its seal."""
    todo = _("Unpack the bundle that the order is for, and take the share with that.")
    _require_seal(share, fingerprint, Place(str(folder)), todo)
    # What the bundle was made with is of no use where it is not made; it stays the parent's.
    frame = share.added.model_copy(update={"replaces": None, "replaces_origin": None})
    return _append_share(ledger, frame, share)


def _require_seal(share: OrderShare, fingerprint: str, place: Place, todo: Text) -> None:
    if fingerprint != share.added.fingerprint:
        values = {"ordered": share.added.fingerprint[:16], "found": fingerprint[:16]}
        what = _("the share is for seal {ordered}…, but the seal here is {found}…", **values)
        raise RefusedError(Finding("share-other-seal", what, place, todo))


def _append_share(ledger: Ledger, frame: OrderAdded, share: OrderShare) -> Order:
    added = share.added
    with ledger.write() as writing:
        for order in writing.state.orders.values():
            is_same = (order.added.parent, order.added.parent_origin) == (added.order, share.origin)
            if is_same and set(order.added.numbers) & set(share.numbers) and not order.is_cancelled:
                what = _("this share was taken already, as {order}", order=order.id)
                raise RefusedError(Finding("share-taken", what))
        id = _new_share_id(writing.state.orders, added.order, share.numbers[0])
        update = {
            "order": id,
            "numbers": share.numbers,
            "of": added.of,
            "parent": added.order,
            "parent_origin": share.origin,
            "approved_by": added.approved_by or frame.approved_by,
        }
        writing.append(frame.model_copy(update=update))
        return writing.state.order(id)


def _new_share_id(taken: Collection[str], parent: str, first: int) -> str:
    id = f"{parent}.{first}"
    return id if id not in taken else _new_id(taken, id)


def _new_id(taken: Collection[str], stem: str) -> str:
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def find_order(ledger_state: LedgerState, named: str) -> Order:
    """The order ``named``. Raises InputError with those that there are."""
    if named in ledger_state.orders:
        return ledger_state.orders[named]
    known = ", ".join(ledger_state.orders) or "-"
    todo = _("There are: {orders}", orders=known)
    raise InputError(Finding("order-unknown", _("there is no order {order}", order=named), None, todo))


def cancel_order(ledger: Ledger, named: str, reason: str, *, give_up_whole: bool) -> Order:
    """Cancel an order; its whole drives no longer count.

    Raises RefusedError while a station writes it, and for one with whole drives unless ``give_up_whole``.
    """
    with ledger.write() as writing:
        order = find_order(writing.state, named)
        if order.is_cancelled:
            raise InputError(Finding("order-cancelled", _("{order} is cancelled already", order=named)))
        journeys = [j for j in writing.state.journeys_of(named) if j.stage in HOLDING]
        if any(j.stage is Stage.BEGUN for j in journeys):
            what, todo = _("a station is writing drives of {order}", order=named), _("Stop it (Ctrl-C), then cancel.")
            raise RefusedError(Finding("order-in-work", what, None, todo))
        whole = [j for j in journeys if j.stage is Stage.WHOLE]
        if whole and not give_up_whole:
            what = _("{count} drives of {order} are whole; they would no longer count", count=len(whole), order=named)
            raise RefusedError(Finding("order-has-drives", what, None, _("If that is meant, say --yes.")))
        for journey in journeys:
            writing.append(DriveVoided(drive=journey.drive, reason="its order was cancelled"))
        writing.append(OrderCancelled(order=named, reason=reason))
        return writing.state.order(named)


def require_unchanged(order: Order, manifests: Manifests, bundle: Bundle) -> None:
    """Whether ``bundle``, made now, is what was ordered, and still approved. Raises RefusedError."""
    added = order.added
    if bundle.fingerprint != added.fingerprint:
        what = _(
            "{order} is for seal {ordered}…, but the seal is {found}… now: something was changed since",
            order=order.id,
            ordered=added.fingerprint[:16],
            found=bundle.fingerprint[:16],
        )
        todo = _("Put back what was changed; or cancel the order, approve what is there now and order again.")
        raise RefusedError(Finding("order-changed", what, Place(f"{added.country}.toml"), todo))
    decisions = load_decisions(manifests, added.country)
    require_orderable(manifests, added.country, bundle.fingerprint, decisions, demo=is_demo(manifests))
