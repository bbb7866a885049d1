"""Real block devices for tests: loop devices over files on a temporary disk, or over a disk with injected faults."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.loop import loop_device


@dataclass(frozen=True)
class FaultyDevice:
    """A loop device over a `tests.drives.fault_disk`; ``backing`` is what its flash holds."""

    node: Path
    backing: Path

    def order(self, **faults: Any) -> None:
        """From now on these faults and no others."""
        beside = Path(f"{self.backing}.new")
        beside.write_text(json.dumps(faults))
        beside.replace(f"{self.backing}.faults")

    def holds(self, offset: int, length: int) -> bytes:
        """What the flash holds."""
        with self.backing.open("rb") as file:
            file.seek(offset)
            return file.read(length)


@contextmanager
def faulty_device(folder: Path, size: int) -> Iterator[FaultyDevice]:
    """A drive of ``size`` bytes that fails as ordered. A hang ends when the drive is given back."""
    folder.mkdir(parents=True, exist_ok=True)
    backing, mounted = folder / "flash", folder / "mnt"
    mounted.mkdir()
    with backing.open("wb") as file:
        file.truncate(size)
    server = subprocess.Popen([sys.executable, "-m", "tests.drives.fault_disk", mounted, backing])
    try:
        _await((mounted / "disk").exists, f"{mounted} was not served")
        with loop_device(mounted / "disk", None, "--direct-io=on") as node:
            device = FaultyDevice(node, backing)
            try:
                yield device
            finally:
                device.order()
                _await(lambda: _in_flight(node) == 0, f"{node} still hangs")
    finally:
        subprocess.run(["umount", "--lazy", mounted], check=False)
        server.terminate()
        server.wait()


def _in_flight(node: Path) -> int:
    return sum(map(int, Path(f"/sys/block/{node.name}/inflight").read_text().split()))


def _await(condition: Callable[[], bool], otherwise: str) -> None:
    for _attempt in range(100):
        if condition():
            return
        time.sleep(0.05)
    raise RuntimeError(otherwise)
