"""Orders: what may be ordered, what may be cancelled, and whether an order can still be filled as it was given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from usbkit.approval import is_demo, load_decisions, require_orderable
from usbkit.bundle import Bundle
from usbkit.errors import Finding, InputError, Place, RefusedError
from usbkit.ledger import Ledger
from usbkit.ledger.book import Book
from usbkit.ledger.events import DriveVoided, OrderAdded, OrderCancelled
from usbkit.ledger.journey import HOLDING, Stage
from usbkit.ledger.records import Order
from usbkit.manifest.load import Manifests
from usbkit.manifest.models import Delivery
from usbkit.text import _

#: The most drives one order may ask for.
MOST = 999


@dataclass(frozen=True)
class Making:
    """What a bundle is made with, beside manifests and library."""

    allow_missing: tuple[str, ...] = ()
    allow_untranslated: bool = False
    filesystem: Literal["auto", "fat32", "exfat"] | None = None


def add_order(ledger: Ledger, manifests: Manifests, bundle: Bundle, count: int | None, making: Making) -> Order:
    """Order ``count`` drives of ``bundle`` (as many as its manifest wants where that is None).

    Raises RefusedError for what is not approved, was changed since, or holds a sample outside the demo.
    """
    country, stem = bundle.plan.country, bundle.stem
    if country.delivery is Delivery.WEBSITE:
        what = _("{stem} is delivered by the website alone", stem=stem)
        raise InputError(Finding("order-website", what, Place(f"{stem}.toml"), _('Set delivery to "usb" or "both".')))
    wanted = country.drives if count is None else count
    if not 1 <= wanted <= MOST:
        what = _("found {count} drives, expected 1 to {most}", count=wanted, most=MOST)
        raise InputError(Finding("order-count", what, None, _("Say how many: usbkit order add {stem} 20", stem=stem)))
    demo = is_demo(manifests)
    decisions = load_decisions(manifests, stem)
    require_orderable(manifests, stem, bundle.fingerprint, decisions, demo=demo)
    with ledger.write() as writing:
        added = OrderAdded(
            order=_new_id(writing.book.orders, stem),
            country=stem,
            code=country.code,
            programme=bundle.plan.programme.id,
            edition=bundle.plan.programme.edition,
            route=country.route,
            fingerprint=bundle.fingerprint,
            numbers=tuple(range(1, wanted + 1)),
            of=wanted,
            approved_by=decisions.last.by if decisions.last else None,
            is_demo=demo,
            allow_missing=making.allow_missing,
            allow_untranslated=making.allow_untranslated,
            filesystem=making.filesystem,
        )
        writing.append(added)
        return writing.book.order(added.order)


def _new_id(taken: Collection[str], stem: str) -> str:
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def find_order(book: Book, named: str) -> Order:
    """The order ``named``. Raises InputError with those that there are."""
    if named in book.orders:
        return book.orders[named]
    known = ", ".join(book.orders) or "-"
    todo = _("There are: {orders}", orders=known)
    raise InputError(Finding("order-unknown", _("there is no order {order}", order=named), None, todo))


def cancel_order(ledger: Ledger, named: str, reason: str, *, give_up_whole: bool) -> Order:
    """Cancel an order; its whole drives no longer count.

    Raises RefusedError while a station writes it, and for one with whole drives unless ``give_up_whole``.
    """
    with ledger.write() as writing:
        order = find_order(writing.book, named)
        if order.is_cancelled:
            raise InputError(Finding("order-cancelled", _("{order} is cancelled already", order=named)))
        journeys = [j for j in writing.book.journeys_of(named) if j.stage in HOLDING]
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
        return writing.book.order(named)


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
