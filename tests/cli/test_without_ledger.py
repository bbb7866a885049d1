"""Commands that need no ledger load none of its code: they start faster, and work if it is broken or unreachable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ledger.stories import begin_with_order, make_drive, stick

#: Runs a command and prints what it loaded of the ledger.
_RUN = """
import sys
from usbkit.cli.main import run
run(sys.argv[1:])
print("LOADED", *[m for m in sys.modules if m.startswith(("usbkit.ledger", "sqlalchemy", "psycopg"))], file=sys.stderr)
"""


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "--version",
        "build guatemala --dry-run",
        "image guatemala --explain",
        "image --bundle DEMO/guatemala --explain",
        "diff guatemala DEMO/guatemala",
        "seal show guatemala",
        "seal check guatemala",
        "schema country",
        "completion bash",
        "library check",
        "key list",
        "export --help",
        "mend --help",
        "preview --help",
    ],
)
def test_a_command_that_needs_no_ledger_loads_none(demo: Path, tmp_path: Path, command: str) -> None:
    words = command.replace("DEMO", str(demo)).split()
    where = ("--manifests", demo / "manifests", "--cache", tmp_path / "cache", "--ledger", tmp_path / "far.sqlite")
    call = [sys.executable, "-c", _RUN, *map(str, where), *words]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if line.startswith("LOADED")] == ["LOADED"], done.stderr
    assert not (tmp_path / "far.sqlite").exists()


@pytest.mark.parametrize(
    "command",
    [
        "order list",
        "order show guatemala-1",
        "order correct guatemala-1 --note x",
        "order cancel guatemala-1 --yes",
        "ledger list",
        "ledger show guatemala-1:1",
        "ledger report",
        "ledger mark sent guatemala-1:1",
        "receipt calls",
        "station clear",
    ],
)
def test_a_ledger_in_a_file_loads_nothing_of_servers(tmp_path: Path, command: str) -> None:
    """Loading it took half of what these commands cost."""
    ledger = begin_with_order(tmp_path)
    make_drive(ledger, 1, stick())
    ledger.close()
    call = [sys.executable, "-c", _RUN, "--ledger", str(tmp_path / "ledger.sqlite"), *command.split()]
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=tmp_path)
    (loaded,) = [line.split()[1:] for line in done.stderr.splitlines() if line.startswith("LOADED")]
    assert "usbkit.ledger" in loaded, done.stderr
    assert [name for name in loaded if name.startswith(("sqlalchemy", "psycopg"))] == []
