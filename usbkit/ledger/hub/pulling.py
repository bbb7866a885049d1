"""Pull others' entries from the hub: each is verified, with its documents and secrets, before it is folded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from usbkit.core.errors import BrokenOffError, UsbkitError
from usbkit.core.messages import Text, _
from usbkit.ledger.appending import SecretRows, Writing, digest_nonce, digest_word
from usbkit.ledger.chain import ORIGIN_PATTERN, Entry, Head, digest_entry, head_of, start_of
from usbkit.ledger.entry_body import EntryBody, in_english
from usbkit.ledger.events import AnyEvent, ChainAdopted, LetterWordMade, OrderAdded, PassportMinted, Role, SealReleased
from usbkit.ledger.hub.line import Hub, HubLook
from usbkit.ledger.hub.recalled import heed_others
from usbkit.ledger.hub.standing import HubStanding
from usbkit.ledger.store import Ledger
from usbkit.trust.references import reference_of

#: Entries that come from there at once.
_AT_ONCE = 200


class _Untakeable(Exception):
    """An entry that does not hold: its chain is not followed from there on."""

    def __init__(self, origin: str, why: Text) -> None:
        super().__init__(origin)
        self.origin, self.why = origin, why


def pull_others(ledger: Ledger, hub: Hub, look: HubLook, standing: HubStanding) -> tuple[int, dict[str, str]]:
    """Return how many entries came, and which chains are not followed, with the reason in English."""
    refused: dict[str, str] = {one.origin: one.note for one in look.stations if one.is_forked}
    refused.pop(ledger.origin, None)
    count = 0
    if not _has_news(ledger, look, standing):
        return count, {**standing.refused, **refused}
    while True:
        known = {head.origin: head.sequence for head in ledger.heads()}
        entries = hub.pull({**known, **dict.fromkeys(refused, 2**62)}, _AT_ONCE)
        if not entries:
            _name_chains(ledger, look)
            return count, refused
        try:
            count += _take(ledger, hub, look, entries)
        except _Untakeable as problem:
            refused[problem.origin] = in_english(problem.why)


def _has_news(ledger: Ledger, look: HubLook, standing: HubStanding) -> bool:
    ends = {origin: head.sequence for origin, head in look.heads.items() if origin != ledger.origin}
    return any(standing.known.get(origin, 0) != end for origin, end in ends.items()) or bool(standing.refused)


@dataclass
class _Batch:
    """Entries that hold, with what belongs to them."""

    entries: list[Entry] = field(default_factory=list)
    events: list[AnyEvent] = field(default_factory=list)
    secrets: SecretRows = field(default_factory=lambda: SecretRows([], []))
    documents: list[tuple[str, bytes]] = field(default_factory=list)


def _take(ledger: Ledger, hub: Hub, look: HubLook, entries: Sequence[Entry]) -> int:
    batch = _Batch(list(entries), [_read(entry, ledger.origin) for entry in entries])
    if look.role is not Role.STATION:
        batch.secrets = _secrets_of(hub, batch)
    batch.documents = _documents_of(ledger, hub, batch.events)
    with ledger.write() as writing:
        fresh = _check(writing, batch.entries)
        _adopt_chains(writing, look, fresh)
        writing.keep_secrets(_new_secrets(writing, batch.secrets))
        for kind, body in batch.documents:
            writing.keep_document(kind, body)
        for entry in fresh:
            try:
                writing.adopt(entry)
            except BrokenOffError as problem:
                raise _Untakeable(entry.origin, problem.findings[0].what) from None
        writing.keep(fresh)
        heed_others(writing, batch.events)
    return len(fresh)


def _read(entry: Entry, home: str) -> AnyEvent:
    digest = digest_entry(entry.origin, entry.sequence, entry.previous, entry.body)
    if ORIGIN_PATTERN.fullmatch(entry.origin) is None or entry.origin == home or digest != entry.hash:
        raise _Untakeable(entry.origin, _("entry {sequence} was changed", sequence=entry.sequence))
    try:
        return event_of(entry)
    except UsbkitError as problem:
        raise _Untakeable(entry.origin, problem.findings[0].what) from None


def _check(writing: Writing, entries: Iterable[Entry]) -> list[Entry]:
    """Those that are new here, each in its place."""
    ends: dict[str, Head] = {}
    fresh = list[Entry]()
    for entry in entries:
        end = ends.get(entry.origin) or writing.end(entry.origin)
        if entry.sequence <= end.sequence and entry.origin not in ends:
            continue  # it came here by a file meanwhile
        if (entry.sequence, entry.previous) != (end.sequence + 1, end.hash):
            what = _("entry {sequence} does not follow on what is here", sequence=entry.sequence)
            raise _Untakeable(entry.origin, what)
        ends[entry.origin] = head_of(entry)
        fresh.append(entry)
    return fresh


def _adopt_chains(writing: Writing, look: HubLook, fresh: Sequence[Entry]) -> None:
    """Write down, before its first entry, as what a chain is believed: as the hub has it."""
    stations = {one.origin: one for one in look.stations}
    for origin in dict.fromkeys(entry.origin for entry in fresh):
        if not writing.knows(origin):
            one, head = stations.get(origin), look.heads.get(origin, start_of(origin))
            role, name = (Role.STATION, None) if one is None else (one.role, one.name)
            writing.append(ChainAdopted(chain=origin, role=role, sequence=head.sequence, hash=head.hash, name=name))


def _name_chains(ledger: Ledger, look: HubLook) -> None:
    """Chains that came here by a file keep what they are believed as, and get the name that the hub has for them."""
    rows = ledger.read().rows
    nameless = [
        one
        for one in look.stations
        if one.origin != ledger.origin and one.origin in look.heads and rows.chain_name(one.origin) != one.name
    ]
    if nameless:
        with ledger.write() as writing:
            for one in nameless:
                if writing.knows(one.origin):
                    end, role = writing.end(one.origin), writing.state.rows.role(one.origin) or one.role
                    writing.append(
                        ChainAdopted(chain=one.origin, role=role, sequence=end.sequence, hash=end.hash, name=one.name)
                    )


def _secrets_of(hub: Hub, batch: _Batch) -> SecretRows:
    """The secrets of what these entries tell of, each the one whose digest they hold."""
    pairs = list(zip(batch.entries, batch.events, strict=True))
    minted = {(e.origin, v.drive): v.nonce_sha256 for e, v in pairs if isinstance(v, PassportMinted)}
    made = {
        (e.origin, v.order_origin or e.origin, v.order): v.word_sha256
        for e, v in pairs
        if isinstance(v, LetterWordMade)
    }
    nonces = hub.nonces(list(minted)) if minted else []
    words = hub.words(list(made)) if made else []
    return SecretRows(
        [
            row
            for row in nonces
            if minted.get((row["origin"], row["drive"])) == digest_nonce(row["nonce"])
            and row["drive"] == reference_of(row["nonce"])
        ],
        [
            row
            for row in words
            if made.get((row["maker"], row["origin"], row["order_id"])) == digest_word(row["salt"], row["word"])
        ],
    )


def _new_secrets(writing: Writing, rows: SecretRows) -> SecretRows:
    return SecretRows(
        [r for r in rows.nonces if not writing.knows_nonce(r["origin"], r["drive"])],
        [r for r in rows.words if not writing.knows_word(r["maker"], r["origin"], r["order_id"])],
    )


def _documents_of(ledger: Ledger, hub: Hub, events: Iterable[AnyEvent]) -> list[tuple[str, bytes]]:
    """The documents that orders name and that are not here. One that is not what its name says is left."""
    found = [(n, hub.find_document(n)) for n in documents_in(events) if ledger.find_document(n) is None]
    return [document for name, document in found if document and hashlib.sha256(document[1]).hexdigest() == name]


def documents_in(events: Iterable[AnyEvent]) -> list[str]:
    """Return the documents that events name."""
    return sorted({e.sheet for e in events if isinstance(e, OrderAdded | SealReleased) and e.sheet is not None})


def event_of(entry: Entry) -> AnyEvent:
    """Return an entry's event. Raises UsbkitError if it cannot be read."""
    where = _("entry {sequence} of {origin}", sequence=entry.sequence, origin=entry.origin)
    return EntryBody.from_body(entry.body, where).event
