"""Call the command line within the test's own process: its answers, without the cost of starting it."""

from __future__ import annotations

import contextlib
import io

from tests.support.cli import Done
from usbkit.cli.main import run
from usbkit.core.messages import use_language


def call(*arguments: object) -> Done:
    """Run ``usbkit`` with ``arguments`` here; nobody is there to answer questions."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = run([str(argument) for argument in arguments])
        finally:
            use_language("en")  # what comes next is not asked in this call's language
    return Done(code, out.getvalue(), err.getvalue())
