"""Parse and format sizes and times as people write them."""

from __future__ import annotations

import datetime as dt
import re

from usbkit.core.messages import _

_SHOWN = 60
SIZE_PATTERN = r"^\s*(\d+(?:\.\d+)?)\s*(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)?\s*$"
MOMENT_PATTERN = r"^(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)(?:\.(\d{1,3}))?$"
#: Characters of a size: longer ones mean nothing, and the pattern takes the square of their time.
_LONGEST_SIZE = 40
#: Bytes. Nobody means fewer of anything: a smaller number without a unit counts something else.
SMALLEST_BARE_SIZE = 10**6
_FACTORS = {
    "B": 1,
    "kB": 10**3,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}


def shown(value: object) -> str:
    """Return ``value`` as written in a manifest, shortened, for messages."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def parse_size(value: object) -> int:
    """Return bytes from ``16GB`` (10⁹), ``16GiB`` (2³⁰) or a whole number of bytes.

    Raises ValueError, with a ``Text`` that says why, for anything else; a bare 16 is no size.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= SMALLEST_BARE_SIZE:
        return value
    match = re.match(SIZE_PATTERN, value) if isinstance(value, str) and len(value) <= _LONGEST_SIZE else None
    size = _in_bytes(*match.groups()) if match else 0
    if match is None or (match[2] is None and size < SMALLEST_BARE_SIZE):
        raise ValueError(_("found {value}, expected a size: 16GB, 14.9GiB or a number of bytes", value=shown(value)))
    return size


def _in_bytes(number: str, unit: str | None) -> int:
    whole, _point, fraction = number.partition(".")
    factor = _FACTORS[unit or "B"]
    return int(whole) * factor + (int(fraction) * factor // 10 ** len(fraction) if fraction else 0)


def parse_moment(value: object) -> int:
    """Return milliseconds from ``1:02:03``, ``2:03`` or ``2:03.5``, or from a TOML time (``00:02:03``).

    Raises ValueError, with a ``Text`` that says why, for anything else: a bare number could be seconds or minutes.
    """
    if isinstance(value, dt.time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * 1000 + value.microsecond // 1000
    match = re.match(MOMENT_PATTERN, value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(_('found {value}, expected a moment of the video: "m:ss" or "h:mm:ss"', value=shown(value)))
    hours, minutes, seconds, fraction = match.groups()
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def format_moment(milliseconds: int) -> str:
    """Return ``1:02:03`` or ``2:03``, as a player shows it."""
    seconds = milliseconds // 1000
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def format_size(size: int) -> str:
    """Format a size for people, in decimal units with three significant digits: ``16.0 GB``."""
    amount, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1000, larger
    if unit == "B":
        return f"{size} B"
    return (
        f"{amount:.0f} {unit}" if amount >= 100 else f"{amount:.1f} {unit}" if amount >= 10 else f"{amount:.2f} {unit}"
    )
