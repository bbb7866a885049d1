"""What a process that decodes a stranger's bytes may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """``memory`` and address ``space`` in bytes; for one request ``seconds`` of CPU, ``patience`` by the clock."""

    memory: int
    space: int
    seconds: int
    patience: int
