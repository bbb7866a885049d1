"""The result for one drive, from which the closing table, the ledger and the exit code are made. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from usbkit.core.errors import EXIT_BROKEN_OFF, EXIT_DONE, EXIT_NO, EXIT_NOT_BEGUN, EXIT_SIGINT, Finding
from usbkit.core.messages import Text, _
from usbkit.drives.device import Identity
from usbkit.trust.verdict import Verdict


class Phase(StrEnum):
    """How far a drive got. Stable names: events and records use them."""

    OPEN = "open"
    WIPE = "wipe"
    PROBE = "probe"
    DATA = "data"
    METADATA = "metadata"
    READ_BACK = "read-back"
    REPAIR = "repair"
    FINISH = "finish"
    DONE = "done"


class Outcome(StrEnum):
    """The outcome for a drive. Stable names: events and records use them."""

    WHOLE = "whole"
    DAMAGED = "damaged"  # read back and found otherwise
    FAKE = "fake"  # smaller than it says
    REFUSED = "refused"  # not begun: in use, another drive than named, read-only
    FAILED = "failed"  # the drive answered with an error
    VANISHED = "vanished"
    HUNG = "hung"  # no answer at all; abandoned
    SOURCE = "source"  # our side: a source changed or could not be read
    INTERRUPTED = "interrupted"
    CRASHED = "crashed"  # broken off by this computer: a mistake of ours, or no memory or file handles left

    @property
    def word(self) -> Text:
        """The outcome for people."""
        return _WORDS[self]


_WORDS = {
    Outcome.WHOLE: _("whole"),
    Outcome.DAMAGED: _("damaged"),
    Outcome.FAKE: _("fake"),
    Outcome.REFUSED: _("refused"),
    Outcome.FAILED: _("failed"),
    Outcome.VANISHED: _("vanished"),
    Outcome.HUNG: _("hung"),
    Outcome.SOURCE: _("source at fault"),
    Outcome.INTERRUPTED: _("interrupted"),
    Outcome.CRASHED: _("stopped by an error"),
}


_EXITS = {
    Outcome.WHOLE: EXIT_DONE,
    Outcome.DAMAGED: EXIT_NO,
    Outcome.FAKE: EXIT_NO,
    Outcome.REFUSED: EXIT_NOT_BEGUN,
    Outcome.INTERRUPTED: EXIT_SIGINT,
}


def exit_of(outcome: Outcome) -> int:
    """Return the exit code of a run on one drive with this outcome."""
    return _EXITS.get(outcome, EXIT_BROKEN_OFF)


@dataclass(frozen=True, slots=True)
class Figures:
    """Bytes written to and read from the drive, and the seconds of each phase."""

    written: int = 0
    read: int = 0
    kept: int = 0  # file bytes that were on the drive already and not written again
    seconds: dict[Phase, float] = field(default_factory=dict)

    @property
    def total_seconds(self) -> float:
        return sum(self.seconds.values())


@dataclass(frozen=True)
class DriveRecord:
    """The result for one drive. ``fingerprint`` is the seal's, ``metadata`` the image's metadata digest, both hex.

    ``true_size`` is the size found on a fake. ``verdict`` is set if the drive was read back.
    """

    identity: Identity
    outcome: Outcome
    phase: Phase
    stem: str
    fingerprint: str
    metadata: str
    figures: Figures = Figures()
    verdict: Verdict | None = None
    findings: tuple[Finding, ...] = ()
    remarks: tuple[Text, ...] = ()
    true_size: int | None = None

    @property
    def exit_code(self) -> int:
        """The exit code of a run on this drive alone."""
        return exit_of(self.outcome)

    @property
    def summary(self) -> Text:
        """The drive, its state, and what went wrong, on one line."""
        if not self.findings:
            return _("{drive}: {state}", drive=self.identity.node, state=self.state)
        return _("{drive}: {what} ({state})", drive=self.identity.node, what=self.findings[0].what, state=self.state)

    @property
    def state(self) -> Text:
        """The drive's state now, and what it means for a person holding the drive."""
        if self.outcome is Outcome.WHOLE:
            return _("whole: it is not mounted, you can unplug it")
        if self.outcome is Outcome.DAMAGED:
            return _("bad: it has no partition table and shows as empty; do not send it")
        if self.phase is Phase.OPEN:
            return _("not begun: what was on it is still there")
        if self.phase in (Phase.WIPE, Phase.PROBE):
            return _("emptied: it shows as empty")
        if self.phase is Phase.FINISH:
            return _("unfinished at the last step: --resume verifies it again and finishes it")
        return _("unfinished: it shows as empty; --resume continues from what it holds")


def worst_exit(records: tuple[DriveRecord, ...]) -> int:
    """Return the exit code of a run: the record's own for one drive, "at least one failed" for several."""
    codes = {r.exit_code for r in records}
    if EXIT_SIGINT in codes:
        return EXIT_SIGINT
    if len(codes) == 1:
        return codes.pop()
    return EXIT_NO if codes else EXIT_DONE
