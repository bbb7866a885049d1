"""Compare ways to keep a drive's queue full: one thread, several threads with ``pwrite``, io_uring. Basis of ``flow``.

``python -m tests.benchmarks queues``, as root. io_uring is tried if the package ``liburing`` is installed, which needs
Linux 6.14 and is no dependency of usbkit.
"""

from __future__ import annotations

import importlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.rig import MEMORY, MIB, Limits, busy, drives
from usbkit.drives import flow
from usbkit.drives.buffers import make_buffer
from usbkit.drives.linux import identify
from usbkit.drives.opening import open_drive
from usbkit.drives.runs import RUN_LIMIT, Run
from usbkit.drives.target import Target

SIZE = 512 * MIB
_RUNS = [Run(at, RUN_LIMIT, ()) for at in range(0, SIZE, RUN_LIMIT)]


def _with_threads(depth: int) -> Callable[[Target, Path], None]:
    def write(target: Target, node: Path) -> None:
        flow.DEPTH = depth
        for _run in flow.write_runs(target, _RUNS, lambda run, view: None):
            pass
        target.flush()

    return write


def _alone(target: Target, node: Path) -> None:
    buffer = make_buffer(RUN_LIMIT)
    for run in _RUNS:
        target.write_from(buffer, run.offset)
    target.flush()


def _with_uring(target: Target, node: Path) -> None:
    u: Any = importlib.import_module("liburing")
    ring, answer = u.Ring(), u.Cqe()
    u.io_uring_queue_init(8, ring)
    fd = os.open(node, os.O_WRONLY | os.O_DIRECT)
    vectors = [u.Iovec([make_buffer(RUN_LIMIT)]) for _ in range(flow.DEPTH)]
    free, left = list(range(flow.DEPTH)), iter(_RUNS)
    flying = 0
    try:
        while True:
            while free and (run := next(left, None)) is not None:
                _submit(u, ring, fd, vectors, free.pop(), run)
                flying += 1
            if not flying:
                break
            u.io_uring_wait_cqe(ring, answer)
            if answer[0].res != RUN_LIMIT:
                raise OSError(f"{answer[0].res} of {RUN_LIMIT} bytes were written")
            free.append(answer[0].user_data - 1)
            u.io_uring_cqe_seen(ring, answer[0])
            flying -= 1
        os.fdatasync(fd)
    finally:
        os.close(fd)
        u.io_uring_queue_exit(ring)


def _submit(u: Any, ring: Any, fd: int, vectors: list[Any], slot: int, run: Run) -> None:
    entry = u.io_uring_get_sqe(ring)
    u.io_uring_prep_writev(entry, fd, vectors[slot], run.offset)
    entry.user_data = slot + 1
    u.io_uring_submit(ring)


def run(runs: int, quick: bool) -> None:
    """Print the table of all ways, at a drive's pace and without a limit."""
    ways: dict[str, Callable[[Target, Path], None]] = {"one thread": _alone}
    ways |= {f"{n} threads, pwrite": _with_threads(n) for n in (2, 3, 6)}
    try:
        importlib.import_module("liburing")
        ways[f"io_uring, {flow.DEPTH} in flight"] = _with_uring
    except ImportError as problem:
        print(f"io_uring: not tried ({problem})")
    print(f"{SIZE // MIB} MiB in writes of {RUN_LIMIT // MIB} MiB, O_DIRECT; median of {runs}; {busy()}")
    for name, limits in (("80 MB/s", Limits(80_000_000)), ("no limit", Limits())):
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder, drives(Path(folder), [limits], SIZE) as nodes:
            _alone_once(nodes[0])  # the file in memory gets its pages
            for way, write in ways.items():
                wall, cpu = zip(*(_time(write, nodes[0]) for _run in range(runs)), strict=True)
                rate = SIZE / 1e6 / statistics.median(wall)
                spent = statistics.median(cpu) / SIZE * 1e9
                print(f"{name:10}{way:24}{rate:8.0f} MB/s  {spent:.2f} CPU s/GB", flush=True)


def _alone_once(node: Path) -> None:
    with open_drive(identify(node), 512) as target:
        _alone(target, node)


def _time(write: Callable[[Target, Path], None], node: Path) -> tuple[float, float]:
    depth = flow.DEPTH
    before, began = os.times(), time.perf_counter()
    with open_drive(identify(node), 512) as target:
        write(target, node)
    took, after = time.perf_counter() - began, os.times()
    flow.DEPTH = depth
    return took, after.user - before.user + after.system - before.system
