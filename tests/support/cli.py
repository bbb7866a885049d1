"""Running the command line as a user does: another process, its exit code and what it said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOP = Path(__file__).parent.parent.parent

# Compiled once, as an installed program is: where this is set, every start of ours would compile all of it again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@dataclass(frozen=True)
class Done:
    """A finished command line."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def expect(self, code: int) -> Done:
        """Itself, when it ended with ``code`` and without a traceback."""
        assert self.code == code, f"exit {self.code}, expected {code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.err
        return self


def usbkit(
    *arguments: object, cwd: Path | None = None, environ: Mapping[str, str] | None = None, stdin: str = ""
) -> Done:
    """Run ``usbkit`` with ``arguments``; ``environ`` is added to this process's environment, ``stdin`` is pasted."""
    done = subprocess.run(
        [sys.executable, "-m", "usbkit", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(TOP), **(environ or {})},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def run(*arguments: object, cwd: Path | None = None) -> str:
    """Run somebody else's tool; its standard output. Fails with what it said."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    done = subprocess.run(
        list(map(str, arguments)),
        cwd=cwd,
        env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "MTOOLS_SKIP_CHECK": "1"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
