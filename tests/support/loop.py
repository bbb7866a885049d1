"""Loop devices: real block devices over files on a temporary disk, always detached again."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.cli import run


@contextmanager
def loop_device(backing: Path, size: int | None = None, *options: str) -> Iterator[Path]:
    """A loop device over ``backing``, which is made ``size`` bytes long when that is given."""
    if size is not None:
        with backing.open("ab") as file:
            file.truncate(size)
    node = Path(run("losetup", "--find", "--show", *options, backing).strip())
    try:
        yield node
    finally:
        _detach(node, backing)


def _detach(node: Path, backing: Path) -> None:
    """Detach what is ours: once it is free, the same node may be somebody else's at once."""
    for _attempt in range(50):
        if not _is_attached(node, backing):
            return
        subprocess.run(["losetup", "--detach", node], capture_output=True, check=False)
        if not _is_attached(node, backing):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{node} could not be detached")


def _is_attached(node: Path, backing: Path) -> bool:
    try:
        return Path(f"/sys/block/{node.name}/loop/backing_file").read_text().strip() == str(backing.resolve())
    except OSError:
        return False


def sectors_read(node: Path) -> int:
    """512-byte sectors that were really read from the device (Documentation/block/stat.rst, field 3)."""
    return int(Path(f"/sys/block/{node.name}/stat").read_text().split()[2])


def sectors_written(node: Path) -> int:
    """512-byte sectors that were really written to the device (field 7)."""
    return int(Path(f"/sys/block/{node.name}/stat").read_text().split()[6])
