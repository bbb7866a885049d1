"""``usbkit check --watch``: keep checking while everyone waits for the last subtitles, and report what arrives.

It polls, since a library is often a network share, whose changes Linux's inotify does not see. A check reads only what
has changed. A file that is still being copied changes between checks, so a result counts once the next check agrees.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from usbkit.cli.output import readiness, show
from usbkit.cli.output.progress import Events
from usbkit.cli.settings import Settings
from usbkit.core.clock import now
from usbkit.core.errors import EXIT_DONE, UsbkitError
from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress, Silence
from usbkit.orders.readiness import Readiness, State
from usbkit.orders.readiness.changes import ReadinessChange, find_changes, newly_ready
from usbkit.orders.readiness.survey import Survey


def watch_countries(
    settings: Settings, names: Sequence[str], every: bool, page: Path | None, interval: float, *, exit_when_ready: bool
) -> int:
    """Check every ``interval`` seconds until interrupted, or, with ``exit_when_ready``, until everything is ready."""
    watcher = _Watcher(settings, names, every, page, interval)
    watcher.begin(watcher.look(settings.progress()))
    while not (exit_when_ready and watcher.is_ready):
        time.sleep(interval)
        watcher.look_again()
    return EXIT_DONE


class _Watcher:
    def __init__(
        self, settings: Settings, names: Sequence[str], every: bool, page: Path | None, interval: float
    ) -> None:
        self.settings, self.names, self.every, self.page, self.interval = settings, names, every, page, interval
        self.events = Events() if settings.json else None
        self.known: tuple[Readiness, ...] = ()  # what was last said
        self.seen: tuple[Readiness, ...] = ()  # what the last look saw
        self.trouble = ""
        self.is_ready = False

    def look(self, progress: Progress) -> Survey:
        return readiness.look(self.settings, self.names, self.every, progress)

    def begin(self, survey: Survey) -> None:
        """Say how things stand at first."""
        self.known = self.seen = survey.countries
        self.is_ready = survey.is_ready
        self._write_page(survey)
        if self.page is not None:
            show.say(_("{path} is written.", path=self.page))
        if self.events is not None:
            self.events.emit("survey", **readiness.to_json(survey, with_subtitles=False))
        else:
            readiness.print_survey(survey, self.settings, is_named=bool(self.names))
            self._say(_("Waiting for what is missing. Ctrl-C ends it.") if not self.is_ready else _ALL_READY)

    def look_again(self) -> None:
        """Look, and say what has changed once two looks agree."""
        try:
            survey = self.look(Silence())
        except UsbkitError as problem:
            self._say_trouble(problem)
            return
        self.trouble = ""
        settled = survey.countries == self.seen
        self.seen = survey.countries
        if settled and survey.countries != self.known:
            self._say_changes(survey)
            self.known = survey.countries
            self._write_page(survey)
        self.is_ready = settled and survey.is_ready

    def _say_changes(self, survey: Survey) -> None:
        changes = list(find_changes(self.known, survey.countries))
        for change in changes:
            self._say_change(change)
        for stem in newly_ready(self.known, survey.countries):
            self._emit("ready", _("{country} is ready", country=stem), country=stem)
        if survey.is_ready and not all(c.is_ready for c in self.known):
            arrived = [c.name for c in changes if c.after is State.READY]
            what = (
                _("{all}, the last to arrive was {name}", all=_ALL_READY, name=arrived[-1]) if arrived else _ALL_READY
            )
            self._emit("all-ready", what, last=arrived[-1] if arrived else None)

    def _say_change(self, change: ReadinessChange) -> None:
        what = _(
            "{name}: {before} → {after} ({countries})",
            name=change.name,
            before=readiness.STATES[change.before],
            after=readiness.STATES[change.after],
            countries=", ".join(change.stems),
        )
        self._emit(
            "changed", what, file=change.name, before=change.before, after=change.after, countries=list(change.stems)
        )

    def _say_trouble(self, problem: UsbkitError) -> None:
        """A manifest that somebody is editing is wrong for a moment: said once, and looked at again."""
        if str(problem) != self.trouble:
            self.trouble = str(problem)
            for finding in problem.findings:
                self._emit(
                    "error", Text("{line}", {"line": show.finding_line(finding)}), finding=show.finding_json(finding)
                )

    def _emit(self, event: str, what: Text, **fields: object) -> None:
        if self.events is not None:
            self.events.emit(event, at=now().isoformat(), text=str(what), **fields)
        else:
            self._say(what)

    def _say(self, what: Text) -> None:
        show.answer(f"{now().astimezone():%H:%M:%S}  {what}")

    def _write_page(self, survey: Survey) -> None:
        if self.page is not None:
            refresh = max(5, int(self.interval))
            readiness.write_page(survey, self.page, self.settings, refresh)


_ALL_READY = _("Everything is ready")
