"""The only module that reads the time of day. Dates on a drive do not come from here: they are its edition's."""

from __future__ import annotations

import datetime as dt
import os
import time


def now() -> dt.datetime:
    """Return the current time, in UTC and whole seconds; ``SOURCE_DATE_EPOCH`` replaces it where set."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    if fixed.isdecimal():
        return dt.datetime.fromtimestamp(int(fixed), dt.UTC)
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def file_time_ns() -> int:
    """Return nanoseconds since 1970, to compare with file time stamps; ``SOURCE_DATE_EPOCH`` does not change it."""
    return time.time_ns()


def seconds_asleep() -> float:
    """Return the seconds this computer has slept since boot, which ``time.monotonic`` leaves out (Linux only)."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0.0
    return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC))
