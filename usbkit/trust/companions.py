"""The files beside the seal, which no digest covers: signature, passport and ``drive.js`` must match it and each other.

None of this proves origin: whoever changes a drive can make all of them match. It finds files that were edited, swapped
between countries, or left over from another edition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from usbkit.core.errors import InputError
from usbkit.core.messages import _
from usbkit.trust.minisign import Signature
from usbkit.trust.passport import Passport, is_drive_js
from usbkit.trust.statement import SealStatement
from usbkit.trust.sums import DRIVE_SCRIPT_NAME, PASSPORT_NAME, SIGNATURE_NAME, fingerprint
from usbkit.trust.verdict import Claims, FileTrouble, Trouble

T = TypeVar("T")

#: Largest of these files that is read, in bytes.
MAX_COMPANION = 64 * 2**10


@dataclass(frozen=True, slots=True)
class Companions:
    """The bytes of the three files, None where a file is missing."""

    signature: bytes | None
    passport: bytes | None
    drive_script: bytes | None


@dataclass(frozen=True)
class CompanionReport:
    """What the companions say, and what is wrong with them. A part that may be damaged is None."""

    signature: Signature | None
    statement: SealStatement | None
    passport: Passport | None
    troubles: tuple[FileTrouble, ...]

    @property
    def claims(self) -> Claims | None:
        """What the drive claims to be: by its signed statement if there is one, otherwise by its passport."""
        says = self.statement or self.passport
        if says is None:
            return None
        return Claims(says.programme, says.country, says.edition, says.date.isoformat(), self.statement is not None)


def check_companions(companions: Companions, sums: bytes) -> CompanionReport:
    """Read the companions of the seal ``sums`` strictly and compare them."""
    troubles: list[FileTrouble] = []
    signature = _read(companions.signature, SIGNATURE_NAME, Signature.from_bytes, troubles)
    statement = _read(signature, SIGNATURE_NAME, lambda s: _statement(s, sums), troubles)
    passport = _read(companions.passport, PASSPORT_NAME, check_passport, troubles)
    if companions.passport is None:
        troubles.append(FileTrouble(PASSPORT_NAME, Trouble.MISSING))
    if passport is not None and (trouble := _compare(passport, statement, sums)):
        troubles.append(trouble)
    if companions.drive_script is None:
        troubles.append(FileTrouble(DRIVE_SCRIPT_NAME, Trouble.MISSING))
    elif passport is None or not is_drive_js(
        companions.drive_script, passport, is_signed=companions.signature is not None
    ):
        reason = _("it is not what passport and signature make it; the pages run it: do not open them")
        troubles.append(FileTrouble(DRIVE_SCRIPT_NAME, Trouble.DAMAGED, reason, is_run=True))
    return CompanionReport(signature, statement, passport, tuple(troubles))


S = TypeVar("S")


def _read(source: S | None, name: str, parse: Callable[[S], T], troubles: list[FileTrouble]) -> T | None:
    """``source`` parsed; None where there is none, or where it is wrong, which is then among ``troubles``."""
    if source is None:
        return None
    try:
        return parse(source)
    except InputError as error:
        troubles.append(FileTrouble(name, Trouble.DAMAGED, error.findings[0].what))
        return None


def _statement(signature: Signature, sums: bytes) -> SealStatement:
    statement = SealStatement.parse(signature.trusted_comment)
    statement.require_about(sums)
    return statement


def check_passport(data: bytes) -> Passport:
    """Parse a passport that is byte for byte as we write it. Raises InputError."""
    passport = Passport.from_json(data)
    if passport.to_json() != data:
        raise InputError.of("passport-form", _("it was changed after usbkit wrote it"))
    return passport


def _compare(passport: Passport, statement: SealStatement | None, sums: bytes) -> FileTrouble | None:
    if passport.fingerprint != fingerprint(sums):
        reason = _("it is from another bundle: {country}, edition {edition}", **_names(passport))
        return FileTrouble(PASSPORT_NAME, Trouble.DAMAGED, reason)
    if statement is None:
        return None
    facts = ("programme", "country", "edition", "date")
    if any(getattr(passport, fact) != getattr(statement, fact) for fact in facts):
        reason = _("it says {country}, edition {edition}, which the signature does not say", **_names(passport))
        return FileTrouble(PASSPORT_NAME, Trouble.DAMAGED, reason)
    return None


def _names(passport: Passport) -> dict[str, object]:
    return {"country": passport.country, "edition": passport.edition}
