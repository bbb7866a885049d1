"""Events for the station's state machine, and the actions it returns. Values only.

A slot is one stick in one port for as long as it is plugged in: its key is never reused, even for the same stick or
port.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from usbkit.core.errors import Finding
from usbkit.core.messages import Text, _
from usbkit.drives.device import Identity
from usbkit.drives.inspection import Inspection
from usbkit.drives.record import DriveRecord
from usbkit.ledger.claiming import Share, in_ranges
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
    """The first look at a slot; ``findings`` say why there is none."""

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
    """A drive was written, or failed."""

    slot: Slot
    record: DriveRecord


@dataclass(frozen=True, slots=True)
class Checked:
    """A finished drive was read completely; ``findings`` say why there is no verdict."""

    slot: Slot
    verdict: Verdict | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreed:
    """The operator named a port whose stick waits for consent: it may be overwritten."""

    port: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; ``now`` in monotonic seconds."""

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
    """Read a finished stick completely. ``metadata`` is the digest of its structure in the ledger."""

    slot: Slot
    identity: Identity
    metadata: str | None


@dataclass(frozen=True, slots=True)
class Abandon:
    """End all work on this slot at once; its results are ignored."""

    slot: Slot


class PortState(StrEnum):
    """The state shown on a port's line. Stable names: events use them."""

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
    """One port's line. ``text`` says what is so and what to do; the other fields are set as far as known."""

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
    """A line has changed. ``is_news``: its state changed, which is worth a log line."""

    line: Line
    is_news: bool


@dataclass(frozen=True, slots=True)
class Clear:
    """The stick was taken out: its port is empty."""

    line: Line


@dataclass(frozen=True, slots=True)
class Shared:
    """The current shares of an order by station."""

    order: str
    shares: tuple[Share, ...]

    def __str__(self) -> str:
        parts = (
            _(
                "{station} {numbers} since {since}, {count} whole",
                station=share.name,
                numbers=in_ranges(share.numbers),
                since=f"{dt.datetime.fromisoformat(share.since).astimezone():%H:%M}",
                count=share.whole,
            )
            for share in self.shares
        )
        return str(_("{order}: {what}", order=self.order, what="; ".join(map(str, parts)) or "-"))


Action = LookAt | Write | Verify | Abandon | Show | Clear
