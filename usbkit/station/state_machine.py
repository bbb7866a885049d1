"""The station's decisions, a pure state machine: it is told what happened and answers with what is to be done.

It touches no device and knows no clock but the ticks it is told. What it decides about a drive stands in the ledger
before the action is returned, so that a station that dies between the two finds its way back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from usbkit.core.errors import Finding, UsbkitError
from usbkit.core.messages import Text, _
from usbkit.drives.inspection import Look
from usbkit.drives.record import DriveRecord, Outcome, Phase
from usbkit.drives.safety import Decision, judge
from usbkit.ledger.events import in_english
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey
from usbkit.station import operator_messages
from usbkit.station.ledger_recorder import Allotted, Clerk, is_ours_to_blame, was_not_begun
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
    Seat,
    Show,
    Tick,
    Verify,
    Working,
    Write,
)
from usbkit.station.recognition import Recognised, Sort, claims_rightly, recognise
from usbkit.station.work import Foreign, Policy, Work
from usbkit.trust.verdict import Structure, Verdict

#: Seconds after which a stick that somebody else has open is looked at again, and how often.
RETRY_AFTER = 3.0
RETRIES = 5

#: States in which a seat has a worker or is about to get one.
_BUSY = (PortState.LOOKING, PortState.WRITING, PortState.PROVING, PortState.CHECKING)
_PROVING = frozenset((Phase.READ_BACK, Phase.FINISH))


@dataclass
class _Seat:
    """A stick in its port. ``drive`` is the passport it is taken for; ``consent`` what somebody agreed to lose."""

    node: Path
    line: Line
    look: Look | None = None
    drive: str | None = None
    consent: str | None = None
    asked_about: str | None = None
    waits: bool = False  # for something that another event may bring
    retries: int = 0
    retry_at: float | None = None


@dataclass
class Station:
    """Tell it each event with `handle` and carry out what it returns, in that order."""

    clerk: Clerk
    policy: Policy
    now: float = 0.0
    _seats: dict[Seat, _Seat] = field(default_factory=dict)
    _broken: dict[str, Finding] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        """The lines of all seats."""
        return [seat.line for seat in self._seats.values()]

    @property
    def is_busy(self) -> bool:
        """Whether anything is being looked at, written or read."""
        return any(seat.line.state in _BUSY for seat in self._seats.values())

    @property
    def troubles(self) -> tuple[Finding, ...]:
        """Why orders cannot be filled any more, through no stick's fault."""
        return tuple(self._broken.values())

    @property
    def is_done(self) -> bool:
        """Whether every order is filled, or can no longer be, and nothing is in work."""
        book = self.clerk.book()
        over = (book.is_filled(w.id) or book.order(w.id).is_cancelled or w.id in self._broken for w in self.clerk.works)
        return not self.is_busy and all(over)

    def handle(self, event: Event) -> list[Action]:
        """Take one event: what is to be done now."""
        if isinstance(event, Tick):
            self.now = event.now
        actions = list(self._take(event))
        if not isinstance(event, Working):
            actions += self._reconsider()
        return actions

    def _take(self, event: Event) -> Iterator[Action]:
        match event:
            case Appeared(seat, node):
                yield from self._on_appeared(seat, node)
            case Agreed(port):
                yield from self._on_agreed(port)
            case Tick():
                yield from self._on_tick()
            case Gone(seat) if seat in self._seats:
                yield from self._on_gone(seat)
            case Looked(seat, look, findings) if seat in self._seats:
                yield from self._on_looked(seat, look, findings)
            case Working(seat, phase, done, total) if seat in self._seats:
                yield from self._on_working(seat, phase, done, total)
            case Ended(seat, record) if seat in self._seats:
                yield from self._on_ended(seat, record)
            case Checked(seat, verdict, findings) if seat in self._seats:
                yield from self._on_checked(seat, verdict, findings)

    def _on_appeared(self, seat: Seat, node: Path) -> Iterator[Action]:
        line = Line(seat, str(node), PortState.LOOKING, _("looking at it"), node)
        self._seats[seat] = _Seat(node, line)
        yield Show(line, is_news=True)
        yield LookAt(seat, node)

    def _on_gone(self, seat: Seat) -> Iterator[Action]:
        gone = self._seats.pop(seat)
        if gone.line.state in _BUSY:
            yield Abandon(seat)
        if gone.line.state in (PortState.WRITING, PortState.PROVING) and gone.drive is not None:
            self.clerk.lose(gone.drive)
        yield Clear(
            replace(gone.line, state=PortState.EMPTY, text=operator_messages.taken_out(gone.line), percent=None)
        )

    def _on_looked(self, seat: Seat, look: Look | None, findings: tuple[Finding, ...]) -> Iterator[Action]:
        found = self._seats[seat]
        found.look = look
        if look is None:
            yield self._show(seat, PortState.BAD, operator_messages.silent(findings), findings=findings)
            return
        found.line = replace(found.line, port=self.policy.port_of(look.facts))
        yield from self._decide(seat)

    def _on_working(self, seat: Seat, phase: str, done: int, total: int | None) -> Iterator[Action]:
        found = self._seats[seat]
        if found.line.state not in _BUSY:
            return
        percent = min(100, done * 100 // total) if total else None
        state = found.line.state
        if state is not PortState.CHECKING:
            state = PortState.PROVING if phase in _PROVING else PortState.WRITING
        if (state, percent) != (found.line.state, found.line.percent):
            text = operator_messages.PROVING if state is PortState.PROVING else found.line.text
            yield self._show(seat, state, text, percent=percent)

    def _on_ended(self, seat: Seat, record: DriveRecord) -> Iterator[Action]:
        found = self._seats[seat]
        if found.drive is None or found.line.state not in (PortState.WRITING, PortState.PROVING):
            return
        journey = self.clerk.end(found.drive, record)
        if was_not_begun(record):
            self.clerk.take_back(journey)
        if record.outcome is Outcome.WHOLE:
            yield self._show(seat, PortState.WHOLE, operator_messages.whole(journey), journey)
        elif was_not_begun(record) and found.retries < RETRIES:
            found.retries, found.retry_at = found.retries + 1, self.now + RETRY_AFTER
            yield self._show(seat, PortState.WAITING, operator_messages.in_use(record), findings=record.findings)
        elif record.outcome is Outcome.INTERRUPTED:
            yield self._show(seat, PortState.STOPPED, record.state)
        else:
            yield from self._show_bad(seat, record, journey)

    def _show_bad(self, seat: Seat, record: DriveRecord, journey: Journey) -> Iterator[Action]:
        if record.outcome is Outcome.SOURCE:
            self._broken[journey.order] = record.findings[0]
        if is_ours_to_blame(record.outcome):
            yield self._show(seat, PortState.STOPPED, operator_messages.not_its_fault(record), findings=record.findings)
            return
        if record.outcome is Outcome.VANISHED:
            yield self._show(seat, PortState.STOPPED, operator_messages.LOST, findings=record.findings)
            return
        stick = journey.stick
        marked = stick is not None and self.clerk.book().is_marked(stick, journey.drive)
        yield self._show(seat, PortState.BAD, operator_messages.bad(record, marked=marked), findings=record.findings)

    def _on_checked(self, seat: Seat, verdict: Verdict | None, findings: tuple[Finding, ...]) -> Iterator[Action]:
        found = self._seats[seat]
        if found.line.state is not PortState.CHECKING or found.look is None or found.drive is None:
            return
        if verdict is None:
            yield self._show(seat, PortState.BAD, operator_messages.silent(findings), findings=findings)
            return
        journey = self.clerk.book().journey(found.drive)
        seal = self.clerk.book().order(journey.order).added.fingerprint
        is_whole = _is_whole(verdict) and verdict.fingerprint == seal and claims_rightly(journey, found.look, seal)
        if not is_whole and self.clerk.work_of(journey) is None:
            yield self._leave(seat, operator_messages.no_longer_whole(journey, verdict))
            return
        now = self.clerk.find(journey, self.policy.stick_of(found.look.facts), verdict, is_whole=is_whole)
        if is_whole:
            yield self._show(seat, PortState.WHOLE, operator_messages.whole_already(now), now)
            return
        yield self._show(seat, PortState.WAITING, operator_messages.no_longer_whole(journey, verdict))
        yield from self._decide(seat)

    def _on_agreed(self, port: str) -> Iterator[Action]:
        for seat, found in self._seats.items():
            if found.line.port == port and found.line.state is PortState.ASKING:
                found.consent = found.asked_about
                yield from self._decide(seat)
                return

    def _on_tick(self) -> Iterator[Action]:
        for seat, found in self._seats.items():
            if found.retry_at is not None and self.now >= found.retry_at:
                found.retry_at = None
                yield self._show(seat, PortState.LOOKING, _("looking at it again"))
                yield LookAt(seat, found.node)

    def _reconsider(self) -> Iterator[Action]:
        """Decide again about sticks that wait for what may have come: a free number, the look at another stick."""
        for seat, found in list(self._seats.items()):
            if found.waits:
                before = found.line
                yield from (a for a in self._decide(seat) if not (isinstance(a, Show) and a.line == before))

    def _decide(self, seat: Seat) -> Iterator[Action]:
        """What becomes of a stick that was looked at."""
        found = self._seats[seat]
        assert found.look is not None
        found.waits = False
        look, book = found.look, self.clerk.book()
        stick, decision = self.policy.stick_of(look.facts), judge(look.facts, self.policy.wish)
        if (reason := self.policy.why_left(decision)) is not None:
            yield self._leave(seat, reason)
            return
        if not look.is_allowed:
            yield self._leave(seat, operator_messages.NOT_ALLOWED)
            return
        known = recognise(look, stick, book)
        found.drive = known.last if known.sort in (Sort.FINISHED, Sort.UNFINISHED) else None
        twin = self._twin_of(seat)
        if known.journey and (known.sort is Sort.COPY or twin is not None):
            yield self._show(
                seat, PortState.BAD, operator_messages.copy(known.journey, twin.line.port if twin else None)
            )
        elif known.journey and known.sort is Sort.FINISHED:
            yield self._show(
                seat, PortState.CHECKING, operator_messages.checking(known.journey), known.journey, percent=0
            )
            yield Verify(seat, look.facts.identity)
        elif book.is_marked(stick, known.last):
            yield self._show(seat, PortState.BAD, operator_messages.marked(book.failures(stick, known.last)))
        else:
            yield from self._fill(seat, known, decision)

    def _fill(self, seat: Seat, known: Recognised, decision: Decision) -> Iterator[Action]:
        """Give the stick a number and write it, if one is wanted and it may be written."""
        found = self._seats[seat]
        assert found.look is not None
        facts, book = found.look.facts, self.clerk.book()
        if known.sort is Sort.UNFINISHED and known.journey and (work := self._resumable(known.journey)):
            yield from self._begin(seat, work, known.journey)
            return
        found.drive = None
        wanting = [work for work in self.clerk.wanting(book) if work.id not in self._broken]
        fitting = [work for work in wanting if work.maker.smallest(facts.sector_size) <= facts.identity.size]
        if not wanting:
            yield self._wait(seat, PortState.LEFT, operator_messages.NOT_NEEDED)
        elif not fitting:
            needed = min(work.maker.smallest(facts.sector_size) for work in wanting)
            yield self._leave(seat, judge(facts, replace(self.policy.wish, needed=needed)).evidence)
        elif found.consent is None and (
            doubts := self.policy.doubts(decision, is_strangers=known.sort is Sort.STRANGER)
        ):
            yield self._ask(seat, operator_messages.join(doubts))
        else:
            yield from self._allot(seat, fitting, known)

    def _allot(self, seat: Seat, fitting: list[Work], known: Recognised) -> Iterator[Action]:
        if any(other.line.state is PortState.LOOKING for other in self._seats.values()):
            in_work = None  # one of those may be the unfinished stick that a number is kept for
        else:
            in_work = {other.drive for other in self._seats.values() if other.drive is not None}
        for work in fitting:
            if in_work is None and not self.clerk.book().free_numbers(work.id):
                continue
            journey = self.clerk.mint(work, in_work or ())
            if journey is not None:
                yield from self._begin(seat, work, journey, known.last)
                return
        yield self._wait(seat, PortState.WAITING, operator_messages.NO_NUMBER)

    def _begin(self, seat: Seat, work: Work, journey: Journey, after: str | None = None) -> Iterator[Action]:
        found = self._seats[seat]
        assert found.look is not None
        stick = self.policy.stick_of(found.look.facts)
        try:
            allotted: Allotted = self.clerk.begin(work, journey, found.look, stick, after=after, consent=found.consent)
        except UsbkitError as problem:
            self._broken[work.id] = problem.findings[0]
            yield self._show(seat, PortState.STOPPED, problem.findings[0].what, findings=problem.findings)
            return
        found.drive = journey.drive
        held_back = found.look.facts.is_held_back
        text = operator_messages.writing(allotted.journey, is_held_back=held_back, goes_on=journey.begun is not None)
        yield self._show(seat, PortState.WRITING, text, allotted.journey, percent=0)
        yield Write(seat, allotted.job)

    def _resumable(self, journey: Journey) -> Work | None:
        work = self.clerk.work_of(journey)
        if work is None or work.id in self._broken or self.clerk.book().order(work.id).is_cancelled:
            return None
        return work if journey.stage is Stage.INTERRUPTED else None

    def _twin_of(self, seat: Seat) -> _Seat | None:
        """Another stick in sight with the same passport: one of the two is a copy."""
        drive = self._seats[seat].drive
        if drive is None:
            return None
        others = (other for key, other in self._seats.items() if key != seat)
        return next((other for other in others if other.drive == drive), None)

    def _ask(self, seat: Seat, question: Text) -> Action:
        found = self._seats[seat]
        if self.policy.foreign is not Foreign.ASK:
            return self._leave(seat, question)
        found.asked_about = in_english(question)
        return self._show(seat, PortState.ASKING, operator_messages.asking(question, found.line.port))

    def _leave(self, seat: Seat, why: Text) -> Action:
        return self._show(seat, PortState.LEFT, operator_messages.left_alone(why))

    def _wait(self, seat: Seat, state: PortState, why: Text) -> Action:
        self._seats[seat].waits = True
        return self._show(seat, state, why)

    def _show(
        self,
        seat: Seat,
        state: PortState,
        text: Text,
        journey: Journey | None = None,
        *,
        percent: int | None = None,
        findings: tuple[Finding, ...] = (),
    ) -> Action:
        found = self._seats[seat]
        before = found.line
        line = replace(before, state=state, text=text, percent=percent, findings=findings)
        if journey is not None:
            country = self.clerk.book().order(journey.order).added.country
            line = replace(
                line,
                order=journey.order,
                country=country,
                number=journey.number,
                of=journey.of,
                drive=journey.drive,
            )
        found.line = line
        return Show(line, is_news=(before.state, before.text) != (state, text) and state is not PortState.PROVING)


def _is_whole(verdict: Verdict) -> bool:
    return verdict.exit_code == 0 and verdict.structure is Structure.UNTOUCHED
