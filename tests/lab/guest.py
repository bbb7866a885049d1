"""Run commands in the guest through its agent; their output goes to files that both sides see."""

from __future__ import annotations

import itertools
import json
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.lab.lines import LineError, Lines
from tests.lab.machine import Machine, MachineError
from tests.support.cli import Done

#: Where the guest sees the shared folder.
SHARE: Final = Path("/lab")


class GuestError(Exception):
    """A command in the guest failed that was expected not to."""


@dataclass(frozen=True)
class Job:
    """A command that runs in the guest. ``out_file`` and ``err_file`` grow while it does."""

    id: str
    command: str
    machine: Machine
    agent: Lines
    out_file: Path
    err_file: Path

    def wait(self, seconds: float = 300) -> Done:
        """What became of it. Raises GuestError when it takes longer, or the guest has gone."""
        try:
            answer = self.agent.take(lambda m: m["id"] == self.id, seconds, self.command)
        except LineError as problem:
            raise GuestError(f"{problem}\n{self.out()}{self.err()}\n{self.machine.said()}") from None
        return Done(answer["code"], self.out(), self.err())

    def signal(self, number: signal.Signals = signal.SIGKILL, *, alone: bool = False) -> None:
        """Send ``number`` to it and, unless it is meant ``alone``, to all it has started."""
        self.agent.send({"signal": int(number), "of": self.id, "alone": alone})

    def out(self) -> str:
        return self.out_file.read_text(errors="replace")

    def err(self) -> str:
        return self.err_file.read_text(errors="replace")

    def events(self) -> list[dict[str, Any]]:
        """The JSON events that it has printed so far, a line each."""
        whole = self.out().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def await_event(
        self, fits: Callable[[dict[str, Any]], bool], seconds: float = 300, since: int = 0
    ) -> dict[str, Any]:
        """The first event that ``fits``, waited for; those before number ``since`` are passed over."""
        until = time.monotonic() + seconds
        while self.agent.is_open and time.monotonic() < until:
            found = next((e for e in self.events()[since:] if fits(e)), None)
            if found is not None:
                return found
            time.sleep(0.05)
        end = f"no such event in {seconds} s" if self.agent.is_open else "the guest has gone"
        raise GuestError(f"{self.command}: {end}\n{self.out()}\n{self.err()}\n{self.machine.said()}")


class Guest:
    """Runs commands in the guest of ``machine``, through the folder ``share`` that both see."""

    def __init__(self, machine: Machine, share: Path) -> None:
        self._machine = machine
        self._share = share
        self._numbers = itertools.count()
        (share / "jobs").mkdir()

    def start(
        self,
        *command: object,
        user: str | None = None,
        cwd: Path = Path("/"),
        environ: Mapping[str, str] | None = None,
        input: str = "",
    ) -> Job:
        """Begin a command, as root unless ``user`` names another."""
        agent = self._machine.agent
        if agent is None:
            raise MachineError("the machine is off")
        id = f"{next(self._numbers):05}"
        argv = [str(part) for part in command]
        job = Job(
            id,
            " ".join(argv),
            self._machine,
            agent,
            self._share / "jobs" / f"{id}.out",
            self._share / "jobs" / f"{id}.err",
        )
        job.out_file.touch()
        job.err_file.touch()
        files = {"out": str(SHARE / "jobs" / f"{id}.out"), "err": str(SHARE / "jobs" / f"{id}.err")}
        request = {"id": id, "argv": argv, "env": dict(environ or {}), "cwd": str(cwd), "input": input, "user": user}
        agent.send(request | files)
        return job

    def run(self, *command: object, seconds: float = 300, **how: Any) -> Done:
        """Run a command to its end."""
        return self.start(*command, **how).wait(seconds)

    def shell(self, script: str, seconds: float = 300, **how: Any) -> str:
        """What a shell script prints. Raises GuestError when it fails."""
        done = self.run("sh", "-euc", script, seconds=seconds, **how)
        if done.code:
            raise GuestError(f"exit {done.code}: {script}\n{done.out}{done.err}")
        return done.out
