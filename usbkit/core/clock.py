"""The one place where the time of day is read. No date on a drive comes from here: those are its edition's."""

from __future__ import annotations

import datetime as dt
import os


def now() -> dt.datetime:
    """The moment, in UTC and whole seconds; ``SOURCE_DATE_EPOCH`` stands in for it where it is set."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    if fixed.isdecimal():
        return dt.datetime.fromtimestamp(int(fixed), dt.UTC)
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
