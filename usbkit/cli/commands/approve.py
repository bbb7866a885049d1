"""``usbkit approve``: release what a country's drives will hold."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click

from usbkit.cli import options
from usbkit.cli.asking import ask_line, ask_yes_no
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO, Finding, InputError, Place, RefusedError
from usbkit.core.messages import _, mark

if TYPE_CHECKING:
    from usbkit.bundle.assembly import Bundle
    from usbkit.bundle.lockfile import Lock
    from usbkit.diff.compare import Change
    from usbkit.ledger import Ledger
    from usbkit.manifest.load import Manifests
    from usbkit.orders.approval import Decision
    from usbkit.orders.releasing import Proposal
    from usbkit.pipeline import BuildContext


class _Making(TypedDict):
    """What the bundle is made with."""

    allow_missing: tuple[str, ...]
    allow_untranslated: bool


@dataclass(frozen=True)
class _Matter:
    """What is to be released: the bundle as it is now, what changed since the last decision, and the edition it ought
    to be.
    """

    manifests: Manifests
    bundle: Bundle
    lock: Lock
    inputs: str
    last: Decision | None
    changes: tuple[Change, ...] | None
    proposal: Proposal

    @property
    def edition(self) -> int:
        return self.bundle.plan.programme.edition


@click.command(
    help=mark(
        "Release the seal that COUNTRY's drives bear now, in your name: what changed since the last release is shown,"
        " and the edition that it ought to be. Drives are ordered only of what is approved; any later change of their"
        " contents withdraws the approval by itself. The ledger, where there is one, records it."
    )
)
@click.argument("name", metavar="COUNTRY")
@click.option("--by", type=options.PERSON, metavar="NAME", help=mark("Who approves."))
@click.option("--note", metavar="TEXT", default="", help=mark("A remark that is kept with it."))
@click.option(
    "--edition",
    type=click.IntRange(1, 9999),
    metavar="N",
    help=mark("Make it this edition of the country's own: it is written into the country's manifest."),
)
@click.option("--date", metavar="DAY", help=mark("With --edition: its date (default: today)."))
@click.option("--withdraw", is_flag=True, help=mark("Withdraw the last approval."))
@click.option(
    "--show",
    "only_show",
    is_flag=True,
    help=mark("Say how the approval stands and what changed since, record nothing; 0 when it holds, else 1."),
)
@options.allow_missing
@options.allow_untranslated
@click.option("--yes", is_flag=True, help=mark("Do not ask."))
@click.pass_obj
def approve(
    settings: Settings,
    name: str,
    by: str | None,
    note: str,
    edition: int | None,
    date: str | None,
    withdraw: bool,
    only_show: bool,
    allow_missing: tuple[str, ...],
    allow_untranslated: bool,
    yes: bool,
) -> int:
    manifests = settings.load()
    (stem,) = manifests.pick([name], False)
    making: _Making = {"allow_missing": allow_missing, "allow_untranslated": allow_untranslated}
    if withdraw:
        return _withdraw(settings, manifests, stem, _require_name(by), note)
    if only_show:
        return _show(settings, settings.context(manifests, settings.progress(), **making), stem)
    day = _read_day(date, edition)
    by = _require_name(by)
    ledger = _ledger_at_hand(settings)
    if ledger is not None:
        _require_desk(ledger)
    matter = _look(settings.context(manifests, settings.progress(), **making), stem, ledger)
    said = None
    if edition is None and matter.proposal.edition != matter.edition and not yes and _is_asked(settings):
        _say(settings, matter)
        said = matter
        edition = _ask_edition(matter)
    with _put_back_unless_released(manifests.country_sources[stem].path) as released:
        if edition is not None and edition != matter.edition:
            manifests = _set_edition(settings, manifests, stem, edition, day)
            matter = _look(settings.context(manifests, settings.progress(), **making), stem, ledger)
        decision = _decide(matter, by, note, **making)
        _say(settings, matter, said)
        if not yes and not _is_confirmed(settings, decision, stem):
            show.say(_("Nothing was approved."))
            return EXIT_NO
        _release(settings, matter, decision, ledger)
        released.append(stem)
    if ledger is not None:
        from usbkit.cli.hub_access import tell

        tell(settings, ledger)  # stations learn at once that what they write is outdated
    return EXIT_DONE


def _look(context: BuildContext, stem: str, ledger: Ledger | None) -> _Matter:
    from usbkit.orders.approval import load_decisions
    from usbkit.orders.releasing import count_made, find_changes, propose_edition

    manifests, last = context.manifests, load_decisions(context.manifests, stem).last
    bundle, lock = context.make_with_lock(stem)
    held = None if ledger is None or last is None else count_made(ledger.read(), last.seal)
    proposal = propose_edition(last, bundle.fingerprint, bundle.plan.programme.edition, held)
    inputs = context.seal_inputs_of(stem, context.take_inventory(stem)).digest()
    return _Matter(manifests, bundle, lock, inputs, last, find_changes(manifests, bundle, last), proposal)


def _say(settings: Settings, matter: _Matter, said: _Matter | None = None) -> None:
    """What is released; said before anybody is asked to confirm it. Of ``said``, which was said before, only what is
    other now.
    """
    from usbkit.core.units import format_size
    from usbkit.manifest.samples import find_samples

    if settings.json:
        return
    bundle, programme = matter.bundle, matter.bundle.plan.programme
    files = len(bundle.sealed)
    show.answer(_("{country}: {files} files, {size}", country=bundle.stem, files=files, size=format_size(bundle.size)))
    show.answer(_("  edition {edition} of {date}", edition=programme.edition, date=programme.date))
    show.answer(_("  seal {fingerprint}", fingerprint=bundle.fingerprint))
    _say_changes(matter, said)
    values = {"edition": matter.proposal.edition, "why": matter.proposal.why}
    if matter.proposal.edition != matter.edition:
        show.answer(_("  It ought to be edition {edition}: {why}.", **values))
        show.answer(_("  Raise it for this country alone with: --edition {edition}", edition=values["edition"]))
    else:
        show.answer(_("  Edition {edition} stays: {why}.", **values))
    if said is None and (samples := find_samples(programme, bundle.plan.country)):
        _say_samples(samples)


def _say_samples(samples: Sequence[str]) -> None:
    """What nobody has stated yet, a line for each table of the manifests."""
    tables = dict[str, list[str]]()
    for path in samples:
        table, _dot, name = path.rpartition(".")
        tables.setdefault(table, []).append(name)
    show.answer(_("  SAMPLE: {count} values that nobody has stated", count=len(samples)))
    for table, names in tables.items():
        show.answer(f"    {table or '-'}  {', '.join(names)}")
    show.answer(_("  Samples are never sent: drives can be ordered of it in a demo only."))


def _say_changes(matter: _Matter, said: _Matter | None = None) -> None:
    from usbkit.cli.commands.diff import say_change

    last = matter.last
    if last is None:
        return
    values = {"by": last.by, "date": last.at.date()}
    if matter.changes is None:
        show.answer(_("  What {by} decided on {date} is not kept here, so nothing can be compared.", **values))
    elif not matter.changes:
        show.answer(_("  Nothing changed since {by} decided on {date}.", **values))
    else:
        known = () if said is None or said.changes is None else said.changes
        show.answer(_("  Changed since {by} decided on {date}:", **values))
        for change in matter.changes:
            if change not in known:
                say_change(change, "    ")
        if any(change in known for change in matter.changes):
            show.answer(_("    and what is said above"))


def _ledger_at_hand(settings: Settings) -> Ledger | None:
    """The ledger, where there is one: approving begins none."""
    from usbkit.cli.ledger_location import ledger_place

    place = ledger_place(settings)
    if place.file is not None and not place.file.exists():
        return None
    from usbkit.cli.hub_access import open_current

    return open_current(settings)


def _require_desk(ledger: Ledger) -> None:
    """At a station an approval would be a truth of its own. Raises RefusedError."""
    from usbkit.cli.hub_access import is_station, own_name

    if is_station(ledger):
        what = _("this computer is the station {station} of a hub", station=own_name(ledger))
        todo = _("Approve at the desk, then copy manifests, approvals and library from there.")
        raise RefusedError(Finding("approve-at-station", what, None, todo))


def _read_day(date: str | None, edition: int | None) -> dt.date:
    from usbkit.core.clock import now

    if date is not None and edition is None:
        what, todo = _("--date needs --edition"), _("Name it with --edition.")
        raise InputError(Finding("date-alone", what, Place("--date"), todo))
    try:
        return now().date() if date is None else dt.date.fromisoformat(date)
    except ValueError:
        raise InputError.of("day-form", _("{day} is not a day such as 2021-03-01", day=date or "")) from None


def _is_asked(settings: Settings) -> bool:
    return sys.stdin.isatty() and not settings.json


def _ask_edition(matter: _Matter) -> int:
    values = {"edition": matter.proposal.edition, "country": matter.bundle.stem}
    is_raised = ask_yes_no(_("Make it edition {edition} in the manifest of {country}?", **values), default=True)
    return matter.proposal.edition if is_raised else matter.edition


def _set_edition(settings: Settings, manifests: Manifests, stem: str, edition: int, day: dt.date) -> Manifests:
    """The manifests once ``edition`` stands in the country's own."""
    from usbkit.manifest.edition import set_edition

    if edition <= manifests.programme.edition:
        values = {"edition": edition, "programme": manifests.programme.edition}
        what = _("found edition {edition}, expected one above the programme's: {programme}", **values)
        raise InputError(Finding("edition-low", what, Place("--edition"), _("Leave it out to keep the programme's.")))
    path = manifests.country_sources[stem].path
    changed = set_edition(path.read_bytes().decode("utf-8"), edition, day, str(path))
    _write(path, changed.encode("utf-8"))
    show.say(_("{path}: edition {edition} of {date}", path=path, edition=edition, date=day))
    return settings.load()


@contextmanager
def _put_back_unless_released(path: Path) -> Iterator[list[str]]:
    """Have a country's manifest be what it was, unless the list that is given ends with what was released."""
    before, released = path.read_bytes(), list[str]()
    try:
        yield released
    finally:
        if not released and path.read_bytes() != before:
            _write(path, before)
            show.say(_("{path}: put back as it was", path=path))


def _write(path: Path, data: bytes) -> None:
    from usbkit.core.atomic import beside

    with beside(path) as target:
        target.write_bytes(data)
        target.chmod(path.stat().st_mode & 0o777)


def _decide(
    matter: _Matter, by: str, note: str, *, allow_missing: tuple[str, ...], allow_untranslated: bool
) -> Decision:
    from usbkit.core.clock import now
    from usbkit.orders.approval import Decision

    return Decision(
        decision="approved",
        by=by,
        at=now(),
        edition=matter.edition,
        seal=matter.bundle.fingerprint,
        inputs=matter.inputs,
        note=note,
        allow_missing=sorted(allow_missing),
        allow_untranslated=allow_untranslated,
    )


def _withdraw(settings: Settings, manifests: Manifests, stem: str, by: str, note: str) -> int:
    from usbkit.core.clock import now
    from usbkit.orders.approval import load_decisions, record_decision

    last = load_decisions(manifests, stem).last
    if last is None or last.decision == "withdrawn":
        what = _("{country} has no approval to withdraw", country=stem)
        raise InputError(Finding("approve-nothing", what))
    decision = last.model_copy(update={"decision": "withdrawn", "by": by, "at": now(), "note": note})
    path = record_decision(manifests, stem, decision)
    if settings.json:
        show.document(_decision_json(stem, path, decision))
    else:
        show.answer(_("Approval withdrawn by {by}; kept in {path}", by=decision.by, path=path))
    return EXIT_DONE


def _require_name(by: str | None) -> str:
    if by is None and sys.stdin.isatty():
        by = ask_line(_("Who approves"), _read_name)
    if not by:
        todo = _("Name yourself with --by, or run the command in a terminal.")
        raise InputError(Finding("approve-nobody", _("no name of the approver was given"), todo=todo))
    return by


def _read_name(answer: str) -> str:
    from usbkit.ledger.names import tidy_person, why_no_person

    name = tidy_person(answer)
    if (why := why_no_person(name)) is not None:
        raise click.UsageError(str(why))
    return name


def _is_confirmed(settings: Settings, decision: Decision, stem: str) -> bool:
    if not _is_asked(settings):
        todo = _("Check it (usbkit preview {country}), then pass --yes, or use a terminal.", country=stem)
        raise InputError(Finding("approve-unconfirmed", _("the approval was not confirmed"), todo=todo))
    return ask_yes_no(_("Approve it in the name of {by}?", by=decision.by))


def _release(settings: Settings, matter: _Matter, decision: Decision, ledger: Ledger | None) -> None:
    from usbkit.orders.releasing import release

    kept, is_recorded = release(matter.manifests, matter.bundle, matter.lock, decision, ledger)
    if settings.json:
        found = {"release": str(kept.release), "lock": str(kept.lock), "ledger": is_recorded, **_proposal_json(matter)}
        show.document({**_decision_json(matter.bundle.stem, kept.decision, decision), **found})
        return
    show.answer(_("Approved by {by}; kept in {path}", by=decision.by, path=kept.decision))
    if ledger is not None:
        show.answer(_("  and in the ledger {ledger}", ledger=ledger.place))


def _decision_json(stem: str, path: Path, decision: Decision) -> dict[str, Any]:
    return {"country": stem, "file": str(path), **decision.model_dump(mode="json")}


def _proposal_json(matter: _Matter) -> dict[str, Any]:
    from usbkit.cli.commands.diff import change_json

    changes = None if matter.changes is None else [change_json(change) for change in matter.changes]
    return {"changes": changes, "proposed_edition": matter.proposal.edition, "why": str(matter.proposal.why)}


def _show(settings: Settings, context: BuildContext, stem: str) -> int:
    from usbkit.cli.output.readiness import approval_line
    from usbkit.orders.approval import Standing, judge_approval, load_decisions
    from usbkit.orders.readiness.survey import Approval

    decisions = load_decisions(context.manifests, stem)
    matter = _look(context, stem, _ledger_at_hand(settings))
    standing = judge_approval(decisions, matter.bundle.fingerprint)
    if settings.json:
        entry = decisions.last.model_dump(mode="json") if decisions.last else None
        values = {"country": stem, "standing": standing, "seal": matter.bundle.fingerprint, "last": entry}
        show.document({**values, **_proposal_json(matter)})
    else:
        show.answer(approval_line(Approval(standing, decisions.last)))
        if standing is not Standing.APPROVED:
            _say_changes(matter)
    return EXIT_DONE if standing is Standing.APPROVED else EXIT_NO
