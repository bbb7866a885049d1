"""Workers: answers in order, a crash and a hang that delay nobody, relayed progress, a dead parent."""

from __future__ import annotations

import functools
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress, Silence
from usbkit.workers import side_by_side
from usbkit.workers.pauses import Pause, Pauses
from usbkit.workers.process import ask_each
from usbkit.workers.side_by_side import Loss, LossKind, Strand, run_side_by_side


class Heard(Silence):
    """A `Progress` that remembers what it was told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str | int | None]] = []

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
        self.said.append((key, phase))

    def advance(self, key: str, amount: int) -> None:
        self.said.append((key, amount))


def _strand(key: str, task: Callable[[Progress, Callable[[], bool]], str]) -> Strand[str]:
    return Strand(key, task, _describe)


def _describe(loss: Loss) -> str:
    return f"{loss.kind} {loss.phase} {loss.reason}".strip()


def _good(progress: Progress, should_stop: Callable[[], bool]) -> str:
    progress.begin("good", "data", _("writing"), 10)
    progress.advance("good", 7)
    progress.advance("good", 3)
    progress.end("good", "whole")
    return "done"


def _crash(progress: Progress, should_stop: Callable[[], bool]) -> str:
    raise KeyError("oops")


def _hang(progress: Progress, should_stop: Callable[[], bool]) -> str:
    progress.begin("hung", "read-back", _("reading back"), None)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
    return "never"


def test_a_pause_of_ours_is_not_a_worker_s_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after Ctrl-Z: the clock has gone on, and nobody could be heard."""

    class Stopped(Pauses):
        def since_last_turn(self) -> Pause:
            return Pause(1000.0, slept=False)

    monkeypatch.setattr(side_by_side, "Pauses", Stopped)
    done = run_side_by_side([_strand("good", _good)], Silence(), stall_limit=0.0)
    assert done.answers == ("done",)


def _die(progress: Progress, should_stop: Callable[[], bool]) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


def _obey(progress: Progress, should_stop: Callable[[], bool]) -> str:
    os.kill(os.getppid(), signal.SIGINT)
    while not should_stop():
        time.sleep(0.01)
    return "stopped"


def test_answers_come_in_order_whatever_happens_to_others() -> None:
    heard = Heard()
    strands = [_strand("hung", _hang), _strand("good", _good), _strand("crash", _crash), _strand("dead", _die)]
    done = run_side_by_side(strands, heard, stall_limit=2)
    hung, good, crashed, dead = done.answers
    assert good == "done"
    assert hung == f"{LossKind.HUNG} read-back"
    assert crashed.startswith("crashed") and "oops" in crashed
    assert dead.startswith("crashed")
    assert done.signal is None
    assert ("good", "data") in heard.said
    assert sum(int(what) for key, what in heard.said if key == "good" and isinstance(what, int)) == 10


def test_an_interruption_is_passed_on_and_answered() -> None:
    done = run_side_by_side([_strand("x", _obey)], Silence())
    assert done.answers == ("stopped",)
    assert done.signal == signal.SIGINT
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_does_not_answer_is_not_waited_for() -> None:
    assert ask_each([lambda heard: 1, _sleep, lambda heard: 1 // 0], limit=2) == [1, None, None]


def test_what_is_slow_but_answers_is_waited_for() -> None:
    began = time.monotonic()
    assert ask_each([_plod, _sleep], limit=2) == [3, None]
    assert time.monotonic() - began > 3


def _sleep(heard: Callable[[], None]) -> int:
    time.sleep(600)
    return 2


def _plod(heard: Callable[[], None]) -> int:
    """Answers all along, for longer than silence is borne."""
    for _step in range(6):
        time.sleep(0.5)
        heard()
    return 3


def _overlapping(folder: Path, name: str, progress: Progress, should_stop: Callable[[], bool]) -> str:
    """How many of its kind there are while it works."""
    mark = folder / name
    mark.touch()
    time.sleep(0.2)
    seen = len(list(folder.iterdir()))
    mark.unlink()
    return f"{name}:{seen}"


def test_so_many_at_a_time_in_their_order_and_each_answer_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, str]] = []
    strands = [_strand(name, functools.partial(_overlapping, tmp_path, name)) for name in "abcde"]
    done = run_side_by_side(
        strands, Silence(), at_once=2, on_answer=lambda number, answer: told.append((number, answer))
    )
    assert [a.partition(":")[0] for a in done.answers] == list("abcde")
    assert {int(a.partition(":")[2]) for a in done.answers} <= {1, 2}
    assert sorted(told) == list(enumerate(done.answers))


def _interrupt_us(progress: Progress, should_stop: Callable[[], bool]) -> str:
    os.kill(os.getppid(), signal.SIGINT)
    while not should_stop():
        time.sleep(0.01)
    return "stopped"


def test_what_had_not_begun_when_a_signal_came_is_lost_not_begun(tmp_path: Path) -> None:
    strands = [_strand("first", _interrupt_us), _strand("second", functools.partial(_overlapping, tmp_path, "x"))]
    done = run_side_by_side(strands, Silence(), at_once=1)
    assert done.answers == ("stopped", "interrupted None")
    assert done.signal == signal.SIGINT
