"""Taking another ledger's chains beside ours: whole, checked, and never where one forks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from usbkit.core.errors import AnswerNoError, BrokenOffError, Finding, InputError, Place, RefusedError
from usbkit.core.messages import Text, _
from usbkit.ledger.appending import SecretRows, Writing, digest_nonce, digest_word
from usbkit.ledger.chain import Entry, check_chain
from usbkit.ledger.events import EntryBody
from usbkit.ledger.place import LedgerPlace, database_errors
from usbkit.ledger.store import Ledger


@dataclass(frozen=True)
class Merged:
    """How many entries of each origin were taken, and how many were here already; drives whose secrets came along."""

    taken: Mapping[str, int]
    known: Mapping[str, int]
    secrets: int


@contextmanager
def visiting(place: LedgerPlace) -> Iterator[Ledger]:
    """Another ledger, to be read only: a file is copied first, so that not even a log beside it is touched.

    Raises InputError where there is none.
    """
    if place.file is None:
        with database_errors(place):
            yield Ledger.visit(place)
        return
    if not place.file.is_file():
        todo = _("Name the file of the station's ledger; `usbkit doctor` there says where it is.")
        raise InputError(Finding("ledger-absent", _("there is no ledger"), Place(str(place)), todo))
    with tempfile.TemporaryDirectory(prefix="usbkit-merge-") as folder:
        copy = Path(folder) / "ledger.sqlite"
        for suffix in ("", "-wal"):
            beside = place.file.with_name(place.file.name + suffix)
            if beside.exists():
                shutil.copyfile(beside, copy.with_name(copy.name + suffix))
        yield Ledger.visit(LedgerPlace(copy))


def merge(ledger: Ledger, other: Ledger, named: Place) -> Merged:
    """Take the chains of ``other`` that are longer than ours, with their secrets; all of it, or nothing.

    Raises AnswerNoError for chains that do not hold, RefusedError for a fork, and where ``other`` has more of our own
    chain than we do.
    """
    theirs = list(other.entries())
    _require_whole(theirs, named)
    with ledger.write() as writing:
        plan = _compare(writing, theirs, named)
        _adopt(writing, plan.fresh, named)
        secrets = _missing(writing, other.secret_rows(), named)
        writing.keep_secrets(secrets)
    return Merged(plan.taken, plan.known, len(secrets.nonces))


@dataclass
class _Plan:
    fresh: list[Entry] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)


def _require_whole(entries: Sequence[Entry], named: Place) -> None:
    broken = list(check_chain(sorted(entries, key=lambda e: (e.origin, e.sequence))))
    if broken:
        todo = _("Merge nothing of it: find out at that station what was done to its ledger.")
        raise AnswerNoError(*(Finding("merge-broken", one.line, named, todo) for one in broken[:_SHOWN]))


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
            raise RefusedError(Finding("merge-impossible", what, named, problem.findings[0].todo)) from None
    writing.keep(fresh)


def _missing(writing: Writing, rows: SecretRows, named: Place) -> SecretRows:
    """The secrets that the chains here tell of and that are not here yet.

    Raises AnswerNoError for one that is another than they say.
    """
    ledger_state, kept = writing.state, writing.secret_keys()
    drives = [row for row in rows.nonces if (row["origin"], row["drive"]) in ledger_state.by_origin]
    orders = [row for row in rows.words if (row["origin"], row["order_id"]) in ledger_state.by_origin]
    wrong = [
        row["drive"]
        for row in drives
        if ledger_state.journeys[ledger_state.by_origin[row["origin"], row["drive"]]].nonce_sha256
        != digest_nonce(row["nonce"])
    ]
    wrong += [
        row["order_id"]
        for row in orders
        if (row["maker"], digest_word(row["salt"], row["word"]))
        not in ledger_state.orders[ledger_state.by_origin[row["origin"], row["order_id"]]].words
    ]
    if wrong:
        what = _("the secrets of {names} are not those that its chain tells of", names=", ".join(wrong[:_SHOWN]))
        raise AnswerNoError(Finding("merge-secrets", what, named))
    return SecretRows(
        [row for row in drives if (row["origin"], row["drive"]) not in kept],
        [row for row in orders if (row["maker"], row["origin"], row["order_id"]) not in kept],
    )
