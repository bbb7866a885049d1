"""Statements: the content of a trusted comment, in one line of one form (design section 10).

``usbkit seal v1 programme=forum-2020 country=GT edition=3 date=2020-11-02 files=214 sha256=…``

The kind comes first so that a signature made for one purpose cannot be used for another: a ledger head or a notice
about a key, signed by the same key, is refused as a seal's statement.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass

from usbkit.core.messages import _
from usbkit.trust.minisign import refuse
from usbkit.trust.sums import fingerprint, parse_sums

SEAL_KIND = "usbkit seal v1"
HEAD_KIND = "usbkit head v1"
KEY_KIND = "usbkit key v1"

# Shared with the page: syntax that Python and JavaScript read alike. A passport's fields have the same forms.
PROGRAMME = "[a-z0-9]+(?:-[a-z0-9]+)*"
MAX_PROGRAMME = 40  # characters, as manifests have them
COUNTRY = "[A-Z]{2}"
EDITION = "[1-9][0-9]{0,3}"
DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
SEAL_FORM = (
    rf"{SEAL_KIND} programme=({PROGRAMME}) country=({COUNTRY}) edition=({EDITION})"
    rf" date=({DATE}) files=([1-9][0-9]{{0,5}}) sha256=([0-9a-f]{{64}})"
)
_KIND = re.compile(r"usbkit [a-z]+ v[0-9]+(?= )")
_SEAL = re.compile(SEAL_FORM)


@dataclass(frozen=True, slots=True)
class SealStatement:
    """The bundle of a seal. ``date`` is the edition's; ``sha256`` is the seal's fingerprint."""

    programme: str
    country: str
    edition: int
    date: dt.date
    files: int
    sha256: str

    @classmethod
    def parse(cls, comment: str) -> SealStatement:
        """Parse a trusted comment. Raises InputError for another kind, or any deviation from the form."""
        kind = _KIND.match(comment)
        if kind is not None and kind.group() != SEAL_KIND:
            raise refuse("statement-kind", _("it is a statement of another kind"))
        match = _SEAL.fullmatch(comment)
        if match is None or len(match.group(1)) > MAX_PROGRAMME:
            raise refuse("statement-form", _("its trusted comment is not a statement about a seal"))
        programme, country, edition, date, files, sha256 = match.groups()
        try:
            day = dt.date.fromisoformat(date)
        except ValueError as error:
            raise refuse("statement-form", _("{date} is not a day", date=date)) from error
        return cls(programme, country, int(edition), day, int(files), sha256)

    def __str__(self) -> str:
        return (
            f"{SEAL_KIND} programme={self.programme} country={self.country} edition={self.edition}"
            f" date={self.date.isoformat()} files={self.files} sha256={self.sha256}"
        )

    def require_about(self, sums: bytes) -> None:
        """Raise InputError unless the statement is about the seal ``sums``."""
        if self.sha256 != fingerprint(sums) or self.files != len(parse_sums(sums)):
            raise refuse("statement-other", _("its statement is about another seal"))


@dataclass(frozen=True, slots=True)
class SealDifference:
    """The difference between two seals: sorted paths."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    same: int


def compare_seals(older: bytes, newer: bytes) -> SealDifference:
    """Return what changed from ``older`` to ``newer``, both the text of a ``SHA256SUMS``."""
    before, after = parse_sums(older), parse_sums(newer)
    kept: Collection[str] = before.keys() & after.keys()
    return SealDifference(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(sorted(path for path in kept if before[path] != after[path])),
        same=sum(before[path] == after[path] for path in kept),
    )
