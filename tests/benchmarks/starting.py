"""Start-up cost of commands: CPU seconds of ``drives`` and of ``check guatemala``.

The manifests are ours, library and ledger are missing, so that only the start is measured.
"""

from __future__ import annotations

import functools
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.rig import busy, measure, medians_of
from tests.support.cli import TOP
from usbkit.core import package_data

_COMMANDS = (["drives"], ["check", "guatemala"], ["ledger", "list"], ["--version"])


def run(runs: int, quick: bool) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        environment = {"PYTHONPATH": str(TOP), "XDG_DATA_HOME": name, "XDG_CACHE_HOME": name, "LANG": "C.UTF-8"}
        shared = ["--manifests", package_data.manifests(), "-q"]
        lines: dict[str, list[object]] = {"python -c pass": [sys.executable, "-c", "pass"]}
        lines |= {f"usbkit {' '.join(c)}": [sys.executable, "-m", "usbkit", *shared, *c] for c in _COMMANDS}
        once = {
            title: functools.partial(measure, line, None, environment=environment, may_answer=(0, 1))
            for title, line in lines.items()
        }
        medians_of(1, once)  # Python compiles what it has not compiled yet
        devices = len(list(Path("/sys/block").iterdir()))
        print(f"median of {max(runs, 9)}; {busy()}; {devices} block devices, at which `drives` looks")
        for title, cost in medians_of(max(runs, 9), once).items():
            print(f"{title:32}{cost.cpu:7.3f} CPU s{cost.seconds:8.3f} s")
