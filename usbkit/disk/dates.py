"""Dates in FAT32 and exFAT. FAT has no time zones, so the moment's local time is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from usbkit.core.messages import Text, _

FIRST_YEAR, LAST_YEAR = 1980, 2107  # FAT 6.3: seven bits from 1980
_QUARTER = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment in the fields of a directory entry: ``tens`` are units of 10 ms beyond the two-second ``time``; ``zone``
    is exFAT's UTC offset byte (7.4.10): bit 7 says it is valid, the rest counts quarters of an hour.
    """

    date: int
    time: int
    tens: int
    zone: int


def check_moment(moment: dt.datetime) -> Text | None:
    """Return why a drive cannot store ``moment``, or None."""
    if moment.utcoffset() is None:
        return _("the date has no time zone")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return _(
            "the year {year}: dates on a drive go from {first} to {last}",
            year=moment.year,
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    return None


def encode_moment(moment: dt.datetime) -> Stamp:
    """Encode ``moment``, which ``check_moment`` accepts, for both formats."""
    offset = moment.utcoffset() or dt.timedelta()
    return Stamp(
        date=(moment.year - FIRST_YEAR) << 9 | moment.month << 5 | moment.day,
        time=moment.hour << 11 | moment.minute << 5 | moment.second // 2,
        tens=moment.second % 2 * 100 + moment.microsecond // 10_000,
        zone=0x80 | offset // _QUARTER & 0x7F,
    )
