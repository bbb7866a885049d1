"""Orders: what may be ordered, and whether an order can still be filled unchanged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from usbkit.bundle.assembly import Bundle
from usbkit.bundle.read_folder import SealedFolder
from usbkit.core.errors import Finding, InputError, Place, RefusedError
from usbkit.core.messages import Text, _
from usbkit.ledger import Ledger, Writing
from usbkit.ledger.delivery_status import Where
from usbkit.ledger.documents import ORDER_SHEET
from usbkit.ledger.events import OrderAdded, OrderSplit, SealReleased
from usbkit.ledger.journey import Stage
from usbkit.ledger.order_share import Making, OrderShare
from usbkit.ledger.order_sheet import OrderSheet, is_newer
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.seals import is_outdated_drive
from usbkit.ledger.selecting import find_drives
from usbkit.ledger.state import LedgerState
from usbkit.ledger.succession import count_ordered, successor_of
from usbkit.ledger.tracking import AT_HAND
from usbkit.manifest.kinds import Delivery
from usbkit.manifest.load import Manifests
from usbkit.orders.approval import is_demo, load_decisions, require_orderable
from usbkit.orders.finding import find_standing_order
from usbkit.orders.order_sheets import make_sheet, proven_sheet, require_folder_of
from usbkit.orders.programmes import require_programme, why_other
from usbkit.trust.receipt_code import Found

#: The most drives one order may ask for.
MOST = 999

#: A larger order is asked about, unless its manifest wants half of it.
USUAL = 60


def add_order(
    ledger: Ledger,
    manifests: Manifests,
    bundle: Bundle,
    count: int | None,
    making: Making,
    replaces: str | None = None,
    *,
    sure: bool = False,
) -> Order:
    """Order ``count`` drives of ``bundle`` (None: as many as its manifest wants).

    ``replaces`` names a whole drive: one drive is ordered to replace it, under its number, and the old one no longer
    counts. ``sure`` confirms unusual orders: the same once more, more than are wanted, very many, or a replacement for
    a drive that is whole and well. Raises RefusedError for these without ``sure``, for what is not approved, has
    changed since, or contains a sample outside the demo.
    """
    stem = bundle.stem
    _require_usb(bundle)
    if replaces is not None:
        return _replace_drive(ledger, manifests, bundle, making, replaces, sure=sure)
    country = bundle.plan.country
    wanted = country.drives if count is None else count
    if not 1 <= wanted <= MOST:
        what = _("found {count} drives, expected 1 to {most}", count=wanted, most=MOST)
        raise InputError(Finding("order-count", what, None, _("Say how many: usbkit order add {stem} 20", stem=stem)))
    frame, sheet = frame_order(manifests, bundle, making), make_sheet(bundle, making.filesystem).to_bytes()
    with ledger.write() as writing:
        before = standing_orders(writing.state, frame.programme, frame.country)
        left = country.drives - count_ordered(_orders_for(writing.state, frame))
        again = [o for o in before if wanted > left or (wanted < left and _is_alike(o, frame, wanted))]
        asked = [*_ask_about_more(again, frame), *_ask_about_many(wanted, country.drives, stem)]
        if asked and not sure:
            raise RefusedError(*asked)
        id = new_order_id(writing.state.orders, stem)
        update = {
            "order": id,
            "numbers": tuple(range(1, wanted + 1)),
            "of": wanted,
            "why": "more" if before else "first",
            "sheet": keep_sheet(writing, frame, sheet),
        }
        writing.append(frame.model_copy(update=update))
        return writing.state.order(id)


def standing_orders(ledger_state: LedgerState, programme: str, country: str) -> list[Order]:
    """Return a country's orders that are not cancelled, oldest first, without single replacements."""
    where = "programme = ? AND country = ? AND NOT is_cancelled"
    return [o for o in ledger_state.orders.select(where, (programme, country)) if o.added.replaces is None]


def _orders_for(ledger_state: LedgerState, frame: OrderAdded) -> list[Order]:
    return ledger_state.orders.select("programme = ? AND country = ?", (frame.programme, frame.country))


def _is_alike(order: Order, frame: OrderAdded, count: int) -> bool:
    """Whether an order is the same as one that is about to be added: as many drives of the same seal."""
    return order.added.fingerprint == frame.fingerprint and len(order.added.numbers) == count


def _ask_about_more(before: Sequence[Order], frame: OrderAdded) -> Iterator[Finding]:
    """A second order of the same is often the first one typed again."""
    for order in before:
        values = {"order": order.id, "count": len(order.numbers), "by": order.by, "day": order.at.date()}
        what = _("{order} is there already: {count} drives, ordered by {by} on {day}", **values)
        if order.added.fingerprint == frame.fingerprint:
            todo = _("If these are more drives beside them, pass --yes.")
        else:
            todo = _(
                "It is of another seal. To make its drives again: usbkit order renew {order}. If these are more drives"
                " beside them, pass --yes.",
                **values,
            )
        yield Finding("order-twice", what, None, todo)


def _ask_about_many(count: int, wanted: int, stem: str) -> Iterator[Finding]:
    """A number with a digit too many."""
    if count > max(2 * wanted, USUAL):
        what = _("{count} drives would be ordered; {stem}.toml wants {wanted}", count=count, stem=stem, wanted=wanted)
        yield Finding("order-many", what, None, _("If it is really so many, pass --yes."))


def _require_usb(bundle: Bundle) -> None:
    if bundle.plan.country.delivery is Delivery.WEBSITE:
        what = _("{stem} is delivered by the website alone", stem=bundle.stem)
        todo = _('Set delivery to "usb" or "both".')
        raise InputError(Finding("order-website", what, Place(f"{bundle.stem}.toml"), todo))


def refuse_unorderable(manifests: Manifests, bundle: Bundle, making: Making) -> None:
    """Raise what keeps ``bundle`` from being ordered whatever the ledger says, so that no ledger is begun for it."""
    _require_usb(bundle)
    frame_order(manifests, bundle, making)


def frame_order(manifests: Manifests, bundle: Bundle, making: Making) -> OrderAdded:
    """Return an order without id and numbers. Raises RefusedError if it is not allowed."""
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


def _replace_drive(
    ledger: Ledger, manifests: Manifests, bundle: Bundle, making: Making, named: str, *, sure: bool
) -> Order:
    frame, sheet = frame_order(manifests, bundle, making), make_sheet(bundle, making.filesystem).to_bytes()
    with ledger.write() as writing:
        (journey,) = find_drives(writing.state, [named])
        if not journey.counts:
            raise RefusedError(_why_no_replacement(writing.state, journey))
        old = writing.state.orders[journey.order].added
        if (other := why_other(journey.order, old.programme, frame.programme)) is not None:
            raise InputError(other)
        if old.country != frame.country:
            what = _("drive {drive} is of {country}", drive=journey.drive, country=old.country)
            todo = _("Order the drive in its place for that country.")
            raise InputError(Finding("replace-other-country", what, None, todo))
        if not sure and (asked := _ask_about_a_good_drive(writing.state, journey)) is not None:
            raise RefusedError(asked)
        id = new_order_id(writing.state.orders, bundle.stem)
        update = {
            "order": id,
            "why": "replaces",
            "numbers": (journey.number,),
            "of": journey.of,
            "replaces": journey.reference,
            "replaces_origin": None if journey.origin == ledger.origin else journey.origin,
            "sheet": keep_sheet(writing, frame, sheet),
        }
        writing.append(frame.model_copy(update=update))
        return writing.state.order(id)


def keep_sheet(writing: Writing, frame: OrderAdded, sheet: bytes) -> str:
    """Store the sheet of an order that is about to be added; return its digest.

    If the ledger's last release for the country is of another seal, a release of this seal is recorded too: it was
    approved without this ledger.
    """
    name = writing.keep_document(ORDER_SHEET, sheet)
    released = writing.state.released(frame.programme, frame.country)
    if released is not None and released.event.fingerprint != frame.fingerprint and frame.approved_by is not None:
        fields = frame.model_dump(include={"country", "code", "programme", "edition", "fingerprint", "approved_by"})
        writing.append(SealReleased(**fields, sheet=name))
    return name


def _why_no_replacement(ledger_state: LedgerState, journey: Journey) -> Finding:
    """Why no drive is ordered in place of one that does not count."""
    state = journey.where if journey.stage is Stage.WHOLE else journey.stage
    what = _("drive {drive} does not count: it is {state}", drive=journey.drive, state=state)
    todo = _("Only a whole drive needs one in its place.")
    if journey.is_replaced:
        stands = successor_of(ledger_state, journey)
        mark = journey.replacement
        order = journey.order if mark is None or mark.successor is None else mark.successor
        todo = _("{order} stands for its number already.", order=order)
        if stands is not None:
            todo = _("Drive {drive} stands in its place: name that one.", drive=stands.drive)
    return Finding("replace-not-whole", what, None, todo)


def _ask_about_a_good_drive(ledger_state: LedgerState, journey: Journey) -> Finding | None:
    """A drive that was found whole there, or is here, is no more counted once another is ordered in its place."""
    is_ours = ledger_state.orders[journey.order].origin == ledger_state.home
    is_outdated = is_outdated_drive(ledger_state, journey)
    if journey.is_doubted or (is_outdated and not (is_ours and journey.where in AT_HAND)):
        return None
    values = {"drive": journey.drive, "order": journey.order}
    is_well = journey.where is Where.RECEIVED and journey.arrived[-1].found is Found.WHOLE
    if _is_out_and_well(journey) and not is_well:
        what = _("drive {drive} is out, and nobody said that it is lost or damaged", **values)
        todo = _("If it is lost, say so first: usbkit ledger mark lost {drive}; else pass --yes.", **values)
        return Finding("replace-whole", what, None, todo)
    if not is_well and journey.where not in AT_HAND:
        return None
    todo = _("If another is to stand for its number all the same, pass --yes.")
    if is_well:
        return Finding("replace-whole", _("drive {drive} arrived and was found whole", **values), None, todo)
    if is_outdated:
        todo = _("It is here: write it again with usbkit order renew {order}; or pass --yes.", **values)
    return Finding("replace-whole", _("drive {drive} is here, and whole", **values), None, todo)


def _is_out_and_well(journey: Journey) -> bool:
    """Whether a drive was sent, and nothing that came back speaks against it."""
    told = journey.telling
    if journey.call_about is not None or (told is not None and told.plays is False):
        return False
    return journey.where in (Where.SENT, Where.HANDED_OVER, Where.ARRIVED)


def split_order(ledger: Ledger, named: str, numbers: Collection[int], to: str) -> OrderShare:
    """Give numbers of an order to another station: from now on only the returned share fills them.

    Raises InputError for numbers that the order does not have, RefusedError for numbers that already have a drive.
    """
    with ledger.write() as writing:
        order = find_standing_order(writing.state, named)
        if order.origin != ledger.origin:
            what = _("{order} is filled by another station: {origin}", order=order.id, origin=order.origin)
            raise InputError(Finding("order-elsewhere", what, None, _("Split it there.")))
        if unknown := sorted(set(numbers) - set(order.numbers)):
            what = _("{order} has no number {numbers}", order=order.id, numbers=", ".join(map(str, unknown)))
            raise InputError(Finding("split-unknown", what))
        if at_hub := sorted(set(numbers) & order.at_hub):
            listed = ", ".join(map(str, at_hub))
            what = _("the hub gives out the numbers {numbers} of {order}", numbers=listed, order=order.id)
            todo = _("A station that reaches the hub takes them by itself; another order can be split off.")
            raise RefusedError(Finding("split-at-hub", what, None, todo))
        held = [n for n in sorted(numbers) if writing.state.holder(order.id, n) is not None]
        if held:
            what = _(
                "{order}: drives have the numbers {numbers} already", order=order.id, numbers=", ".join(map(str, held))
            )
            raise RefusedError(Finding("split-taken", what, None, _("Split off numbers that are free.")))
        chosen = tuple(sorted(numbers))
        name = order.added.sheet
        sheet = proven_sheet(order, None if name is None else writing.find_document(name))
        writing.append(OrderSplit(order=order.added.order, numbers=chosen, to=to))
        return OrderShare(order.added, ledger.origin, chosen, sheet)


def take_share(ledger: Ledger, manifests: Manifests, bundle: Bundle, share: OrderShare) -> Order:
    """Fill a share of another station's order here.

    Raises RefusedError if its seal differs or the share is taken, InputError if it is of another programme.
    """
    _require_usb(bundle)
    frame = frame_order(manifests, bundle, share.making)
    if (other := why_other(share.added.order, share.added.programme, frame.programme)) is not None:
        raise InputError(other)
    todo = _("Bring manifests and library here as they are where it was ordered.")
    _require_seal(share, bundle.fingerprint, Place(f"{bundle.stem}.toml"), todo)
    return _append_share(ledger, frame, share, share.sheet or make_sheet(bundle, share.making.filesystem).to_bytes())


def take_share_of_folder(ledger: Ledger, folder: SealedFolder, share: OrderShare) -> Order:
    """Like ``take_share``, with only the bundle's ``folder``: the share names the approver of its seal, and its order
    sheet the content.
    """
    todo = _("Unpack the bundle that the order is for, and take the share with that.")
    _require_seal(share, folder.fingerprint, Place(str(folder.folder)), todo)
    if share.sheet is not None and not is_newer(share.sheet):
        require_folder_of(OrderSheet.from_bytes(share.sheet), folder, share.added.order)
    # What the bundle was made with is of no use where it is not made; it stays the parent's.
    frame = share.added.model_copy(update={"replaces": None, "replaces_origin": None})
    return _append_share(ledger, frame, share, share.sheet)


def _require_seal(share: OrderShare, fingerprint: str, place: Place, todo: Text) -> None:
    if fingerprint != share.added.fingerprint:
        values = {"ordered": share.added.fingerprint[:16], "found": fingerprint[:16]}
        what = _("the share is for seal {ordered}…, but the seal here is {found}…", **values)
        raise RefusedError(Finding("share-other-seal", what, place, todo))


def _append_share(ledger: Ledger, frame: OrderAdded, share: OrderShare, sheet: bytes | None) -> Order:
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
            "sheet": added.sheet if sheet is None else writing.keep_document(ORDER_SHEET, sheet),
        }
        writing.append(frame.model_copy(update=update))
        return writing.state.order(id)


def _new_share_id(taken: Collection[str], parent: str, first: int) -> str:
    id = f"{parent}.{first}"
    return id if id not in taken else new_order_id(taken, id)


def new_order_id(taken: Collection[str], stem: str) -> str:
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def require_unchanged(order: Order, manifests: Manifests, bundle: Bundle) -> None:
    """Raise RefusedError unless ``bundle``, made now, is what was ordered and still approved.

    Raises InputError for a bundle of another programme.
    """
    added = order.added
    require_programme(order, bundle.plan.programme.id)
    if bundle.fingerprint != added.fingerprint:
        what = _(
            "{order} is for seal {ordered}…, but the seal is {found}… now: something was changed since",
            order=order.id,
            ordered=added.fingerprint[:16],
            found=bundle.fingerprint[:16],
        )
        values = {"country": added.country, "order": order.id}
        todo = _("Put back what was changed; or: usbkit approve {country}, then usbkit order renew {order}", **values)
        raise RefusedError(Finding("order-changed", what, Place(f"{added.country}.toml"), todo))
    decisions = load_decisions(manifests, added.country)
    require_orderable(manifests, added.country, bundle.fingerprint, decisions, demo=is_demo(manifests))
