"""Run the command line as a user does: in another process, with its exit code and output."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.ready_process import is_measured, ready_processes

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
    env = {**os.environ, "PYTHONPATH": str(TOP), **(environ or {})}
    words = [str(argument) for argument in arguments]
    is_alone = threading.current_thread() is threading.main_thread()
    if is_alone and not is_measured(env) and ready_processes().suits(env):
        return _run_ready(words, cwd, env, stdin)
    done = subprocess.run(
        [sys.executable, "-m", "usbkit", *words],
        cwd=cwd,
        env=env,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def _run_ready(words: list[str], cwd: Path | None, env: Mapping[str, str], stdin: str) -> Done:
    with contextlib.ExitStack() as stack:
        given, out, err = (stack.enter_context(tempfile.TemporaryFile("w+")) for _stream in range(3))
        given.write(stdin)
        given.seek(0)
        code = ready_processes().run(words, cwd, env, [given, out, err])
        for stream in (out, err):
            stream.seek(0)
        return Done(code, out.read(), err.read())


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
