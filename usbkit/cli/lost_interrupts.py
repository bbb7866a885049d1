"""Repeat an interruption that Python has swallowed.

An exception raised by a signal in a destructor, a weak reference's callback or a fork hook is printed by Python and
dropped: a Ctrl-C at such a moment would have no effect.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any, Final

#: Seconds after which it comes again: what swallowed it has ended by then.
_SOON: Final = 0.05


def bring_back(interruptions: dict[type[BaseException], signal.Signals]) -> None:
    """Send a signal again if its exception was swallowed; other unraisable exceptions are reported as before."""
    before = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        number = next((n for kind, n in interruptions.items() if isinstance(unraisable.exc_value, kind)), None)
        if number is None:
            before(unraisable)
            return
        again = threading.Timer(_SOON, os.kill, (os.getpid(), number))
        again.daemon = True
        again.start()

    sys.unraisablehook = hook
