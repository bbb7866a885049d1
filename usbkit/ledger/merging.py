"""Take another ledger's chains: whole, checked, and never a fork."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from usbkit.core.errors import AnswerNoError, BrokenOffError, Finding, Place, RefusedError
from usbkit.core.messages import Text, _
from usbkit.ledger.adoption import Newcomer, find_newcomers
from usbkit.ledger.appending import SecretRows, Writing, digest_nonce, digest_word
from usbkit.ledger.chain import Entry, check_chain, head_of
from usbkit.ledger.disputes import disputes_in
from usbkit.ledger.documents import digest_document
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import ChainAdopted, OrderAdded, PassportMinted, Role
from usbkit.ledger.foreign_ledger import Visited, visiting
from usbkit.ledger.order_sheet import why_another
from usbkit.ledger.records import Journey
from usbkit.ledger.state import LedgerState
from usbkit.ledger.store import Ledger
from usbkit.trust.passport import NONCE
from usbkit.trust.references import reference_of

__all__ = ["MergeWish", "Merged", "merge", "visiting"]


@dataclass(frozen=True)
class Merged:
    """How many entries of each origin were taken, and how many were here already; drives whose secrets came along.

    ``disputes`` are the drives under each nonce that several chains say is theirs.
    """

    taken: Mapping[str, int]
    known: Mapping[str, int]
    secrets: int
    disputes: tuple[tuple[Journey, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class MergeWish:
    """How a merge treats chains that are new here.

    ``role`` is the role of the other ledger's own chain, None for its present one; all others in it are stations.
    ``confirm`` is called before new chains are taken.
    """

    role: Role | None = None
    confirm: Callable[[Sequence[Newcomer]], bool] = lambda newcomers: True


def merge(ledger: Ledger, other: Visited, named: Place, wish: MergeWish | None = None) -> Merged:
    """Take the chains of ``other`` that are longer than ours, with their secrets; all of it, or nothing.

    Raises AnswerNoError for chains that do not hold; RefusedError for a fork, if ``other`` has more of our own chain
    than we do, or if new chains were not confirmed.
    """
    theirs, wish = list(other.entries()), wish or MergeWish()
    _require_whole(theirs, named)
    with _refusing(named):
        newcomers = find_newcomers(theirs, _chains_in(ledger), other.origin, wish.role or Role.STATION)
    _confirm(newcomers, wish, named)
    with ledger.write() as writing:
        with _refusing(named):
            plan = _compare(writing, theirs, named)
        _adopt_chains(writing, theirs, other.origin, wish.role)
        # Before the entries, so that receipts among them can be computed again.
        with _refusing(named):
            secrets = _new_secrets(writing, other.secret_rows(), plan.fresh)
        writing.keep_secrets(secrets)
        _adopt(writing, plan.fresh, named)
        _keep_documents(writing, other.documents(), set(plan.taken), named)
        _require_told_of(writing.state, secrets, named)
        if _is_told_before(writing.state, secrets):
            writing.refold()
        disputes = disputes_in(writing.state)
    return Merged(plan.taken, plan.known, len(secrets.nonces), tuple(disputes))


@dataclass
class _Plan:
    fresh: list[Entry] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)


def _chains_in(ledger: Ledger) -> set[str]:
    return {head.origin for head in ledger.heads() if head.sequence} | {ledger.origin}


def _confirm(newcomers: Sequence[Newcomer], wish: MergeWish, named: Place) -> None:
    if newcomers and not wish.confirm(newcomers):
        origins = ", ".join(one.origin for one in newcomers)
        what = _("chains that are new here were not confirmed: {origins}", origins=origins)
        todo = _("Look at it on a terminal and answer, or pass --yes, or --head FILE with --key.")
        raise RefusedError(Finding("merge-unconfirmed", what, named, todo))


def _adopt_chains(writing: Writing, theirs: Sequence[Entry], own: str, role: Role | None) -> None:
    """Write down as what each chain is believed, before its first entry: a role that is given, and that of new ones."""
    ends = {entry.origin: head_of(entry) for entry in theirs}
    for origin in sorted(set(ends) - {writing.origin}):
        wanted = (role or Role.STATION) if origin == own else Role.STATION
        is_new = not writing.knows(origin)
        if is_new or (origin == own and role is not None and writing.state.rows.role(origin) is not role):
            end = ends[origin]
            writing.append(ChainAdopted(chain=origin, role=wanted, sequence=end.sequence, hash=end.hash))


def _keep_documents(
    writing: Writing, documents: Sequence[tuple[str, str, bytes]], taken: Collection[str], named: Place
) -> None:
    """Keep the documents that orders here name, each proven by its digest.

    Raises AnswerNoError for another, and where an order of a chain that is ``taken`` names one that is not of it. That
    a chain which was here before does so is its own fault: it keeps no other from what is theirs.
    """
    for name, kind, body in documents:
        named_by = writing.state.named_by(name)
        if not named_by:
            continue
        if digest_document(body) != name or _KIND.fullmatch(kind) is None:
            what = _("document {name} is not what its name says", name=name)
            raise AnswerNoError(Finding("merge-document", what, named))
        if any(why_another(one.event, body) is None for one in named_by):
            writing.keep_document(kind, body)
    for one in writing.state.named_by():
        if one.origin not in taken or one.event.sheet is None:
            continue
        kept = writing.find_document(one.event.sheet)
        if kept is None:
            kept = next((body for name, _kind, body in documents if name == one.event.sheet), None)
        if kept is not None and (why := why_another(one.event, kept)) is not None:
            what = _("the order sheet of {order} is not what was ordered: {why}", order=one.called, why=why)
            raise AnswerNoError(Finding("merge-document", what, named))


#: What a kind of document is called.
_KIND = re.compile(r"[a-z][a-z0-9-]{0,39}")


def _require_whole(entries: Sequence[Entry], named: Place) -> None:
    broken = list(check_chain(sorted(entries, key=lambda e: (e.origin, e.sequence))))
    if broken:
        raise AnswerNoError(*(Finding("merge-broken", one.line, named, _NOTHING_OF_IT) for one in broken[:_SHOWN]))


_NOTHING_OF_IT = _("Merge nothing of it: find out at that station what was done to its ledger.")


@contextmanager
def _refusing(named: Place) -> Iterator[None]:
    """An entry that cannot be read is a reason to take nothing, and no fault of this ledger."""
    try:
        yield
    except BrokenOffError as problem:
        if problem.findings[0].id not in ("ledger-entry-unreadable", "name-form"):
            raise
        raise RefusedError(Finding("merge-impossible", problem.findings[0].what, named, _NOTHING_OF_IT)) from None


#: Places that are named of a chain that does not hold.
_SHOWN = 5


def _compare(writing: Writing, theirs: Sequence[Entry], named: Place) -> _Plan:
    plan, forks = _Plan(), dict[str, Finding]()
    ours = writing.hashes({entry.origin for entry in theirs})
    for entry in theirs:
        kept = ours.get((entry.origin, entry.sequence))
        if kept is None:
            plan.fresh.append(entry)
            plan.taken[entry.origin] = plan.taken.get(entry.origin, 0) + 1
        elif kept == entry.hash:
            plan.known[entry.origin] = plan.known.get(entry.origin, 0) + 1
        elif entry.origin not in forks:
            forks[entry.origin] = _fork(writing, entry, kept, named)
    if forks:
        raise RefusedError(*forks.values())
    if writing.origin in plan.taken:
        what = _(
            "it holds {count} entries of this ledger's own chain that are not here", count=plan.taken[writing.origin]
        )
        todo = _("This ledger was set back, or a copy of it is in use elsewhere. Put the newer one in its place.")
        raise RefusedError(Finding("merge-set-back", what, named, todo))
    return plan


def _fork(writing: Writing, entry: Entry, kept: str, named: Place) -> Finding:
    ours = writing.entry(entry.origin, entry.sequence)
    what = _(
        "{origin} forks at entry {sequence}: here {ours} (hash {kept}…), there {theirs} (hash {other}…)",
        origin=entry.origin,
        sequence=entry.sequence,
        ours=_gist(ours),
        kept=kept[:16],
        theirs=_gist(entry),
        other=entry.hash[:16],
    )
    todo = _("Two ledgers went on from one copy. Keep both files; the next entries belong into a ledger of their own.")
    return Finding("merge-fork", what, named, todo)


def _gist(entry: Entry) -> Text:
    note = EntryBody.from_body(
        entry.body, _("entry {sequence} of {origin}", sequence=entry.sequence, origin=entry.origin)
    )
    return _("“{kind}” by {by} on {at}", kind=note.event.kind, by=note.by, at=f"{note.at:%Y-%m-%d %H:%M}")


def _adopt(writing: Writing, fresh: Sequence[Entry], named: Place) -> None:
    for entry in fresh:
        try:
            writing.adopt(entry)
        except BrokenOffError as problem:
            what = _(
                "entry {sequence} of {origin} cannot be taken: {why}",
                sequence=entry.sequence,
                origin=entry.origin,
                why=problem.findings[0].what,
            )
            raise RefusedError(Finding("merge-impossible", what, named, _NOTHING_OF_IT)) from None
    writing.keep(fresh)


def _new_secrets(writing: Writing, rows: SecretRows, fresh: Sequence[Entry]) -> SecretRows:
    """The secrets that are not here yet, of drives and orders that the chains here, or these entries, tell of."""
    told, kept, state = _told_in(fresh), writing.secret_keys(), writing.state

    def is_wanted(*of: str) -> bool:
        return of in told or state.drive_of(*of) is not None or state.order_of(*of) is not None

    nonces = [r for r in rows.nonces if (r["origin"], r["drive"]) not in kept and is_wanted(r["origin"], r["drive"])]
    words = [
        r
        for r in rows.words
        if (r["maker"], r["origin"], r["order_id"]) not in kept and is_wanted(r["origin"], r["order_id"])
    ]
    return SecretRows(nonces, words)


def _told_in(entries: Sequence[Entry]) -> set[tuple[str, str]]:
    """The drives and orders that entries mint and add, by origin and name."""
    told = set[tuple[str, str]]()
    for entry in entries:
        where = _("entry {sequence} of {origin}", sequence=entry.sequence, origin=entry.origin)
        match EntryBody.from_body(entry.body, where).event:
            case PassportMinted(drive=drive):
                told.add((entry.origin, drive))
            case OrderAdded(order=order):
                told.add((entry.origin, order))
    return told


def _require_told_of(state: LedgerState, secrets: SecretRows, named: Place) -> None:
    """Each secret is the one whose digest stands in its chain. Raises AnswerNoError, with those that are not."""
    wrong = list[str]()
    for row in secrets.nonces:
        journey = state.drive_of(row["origin"], row["drive"])
        if journey is None or not _is_nonce_of(journey, row["nonce"]):
            wrong.append(row["drive"])
    for row in secrets.words:
        order = state.order_of(row["origin"], row["order_id"])
        is_told = order is not None and (row["maker"], digest_word(row["salt"], row["word"])) in order.words
        if not is_told and state.believes(row["maker"], row["origin"]):
            wrong.append(row["order_id"])
    if wrong:
        what = _("the secrets of {names} are not those that its chain tells of", names=", ".join(wrong[:_SHOWN]))
        raise AnswerNoError(Finding("merge-secrets", what, named))


def _is_nonce_of(journey: Journey, nonce: str) -> bool:
    is_formed = re.fullmatch(NONCE, nonce) is not None
    return is_formed and journey.nonce_sha256 == digest_nonce(nonce) and journey.reference == reference_of(nonce)


def _is_told_before(state: LedgerState, secrets: SecretRows) -> bool:
    """Whether only these secrets tell what receipts are worth that somebody told of, or whose a drive is: chains came
    here before them.
    """
    drives = [state.drive_of(row["origin"], row["drive"]) for row in secrets.nonces]
    for row in secrets.words:
        if (order := state.order_of(row["origin"], row["order_id"])) is not None:
            drives += state.journeys_of(order.id)
    here = [journey for journey in drives if journey is not None]
    return any(j.dispute is not None or any(told.receipt is not None for told in j.told) for j in here)
