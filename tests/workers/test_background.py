"""Tasks in the background: each one's whole answer, whatever becomes of its process."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from usbkit.core.progress import Progress
from usbkit.workers.background import Background


def _count(number: int, progress: Progress, should_stop: Callable[[], bool]) -> int:
    for _step in range(number):
        progress.advance("", 10)
    progress.end("", "counted")
    return number


def _die(deaths: Path, most: int, number: int, progress: Progress, should_stop: Callable[[], bool]) -> int:
    """Count, but at the first ``most`` times end by a signal after half of it."""
    with deaths.open("a+") as file:
        file.write("x")
    if len(deaths.read_text()) <= most:
        _count(3, progress, should_stop)
        os.kill(os.getpid(), signal.SIGKILL)
    return _count(number, progress, should_stop)


def _fail(progress: Progress, should_stop: Callable[[], bool]) -> int:
    raise KeyError("always")


def _sleep(progress: Progress, should_stop: Callable[[], bool]) -> int:
    signal.pause()
    return 0


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_answers_come_in_the_order_of_the_tasks() -> None:
    told: list[int] = []
    with closing(Background([functools.partial(_count, number) for number in (7, 0, 3)])) as tasks:
        assert tasks.wait(told.append) == [7, 0, 3]
    assert sum(told) == 100
    nothing: Background[int] = Background([])
    assert nothing.wait(told.append) == []


@pytest.mark.parametrize("deaths", [0, 1])
def test_one_that_dies_is_begun_again_and_tells_nothing_twice(tmp_path: Path, deaths: int) -> None:
    told: list[int] = []
    dying = functools.partial(_die, tmp_path / "deaths", deaths, 5)
    with closing(Background([dying, functools.partial(_count, 2)])) as tasks:
        assert tasks.wait(told.append) == [5, 2]
    assert sum(told) == 70


def test_one_that_dies_twice_is_done_here(tmp_path: Path) -> None:
    here, real = os.getpid(), os.kill

    def work(progress: Progress, should_stop: Callable[[], bool]) -> int:
        if os.getpid() != here:
            real(os.getpid(), signal.SIGKILL)
        return os.getpid()

    with closing(Background([work])) as tasks:
        assert tasks.wait(lambda amount: None) == [here]


def test_what_fails_each_time_is_raised() -> None:
    with closing(Background([_fail])) as tasks, pytest.raises(KeyError, match="always"):
        tasks.wait(lambda amount: None)


def test_what_nobody_waits_for_ends() -> None:
    before = _children()
    tasks = Background([_sleep, _sleep])
    begun = _children() - before
    assert len(begun) == 2
    tasks.close()
    assert not begun & _children()
    tasks.close()
