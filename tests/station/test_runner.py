"""The station with real workers over image files: an order filled, with kills at any moment."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ledger.stories import open_ledger
from tests.station.small import begin, make_sticks, station
from tests.support.cli import TOP
from usbkit.cli.output.board import BoardLines
from usbkit.core.messages import Text
from usbkit.drives.inspection import Inspection, inspect_drive
from usbkit.drives.linux import identify
from usbkit.drives.record import DriveRecord, Outcome, Phase
from usbkit.ledger.appending import digest_nonce
from usbkit.ledger.audit import audit
from usbkit.ledger.journey import Stage
from usbkit.station import runner
from usbkit.station.ledger_recorder import LedgerRecorder
from usbkit.station.messages import Line, PortState, Shared
from usbkit.station.runner import Runner
from usbkit.station.slots import NamedSlots
from usbkit.station.state_machine import Station
from usbkit.station.work import Policy, Work
from usbkit.trust.verdict import Content, Structure
from usbkit.verify import Trust, verify_device
from usbkit.workers.pauses import Pause, Pauses

COUNT = 3


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def require_right(folder: Path, sticks: list[Path]) -> None:
    """Every number is on exactly one stick, which is whole by a check of its own; the ledger says the same."""
    ledger = open_ledger(folder)
    ledger_state = ledger.read()
    assert ledger_state.whole_numbers("guatemala-1") == list(range(1, COUNT + 1))
    assert audit(ledger.entries(), ledger.secrets()).holds
    found = {}
    for stick in sticks:
        look = inspect_drive(stick)
        assert isinstance(look, Inspection)
        if look.passport is None or look.passport.nonce is None or look.passport.drive is None:
            continue
        journey = ledger_state.journeys[ledger_state.by_nonce[digest_nonce(look.passport.nonce)]]
        if journey.stage is not Stage.WHOLE:
            continue
        assert journey.begun is not None
        verdict = verify_device(stick, Trust(metadata=journey.begun.metadata))
        assert (verdict.content, verdict.structure) == (Content.WHOLE, Structure.UNTOUCHED)
        assert journey.number == look.passport.drive.number
        assert journey.number not in found, "a number on two sticks"
        found[journey.number] = stick
    assert sorted(found) == list(range(1, COUNT + 1))


def test_an_order_is_filled_and_what_it_does_not_need_is_not_touched(tmp_path: Path) -> None:
    bundle, _ledger = begin(tmp_path, COUNT)
    sticks = make_sticks(tmp_path, COUNT + 1)
    runner, machine = station(tmp_path, bundle, sticks)
    assert runner.run() is None
    require_right(tmp_path, sticks)
    states = sorted(line.state for line in machine.lines)
    assert states == [PortState.LEFT, *[PortState.WHOLE] * COUNT]
    (spare,) = [line.node for line in machine.lines if line.state is PortState.LEFT]
    assert spare is not None and not any(spare.read_bytes())
    journey = next(iter(machine.recorder.state().journeys.values()))
    assert journey.ended is not None and journey.ended.read > 24 * 2**20
    assert journey.check is not None and journey.check.content == "whole"


def test_whole_sticks_are_read_and_not_written_again(tmp_path: Path) -> None:
    bundle, _ledger = begin(tmp_path, COUNT)
    sticks = make_sticks(tmp_path, COUNT)
    first, _machine = station(tmp_path, bundle, sticks[:1] + sticks[1:2])
    first._once = True
    first.run()
    before = [digest(s) for s in sticks[:2]]
    second, machine = station(tmp_path, bundle, sticks)
    second.run()
    assert [digest(s) for s in sticks[:2]] == before
    said = [str(line.text) for line in machine.lines]
    assert sum("whole already" in text for text in said) == 2
    require_right(tmp_path, sticks)


def test_somebody_s_file_is_not_an_image_and_left_alone(tmp_path: Path) -> None:
    bundle, _ledger = begin(tmp_path, COUNT)
    sticks = make_sticks(tmp_path, COUNT)
    letter = tmp_path / "letter.odt"
    letter.write_bytes(b"Dear colleague, " * 10_000)
    before = digest(letter)
    runner, machine = station(tmp_path, bundle, [*sticks, letter])
    runner.run()
    require_right(tmp_path, sticks)
    assert digest(letter) == before
    (line,) = [line for line in machine.lines if line.node == letter]
    assert line.state is PortState.LEFT


def start(folder: Path, sticks: list[Path]) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.station.small", folder, *sticks],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TOP)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    return child


def test_killed_at_ten_moments_it_ends_with_the_right_numbers(tmp_path: Path) -> None:
    begin(tmp_path, COUNT)
    sticks, chance = make_sticks(tmp_path, COUNT), random.Random(20)
    for attempt in range(10):
        child = start(tmp_path, sticks)
        assert child.stderr is not None
        # The first ones at once, so that some fall into the middle of the work.
        awaited = 1 if attempt < 5 else chance.randint(2, 2 * COUNT)
        while awaited and (line := child.stderr.readline()):
            awaited -= any(word in line for word in ("LOOKING", "WRITING", "CHECKING"))
        if attempt == 0 or chance.random() < 0.5:
            child.send_signal(signal.SIGKILL)
        else:
            child.send_signal(signal.SIGINT)
        child.communicate()
        whole = {n: digest_of_holder(tmp_path, n, sticks) for n in open_ledger(tmp_path).read().whole_numbers(ORDER)}
        for number, (stick, before) in whole.items():
            assert digest(stick) == before, number
    child = start(tmp_path, sticks)
    _out, err = child.communicate()
    assert child.returncode == 0, err
    require_right(tmp_path, sticks)
    begun = [j for j in open_ledger(tmp_path).read().journeys.values() if j.begun is not None]
    assert len(begun) > COUNT or any(j.begun.mode == "resume" for j in begun if j.begun), "it was never in the middle"


ORDER = "guatemala-1"


def digest_of_holder(folder: Path, number: int, sticks: list[Path]) -> tuple[Path, str]:
    journey = open_ledger(folder).read().holder(ORDER, number)
    assert journey is not None and journey.stick is not None
    stick = next(s for s in sticks if str(s) == journey.stick.port_name)
    return stick, digest(stick)


def test_interrupted_it_says_where_everything_stands(tmp_path: Path) -> None:
    begin(tmp_path, COUNT)
    sticks = make_sticks(tmp_path, COUNT)
    child = start(tmp_path, sticks)
    assert child.stderr is not None
    assert child.stderr.readline(), "it said nothing"  # the first stick was seen: now it is at work
    child.send_signal(signal.SIGINT)
    out, err = child.communicate()
    assert "Stopping" in err
    assert out.endswith("over\n")
    stages = {j.stage for j in open_ledger(tmp_path).read().journeys.values()}
    assert Stage.BEGUN not in stages, "each end was recorded"


@pytest.mark.needs("loop")
def test_loop_devices_stand_for_ports(tmp_path: Path) -> None:
    from tests.support.loop import loop_device

    bundle, _ledger = begin(tmp_path, 1)
    (backing,) = make_sticks(tmp_path, 1)
    with loop_device(backing) as node:
        runner, machine = station(tmp_path, bundle, [node])
        runner.run()
        assert [line.state for line in machine.lines] == [PortState.WHOLE]
    assert verify_device(backing).structure is Structure.AS_IT_SAYS


class Operator(BoardLines):
    """Types a wrong port and then the right one when a stick asks."""

    def __init__(self, keyboard: int) -> None:
        super().__init__(bell=False)
        self._keyboard = keyboard
        self.said: list[str] = []
        self.lines = 0

    def show(self, line: Line, *, is_news: bool) -> None:
        if line.state is PortState.ASKING and is_news:
            os.write(self._keyboard, f"7\n{line.port}\n".encode())

    def say(self, what: Text | Shared) -> None:
        self.said.append(str(what))

    def typed(self, lines: int) -> None:
        self.lines += lines


def test_a_station_that_was_stopped_blames_no_stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after Ctrl-Z: the clock has gone on, and no worker could be heard."""

    class Stopped(Pauses):
        def since_last_turn(self) -> Pause:
            return Pause(1000.0, slept=False)

    monkeypatch.setattr(runner, "Pauses", Stopped)
    bundle, ledger = begin(tmp_path, 1)
    (stick,) = make_sticks(tmp_path, 1)
    works = [Work(o, bundle.for_drives()) for o in ledger.read().open_orders()]
    machine = Station(LedgerRecorder(ledger, works), Policy(files=frozenset((stick,))))
    keyboard = os.open(os.devnull, os.O_WRONLY)
    try:
        assert Runner(machine, NamedSlots([stick]), Operator(keyboard), stall_limit=0.0).run() is None
    finally:
        os.close(keyboard)
    (journey,) = ledger.read().journeys.values()
    assert journey.stage is Stage.WHOLE


def test_what_failed_while_the_computer_slept_is_not_the_drive_s_fault(tmp_path: Path) -> None:
    record = DriveRecord(identify(make_sticks(tmp_path, 1)[0]), Outcome.FAILED, Phase.DATA, "x", "f" * 64, "m" * 64)
    excused = runner._excused(record)
    assert excused.outcome is Outcome.INTERRUPTED
    assert excused.findings[0].id == "computer-slept"
    damaged = replace(record, outcome=Outcome.DAMAGED)
    assert runner._excused(damaged) is damaged


@pytest.mark.parametrize("once", [False, True])
def test_somebody_s_files_are_overwritten_when_the_operator_types_their_port(tmp_path: Path, *, once: bool) -> None:
    """With ``--once`` too: it asked, and had ended before anybody could answer."""
    bundle, ledger = begin(tmp_path, 1)
    (stick,) = make_sticks(tmp_path, 1)
    with stick.open("r+b") as file:
        file.write(b"\xeb\x52\x90NTFS    ")
    answers, keyboard = os.pipe()
    machine = Station(
        LedgerRecorder(ledger, [Work(o, bundle.for_drives()) for o in ledger.read().open_orders()]),
        Policy(files=frozenset((stick,))),
    )
    operator = Operator(keyboard)
    try:
        assert Runner(machine, NamedSlots([stick]), operator, once=once, answers=answers).run() is None
    finally:
        os.close(answers)
        os.close(keyboard)
    assert operator.said == ["no stick in port 7 is asking a question; nothing was done"]
    assert operator.lines == 2
    assert verify_device(stick).content is Content.WHOLE
    (journey,) = ledger.read().journeys.values()
    assert journey.begun is not None and "ntfs" in (journey.begun.consent or "")
