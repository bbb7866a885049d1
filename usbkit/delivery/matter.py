"""What the papers of one order speak of: programme and country, what its drives hold, which drives there are."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.bundle import Bundle
from usbkit.errors import Finding, InputError, RefusedError
from usbkit.ledger.book import Book
from usbkit.ledger.records import Journey, Order
from usbkit.manifest.models import Country, Programme, Route
from usbkit.manifest.samples import find_samples
from usbkit.plan import Plan
from usbkit.seal.signing import ListedKey, check_signature
from usbkit.text import _
from usbkit.verify_page import PATH as VERIFY_PAGE


@dataclass(frozen=True)
class Matter:
    """An order and its drives. ``drives`` are those that are whole and count, by number; ``missing`` the other numbers.

    ``page_digest`` is the SHA-256 of ``verify.html``; ``signer`` the key that signed the seal, None while nobody has.
    """

    order: Order
    plan: Plan
    route: Route
    files: int
    size: int
    page_digest: str
    signer: ListedKey | None
    drives: tuple[Journey, ...]
    missing: tuple[int, ...]
    is_sample: bool

    @property
    def programme(self) -> Programme:
        return self.plan.programme

    @property
    def country(self) -> Country:
        return self.plan.country


def gather_matter(order: Order, book: Book, bundle: Bundle) -> Matter:
    """What papers say of ``order``; ``bundle`` is what it is of. Raises RefusedError for an order that is cancelled."""
    if order.is_cancelled:
        raise RefusedError(Finding("order-cancelled", _("{order} is cancelled", order=order.id)))
    programme, country = bundle.plan.programme, bundle.plan.country
    holders = {number: book.holder(order.id, number) for number in order.numbers}
    return Matter(
        order=order,
        plan=bundle.plan,
        route=_route_of(order, country),
        files=len(bundle.sealed),
        size=bundle.size,
        page_digest=_page_digest(bundle),
        signer=_signer_of(bundle),
        drives=tuple(j for j in holders.values() if j is not None and j.counts),
        missing=tuple(n for n, j in holders.items() if j is None or not j.counts),
        is_sample=order.added.is_demo or bool(find_samples(programme, country)),
    )


def require_drives(matter: Matter) -> None:
    """Whether there is a drive to send. Raises RefusedError."""
    if not matter.drives:
        what = _("no drive of {order} is whole yet", order=matter.order.id)
        raise RefusedError(Finding("paper-no-drive", what, None, _("Fill the order with: usbkit station.")))


def _route_of(order: Order, country: Country) -> Route:
    route = order.added.route or country.route
    if route is None:
        what = _("nobody says by which route {order} goes", order=order.id)
        todo = _('Set route to "corps" or "mission" in the manifest of the country.')
        raise InputError(Finding("order-route", what, None, todo))
    return Route(route)


def _page_digest(bundle: Bundle) -> str:
    found = next((file.sha256 for file in bundle.sealed if file.path == VERIFY_PAGE), None)
    if found is None:
        what = _("the bundle of {stem} has no {file}", stem=bundle.stem, file=VERIFY_PAGE)
        raise InputError(Finding("paper-no-page", what))
    return found


def _signer_of(bundle: Bundle) -> ListedKey | None:
    if bundle.signature is None:
        return None
    return check_signature(bundle.plan.programme, bundle.plan.country, bundle.sums, bundle.signature)
