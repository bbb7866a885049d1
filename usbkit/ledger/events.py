"""The kinds of entries in the ledger, each declared once: its fields are the JSON of an entry's body.

New fields come last and have a default, so that old entries stay readable; nothing is renamed or removed. Additions of
a newer usbkit are carried and not interpreted (``Unknown``; docs/ledger.md). Sizes are in bytes, times UTC, digests
lower-case hex; each text has a form (``usbkit.ledger.names``). ``drive`` is a passport's reference, ``order`` an
order's id. ``…_origin`` is the chain where the drive or order was recorded first, None for the entry's own.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from usbkit.drives.record import Outcome, Phase
from usbkit.ledger.delivery_status import Answer, Mark
from usbkit.ledger.names import (
    CountryCode,
    KnownOrder,
    LanguageCode,
    Line,
    OrderName,
    Person,
    Port,
    Prose,
    Speed,
    Stem,
    Word,
)
from usbkit.trust.receipt_code import Found

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Reference = Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{5}$")]
OriginName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
StationName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")]
HubName = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Number = Annotated[int, Field(ge=1, le=999_999)]
Amount = Annotated[int, Field(ge=0, lt=2**63)]

#: The most numbers that one order has.
MOST_NUMBERS = 999


class Record(BaseModel):
    # A newer usbkit's fields are left unread: the hash covers the bytes, not what we make of them.
    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)


class Stick(Record):
    """The hardware of a journey, as it identified itself, and its port. ``port`` is the USB port path."""

    size: Amount
    vendor: Line | None = None
    model: Line | None = None
    serial: Line | None = None
    port: Line | None = None
    port_name: Prose | None = None
    speed_mbps: Speed | None = None
    kind: Word = "disk"


class Check(Record):
    """A verdict's three answers, and how much was read."""

    content: Word
    structure: Word
    origin: Word
    files: Amount
    bytes: Amount
    troubles: tuple[Prose, ...] = ()


class OrderAdded(Record):
    """An order: ``numbers`` of ``of`` drives of one country, under one seal. ``approved_by`` released that seal.

    ``replaces`` is the drive that this single replacement replaces; ``parent`` the order that the numbers were split
    from; ``allow_missing``, ``allow_untranslated`` and ``filesystem`` are the settings needed to make the bundle again.
    ``sheet`` is the digest of its order sheet among the documents; ``renews`` an order of an older seal whose numbers
    it takes over.
    """

    kind: Literal["order-added"] = "order-added"
    order: OrderName
    country: Stem
    code: CountryCode
    programme: Stem
    edition: Number
    route: Word | None
    fingerprint: Digest
    numbers: tuple[Number, ...] = Field(min_length=1, max_length=MOST_NUMBERS)
    of: Number
    approved_by: Person | None = None
    is_demo: bool = False
    replaces: Reference | None = None
    allow_missing: tuple[LanguageCode, ...] = ()
    allow_untranslated: bool = False
    filesystem: Literal["auto", "fat32", "exfat"] | None = None
    replaces_origin: OriginName | None = None
    parent: OrderName | None = None
    parent_origin: OriginName | None = None
    sheet: Digest | None = None
    why: Literal["first", "more", "replaces", "outdated"] | None = None
    renews: OrderName | None = None


class OrderSplit(Record):
    """These numbers left this order: another station fills them (``to`` is the name given for it).

    ``hub`` is the hub that gives them out from now on, whoever claims them; then they stay this order's.
    """

    kind: Literal["order-split"] = "order-split"
    order: OrderName
    numbers: tuple[Number, ...] = Field(min_length=1)
    to: Person = ""
    hub: HubName | None = None


class OrderCancelled(Record):
    kind: Literal["order-cancelled"] = "order-cancelled"
    order: KnownOrder
    reason: Prose = ""


class BatchConfirmed(Record):
    """A person agreed to write whatever sticks are plugged in. ``foreign`` is the policy for strangers' files."""

    kind: Literal["batch-confirmed"] = "batch-confirmed"
    orders: tuple[KnownOrder, ...]
    ports: tuple[Prose, ...]
    foreign: Word


class PortName(Record):
    name: Port
    path: Line


class PortsNamed(Record):
    """All of the station's ports: a later entry replaces an earlier one."""

    kind: Literal["ports-named"] = "ports-named"
    ports: tuple[PortName, ...]


class PassportMinted(Record):
    """A number and a nonce were given out. The nonce is among the secrets; its digest ties it to the chain.

    ``instead_of`` is the earlier drive with this number, which may still exist. ``ordered_in`` is the chain of the
    order if the number was claimed at a hub; None for the entry's own.
    """

    kind: Literal["passport-minted"] = "passport-minted"
    drive: Reference
    order: OrderName
    number: Number
    of: Number
    nonce_sha256: Digest
    instead_of: Reference | None = None
    ordered_in: OriginName | None = None


class DriveBegun(Record):
    """Writing began. ``job`` is the job record on the unfinished stick; ``metadata`` the digest of a finished one's
    structure.

    ``after`` is the passport under which the same stick failed before; ``consent`` records which losses were agreed to.
    """

    kind: Literal["drive-begun"] = "drive-begun"
    drive: Reference
    stick: Stick
    job: Digest
    metadata: Digest
    mode: Word
    after: Reference | None = None
    consent: Prose | None = None


class DriveEnded(Record):
    """The outcome for a drive that was begun. Durations are whole milliseconds by phase."""

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
    findings: tuple[Prose, ...] = ()


class DriveFound(Record):
    """A finished stick with this passport was plugged in and read completely; ``is_whole`` is the result."""

    kind: Literal["drive-found"] = "drive-found"
    drive: Reference
    stick: Stick
    is_whole: bool
    check: Check


class DriveVoided(Record):
    kind: Literal["drive-voided"] = "drive-voided"
    drive: Reference
    reason: Prose


class FailuresForgiven(Record):
    """A person inspected a marked stick and wants it tried again: these failures no longer count against it."""

    kind: Literal["failures-forgiven"] = "failures-forgiven"
    drives: tuple[Reference, ...] = Field(min_length=1)


class DriveMarked(Record):
    """What became of a drive after it was whole. ``on`` is the day it happened, if not today.

    ``successor`` is the order that provides the replacement's number, ``by_drive`` the drive said to replace it.
    """

    kind: Literal["drive-marked"] = "drive-marked"
    drive: Reference
    mark: Mark
    drive_origin: OriginName | None = None
    on: dt.date | None = None
    route: Word | None = None
    bag: Line | None = None
    note: Prose = ""
    successor: KnownOrder | None = None
    by_drive: Reference | None = None


class LetterWordMade(Record):
    """An order got its letter word. Word and salt are among the secrets; their digest ties them to the chain."""

    kind: Literal["letter-word-made"] = "letter-word-made"
    order: OrderName
    word_sha256: Digest
    order_origin: OriginName | None = None


class ReceiptEntered(Record):
    """A receipt code about a drive came back, and how it was rated.

    ``typed`` is the original input if a person chose which code was meant.
    """

    kind: Literal["receipt-entered"] = "receipt-entered"
    drive: Reference
    code: str = Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{20}$")
    found: Found
    count: Amount
    has_letter: bool
    answer: Answer
    drive_origin: OriginName | None = None
    sender: Person = ""
    way: Word | None = None
    typed: str = Field("", max_length=200)


class ArrivalTold(Record):
    """A person reported that a drive arrived, without a code, so nothing was checked. ``plays`` is what they said of
    it, None if nothing; ``on`` the day of the report, if not the entry's.
    """

    kind: Literal["arrival-told"] = "arrival-told"
    drive: Reference
    plays: bool | None = None
    drive_origin: OriginName | None = None
    sender: Person = Field("", max_length=200)
    way: Word | None = Field(None, max_length=40)
    on: dt.date | None = None
    note: str = Field("", max_length=2000)


class Role(StrEnum):
    """The role in which another ledger's chain is believed. Stable names."""

    STATION = "station"
    DESK = "desk"
    HEADQUARTERS = "headquarters"


class ChainAdopted(Record):
    """Another ledger's chain is accepted in the role ``role`` from now on; ``sequence`` and ``hash`` are its head.

    ``name`` is its computer's name at the hub.
    """

    kind: Literal["chain-adopted"] = "chain-adopted"
    chain: OriginName
    role: Role
    sequence: Amount
    hash: Digest
    name: StationName | None = None


class NumbersClaimed(Record):
    """The hub gave this station numbers of an order, under the claim id that was stored before asking."""

    kind: Literal["numbers-claimed"] = "numbers-claimed"
    claim: str = Field(pattern=r"^[0-9a-f]{32}$")
    order: OrderName
    order_origin: OriginName
    numbers: tuple[Number, ...] = Field(min_length=1, max_length=MOST_NUMBERS)


class NumbersReturned(Record):
    """This station returns claimed numbers under which it minted nothing, and never will."""

    kind: Literal["numbers-returned"] = "numbers-returned"
    order: OrderName
    order_origin: OriginName
    numbers: tuple[Number, ...] = Field(min_length=1, max_length=MOST_NUMBERS)


class NumbersRecalled(Record):
    """A station that could not be reached lost these numbers for good. Its drives under them do not count.

    ``station`` is its chain; ``successor`` the order, of the entry's own chain, that now has the numbers.
    """

    kind: Literal["numbers-recalled"] = "numbers-recalled"
    order: OrderName
    order_origin: OriginName
    numbers: tuple[Number, ...] = Field(min_length=1, max_length=MOST_NUMBERS)
    station: OriginName
    successor: KnownOrder | None = None
    reason: Prose = ""


class EntryUndone(Record):
    """Entry ``sequence`` of ``chain`` was a mistake: a mark, a correction, or another one of these."""

    kind: Literal["entry-undone"] = "entry-undone"
    chain: OriginName
    sequence: Amount
    reason: Prose = ""


class OrderCorrected(Record):
    """An order's details other than its numbers have changed; None means unchanged.

    ``wanted`` is the new number of drives: numbers above it are split off, by a separate entry.
    """

    kind: Literal["order-corrected"] = "order-corrected"
    order: KnownOrder
    wanted: Number | None = None
    route: Literal["corps", "mission"] | None = None
    note: str | None = Field(None, max_length=400)
    reason: Prose = ""


class OutdatedLeft(Record):
    """These drives stay as they are although their country's seal is now ``seal``."""

    kind: Literal["outdated-left"] = "outdated-left"
    drives: tuple[Reference, ...] = Field(min_length=1, max_length=MOST_NUMBERS)
    seal: Digest
    reason: Prose
    drives_origin: OriginName | None = None


class SealReleased(Record):
    """A country's seal is valid from now on: drives of other seals are older. ``approved_by`` released it; ``sheet`` is
    the digest of its order sheet.
    """

    kind: Literal["seal-released"] = "seal-released"
    country: Stem
    code: CountryCode
    programme: Stem
    edition: Number
    fingerprint: Digest
    approved_by: Person
    sheet: Digest | None = None


class Unknown(Record):
    """A kind that this version does not know: carried, hash-checked, not interpreted."""

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
    | ArrivalTold
    | ChainAdopted
    | EntryUndone
    | OrderCorrected
    | OutdatedLeft
    | NumbersClaimed
    | NumbersReturned
    | NumbersRecalled
    | SealReleased
)

AnyEvent = Event | Unknown
