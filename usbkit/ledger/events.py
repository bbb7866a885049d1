"""What the ledger records, each kind declared once: its fields are the JSON of an entry's body.

Fields are added last and with a default, so that what was written before can be read; nothing is renamed or removed.
What a newer usbkit adds is carried and not interpreted (`Unknown`; docs/ledger.md).
Sizes are in bytes, times UTC, digests lower-case hex; ``drive`` is a passport's reference, ``order`` an order's id.
``…_origin`` is the chain where the drive or order was recorded first, None for the entry's own.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from usbkit.core.errors import BrokenOffError, Finding
from usbkit.core.messages import Text, _, escape
from usbkit.drives.record import Outcome, Phase
from usbkit.ledger.delivery_status import Answer, Mark
from usbkit.trust.receipt_code import Found

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Reference = Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{5}$")]
OriginName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Number = Annotated[int, Field(ge=1, le=999_999)]
Amount = Annotated[int, Field(ge=0, lt=2**63)]

#: The most numbers that one order has.
MOST_NUMBERS = 999


class _Record(BaseModel):
    # A newer usbkit's fields are left unread: the hash covers the bytes, not what we make of them.
    model_config = ConfigDict(extra="ignore", frozen=True)


class Stick(_Record):
    """The hardware under a journey, as it named itself, and where it sat. ``port`` is the USB port path."""

    size: Amount
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    port: str | None = None
    port_name: str | None = None
    speed_mbps: int | None = None
    kind: str = "disk"


class Check(_Record):
    """A verdict's three answers and how much was read."""

    content: str
    structure: str
    origin: str
    files: Amount
    bytes: Amount
    troubles: tuple[str, ...] = ()


class OrderAdded(_Record):
    """An order: ``numbers`` of ``of`` drives of one country, under one seal. ``approved_by`` released that seal.

    ``replaces`` is the drive that a single replacement stands in for; ``parent`` the order that the numbers were split
    from; ``allow_missing``, ``allow_untranslated`` and ``filesystem`` are what the bundle was made with, so that it can
    be made again. ``sheet`` is the digest of its order sheet among the documents; ``renews`` an order of an older seal
    whose numbers it takes over.
    """

    kind: Literal["order-added"] = "order-added"
    order: str
    country: str
    code: str
    programme: str
    edition: Number
    route: str | None
    fingerprint: Digest
    numbers: tuple[Number, ...] = Field(min_length=1, max_length=MOST_NUMBERS)
    of: Number
    approved_by: str | None = None
    is_demo: bool = False
    replaces: Reference | None = None
    allow_missing: tuple[str, ...] = ()
    allow_untranslated: bool = False
    filesystem: Literal["auto", "fat32", "exfat"] | None = None
    replaces_origin: OriginName | None = None
    parent: str | None = None
    parent_origin: OriginName | None = None
    sheet: Digest | None = None
    why: Literal["first", "more", "replaces", "outdated"] | None = None
    renews: str | None = None


class OrderSplit(_Record):
    """These numbers are no longer this order's: another station fills them (``to`` is whom that was said to)."""

    kind: Literal["order-split"] = "order-split"
    order: str
    numbers: tuple[Number, ...] = Field(min_length=1)
    to: str = ""


class OrderCancelled(_Record):
    kind: Literal["order-cancelled"] = "order-cancelled"
    order: str
    reason: str = ""


class BatchConfirmed(_Record):
    """Somebody said yes to writing whatever sticks are plugged in. ``foreign`` is the policy for strangers' files."""

    kind: Literal["batch-confirmed"] = "batch-confirmed"
    orders: tuple[str, ...]
    ports: tuple[str, ...]
    foreign: str


class PortName(_Record):
    name: str
    path: str


class PortsNamed(_Record):
    """The station's ports, all of them: a later entry replaces an earlier one."""

    kind: Literal["ports-named"] = "ports-named"
    ports: tuple[PortName, ...]


class PassportMinted(_Record):
    """A number and a nonce were given out. The nonce itself is among the secrets; its digest ties it to the chain."""

    kind: Literal["passport-minted"] = "passport-minted"
    drive: Reference
    order: str
    number: Number
    of: Number
    nonce_sha256: Digest


class DriveBegun(_Record):
    """Writing begins. ``job`` is what an unfinished stick says of itself, ``metadata`` what a finished one can prove.

    ``after`` is the passport under which the same stick failed before; ``consent`` says what somebody agreed to lose.
    """

    kind: Literal["drive-begun"] = "drive-begun"
    drive: Reference
    stick: Stick
    job: Digest
    metadata: Digest
    mode: str
    after: Reference | None = None
    consent: str | None = None


class DriveEnded(_Record):
    """What became of a drive that was begun. Seconds are whole milliseconds by phase."""

    kind: Literal["drive-ended"] = "drive-ended"
    drive: Reference
    outcome: Outcome
    phase: Phase | None = None
    written: Amount = 0
    read: Amount = 0
    kept: Amount = 0
    milliseconds: dict[Phase, Amount] = {}
    check: Check | None = None
    true_size: Amount | None = None
    findings: tuple[str, ...] = ()


class DriveFound(_Record):
    """A stick came that carries this passport, finished; it was read from end to end and is whole, or no longer."""

    kind: Literal["drive-found"] = "drive-found"
    drive: Reference
    stick: Stick
    is_whole: bool
    check: Check


class DriveVoided(_Record):
    kind: Literal["drive-voided"] = "drive-voided"
    drive: Reference
    reason: str


class FailuresForgiven(_Record):
    """Somebody looked at a marked stick and wants it tried again: these failures no longer count against it."""

    kind: Literal["failures-forgiven"] = "failures-forgiven"
    drives: tuple[Reference, ...] = Field(min_length=1)


class DriveMarked(_Record):
    """What became of a drive after it was whole. ``on`` is the day it happened, where that is another than today.

    ``successor`` is the order that stands for the number of a drive that was replaced.
    """

    kind: Literal["drive-marked"] = "drive-marked"
    drive: Reference
    mark: Mark
    drive_origin: OriginName | None = None
    on: dt.date | None = None
    route: str | None = None
    bag: str | None = None
    note: str = ""
    successor: str | None = None


class LetterWordMade(_Record):
    """An order got its letter word. Word and salt are among the secrets; their digest ties them to the chain."""

    kind: Literal["letter-word-made"] = "letter-word-made"
    order: str
    word_sha256: Digest
    order_origin: OriginName | None = None


class ReceiptEntered(_Record):
    """A receipt code about a drive came back, and what it was found to be worth.

    ``typed`` is what was sent, where a person said which code was meant.
    """

    kind: Literal["receipt-entered"] = "receipt-entered"
    drive: Reference
    code: str = Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{20}$")
    found: Found
    count: Amount
    has_letter: bool
    answer: Answer
    drive_origin: OriginName | None = None
    sender: str = ""
    way: str | None = None
    typed: str = Field("", max_length=200)


class Role(StrEnum):
    """What another ledger's chain is believed as. Stable names."""

    STATION = "station"
    DESK = "desk"
    HEADQUARTERS = "headquarters"


class ChainAdopted(_Record):
    """Another ledger's chain is taken, as what it is believed from here on; ``sequence`` and ``hash`` are its head."""

    kind: Literal["chain-adopted"] = "chain-adopted"
    chain: OriginName
    role: Role
    sequence: Amount
    hash: Digest


class Unknown(_Record):
    """What this version does not know: carried, hash-checked, and not interpreted."""

    kind: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")


Event = (
    OrderAdded
    | OrderSplit
    | OrderCancelled
    | BatchConfirmed
    | PortsNamed
    | PassportMinted
    | DriveBegun
    | DriveEnded
    | DriveFound
    | DriveVoided
    | FailuresForgiven
    | DriveMarked
    | LetterWordMade
    | ReceiptEntered
    | ChainAdopted
)

AnyEvent = Event | Unknown


class _Stated(_Record):
    """An entry's body, of a kind that is known."""

    at: AwareDatetime
    by: str
    event: Annotated[Event, Field(discriminator="kind")]


class _Frame(_Record):
    """What every body holds, whatever its kind."""

    at: AwareDatetime
    by: str
    event: Unknown


_STATED = TypeAdapter(_Stated)
_FRAME = TypeAdapter(_Frame)

#: pydantic's names of what is wrong with a value that a newer usbkit may have added.
_NEWER = frozenset(("union_tag_invalid", "enum", "literal_error"))


@dataclass(frozen=True, slots=True)
class EntryBody:
    """An entry's body: what happened, when by this machine's clock, and who was at it."""

    at: dt.datetime
    by: str
    event: AnyEvent

    def to_body(self) -> bytes:
        """Canonical JSON: keys sorted, ASCII, no spaces. Fields of this version that say nothing are left out."""
        event = self.event.model_dump(mode="json")
        event = {k: v for k, v in event.items() if k not in _ADDED or v not in (None, "")}
        at = self.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        values: dict[str, Any] = {"at": at, "by": self.by, "event": event}
        return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")

    @classmethod
    def from_body(cls, body: bytes, where: Text) -> EntryBody:
        """The inverse of `to_body`; `Unknown` for what a newer usbkit wrote. Raises BrokenOffError for other bytes."""
        try:
            stated: _Stated | _Frame = _STATED.validate_json(body)
        except ValidationError as problem:
            first = problem.errors()[0]["msg"]
            frame = _frame_of(body) if all(error["type"] in _NEWER for error in problem.errors()) else None
            if frame is None:
                what = _("{where} cannot be read: {reason}", where=where, reason=first)
                todo = _("Run `usbkit ledger check`, and tell us what it says.")
                raise BrokenOffError(Finding("ledger-entry-unreadable", what, todo=todo)) from None
            stated = frame
        return cls(stated.at, stated.by, stated.event)


def _frame_of(body: bytes) -> _Frame | None:
    try:
        return _FRAME.validate_json(body)
    except ValidationError:
        return None


#: Fields that 1.0.0rc1 does not know, and would refuse: written only where they say something.
_ADDED = frozenset(("sheet", "why", "renews", "typed"))


def in_english(text: Text) -> str:
    """``text`` as the ledger keeps it: in English whatever the language of the moment."""
    values = {k: in_english(v) if isinstance(v, Text) else escape(v) for k, v in text.values.items()}
    return text.id.format_map(values)
