"""The facts for the papers of one order: programme and country, the content of its drives, the existing drives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from usbkit.core.errors import Finding, InputError, Place, RefusedError
from usbkit.core.messages import _
from usbkit.ledger.order_sheet import OrderSheet, SheetCountry, SheetProgramme, SheetWords, Signer
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state import LedgerState
from usbkit.manifest.kinds import Route
from usbkit.manifest.load import Manifests
from usbkit.orders.order_sheets import signer_of, words_of
from usbkit.site.verify_page import PATH as VERIFY_PAGE
from usbkit.trust.signing import check_any_edition
from usbkit.trust.sums import SUMS_NAME, fingerprint, parse_sums


@dataclass(frozen=True)
class OrderFacts:
    """An order and its drives. ``drives`` are those that are whole and count, by number; ``missing`` the other numbers.

    ``gone`` are numbers whose drives left before; the papers of a later dispatch leave them out.

    ``page_digest`` is the SHA-256 of ``verify.html``; ``signer`` the key that signed the seal, None if unsigned.
    ``date`` is the edition's, None if unknown. With a seal only (``gather_from_seal``), ``words`` has no recordings,
    and ``size`` is 0.
    """

    order: Order
    words: SheetWords
    route: Route
    date: dt.date | None
    files: int
    size: int
    page_digest: str
    signer: Signer | None
    drives: tuple[Journey, ...]
    missing: tuple[int, ...]
    is_sample: bool
    gone: tuple[int, ...] = ()

    @property
    def programme(self) -> SheetProgramme:
        return self.words.programme

    @property
    def country(self) -> SheetCountry:
        return self.words.country


def gather_facts(
    order: Order, ledger_state: LedgerState, sheet: OrderSheet, signer: Signer | None = None
) -> OrderFacts:
    """Return the facts of ``order`` from its ``sheet``. ``signer`` is a key that signed its seal after it was ordered.

    Raises RefusedError for a cancelled order.
    """
    facts = _gather(order, ledger_state, sheet.words, sheet.seal)
    return replace(facts, size=sheet.size, signer=sheet.signer or signer, date=sheet.words.programme.date)


def gather_from_seal(
    order: Order, ledger_state: LedgerState, manifests: Manifests, sums: bytes, signature: bytes | None
) -> OrderFacts:
    """Return the facts for a verification letter of ``order``, from the ``SHA256SUMS`` of its drives, of any edition.

    They suffice for that letter when neither sheet nor bundle is available. Raises InputError for another order's seal,
    or a signature of another seal.
    """
    stem = order.added.country
    programme, country = manifests.programme_for(stem), manifests.countries[stem]
    if fingerprint(sums) != order.added.fingerprint:
        values = {"order": order.id, "ordered": order.added.fingerprint[:16], "found": fingerprint(sums)[:16]}
        what = _("{order} is for seal {ordered}…, and this is {found}…", **values)
        raise InputError(Finding("letter-other-seal", what, Place("--seal"), _("Name the SHA256SUMS of its drives.")))
    date = programme.date if programme.edition == order.added.edition else None
    signer = None
    if signature is not None:
        listed, said = check_any_edition(programme, country, sums, signature)
        signer, date = signer_of(listed), said.date
    facts = _gather(order, ledger_state, words_of(programme, country), sums)
    return replace(facts, signer=signer, date=date)


def _gather(order: Order, ledger_state: LedgerState, words: SheetWords, sums: bytes) -> OrderFacts:
    if order.is_cancelled:
        raise RefusedError(Finding("order-cancelled", _("{order} is cancelled", order=order.id)))
    holders = {number: ledger_state.holder(order.id, number) for number in order.numbers}
    files = parse_sums(sums)
    return OrderFacts(
        order=order,
        words=words,
        route=_route_of(order, words.country),
        date=None,
        files=len(files),
        size=0,
        page_digest=_page_digest(files),
        signer=None,
        drives=tuple(j for j in holders.values() if j is not None and j.counts),
        missing=tuple(n for n, j in holders.items() if j is None or not j.counts),
        is_sample=order.added.is_demo or bool(words.samples),
    )


def require_drives(facts: OrderFacts) -> None:
    """Raise RefusedError if there is no drive to send."""
    if not facts.drives:
        what = _("no drive of {order} is whole yet", order=facts.order.id)
        raise RefusedError(Finding("paper-no-drive", what, None, _("Fill the order with: usbkit station.")))


def _route_of(order: Order, country: SheetCountry) -> Route:
    route = order.route or country.route
    if route is None:
        what = _("nobody says by which route {order} goes", order=order.id)
        todo = _('Set route to "corps" or "mission" in the manifest of the country.')
        raise InputError(Finding("order-route", what, None, todo))
    return Route(route)


def _page_digest(files: Mapping[str, str]) -> str:
    found = files.get(VERIFY_PAGE)
    if found is None:
        what = _("this seal names no {file}", file=VERIFY_PAGE)
        raise InputError(Finding("paper-no-page", what, Place(SUMS_NAME)))
    return found
