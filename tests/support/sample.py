"""How much of a long test runs: all with ``USBKIT_LONG`` (``make long``), otherwise a sample of stated size.

The sample is printed at the end of the run, so that nobody takes it for the whole.
"""

from __future__ import annotations

import os

#: What each long test takes: (now, in the long form).
TAKEN: dict[str, tuple[int, int]] = {}


def is_long() -> bool:
    """Whether this run is the long form."""
    return bool(os.environ.get("USBKIT_LONG"))


def sample(name: str, some: int, whole: int) -> int:
    """``whole`` in the long form, else ``some``; ``name`` says of what, for the summary."""
    if not 0 < some < whole:
        raise ValueError(f"{name}: a sample of {some} of {whole} is none")
    count = whole if is_long() else some
    TAKEN[name] = (count, whole)
    return count
