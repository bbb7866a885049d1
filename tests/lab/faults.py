"""Faults of a stick, as values. ``liar.py`` carries them out inside nbdkit."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

MB = 10**6
MIB = 2**20
GIB = 2**30


class Beyond(StrEnum):
    """What a stick does beyond its true size."""

    WRAP = "wrap"  # begins again from its start
    ZEROS = "zeros"  # keeps nothing and reads as zeros
    NOISE = "noise"  # keeps nothing and reads as noise
    ERROR = "error"  # refuses


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from ``start`` to before ``end``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Everything is off until set; places are in bytes from the stick's start. `Stick.change` alters it while plugged.

    ``stall`` holds up each write that touches it by ``stall_seconds``. ``flip`` is kept with one bit turned.
    ``volatile`` gives the stick a cache that a pull or power cut empties: a random half of what was not flushed stays.
    """

    bad_writes: Span | None = None
    bad_reads: Span | None = None
    true_size: int | None = None
    beyond: Beyond = Beyond.WRAP
    flip: int | None = None
    stall: Span | None = None
    stall_seconds: float = 20
    bytes_per_second: int | None = None
    volatile: bool = False

    def to_json(self) -> str:
        return json.dumps(asdict(self))
