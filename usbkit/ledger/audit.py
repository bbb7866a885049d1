"""Whether a ledger holds together: chains, what the entries say, secrets, and heads noted elsewhere. Values only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from usbkit.core.errors import BrokenOffError
from usbkit.core.messages import Text, _
from usbkit.ledger.appending import Secrets
from usbkit.ledger.chain import Break, Entry, Head, check_chain, find_unanchored
from usbkit.ledger.events import EntryBody, LetterWordMade, PassportMinted
from usbkit.ledger.state import LedgerState


@dataclass(frozen=True)
class Audit:
    """``anchors`` counts the heads from elsewhere that were compared: without one, a cut tail cannot show.

    ``without_secret`` counts drives of other origins whose nonces are not here, so that their receipts cannot be read.
    """

    entries: int
    breaks: tuple[Break, ...]
    anchors: int
    without_secret: int = 0

    @property
    def holds(self) -> bool:
        return not self.breaks

    @property
    def is_anchored(self) -> bool:
        return self.holds and self.anchors > 0


def audit(entries: Iterable[Entry], secrets: Secrets, heads: Iterable[Head] = ()) -> Audit:
    """Check ``entries``, in the order in which they came, against themselves, the secrets and ``heads``."""
    every, noted = list(entries), list(heads)
    broken = list(check_chain(sorted(every, key=lambda e: (e.origin, e.sequence))))
    broken += find_unanchored({(e.origin, e.sequence): e.hash for e in every}, noted)
    story = _Story(secrets)
    broken += story.check(every)
    return Audit(len(every), tuple(_first_of_each(broken)), len(noted), story.without_secret)


class _Story:
    """Whether what the entries say could have happened, and the secrets are those that they tell of."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._book = LedgerState(secrets.home)
        self.without_secret = 0

    def check(self, entries: Iterable[Entry]) -> Iterator[Break]:
        """What is wrong, up to the first entry that could not have happened."""
        for entry in entries:
            try:
                note = EntryBody.from_body(entry.body, _("its body"))
                self._book.apply(note, entry.origin)
            except BrokenOffError as problem:
                yield Break(entry.origin, entry.sequence, problem.findings[0].what)
                return
            if (why := self._why_untied(note, entry.origin)) is not None:
                yield Break(entry.origin, entry.sequence, why)

    def _why_untied(self, note: EntryBody, origin: str) -> Text | None:
        match note.event:
            case PassportMinted(drive=drive, nonce_sha256=digest):
                kept = self._secrets.nonces.get((origin, drive))
                if kept is None and origin != self._secrets.home:
                    self.without_secret += 1
                elif kept != digest:
                    return _("the nonce of drive {drive} is not among the secrets, or another", drive=drive)
            case LetterWordMade(order=order, order_origin=of, word_sha256=digest):
                kept = self._secrets.words.get((origin, of or origin, order))
                if kept != digest and not (kept is None and origin != self._secrets.home):
                    return _("the letter word of order {order} is not among the secrets, or another", order=order)
        return None


def _first_of_each(breaks: Iterable[Break]) -> Iterator[Break]:
    """One finding an entry: what is wrong with its hash comes before what follows from that."""
    seen: set[tuple[str, int]] = set()
    for one in breaks:
        if (one.origin, one.sequence) not in seen:
            seen.add((one.origin, one.sequence))
            yield one
