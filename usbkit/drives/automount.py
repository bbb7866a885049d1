"""Keep desktops from mounting drives that we have just made: mounting writes to a drive, so it would no longer be
untouched.

While a drive is open, our lock keeps udev away from it (``usbkit.drives.opening``). When it is closed, udev examines it
and a desktop would mount it; a temporary rule in udev's runtime folder prevents that. udev reads changed rules by
itself. The drive can still be mounted by hand.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from usbkit.drives.device import Identity

_RUN = Path("/run/udev")

#: Seconds that udev has to look at the drives once they are closed.
_SETTLE = 5.0


@contextmanager
def automount_held_off(identities: Sequence[Identity], run: Path = _RUN) -> Iterator[None]:
    """Keep desktops from mounting these drives within the block, and when they are closed in it."""
    ports = sorted({i.port for i in identities if i.port})
    rules = run / "rules.d" / f"90-usbkit-{os.getpid()}.rules"
    if not ports or not (run / "control").exists() or not _write(rules, ports):
        yield
        return
    try:
        yield
        _settle(run)
    finally:
        rules.unlink(missing_ok=True)


def _write(rules: Path, ports: Sequence[str]) -> bool:
    """Put the rules; False where we may not: then a desktop may mount the drives, as it does any."""
    lines = (f'SUBSYSTEM=="block", KERNELS=="{port}", ENV{{UDISKS_AUTO}}="0"\n' for port in ports)
    with contextlib.suppress(OSError):
        rules.parent.mkdir(parents=True, exist_ok=True)
        rules.write_text("# Written by usbkit while it writes drives; may be deleted.\n" + "".join(lines))
        return True
    return False


def _settle(run: Path) -> None:
    """Wait until udev has dealt with what it was told; it says so by removing its queue file."""
    until = time.monotonic() + _SETTLE
    time.sleep(0.2)  # the close must reach it first
    while (run / "queue").exists() and time.monotonic() < until:
        time.sleep(0.1)
