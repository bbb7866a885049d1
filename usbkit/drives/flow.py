"""Keep a drive's queue full: several operations in flight over as many buffers, results taken in order.

It uses threads, since ``pwrite`` and ``preadv`` release the interpreter lock; io_uring was no faster (figures in
docs/writing.md).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from usbkit.drives.buffers import make_buffer
from usbkit.drives.runs import RUN_LIMIT, Run
from usbkit.drives.target import DriveIOError, Target

#: Operations in flight: one at the drive, one waiting in the kernel, one on its way there.
DEPTH = 3


def write_runs(target: Target, runs: Iterable[Run], fill: Callable[[Run, memoryview], None]) -> Iterator[Run]:
    """Write ``runs``, whose bytes ``fill`` puts into a buffer; yield each once it and all before it are written.

    Raises what ``fill`` raises, and DriveIOError. No operation is in flight after the end, however it ends.
    """
    free = [make_buffer(RUN_LIMIT) for _ in range(DEPTH + 1)]
    flying: deque[tuple[Future[None], Run, memoryview]] = deque()

    def land() -> Run:
        future, run, buffer = flying.popleft()
        future.result()
        free.append(buffer)
        return run

    with ThreadPoolExecutor(DEPTH, "write") as pool:
        for run in runs:
            if not free:
                yield land()
            buffer = free.pop()
            view = buffer[: run.length]
            fill(run, view)
            flying.append((pool.submit(target.write_from, view, run.offset), run, buffer))
        while flying:
            yield land()


def read_runs(target: Target, runs: Iterable[Run]) -> Iterator[tuple[Run, memoryview | DriveIOError]]:
    """Read ``runs``; yield each with its bytes, valid until the next is requested, or with its error."""
    free = [make_buffer(RUN_LIMIT) for _ in range(DEPTH + 1)]
    flying: deque[tuple[Future[None], Run, memoryview]] = deque()

    def land() -> Iterator[tuple[Run, memoryview | DriveIOError]]:
        future, run, buffer = flying.popleft()
        try:
            future.result()
        except DriveIOError as problem:
            yield run, problem
        else:
            yield run, buffer[: run.length]
        free.append(buffer)

    with ThreadPoolExecutor(DEPTH, "read") as pool:
        for run in runs:
            if not free:
                yield from land()
            buffer = free.pop()
            flying.append((pool.submit(target.read_into, buffer[: run.length], run.offset), run, buffer))
        while flying:
            yield from land()
