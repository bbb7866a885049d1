"""The one place where the time of day is read. No date on a drive comes from here: those are its edition's."""

from __future__ import annotations

import datetime as dt
import os
import time


def now() -> dt.datetime:
    """The moment, in UTC and whole seconds; ``SOURCE_DATE_EPOCH`` stands in for it where it is set."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    if fixed.isdecimal():
        return dt.datetime.fromtimestamp(int(fixed), dt.UTC)
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def file_time_ns() -> int:
    """Nanoseconds since 1970, to compare with the time stamps of files; ``SOURCE_DATE_EPOCH`` does not change it."""
    return time.time_ns()


def seconds_asleep() -> float:
    """Seconds that this computer has slept since it was started: what `time.monotonic` leaves out (Linux only)."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0.0
    return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC))
