"""Limits for a process that decodes untrusted bytes."""

from __future__ import annotations

from dataclasses import dataclass

#: How many times its memory and space a process may be granted by the one that started it, to see if they mattered.
MOST_MEMORY = 2


@dataclass(frozen=True, slots=True)
class Bounds:
    """``memory`` and address ``space`` in bytes; per request ``seconds`` of CPU and ``patience`` in seconds of wall
    time.

    ``file`` is the maximum size in bytes of a file it writes.
    """

    memory: int
    space: int
    seconds: int
    patience: int
    file: int = 0
