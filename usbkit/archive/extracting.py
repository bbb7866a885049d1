"""The process that unpacks archives: ``python -m usbkit.archive.extracting``, its job on standard input.

It runs with limits on memory, time and file size. It writes only the new files that its job names, below one folder,
and reports progress and result on standard output, one JSON line each. The passphrase comes with the job, never in an
argument or the environment.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from usbkit.workers.confinement import limit

#: Seconds between two lines about progress.
_TELL_EVERY = 0.2
# linux/prctl.h
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class ExtractionJob:
    """What to unpack. ``archives``: the parts of each, and its files: name in it → path below ``folder`` and bytes.

    ``memory`` and ``space`` in bytes, ``seconds`` of CPU.
    """

    archives: list[tuple[list[str], dict[str, tuple[str, int]]]]
    folder: str
    passphrase: str | None
    memory: int
    space: int
    seconds: int

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def main() -> None:
    """Do the job. Ends with exit code 0 after reporting a result, otherwise by a signal."""
    job = ExtractionJob(**json.load(sys.stdin))
    _load_unpacker()
    _bound(job)
    try:
        for number, (parts, files) in enumerate(job.archives):
            _tell({"begun": number})
            _extract(parts, files, job)
        _tell({"done": True})
    except Exception as problem:  # noqa: BLE001 - whatever a hostile archive makes a library raise is its answer
        _tell(explain(problem))


def explain(problem: BaseException) -> dict[str, str | int | None]:
    """Describe a failure for the parent process: ``memory`` also where a lack of it caused another error."""
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, MemoryError):
            return {"failed": "memory"}
        cause = cause.__cause__ or cause.__context__
    if isinstance(problem, OSError):
        return {"failed": "system", "errno": problem.errno, "detail": problem.strerror or str(problem)}
    return {"failed": "content", "detail": f"{type(problem).__name__}: {problem}"[:300]}


def _load_unpacker() -> None:
    """Import what unpacking needs before the bounds hold.

    An import that lacks memory fails in any of many ways. And CPython 3.11 puts a compiled module in place though the
    bound on files cut it short: the next to import it finds it damaged.
    """
    import py7zr.properties

    import usbkit.archive.parts  # noqa: F401

    py7zr.properties.get_memory_limit()  # type: ignore[no-untyped-call]  # imports psutil


def _bound(job: ExtractionJob) -> None:
    """Bounds that the kernel keeps, where it has such; and an end of ours when the parent ends."""
    sys.dont_write_bytecode = True
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to both; the parent decides
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.name != "posix":
        return
    import resource

    largest = max((size for _parts, files in job.archives for _path, size in files.values()), default=0)
    for bound, value in (
        (resource.RLIMIT_AS, job.space),
        (resource.RLIMIT_DATA, job.memory),
        (resource.RLIMIT_CPU, job.seconds),
        (resource.RLIMIT_FSIZE, largest),
        (resource.RLIMIT_CORE, 0),
    ):
        limit(bound, value)


def _extract(parts: list[str], files: dict[str, tuple[str, int]], job: ExtractionJob) -> None:
    import py7zr

    from usbkit.archive.parts import open_parts

    shelf = _Shelf(files, Path(job.folder))
    with (
        open_parts([Path(part) for part in parts]) as file,
        py7zr.SevenZipFile(file, "r", password=job.passphrase) as archive,
    ):
        archive.extractall(factory=shelf)
    shelf.require_all()


class _Shelf:
    """Gives py7zr a new file for each name that an archive may bring, and nothing for any other."""

    def __init__(self, files: dict[str, tuple[str, int]], folder: Path) -> None:
        self._files = dict(files)
        self._folder = folder
        self._done = 0
        self._told = time.monotonic()

    def create(self, filename: str) -> _Output:
        path, size = self._files.pop(filename)
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return _Output(target, size, self)

    def advance(self, amount: int) -> None:
        self._done += amount
        if time.monotonic() - self._told >= _TELL_EVERY:
            self._settle()

    def require_all(self) -> None:
        self._settle()
        if self._files:
            raise ValueError(f"{len(self._files)} files did not come out")

    def _settle(self) -> None:
        _tell({"advance": self._done})
        self._done, self._told = 0, time.monotonic()


class _Output:
    """One file that is written once from its beginning to its known end; what py7zr calls a Py7zIO."""

    def __init__(self, path: Path, size: int, shelf: _Shelf) -> None:
        self._file: BinaryIO = path.open("xb", buffering=0)
        self._left = size
        self._shelf = shelf

    def write(self, data: bytes | bytearray) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise ValueError("more comes out than its header says")
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._shelf.advance(len(data))
        return len(data)

    def read(self, size: int | None = None) -> bytes:
        return b""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def flush(self) -> None:
        pass

    def size(self) -> int:
        return 0

    def close(self) -> None:
        if self._left:
            raise ValueError("less comes out than its header says")
        os.fsync(self._file.fileno())
        self._file.close()


def _tell(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
