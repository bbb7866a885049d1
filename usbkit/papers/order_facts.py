"""What the papers of one order speak of: programme and country, what its drives hold, which drives there are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from usbkit.bundle.assembly import Bundle
from usbkit.bundle.plan import PlannedRecording
from usbkit.core.errors import Finding, InputError, Place, RefusedError
from usbkit.core.messages import _
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state import LedgerState
from usbkit.manifest.load import Manifests
from usbkit.manifest.models import Country, Programme, Route
from usbkit.manifest.samples import find_samples
from usbkit.site.verify_page import PATH as VERIFY_PAGE
from usbkit.trust.signing import ListedKey, check_any_edition, check_signature
from usbkit.trust.sums import SUMS_NAME, fingerprint, parse_sums


@dataclass(frozen=True)
class OrderFacts:
    """An order and its drives. ``drives`` are those that are whole and count, by number; ``missing`` the other numbers.

    ``page_digest`` is the SHA-256 of ``verify.html``; ``signer`` the key that signed the seal, None while nobody has.
    ``date`` is the edition's, None where nothing at hand says it. Known from a seal alone (`gather_from_seal`), there
    are no ``recordings``, and ``size`` is 0.
    """

    order: Order
    programme: Programme
    country: Country
    route: Route
    date: dt.date | None
    recordings: tuple[PlannedRecording, ...]
    files: int
    size: int
    page_digest: str
    signer: ListedKey | None
    drives: tuple[Journey, ...]
    missing: tuple[int, ...]
    is_sample: bool


@dataclass(frozen=True)
class _Seal:
    """What a seal tells of itself."""

    files: int
    page_digest: str
    signer: ListedKey | None
    date: dt.date | None


def gather_order_facts(order: Order, ledger_state: LedgerState, bundle: Bundle) -> OrderFacts:
    """What papers say of ``order``; ``bundle`` is what it is of. Raises RefusedError for an order that is cancelled."""
    programme, country = bundle.plan.programme, bundle.plan.country
    signer = None
    if bundle.signature is not None:
        signer = check_signature(programme, country, bundle.sums, bundle.signature)
    seal = _Seal(len(bundle.sealed), _page_digest(bundle.sums), signer, bundle.plan.date)
    facts = _gather(order, ledger_state, programme, country, seal)
    return replace(facts, recordings=bundle.plan.recordings, size=bundle.size)


def gather_from_seal(
    order: Order, ledger_state: LedgerState, manifests: Manifests, sums: bytes, signature: bytes | None
) -> OrderFacts:
    """What a verification letter says of ``order``, from the ``SHA256SUMS`` of its drives, of whatever edition.

    That is enough for it, and is there when the bundle cannot be made any more as it was. Raises InputError where it
    is another order's seal, or the signature is not of it.
    """
    programme, country = manifests.programme, manifests.countries[order.added.country]
    if fingerprint(sums) != order.added.fingerprint:
        values = {"order": order.id, "ordered": order.added.fingerprint[:16], "found": fingerprint(sums)[:16]}
        what = _("{order} is for seal {ordered}…, and this is {found}…", **values)
        raise InputError(Finding("letter-other-seal", what, Place("--seal"), _("Name the SHA256SUMS of its drives.")))
    date = programme.date if programme.edition == order.added.edition else None
    signer = None
    if signature is not None:
        signer, said = check_any_edition(programme, country, sums, signature)
        date = said.date
    return _gather(
        order, ledger_state, programme, country, _Seal(len(parse_sums(sums)), _page_digest(sums), signer, date)
    )


def _gather(order: Order, ledger_state: LedgerState, programme: Programme, country: Country, seal: _Seal) -> OrderFacts:
    if order.is_cancelled:
        raise RefusedError(Finding("order-cancelled", _("{order} is cancelled", order=order.id)))
    holders = {number: ledger_state.holder(order.id, number) for number in order.numbers}
    return OrderFacts(
        order=order,
        programme=programme,
        country=country,
        route=_route_of(order, country),
        date=seal.date,
        recordings=(),
        files=seal.files,
        size=0,
        page_digest=seal.page_digest,
        signer=seal.signer,
        drives=tuple(j for j in holders.values() if j is not None and j.counts),
        missing=tuple(n for n, j in holders.items() if j is None or not j.counts),
        is_sample=order.added.is_demo or bool(find_samples(programme, country)),
    )


def require_drives(facts: OrderFacts) -> None:
    """Whether there is a drive to send. Raises RefusedError."""
    if not facts.drives:
        what = _("no drive of {order} is whole yet", order=facts.order.id)
        raise RefusedError(Finding("paper-no-drive", what, None, _("Fill the order with: usbkit station.")))


def _route_of(order: Order, country: Country) -> Route:
    route = order.added.route or country.route
    if route is None:
        what = _("nobody says by which route {order} goes", order=order.id)
        todo = _('Set route to "corps" or "mission" in the manifest of the country.')
        raise InputError(Finding("order-route", what, None, todo))
    return Route(route)


def _page_digest(sums: bytes) -> str:
    found = parse_sums(sums).get(VERIFY_PAGE)
    if found is None:
        what = _("this seal names no {file}", file=VERIFY_PAGE)
        raise InputError(Finding("paper-no-page", what, Place(SUMS_NAME)))
    return found
