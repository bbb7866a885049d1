"""A Ctrl-C that arrives while Python destroys something is not lost."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.cli import TOP

_PROGRAM = """
import os, signal, sys
from usbkit.cli.main import Terminated
from usbkit.cli.lost_interrupts import bring_back

def terminate(number, frame):
    raise Terminated

signal.signal(signal.SIGTERM, terminate)
{install}

class Destroyed:
    def __del__(self):
        os.kill(os.getpid(), signal.{signal})
        for _ in range(100):
            pass

try:
    Destroyed()
    signal.alarm(3)  # ends it where the signal does not come again
    while True:
        signal.pause()
except (KeyboardInterrupt, Terminated) as came:
    print(type(came).__name__)
"""
_INSTALL = "bring_back({KeyboardInterrupt: signal.SIGINT, Terminated: signal.SIGTERM})"


def _run(name: str, install: str) -> subprocess.CompletedProcess[str]:
    program = _PROGRAM.format(signal=name, install=install)
    return subprocess.run([sys.executable, "-c", program], cwd=TOP, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("name", "kind"), [("SIGINT", "KeyboardInterrupt"), ("SIGTERM", "Terminated")])
def test_it_comes_again(name: str, kind: str) -> None:
    done = _run(name, _INSTALL)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, kind, "")


def test_without_that_python_forgets_it() -> None:
    assert _run("SIGINT", "").returncode == -14, "SIGALRM"


def test_what_else_is_raised_there_is_told_as_before() -> None:
    install = _INSTALL.replace("Terminated", "OSError")
    program = f"import signal\nfrom usbkit.cli.lost_interrupts import bring_back\n{install}\n"
    program += "class Broken:\n    def __del__(self):\n        raise ValueError('told')\nBroken()\n"
    done = subprocess.run([sys.executable, "-c", program], cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "ValueError: told" in done.stderr
