"""What the station's machine is told, and what it wants done. Values only.

A slot is one stick in one port for as long as it is plugged in: its key never comes back, neither for the same stick
nor for the same port.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from usbkit.core.errors import Finding
from usbkit.core.messages import Text
from usbkit.drives.device import Identity
from usbkit.drives.inspection import Inspection
from usbkit.drives.record import DriveRecord
from usbkit.trust.verdict import Verdict
from usbkit.writing.job import DriveJob

Slot = str


# What the machine is told.


@dataclass(frozen=True, slots=True)
class Appeared:
    slot: Slot
    node: Path


@dataclass(frozen=True, slots=True)
class Gone:
    slot: Slot


@dataclass(frozen=True, slots=True)
class Looked:
    """The look at a slot; ``findings`` say why there is none."""

    slot: Slot
    look: Inspection | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Working:
    """A worker has done ``done`` of ``total`` bytes of its phase."""

    slot: Slot
    phase: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Ended:
    """A drive was written, or not."""

    slot: Slot
    record: DriveRecord


@dataclass(frozen=True, slots=True)
class Checked:
    """A finished drive was read from end to end; ``findings`` say why there is no verdict."""

    slot: Slot
    verdict: Verdict | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreed:
    """The operator named a port whose stick waits for an answer: it may be overwritten."""

    port: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time goes by; ``now`` in monotonic seconds."""

    now: float


Event = Appeared | Gone | Looked | Working | Ended | Checked | Agreed | Tick


# What the machine wants done.


@dataclass(frozen=True, slots=True)
class LookAt:
    slot: Slot
    node: Path


@dataclass(frozen=True, slots=True)
class Write:
    slot: Slot
    job: DriveJob


@dataclass(frozen=True, slots=True)
class Verify:
    """Read a finished stick from end to end. ``metadata`` is the digest that the ledger has of its structure."""

    slot: Slot
    identity: Identity
    metadata: str | None


@dataclass(frozen=True, slots=True)
class Abandon:
    """Whatever works on this slot is to end at once; nobody waits for what it says."""

    slot: Slot


class PortState(StrEnum):
    """What a port's line says. Stable names: events carry them."""

    EMPTY = "empty"
    LOOKING = "looking"
    ASKING = "asking"
    WAITING = "waiting"
    WRITING = "writing"
    PROVING = "proving"
    CHECKING = "checking"
    WHOLE = "whole"
    BAD = "bad"
    LEFT = "left"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Line:
    """One port's line. ``text`` says what is so and what to do; the rest is there as far as it is known."""

    slot: Slot
    port: str
    state: PortState
    text: Text
    node: Path | None = None
    percent: int | None = None
    order: str | None = None
    country: str | None = None
    number: int | None = None
    of: int | None = None
    drive: str | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Show:
    """A line is another now. ``is_news``: its state changed, which is worth a log line."""

    line: Line
    is_news: bool


@dataclass(frozen=True, slots=True)
class Clear:
    """The stick was taken out: its port is empty."""

    line: Line


Action = LookAt | Write | Verify | Abandon | Show | Clear
