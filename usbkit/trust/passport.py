"""The passport of a drive: what it claims to be, never proof; the seal does not cover it (design section 6)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.trust.references import reference_of
from usbkit.trust.statement import COUNTRY, DATE, EDITION, MAX_PROGRAMME, PROGRAMME
from usbkit.trust.sums import DIGEST

FORMAT = "usbkit passport v1"

#: Stands for the metadata digest while an image is laid out: as long as one, so that nothing moves when it is known.
UNKNOWN_METADATA = "0" * 64

#: A passport is a few hundred bytes; one read from a drive that is larger is not a passport.
MAX_BYTES = 4096

# Forms of the fields beside those of the seal's statement; shared with the page.
ROUTE = "corps|mission"
NUMBER = "[1-9][0-9]{0,5}"
NONCE = "[0-9a-f]{32}"  # 128 bits in hex
REFERENCE = "[0-9A-HJKMNP-TV-Z]{5}"  # of a drive: as on its label


@dataclass(frozen=True, slots=True)
class DriveNumber:
    """Drive ``number`` (from 1) of ``of`` in an order; ``replaces`` is the reference of an earlier drive with the
    number, which may still exist.
    """

    number: int
    of: int
    replaces: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON for passport and ``drive.js``, without ``replaces`` if it is empty."""
        numbers = {"number": self.number, "of": self.of}
        return numbers if self.replaces is None else {**numbers, "replaces": self.replaces}


@dataclass(frozen=True, slots=True)
class Passport:
    """Programme, country, edition and route of a drive, its number, its seal, and a digest of its file system.

    ``fingerprint`` and ``metadata`` are SHA-256 in hex: of ``SHA256SUMS``, and of the partition table and file system
    structures as written (``usbkit.disk.image.Image.metadata_digest``), None in a folder. ``drive`` and ``nonce`` are
    None until an ordered drive is written.
    """

    programme: str
    country: str
    edition: int
    date: dt.date
    route: str | None
    fingerprint: str
    metadata: str | None = None
    drive: DriveNumber | None = None
    nonce: str | None = None

    def to_json(self) -> bytes:
        """Return ``passport.json``: keys in a fixed order, ASCII, LF."""
        return (json.dumps(self._values(), indent=2) + "\n").encode("ascii")

    def _values(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "programme": self.programme,
            "country": self.country,
            "edition": self.edition,
            "date": self.date.isoformat(),
            "route": self.route,
            "drive": None if self.drive is None else self.drive.to_json(),
            "fingerprint": self.fingerprint,
            "metadata": self.metadata,
            "nonce": self.nonce,
        }

    @classmethod
    def from_json(cls, data: bytes, file: str = "passport.json") -> Passport:
        """Parse a passport from an untrusted drive. Raises InputError if it is invalid."""
        try:
            return cls._from_values(_parse(data))
        except _NoPassportError as problem:
            raise InputError(
                Finding(
                    "passport-unreadable",
                    _("this is not a usbkit passport: {reason}", reason=problem.reason),
                    Place(file),
                    _("The drive's files can be checked without it; what it claims to be cannot be shown."),
                )
            ) from None

    @classmethod
    def _from_values(cls, values: dict[str, Any]) -> Passport:
        programme = _text(values, "programme", PROGRAMME)
        if len(programme) > MAX_PROGRAMME:
            raise _odd("programme")
        return cls(
            programme=programme,
            country=_text(values, "country", COUNTRY),
            edition=_whole(values, "edition", EDITION),
            date=_day(values),
            route=_text_or_none(values, "route", ROUTE),
            fingerprint=_text(values, "fingerprint", DIGEST),
            metadata=_text_or_none(values, "metadata", DIGEST),
            drive=_drive(values),
            nonce=_text_or_none(values, "nonce", NONCE),
        )


def derive_serials(fingerprint: str, drive: DriveNumber | None) -> tuple[int, int]:
    """Return volume serial and disk signature: different for two drives, always the same for one."""
    digest = hashlib.sha256(f"{fingerprint} {drive.number if drive else 0}".encode()).digest()
    return int.from_bytes(digest[:4], "little") or 1, int.from_bytes(digest[4:8], "little") or 1


def format_drive_js(passport: Passport, *, is_signed: bool) -> bytes:
    """Return ``drive.js``: what the pages show as claimed. It is a classic script, the only kind ``file://`` allows.

    A numbered drive's script contains its reference, which the page for "it arrived" fills in.
    """
    shown = _claims(passport, is_signed=is_signed)
    if passport.nonce is not None:
        shown["reference"] = reference_of(passport.nonce)
    return _script(shown)


def is_drive_js(data: bytes, passport: Passport, *, is_signed: bool) -> bool:
    """Whether ``data`` is what usbkit writes for ``passport``, now or in versions without the reference."""
    return data in (format_drive_js(passport, is_signed=is_signed), _script(_claims(passport, is_signed=is_signed)))


def _claims(passport: Passport, *, is_signed: bool) -> dict[str, Any]:
    return {
        "programme": passport.programme,
        "country": passport.country,
        "edition": passport.edition,
        "date": passport.date.isoformat(),
        "route": passport.route,
        "drive": None if passport.drive is None else passport.drive.to_json(),
        "fingerprint": passport.fingerprint,
        "signed": is_signed,
    }


def _script(shown: dict[str, Any]) -> bytes:
    return f"window.usbkitDrive = {json.dumps(shown)};\n".encode("ascii")


class _NoPassportError(Exception):
    """Why something is no passport: by field, never by what the drive says there."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _odd(field: str) -> _NoPassportError:
    return _NoPassportError(_("its {field} is not in the form that usbkit writes", field=field))


def _parse(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise _NoPassportError(_("it has {size} bytes, more than {most}", size=len(data), most=MAX_BYTES))
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        raise _NoPassportError(_("it is not JSON")) from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise _odd("format")
    return values


def _text(values: dict[str, Any], field: str, form: str) -> str:
    value = values.get(field)
    if not isinstance(value, str) or re.fullmatch(form, value) is None:
        raise _odd(field)
    return value


def _text_or_none(values: dict[str, Any], field: str, form: str) -> str | None:
    return None if field in values and values[field] is None else _text(values, field, form)


def _whole(values: dict[str, Any], field: str, form: str) -> int:
    value = values.get(field)
    # Compared by size first: a number of thousands of digits is none that could be written out.
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**6:
        raise _odd(field)
    if re.fullmatch(form, str(value)) is None:
        raise _odd(field)
    return value


def _day(values: dict[str, Any]) -> dt.date:
    try:
        return dt.date.fromisoformat(_text(values, "date", DATE))
    except ValueError:
        raise _odd("date") from None


def _drive(values: dict[str, Any]) -> DriveNumber | None:
    if "drive" not in values:
        raise _odd("drive")
    drive = values["drive"]
    if drive is None:
        return None
    if not isinstance(drive, dict):
        raise _odd("drive")
    replaces = _text(drive, "replaces", REFERENCE) if "replaces" in drive else None
    number = DriveNumber(_whole(drive, "number", NUMBER), _whole(drive, "of", NUMBER), replaces)
    if number.number > number.of:
        raise _odd("drive")
    return number
