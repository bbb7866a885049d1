"""The station's decisions, a pure state machine: it receives events and returns actions.

It touches no device and knows time only from ticks. A decision about a drive is in the ledger before its action is
returned, so that a station that dies between the two can recover.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from usbkit.core.errors import Finding, UsbkitError
from usbkit.core.messages import Text, _
from usbkit.drives.inspection import Inspection
from usbkit.drives.record import DriveRecord, Outcome, Phase
from usbkit.drives.safety import Decision, judge
from usbkit.ledger.entry_body import in_english
from usbkit.ledger.events import Stick
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey
from usbkit.ledger.seals import is_outdated_drive
from usbkit.station import operator_messages
from usbkit.station.ledger_recorder import Allotted, LedgerRecorder, is_ours_to_blame, was_not_begun
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
from usbkit.station.plugged import Plugged, ports_confirmed_alike, twin_of
from usbkit.station.recognition import TWO_FACES, Reading, Recognised, Sort, counted_alike, judge_reading, recognise
from usbkit.station.work import Foreign, Policy, Work
from usbkit.trust.verdict import Content, Verdict

#: Seconds after which a stick that somebody else has open is looked at again, and how often.
RETRY_AFTER = 3.0
RETRIES = 5

_PROVING = frozenset((Phase.READ_BACK, Phase.FINISH))


@dataclass
class Station:
    """Pass each event to ``handle`` and carry out the actions it returns, in order."""

    recorder: LedgerRecorder
    policy: Policy
    now: float = 0.0
    _slots: dict[Slot, Plugged] = field(default_factory=dict)
    _broken: dict[str, Finding] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        """The lines of all slots."""
        return [slot.line for slot in self._slots.values()]

    @property
    def is_busy(self) -> bool:
        """Whether anything is being examined, written or read."""
        return any(slot.is_busy for slot in self._slots.values())

    @property
    def waiting(self) -> int:
        """Return how many sticks wait for a number that may still come."""
        return sum(slot.waits and slot.line.state is PortState.WAITING for slot in self._slots.values())

    @property
    def troubles(self) -> tuple[Finding, ...]:
        """Return why orders can no longer be filled, through no stick's fault."""
        return tuple(self._broken.values())

    @property
    def is_done(self) -> bool:
        """Whether every order is filled, or can no longer be, and no work is left."""
        ledger_state = self.recorder.state()
        over = (
            ledger_state.is_filled(w.id) or ledger_state.order(w.id).is_cancelled or w.id in self._broken
            for w in self.recorder.works
        )
        return not self.is_busy and all(over)

    def handle(self, event: Event) -> list[Action]:
        """Process one event; return the actions to carry out."""
        if isinstance(event, Tick):
            self.now = event.now
        actions = list(self._take(event))
        if not isinstance(event, Working):
            actions += self._reconsider()
        return actions

    def _take(self, event: Event) -> Iterator[Action]:
        match event:
            case Appeared(slot, node):
                yield from self._on_appeared(slot, node)
            case Agreed(port):
                yield from self._on_agreed(port)
            case Tick():
                yield from self._on_tick()
            case Gone(slot) if slot in self._slots:
                yield from self._on_gone(slot)
            case Looked(slot, look, findings) if slot in self._slots:
                yield from self._on_looked(slot, look, findings)
            case Working(slot, phase, done, total) if slot in self._slots:
                yield from self._on_working(slot, phase, done, total)
            case Ended(slot, record) if slot in self._slots:
                yield from self._on_ended(slot, record)
            case Checked(slot, verdict, findings) if slot in self._slots:
                yield from self._on_checked(slot, verdict, findings)

    def _on_appeared(self, slot: Slot, node: Path) -> Iterator[Action]:
        line = Line(slot, str(node), PortState.LOOKING, _("inspecting it"), node)
        self._slots[slot] = Plugged(node, line)
        yield Show(line, is_news=True)
        yield LookAt(slot, node)

    def _on_gone(self, slot: Slot) -> Iterator[Action]:
        gone = self._slots.pop(slot)
        if gone.is_busy:
            yield Abandon(slot)
        if gone.line.state in (PortState.WRITING, PortState.PROVING) and gone.drive is not None:
            self.recorder.lose(gone.drive)
        yield Clear(
            replace(gone.line, state=PortState.EMPTY, text=operator_messages.taken_out(gone.line), percent=None)
        )

    def _on_looked(self, slot: Slot, look: Inspection | None, findings: tuple[Finding, ...]) -> Iterator[Action]:
        found = self._slots[slot]
        found.look = look
        if look is None:
            yield self._show(slot, PortState.BAD, operator_messages.silent(findings), findings=findings)
            return
        found.line = replace(found.line, port=self.policy.port_of(look.facts))
        yield from self._decide(slot)

    def _on_working(self, slot: Slot, phase: str, done: int, total: int | None) -> Iterator[Action]:
        found = self._slots[slot]
        if not found.is_busy:
            return
        percent = min(100, done * 100 // total) if total else None
        state = found.line.state
        if state is not PortState.CHECKING:
            state = PortState.PROVING if phase in _PROVING else PortState.WRITING
        if (state, percent) != (found.line.state, found.line.percent):
            text = operator_messages.PROVING if state is PortState.PROVING else found.line.text
            yield self._show(slot, state, text, percent=percent)

    def _on_ended(self, slot: Slot, record: DriveRecord) -> Iterator[Action]:
        found = self._slots[slot]
        if found.drive is None or found.line.state not in (PortState.WRITING, PortState.PROVING):
            return
        journey = self.recorder.end(found.drive, record)
        if was_not_begun(record):
            self.recorder.take_back(journey)
        if record.outcome is Outcome.WHOLE:
            done = self.recorder.progress_of(journey.order)
            text = operator_messages.with_alike(operator_messages.whole(journey, *done), found.alike)
            yield self._show(slot, PortState.WHOLE, text, journey)
        elif was_not_begun(record) and found.retries < RETRIES:
            found.retries, found.retry_at = found.retries + 1, self.now + RETRY_AFTER
            yield self._show(slot, PortState.WAITING, operator_messages.in_use(record), findings=record.findings)
        elif record.outcome is Outcome.INTERRUPTED:
            yield self._show(slot, PortState.STOPPED, record.state)
        else:
            yield from self._show_bad(slot, record, journey)

    def _show_bad(self, slot: Slot, record: DriveRecord, journey: Journey) -> Iterator[Action]:
        if record.outcome is Outcome.SOURCE:
            self._broken[journey.order] = record.findings[0]
        if is_ours_to_blame(record.outcome):
            yield self._show(slot, PortState.STOPPED, operator_messages.not_its_fault(record), findings=record.findings)
            return
        if record.outcome is Outcome.VANISHED:
            yield self._show(slot, PortState.STOPPED, operator_messages.LOST, findings=record.findings)
            return
        stick = journey.stick
        marked = stick is not None and self.recorder.state().is_marked(stick, journey.drive)
        yield self._show(slot, PortState.BAD, operator_messages.bad(record, marked=marked), findings=record.findings)

    def _on_checked(self, slot: Slot, verdict: Verdict | None, findings: tuple[Finding, ...]) -> Iterator[Action]:
        found = self._slots[slot]
        if found.line.state is not PortState.CHECKING or found.look is None or found.drive is None:
            return
        if verdict is None:
            yield self._show(slot, PortState.BAD, operator_messages.silent(findings), findings=findings)
            return
        journey = self.recorder.state().journey(found.drive)
        seal = self.recorder.state().order(journey.order).added.fingerprint
        stick = self.policy.stick_of(found.look.facts)
        is_ours = self.recorder.is_ours(journey)
        may_record = is_ours and self.recorder.work_of(journey) is not None
        match judge_reading(verdict, found.look.passport, journey, seal):
            case Reading.TWO_FACES:
                if may_record:
                    told = replace(verdict, structure_troubles=(TWO_FACES, *verdict.structure_troubles))
                    self.recorder.find(journey, stick, told, is_whole=False)
                yield self._show(slot, PortState.BAD, operator_messages.two_faces(journey))
            case Reading.WHOLE if not is_ours and journey.stage is not Stage.WHOLE:
                yield self._leave(slot, operator_messages.elsewhere(journey, self.recorder.station_of(journey)))
            case Reading.WHOLE:
                now = self.recorder.find(journey, stick, verdict, is_whole=True)
                text = operator_messages.whole_already(now, is_outdated=is_outdated_drive(self.recorder.state(), now))
                yield self._show(slot, PortState.WHOLE, text, now)
            case Reading.NOT_WHOLE if not may_record:
                if is_ours and verdict.content not in (Content.WHOLE, Content.ADDED_TO):
                    # It is of no order of this run: its number is free again for one that is.
                    self.recorder.find(journey, stick, verdict, is_whole=False)
                yield self._leave(slot, operator_messages.no_longer_whole(journey, verdict))
            case Reading.NOT_WHOLE:
                self.recorder.find(journey, stick, verdict, is_whole=False)
                yield self._show(slot, PortState.WAITING, operator_messages.no_longer_whole(journey, verdict))
                yield from self._decide(slot)

    def _on_agreed(self, port: str) -> Iterator[Action]:
        for slot, found in self._slots.items():
            if found.line.port == port and found.line.state is PortState.ASKING:
                found.consent = found.asked_about
                yield from self._decide(slot)
                return

    def _on_tick(self) -> Iterator[Action]:
        for slot, found in self._slots.items():
            if found.retry_at is not None and self.now >= found.retry_at:
                found.retry_at = None
                yield self._show(slot, PortState.LOOKING, _("inspecting it again"))
                yield LookAt(slot, found.node)

    def _reconsider(self) -> Iterator[Action]:
        """Decide again about sticks that wait for what may have come: a free number, the look at another stick."""
        for slot, found in list(self._slots.items()):
            if found.waits:
                before = found.line
                yield from (a for a in self._decide(slot) if not (isinstance(a, Show) and a.line == before))

    def _decide(self, slot: Slot) -> Iterator[Action]:
        """What becomes of a stick that was looked at."""
        found = self._slots[slot]
        assert found.look is not None
        found.waits = False
        look, ledger_state = found.look, self.recorder.state()
        stick, decision = self.policy.stick_of(look.facts), judge(look.facts, self.policy.wish)
        if (reason := self.policy.why_left(decision)) is not None:
            yield self._leave(slot, reason)
            return
        if not look.is_allowed:
            yield self._leave(slot, operator_messages.NOT_ALLOWED)
            return
        if (ports := ports_confirmed_alike(self._slots, look, self.policy.confirmed)) is not None:
            yield self._wait(slot, PortState.LEFT, operator_messages.confirmed_alike(ports))
            return
        known = recognise(look, stick, ledger_state)
        if known.sort is Sort.LOST and known.journey is not None and not self.recorder.is_ours(known.journey):
            yield self._leave(slot, operator_messages.elsewhere(known.journey, self.recorder.station_of(known.journey)))
            return
        if known.sort is Sort.LOST and known.journey is not None:
            self.recorder.void(known.journey.drive, "its stick was found unfinished")
        found.drive = known.last if known.sort in (Sort.FINISHED, Sort.UNFINISHED) else None
        if self._is_others_unfinished(known):
            found.drive = None
        twin = twin_of(self._slots, slot)
        if known.journey and (known.sort is Sort.COPY or twin is not None):
            yield self._show(
                slot, PortState.BAD, operator_messages.copy(known.journey, twin.line.port if twin else None)
            )
        elif known.journey and known.sort is Sort.TWO_FACED:
            yield self._show(slot, PortState.BAD, operator_messages.two_faces(known.journey))
        elif known.journey and known.sort is Sort.FINISHED:
            yield self._show(
                slot, PortState.CHECKING, operator_messages.checking(known.journey), known.journey, percent=0
            )
            begun = known.journey.begun
            yield Verify(slot, look.facts.identity, begun.metadata if begun else None)
        elif ledger_state.is_marked(stick, known.last):
            yield self._show(slot, PortState.BAD, operator_messages.marked(ledger_state.failures(stick, known.last)))
        else:
            yield from self._fill(slot, known, decision)

    def _fill(self, slot: Slot, known: Recognised, decision: Decision) -> Iterator[Action]:
        """Give the stick a number and write it, if one is wanted and it may be written."""
        found = self._slots[slot]
        assert found.look is not None
        facts, ledger_state = found.look.facts, self.recorder.state()
        if known.sort is Sort.UNFINISHED and known.journey and (work := self._resumable(known.journey)):
            yield from self._begin(slot, work, known.journey)
            return
        found.drive = None
        wanting = [work for work in self.recorder.wanting(ledger_state) if work.id not in self._broken]
        fitting = [work for work in wanting if work.maker.smallest(facts.sector_size) <= facts.identity.size]
        if not wanting and self.recorder.may_get(ledger_state):
            yield self._wait(slot, PortState.WAITING, operator_messages.NO_CLAIM)
        elif not wanting:
            yield self._wait(slot, PortState.LEFT, operator_messages.NOT_NEEDED)
        elif not fitting:
            needed = min(work.maker.smallest(facts.sector_size) for work in wanting)
            yield self._leave(slot, judge(facts, replace(self.policy.wish, needed=needed)).evidence)
        elif found.consent is None and (
            reasons_to_ask := self.policy.reasons_to_ask(
                decision,
                is_strangers=known.sort is Sort.STRANGER or self._is_others_unfinished(known),
                is_finished=found.look.passport is not None,
                is_renewed=(renewed := self._renewed(known, found.look)) is not None and not renewed.has_left,
            )
        ):
            yield self._ask(slot, operator_messages.join(reasons_to_ask))
        else:
            yield from self._allot(slot, fitting, known)

    def _renewed(self, known: Recognised, look: Inspection) -> Journey | None:
        """The drive that this stick was, where it is to be written again for an order of this run."""
        journey = known.journey
        is_meant = journey is not None and self.recorder.is_renewed(journey, self.policy.stick_of(look.facts))
        return journey if is_meant else None

    def _allot(self, slot: Slot, fitting: list[Work], known: Recognised) -> Iterator[Action]:
        look = self._slots[slot].look
        renewed = None if look is None else self._renewed(known, look)
        if renewed is not None and renewed.replacement is not None:
            successor = renewed.replacement.successor
            fitting = sorted(fitting, key=lambda work: work.id != successor)
        if any(other.line.state is PortState.LOOKING for other in self._slots.values()):
            in_work = None  # one of those may be the unfinished stick that a number is kept for
        else:
            in_work = {other.drive for other in self._slots.values() if other.drive is not None}
        for work in fitting:
            if in_work is None and not self.recorder.state().free_numbers(work.id):
                continue
            journey = self.recorder.mint(work, in_work or (), renewed)
            if journey is not None:
                yield from self._begin(slot, work, journey, known.last, is_renewed=renewed is not None)
                return
        yield self._wait(slot, PortState.WAITING, operator_messages.NO_NUMBER)

    def _begin(
        self, slot: Slot, work: Work, journey: Journey, after: str | None = None, *, is_renewed: bool = False
    ) -> Iterator[Action]:
        found = self._slots[slot]
        assert found.look is not None
        stick = self.policy.stick_of(found.look.facts)
        try:
            allotted: Allotted = self.recorder.begin(
                work, journey, found.look, stick, after=after, consent=found.consent, is_renewed=is_renewed
            )
        except UsbkitError as problem:
            self._broken[work.id] = problem.findings[0]
            yield self._show(slot, PortState.STOPPED, problem.findings[0].what, findings=problem.findings)
            return
        found.drive = journey.drive
        held_back = found.look.facts.is_held_back
        text = operator_messages.writing(allotted.journey, is_held_back=held_back, goes_on=journey.begun is not None)
        found.alike = self._alike_out_of_sight(stick)
        text = operator_messages.with_alike(text, found.alike)
        yield self._show(slot, PortState.WRITING, text, allotted.journey, percent=0)
        yield Write(slot, allotted.job)

    def _alike_out_of_sight(self, stick: Stick) -> Journey | None:
        alike = counted_alike(stick, self.recorder.state())
        in_sight = {other.drive for other in self._slots.values()}
        return None if alike is None or alike.drive in in_sight else alike

    def _is_others_unfinished(self, known: Recognised) -> bool:
        journey = known.journey
        return known.sort is Sort.UNFINISHED and journey is not None and not self.recorder.is_ours(journey)

    def _resumable(self, journey: Journey) -> Work | None:
        work = self.recorder.resumable(journey)
        return work if work is not None and work.id not in self._broken else None

    def _ask(self, slot: Slot, question: Text) -> Action:
        found = self._slots[slot]
        if self.policy.foreign is not Foreign.ASK:
            return self._leave(slot, question)
        found.asked_about = in_english(question)
        return self._show(slot, PortState.ASKING, operator_messages.asking(question, found.line.port))

    def _leave(self, slot: Slot, why: Text) -> Action:
        return self._show(slot, PortState.LEFT, operator_messages.left_alone(why))

    def _wait(self, slot: Slot, state: PortState, why: Text) -> Action:
        self._slots[slot].waits = True
        return self._show(slot, state, why)

    def _show(
        self,
        slot: Slot,
        state: PortState,
        text: Text,
        journey: Journey | None = None,
        *,
        percent: int | None = None,
        findings: tuple[Finding, ...] = (),
    ) -> Action:
        found = self._slots[slot]
        shown = found.show(state, text, percent=percent, findings=findings)
        if journey is None:
            return shown
        found.number(journey, self.recorder.state().order(journey.order).added.country)
        return replace(shown, line=found.line)
