"""A verdict: three separate answers (design section 10). Values and their worst-of; no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from usbkit.core.errors import EXIT_DONE, EXIT_NO
from usbkit.core.messages import Text
from usbkit.trust.passport import Passport


class Content(StrEnum):
    """Whether every sealed file is there unchanged, and nothing else; the worst case that applies."""

    WHOLE = "whole"
    ADDED_TO = "added to"
    INCOMPLETE = "incomplete"
    DAMAGED = "damaged"
    NO_SEAL = "no seal"


class Structure(StrEnum):
    """Whether the file system is as we made it; for devices and images only.

    UNTOUCHED needs a digest from outside the drive; AS_IT_SAYS relies on the drive's own passport, which proves
    nothing. DENIED: nobody opened it since, by its own passport, and yet the digest from outside is another.
    """

    UNTOUCHED = "untouched"
    AS_IT_SAYS = "as it says of itself"
    OPENED = "opened since, consistent"
    DENIED = "denied from outside"
    BROKEN = "broken"
    NOT_CHECKED = "not checked"


class Origin(StrEnum):
    """Whether a key or fingerprint from outside the drive confirms that the seal is ours."""

    PROVEN = "proven"
    NOT_CHECKED = "not checked"
    REFUSED = "refused"


class Trouble(StrEnum):
    """What is wrong with one file."""

    DAMAGED = "damaged"
    MISSING = "missing"
    EXTRA = "extra"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class FileTrouble:
    """One file that does not match the seal. ``detail`` may say where: a byte range on the device.

    ``is_run`` marks an extra file that a computer may run, obey or open as a page: it must not be opened.
    """

    path: str
    trouble: str
    detail: Text | str = ""
    is_run: bool = False


@dataclass(frozen=True, slots=True)
class Claims:
    """What a drive says about itself: claimed until origin is proven.

    From the signature's statement if there is one (``is_signed``), otherwise from the passport.
    """

    programme: str
    country: str
    edition: int
    date: str
    is_signed: bool


@dataclass(frozen=True)
class Verdict:
    """The result of a check. Exit 0 needs whole, neither broken nor denied, not refused.

    ``files`` and ``bytes`` count the sealed files that were read completely and found unchanged. ``origin_reasons``
    explain the origin. ``passport`` holds the receipt nonce: no list or log shows it.
    """

    content: Content
    structure: Structure
    origin: Origin
    fingerprint: str | None
    files: int
    bytes: int
    troubles: tuple[FileTrouble, ...] = ()
    structure_troubles: tuple[str, ...] = ()
    debris: tuple[str, ...] = ()
    origin_reasons: tuple[Text, ...] = ()
    claims: Claims | None = None
    passport: Passport | None = field(default=None, repr=False)

    @property
    def exit_code(self) -> int:
        good = (
            self.content is Content.WHOLE
            and self.structure not in (Structure.BROKEN, Structure.DENIED)
            and self.origin is not Origin.REFUSED
        )
        return EXIT_DONE if good else EXIT_NO

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as documented JSON values; names and answers are stable, details follow the language."""
        claims = self.claims and {
            "programme": self.claims.programme,
            "country": self.claims.country,
            "edition": self.claims.edition,
            "date": self.claims.date,
            "signed": self.claims.is_signed,
        }
        return {
            "content": self.content.value,
            "structure": self.structure.value,
            "origin": self.origin.value,
            "fingerprint": self.fingerprint,
            "files": self.files,
            "bytes": self.bytes,
            "troubles": [
                {"path": t.path, "trouble": str(t.trouble), "detail": str(t.detail), "runs": t.is_run}
                for t in self.troubles
            ],
            "structure_troubles": [str(t) for t in self.structure_troubles],
            "debris": list(self.debris),
            "origin_reasons": [str(r) for r in self.origin_reasons],
            "claims": claims,
            "exit": self.exit_code,
        }


def judge_content(troubles: tuple[FileTrouble, ...]) -> Content:
    """Return the worst content answer for ``troubles``."""
    kinds = {t.trouble for t in troubles}
    if kinds & {Trouble.DAMAGED, Trouble.UNREADABLE}:
        return Content.DAMAGED
    if Trouble.MISSING in kinds:
        return Content.INCOMPLETE
    return Content.ADDED_TO if kinds else Content.WHOLE
