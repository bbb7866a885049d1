"""Calling the command line within the test's own process: what it answers, without the cost of starting it."""

from __future__ import annotations

import contextlib
import io

from tests.support.cli import Done
from usbkit.cli.main import run
from usbkit.core.messages import use_language


def call(*arguments: object) -> Done:
    """Run ``usbkit`` with ``arguments`` here; nobody is there to answer questions."""
    use_language("en")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    return Done(code, out.getvalue(), err.getvalue())
