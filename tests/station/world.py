"""A world without devices: sticks, ports and workers as values, and a station that gets their events.

Nothing here decides for the station: a stick holds what a worker wrote, and a test says what happens next.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.ledger.stories import SEAL, open_ledger, order
from usbkit.core.content import Made
from usbkit.core.errors import Finding
from usbkit.core.messages import _
from usbkit.disk.image import Extent, ExtentKind, Image, PlacedFile
from usbkit.drives.device import OURS, DriveFacts, DriveKind, Identity
from usbkit.drives.inspection import Inspection
from usbkit.drives.jobrecord import digest_job
from usbkit.drives.record import DriveRecord, Outcome, Phase
from usbkit.ledger import Ledger
from usbkit.ledger.events import OrderAdded
from usbkit.station.ledger_recorder import LedgerRecorder
from usbkit.station.messages import (
    Abandon,
    Action,
    Agreed,
    Appeared,
    Checked,
    Clear,
    Ended,
    Event,
    Gone,
    Line,
    LookAt,
    Looked,
    PortState,
    Show,
    Slot,
    Tick,
    Verify,
    Working,
    Write,
)
from usbkit.station.state_machine import Station
from usbkit.station.work import Policy, Work
from usbkit.trust.passport import DriveNumber, Passport
from usbkit.trust.verdict import Content, Origin, Structure, Verdict
from usbkit.writing.job import DriveJob

MIB = 2**20
SIZE = 64 * MIB


@dataclass
class FakeStick:
    """What a stick is and holds. ``passport`` and ``job`` are what stands on it now; ``is_intact`` its verdict."""

    serial: str | None = None
    size: int = SIZE
    foreign: str | None = None
    passport: Passport | None = None
    job: str | None = None
    is_intact: bool = True
    second_face: Passport | None = None  # what it shows when all of it is read, where that is another passport
    is_open: bool = False  # somebody else has it
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def content(self) -> str | None:
        return OURS if self.passport or self.job else self.foreign

    def look(self, identity: Identity) -> Inspection:
        facts = DriveFacts(
            identity=identity,
            sector_size=512,
            is_usb=True,
            is_removable=True,
            is_read_only=False,
            other_interfaces=(),
            mounted_at=(),
            swap=False,
            holders=(),
            holds_system=False,
            content=self.content,
        )
        return Inspection(replace(facts, **self.facts), self.passport, self.job)  # type: ignore[arg-type]

    def copy_of(self, other: FakeStick) -> None:
        """Byte for byte what the other one holds."""
        self.passport, self.job, self.foreign, self.is_intact = other.passport, other.job, None, other.is_intact


@dataclass
class FakeMaker:
    """Images that hold nothing but what tells them apart; ``made`` has the passport of each by its job's digest."""

    needed: int = 16 * MIB
    made: dict[str, Passport] = field(default_factory=dict)

    def smallest(self, sector_size: int) -> int:
        return self.needed

    def make(self, capacity: int, sector_size: int, drive: DriveNumber, nonce: str) -> Image:
        extent = Extent(0, Made(bytes([drive.number]) * 512), ExtentKind.TABLE, "MBR")
        passport = PlacedFile("passport.json", 8 * MIB, 300, hashlib.sha256(f"{drive} {nonce}".encode()).hexdigest())
        image = Image(capacity, sector_size, "fat32", 4096, "TEST", 1, 2, (extent,), (passport,))
        self.made[digest_job(image).hex()] = Passport(
            "forum-test",
            "GT",
            3,
            dt.date(2020, 10, 30),
            "corps",
            SEAL,
            image.metadata_digest(),
            drive,
            nonce,
        )
        return image


class World:
    """Ports with sticks in them, a station, and the work it has going on."""

    def __init__(
        self, folder: Path, *orders: OrderAdded, policy: Policy | None = None, maker: FakeMaker | None = None
    ) -> None:
        self.ledger: Ledger = open_ledger(folder)
        self.maker = maker or FakeMaker()
        self.policy = policy or Policy()
        for added in orders or (order(),):
            if added.order not in self.ledger.read().orders:
                self.ledger.append(added)
        self._count = itertools.count(1)
        self.ports: dict[str, tuple[Slot, FakeStick, Identity]] = {}
        self.looking: list[Slot] = []
        self.writing: dict[Slot, DriveJob] = {}
        self.verifying: set[Slot] = set()
        self.asked: dict[Slot, str | None] = {}  # by which digest a stick's structure is judged
        self.news: list[Line] = []
        self.started: list[FakeStick] = []
        self.station = self._new_station()

    def _new_station(self) -> Station:
        ledger_state = self.ledger.read()
        works = [Work(o, self.maker) for o in ledger_state.orders.values() if not o.is_cancelled]
        recorder = LedgerRecorder(self.ledger, works)
        recorder.open_batch(tuple(self.policy.ports), self.policy.foreign)
        return Station(recorder, self.policy)

    # What happens

    def plug(self, port: str, stick: FakeStick, *, looked: bool = True) -> Slot:
        """Put a stick into a port; with ``looked`` the look at it comes back at once."""
        assert port not in self.ports
        number = next(self._count)
        node = Path(f"/dev/sd{number}")
        identity = Identity(node, DriveKind.DISK, stick.size, port, "Maker", "Stick", stick.serial, diskseq=number)
        slot = f"{node}@{number}"
        self.ports[port] = (slot, stick, identity)
        self.tell(Appeared(slot, node))
        if looked:
            self.look(port)
        return slot

    def look(self, port: str) -> None:
        """The look at a port's stick comes back."""
        slot, stick, identity = self.ports[port]
        self.looking.remove(slot)
        self.tell(Looked(slot, stick.look(identity)))

    def pull(self, port: str) -> FakeStick:
        """Take the stick out."""
        slot, stick, _identity = self.ports.pop(port)
        if slot in self.looking:
            self.looking.remove(slot)
        self.tell(Gone(slot))
        assert slot not in self.writing and slot not in self.verifying, "work goes on on a stick that is gone"
        return stick

    def advance(self, port: str, phase: Phase = Phase.DATA, done: int = 50) -> None:
        """The worker is in the middle."""
        self.tell(Working(self.slot(port), phase, done, 100))

    def finish(self, port: str, outcome: Outcome = Outcome.WHOLE, phase: Phase | None = None) -> None:
        """The worker on this port ends."""
        slot, stick, identity = self.ports[port]
        job = self.writing.pop(slot)
        if outcome is Outcome.WHOLE:
            self.complete(stick, job)
        record = self.record(identity, job, outcome, phase)
        self.tell(Ended(slot, record))

    def complete(self, stick: FakeStick, job: DriveJob) -> None:
        """The last byte is written: the stick is finished, whoever learns of it."""
        stick.passport, stick.job, stick.is_intact = self.maker.made[digest_job(job.image).hex()], None, True

    def record(self, identity: Identity, job: DriveJob, outcome: Outcome, phase: Phase | None = None) -> DriveRecord:
        is_whole = outcome is Outcome.WHOLE
        return DriveRecord(
            identity=identity,
            outcome=outcome,
            phase=phase or (Phase.DONE if is_whole else Phase.DATA),
            stem=job.stem,
            fingerprint=job.fingerprint,
            metadata=job.image.metadata_digest(),
            verdict=verdict(is_whole) if is_whole else None,
            findings=() if is_whole else (Finding(f"drive-{outcome}", _("it went wrong")),),
            true_size=MIB if outcome is Outcome.FAKE else None,
        )

    def verified(self, port: str) -> None:
        """The reading of a finished stick ends."""
        slot, stick, _identity = self.ports[port]
        self.verifying.remove(slot)
        shown = stick.second_face or stick.passport
        self.tell(Checked(slot, replace(verdict(stick.is_intact), passport=shown)))

    def agree(self, port: str) -> None:
        self.tell(Agreed(port))

    def tick(self, seconds: float) -> None:
        self.tell(Tick(self.station.now + seconds))

    def die(self) -> None:
        """SIGKILL, or the power: the station and its workers are gone, sticks and ledger stay; a new one begins."""
        self.looking.clear()
        self.writing.clear()
        self.verifying.clear()
        self.ledger = open_ledger(self.ledger.place.path.parent)
        self.station = self._new_station()
        for port in list(self.ports):
            _slot, stick, _identity = self.ports.pop(port)
            self.plug(port, stick, looked=False)
        for port in list(self.ports):
            self.look(port)

    def tell(self, event: Event) -> None:
        for action in self.station.handle(event):
            self._carry_out(action)

    def _carry_out(self, action: Action) -> None:
        match action:
            case LookAt(slot):
                self.looking.append(slot)
            case Write(slot, job):
                self._require_begun(job)
                stick = self.stick_at(slot)
                self.started.append(stick)
                self._require_worth_nothing(stick)
                stick.passport, stick.foreign, stick.job = None, None, digest_job(job.image).hex()
                self.writing[slot] = job
            case Verify(slot, _identity, metadata):
                self.verifying.add(slot)
                self.asked[slot] = metadata
            case Abandon(slot):
                self.writing.pop(slot, None)
                self.verifying.discard(slot)
            case Show(line, True):
                self.news.append(line)
            case Clear(line):
                self.news.append(line)

    def _require_begun(self, job: DriveJob) -> None:
        """What is about to be done stands in the ledger already, and on the disk."""
        written = open_ledger(self.ledger.place.path.parent).read()
        drive = written.by_job[digest_job(job.image).hex()]
        assert written.journeys[drive].stage == "begun"

    def _require_worth_nothing(self, stick: FakeStick) -> None:
        """No stick is written that is a number's whole drive."""
        if stick.passport is None or stick.passport.nonce is None:
            return
        ledger_state = self.ledger.read()
        from usbkit.ledger.appending import digest_nonce

        drive = ledger_state.by_nonce.get(digest_nonce(stick.passport.nonce))
        assert drive is None or not ledger_state.journeys[drive].counts, "a whole drive would be written again"

    # What is so

    def slot(self, port: str) -> Slot:
        return self.ports[port][0]

    def stick_at(self, slot: Slot) -> FakeStick:
        return next(stick for at, stick, _identity in self.ports.values() if at == slot)

    def line(self, port: str) -> Line:
        return next(line for line in self.station.lines if line.slot == self.slot(port))

    def state(self, port: str) -> PortState:
        return self.line(port).state

    def text(self, port: str) -> str:
        return str(self.line(port).text)

    def whole(self, id: str = "guatemala-1") -> list[int]:
        return self.ledger.read().whole_numbers(id)


def verdict(is_whole: bool) -> Verdict:
    return Verdict(
        Content.WHOLE if is_whole else Content.DAMAGED, Structure.UNTOUCHED, Origin.NOT_CHECKED, SEAL, 3, 1000
    )


def numbers_on(sticks: Iterable[FakeStick]) -> Sequence[tuple[int, str | None]]:
    """Number and nonce of every finished stick."""
    return [(s.passport.drive.number, s.passport.nonce) for s in sticks if s.passport and s.passport.drive]
