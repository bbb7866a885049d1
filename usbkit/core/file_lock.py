"""Turns: when several runs want the same result, one makes it and the others wait for it.

A turn is a file lock, which the kernel releases when its holder dies. Without file locks (another system, a read-only
folder) nobody waits: the same result is then made twice, which costs only time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Seconds between two looks for a free slot.
_LOOK_EVERY = 0.1


@contextmanager
def turn(place: Path, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the turn at ``place``, a lock file that is removed afterwards.

    After waiting, check first whether the work is done. ``on_wait`` is called once if another run holds the turn.
    """
    descriptor = _take(place, on_wait)
    try:
        yield
    finally:
        if descriptor is not None:
            with suppress(OSError):
                place.unlink()
            os.close(descriptor)


def _take(place: Path, on_wait: Callable[[], None] | None) -> int | None:
    try:
        import fcntl  # noqa: F401 - not on every system; asked before a file is left behind

        place.parent.mkdir(parents=True, exist_ok=True)
        while True:
            descriptor = os.open(place, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
            try:
                _lock(descriptor, on_wait)
                if _is_at(descriptor, place):
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)  # its holder took the file away: whoever comes now holds another one
    except (OSError, ImportError):
        return None


def _lock(descriptor: int, on_wait: Callable[[], None] | None) -> None:
    import fcntl

    if not try_lock(descriptor):
        if on_wait is not None:
            on_wait()
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def try_lock(descriptor: int) -> bool:
    """Lock the open file exclusively; False if it is already locked. Raises OSError, and ImportError on Windows."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, place: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), place.stat())
    except FileNotFoundError:
        return False


@contextmanager
def slot(folder: Path, count: int, should_stop: Callable[[], bool]) -> Iterator[None]:
    """Hold one of ``count`` slots in ``folder``, waiting for one: limits heavy work across processes.

    Yields without a slot once ``should_stop`` returns true.
    """
    descriptor = _find_slot(folder, count, should_stop)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _find_slot(folder: Path, count: int, should_stop: Callable[[], bool]) -> int | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while not should_stop():
            for number in range(count):
                if (descriptor := _try_slot(folder / f"{number}.slot")) is not None:
                    return descriptor
            time.sleep(_LOOK_EVERY)
    except (OSError, ImportError):
        pass
    return None


def _try_slot(place: Path) -> int | None:
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        if try_lock(descriptor):
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None
