"""The passport of a drive: what it says it is. Claimed, never proof; the seal does not cover it (design section 6)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Literal

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _

FORMAT = "usbkit passport v1"

#: Stands for the metadata digest while an image is laid out: as long as one, so that nothing moves when it is known.
UNKNOWN_METADATA = "0" * 64

#: A passport is a few hundred bytes; one read from a drive that is larger is not a passport.
MAX_BYTES = 4096


@dataclass(frozen=True, slots=True)
class DriveNumber:
    """Drive ``number`` (from 1) of ``of`` in an order."""

    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Passport:
    """Programme, country, edition and route of a drive, its number, its seal, and how its file system was made.

    ``fingerprint`` and ``metadata`` are SHA-256 in hex: of ``SHA256SUMS``, and of the partition table and file system
    structures as they were written (`usbkit.disk.image.Image.metadata_digest`), None in a folder. ``drive`` and
    ``nonce`` are None until an ordered drive is written.
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
        """``passport.json``: keys in a fixed order, ASCII, LF."""
        return (json.dumps(self._values(), indent=2) + "\n").encode("ascii")

    def _values(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "programme": self.programme,
            "country": self.country,
            "edition": self.edition,
            "date": self.date.isoformat(),
            "route": self.route,
            "drive": None if self.drive is None else {"number": self.drive.number, "of": self.drive.of},
            "fingerprint": self.fingerprint,
            "metadata": self.metadata,
            "nonce": self.nonce,
        }

    @classmethod
    def from_json(cls, data: bytes, file: str = "passport.json") -> Passport:
        """Read a passport from a drive, which may say anything. Raises InputError for what is not one."""
        try:
            if len(data) > MAX_BYTES:
                raise ValueError(f"{len(data)} bytes")
            values = json.loads(data)
            if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
                raise ValueError(f"not a {FORMAT!r}")
            drive = values.pop("drive")
            return cls(
                programme=_text(values, "programme"),
                country=_text(values, "country"),
                edition=_whole(values, "edition"),
                date=dt.date.fromisoformat(_text(values, "date")),
                route=_text_or_none(values, "route"),
                fingerprint=_digest(_text(values, "fingerprint")),
                metadata=None if values.get("metadata") is None else _digest(_text(values, "metadata")),
                drive=None if drive is None else DriveNumber(_whole(drive, "number"), _whole(drive, "of")),
                nonce=_text_or_none(values, "nonce"),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
            raise InputError(
                Finding(
                    "passport-unreadable",
                    _("this is not a passport of usbkit's: {reason}", reason=problem),
                    Place(file),
                    _("The drive's files can be checked without it; what it claims to be cannot be shown."),
                )
            ) from None


def format_drive_js(passport: Passport, *, is_signed: bool) -> bytes:
    """``drive.js``: what the pages show as claimed. A classic script, since ``file://`` allows nothing else."""
    shown = {
        "programme": passport.programme,
        "country": passport.country,
        "edition": passport.edition,
        "date": passport.date.isoformat(),
        "route": passport.route,
        "drive": None if passport.drive is None else {"number": passport.drive.number, "of": passport.drive.of},
        "fingerprint": passport.fingerprint,
        "signed": is_signed,
    }
    return f"window.usbkitDrive = {json.dumps(shown)};\n".encode("ascii")


def _text(values: dict[str, Any], key: str) -> str:
    value = values[key]
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise ValueError(f"{key} is {value!r}")
    return value


def _text_or_none(values: dict[str, Any], key: Literal["route", "nonce"]) -> str | None:
    return None if values[key] is None else _text(values, key)


def _whole(values: dict[str, Any], key: str) -> int:
    value = values[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{key} is {value!r}")
    return value


def _digest(value: str) -> str:
    if len(value) != 64 or set(value) - set("0123456789abcdef"):
        raise ValueError(f"{value!r} is not a SHA-256 in hex")
    return value
