"""The bench: rate-limited drives over files in memory, and the cost of command lines on them."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.cli import TOP
from tests.support.loop import loop_device, sectors_read, sectors_written

MIB = 2**20

#: Cores that other programs may keep busy beside a run that counts, and how often it is tried.
_FOREIGN, _AGAIN = 0.2, 3

#: Files in memory, so that the computer's own disk is never the limit.
MEMORY = Path("/dev/shm")
_THROTTLE = Path("/sys/fs/cgroup/blkio")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes a second that a drive takes and gives; None for as fast as memory."""

    write: int | None = None
    read: int | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command line took: seconds, CPU seconds of it and all it started, bytes to the first drive,

    and from it, by the drive's own counters; the most memory (PSS, bytes) that it and its children had at once, where
    that was watched; and the cores that other programs kept busy meanwhile.
    """

    seconds: float
    cpu: float
    written: int
    memory: int = 0
    read: int = 0
    foreign: float = 0.0


def can_limit() -> bool:
    """Whether this kernel limits rates by cgroup v1."""
    return (_THROTTLE / "blkio.throttle.write_bps_device").exists() and os.geteuid() == 0


@contextmanager
def drives(folder: Path, limits: Sequence[Limits], size: int) -> Iterator[list[Path]]:
    """A loop device for each of ``limits``, of ``size`` bytes, full of zeros."""
    with ExitStack() as stack:
        nodes = []
        for number, limit in enumerate(limits):
            node = stack.enter_context(loop_device(folder / f"drive{number}", size, "--direct-io=on"))
            stack.callback(_limit, node, Limits(0, 0))
            _limit(node, limit)
            nodes.append(node)
        yield nodes


def _limit(node: Path, limits: Limits) -> None:
    number = Path(f"/sys/block/{node.name}/dev").read_text().strip()
    for direction, rate in (("write", limits.write), ("read", limits.read)):
        if rate is not None and can_limit():
            (_THROTTLE / f"blkio.throttle.{direction}_bps_device").write_text(f"{number} {rate}")


def measure(
    command: Sequence[object],
    node: Path | None,
    *,
    watch_memory: bool = False,
    environment: Mapping[str, str] | None = None,
    may_answer: Collection[int] = (0,),
) -> Cost:
    """Run a command line to its end and say what it took, bytes only with a ``node``. Fails when it fails.

    A run beside which other programs kept more than `_FOREIGN` cores busy is made again, `_AGAIN` times at most.
    """
    for _attempt in range(_AGAIN):
        cost = _measure(command, node, watch_memory, environment or {}, may_answer)
        if cost.foreign <= _FOREIGN:
            break
    Busy.most = max(Busy.most, cost.foreign)
    return cost


def _measure(
    command: Sequence[object],
    node: Path | None,
    watch_memory: bool,
    environment: Mapping[str, str],
    may_answer: Collection[int],
) -> Cost:
    before, read_before = (sectors_written(node), sectors_read(node)) if node else (0, 0)
    others = user_seconds()
    began = time.monotonic()
    child = subprocess.Popen(
        list(map(str, command)),
        cwd=TOP,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )
    peak = _Peak(child.pid) if watch_memory else None
    assert child.stderr is not None
    said = child.stderr.read()
    _pid, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    spent = time.monotonic() - began
    if child.returncode not in may_answer:
        raise RuntimeError(f"{command} ended with {child.returncode}: {said.decode(errors='replace')[-2000:]}")
    written = (sectors_written(node) - before) * 512 if node else 0
    read = (sectors_read(node) - read_before) * 512 if node else 0
    foreign = max(0.0, user_seconds() - others - usage.ru_utime) / spent
    return Cost(spent, usage.ru_utime + usage.ru_stime, written, peak.stop() if peak else 0, read, foreign)


def user_seconds() -> float:
    """Seconds that this computer's processors spent on programs, nice ones too (proc_stat(5)); not on the kernel, which
    serves the drives of the bench.
    """
    _cpu, user, nice, *_rest = Path("/proc/stat").read_text().split(maxsplit=4)
    return (int(user) + int(nice)) / os.sysconf("SC_CLK_TCK")


class Busy:
    """The most that other programs disturbed any run that counts, in cores."""

    most = 0.0


class _Peak:
    """The most memory of a process and its children together, looked at ten times a second."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        self._stopped.set()
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while not self._stopped.wait(0.1):
            self._most = max(self._most, sum(map(_pss, [self._pid, *_children(self._pid)])))


def _children(pid: int) -> list[int]:
    """All processes that ``pid`` started, and those that they did."""
    try:
        own = list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:
        return []
    return own + [later for child in own for later in _children(child)]


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def median_of(runs: int, once: Callable[[], Cost]) -> Cost:
    """The median of each figure over ``runs`` runs."""
    return _median([once() for _run in range(runs)])


def medians_of(runs: int, each: Mapping[str, Callable[[], Cost]]) -> dict[str, Cost]:
    """`median_of` each, by turns, so that what disturbs one disturbs its neighbours too."""
    costs: dict[str, list[Cost]] = {name: [] for name in each}
    for _run in range(runs):
        for name, once in each.items():
            costs[name].append(once())
    return {name: _median(found) for name, found in costs.items()}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(c.seconds for c in costs),
        statistics.median(c.cpu for c in costs),
        int(statistics.median(c.written for c in costs)),
        max(c.memory for c in costs),
        int(statistics.median(c.read for c in costs)),
        max(c.foreign for c in costs),
    )


def busy() -> str:
    """How busy this computer was with other things: its load average over one minute and its cores."""
    return (
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; "
        f"other programs kept {Busy.most:.2f} cores busy beside a run at most"
    )
