"""``usbkit approve``: somebody releases what a country's drives will hold."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from usbkit.cli import options
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO, Finding, InputError
from usbkit.core.messages import _, mark

if TYPE_CHECKING:
    from usbkit.manifest.load import Manifests
    from usbkit.orders.approval import Decision
    from usbkit.pipeline import BuildContext


@click.command(
    help=mark(
        "Release the seal that COUNTRY's drives bear now, in your name. Drives are ordered only of what is approved;"
        " any later change of their contents withdraws the approval by itself."
    )
)
@click.argument("name", metavar="COUNTRY")
@click.option("--by", metavar="NAME", help=mark("Who approves."))
@click.option("--note", metavar="TEXT", default="", help=mark("A remark that is kept with it."))
@click.option("--withdraw", is_flag=True, help=mark("Take the last approval back."))
@click.option("--show", "only_show", is_flag=True, help=mark("Say how the approval stands; 0 when it holds, else 1."))
@options.allow_missing
@options.allow_untranslated
@click.option("--yes", is_flag=True, help=mark("Do not ask."))
@click.pass_obj
def approve(
    settings: Settings,
    name: str,
    by: str | None,
    note: str,
    withdraw: bool,
    only_show: bool,
    allow_missing: tuple[str, ...],
    allow_untranslated: bool,
    yes: bool,
) -> int:
    from usbkit.pipeline import BuildContext

    manifests = settings.load()
    (stem,) = manifests.pick([name], False)
    context = BuildContext(
        manifests,
        settings.cache,
        settings.progress(),
        library=settings.library,
        templates=settings.templates,
        allow_missing=allow_missing,
        allow_untranslated=allow_untranslated,
    )
    if only_show:
        return _show(settings, context, stem)
    if withdraw:
        decision = _withdrawal(manifests, stem, _require_name(by), note)
    else:
        decision = _approval(settings, context, stem, by, note)
        if not yes and not _is_confirmed(settings, decision):
            show.say(_("Nothing was approved."))
            return EXIT_NO
    _record(settings, manifests, stem, decision)
    return EXIT_DONE


def _approval(settings: Settings, context: BuildContext, stem: str, by: str | None, note: str) -> Decision:
    """What is to be recorded when the country is approved as it is; said before anybody is asked to confirm it."""
    from usbkit.core.clock import now
    from usbkit.core.units import format_size
    from usbkit.manifest.samples import find_samples
    from usbkit.orders.approval import Decision, digest_inputs

    manifests = context.manifests
    country, programme = manifests.countries[stem], manifests.programme
    bundle = context.make_bundle(stem)
    if not settings.json:
        files = len(bundle.sealed)
        show.answer(_("{country}: {files} files, {size}", country=stem, files=files, size=format_size(bundle.size)))
        show.answer(_("  edition {edition} of {date}", edition=programme.edition, date=programme.date))
        show.answer(_("  seal {fingerprint}", fingerprint=bundle.fingerprint))
        if samples := find_samples(programme, country):
            show.answer(_("  SAMPLE: {names}", names=", ".join(samples)))
            show.answer(_("  Samples are never sent: drives can be ordered of it in a demo only."))
    return Decision(
        decision="approved",
        by=_require_name(by),
        at=now(),
        edition=programme.edition,
        seal=bundle.fingerprint,
        inputs=digest_inputs(manifests, stem, context.take_inventory(stem), settings.templates),
        note=note,
    )


def _withdrawal(manifests: Manifests, stem: str, by: str, note: str) -> Decision:
    from usbkit.core.clock import now
    from usbkit.orders.approval import load_decisions

    last = load_decisions(manifests, stem).last
    if last is None or last.decision == "withdrawn":
        what = _("there is no approval of {country} to take back", country=stem)
        raise InputError(Finding("approve-nothing", what))
    return last.model_copy(update={"decision": "withdrawn", "by": by, "at": now(), "note": note})


def _require_name(by: str | None) -> str:
    if by is None and sys.stdin.isatty():
        by = click.prompt(str(_("Who approves")))
    if by is None or not by.strip():
        todo = _("Name yourself with --by, or run the command in a terminal.")
        raise InputError(Finding("approve-nobody", _("nobody is named who approves"), todo=todo))
    return by.strip()


def _is_confirmed(settings: Settings, decision: Decision) -> bool:
    if not sys.stdin.isatty() or settings.json:
        todo = _("Look at it (usbkit preview), then say --yes, or run the command in a terminal.")
        raise InputError(Finding("approve-unconfirmed", _("nobody confirmed the approval"), todo=todo))
    return click.confirm(str(_("Approve it in the name of {by}?", by=decision.by)))


def _record(settings: Settings, manifests: Manifests, stem: str, decision: Decision) -> None:
    from usbkit.orders.approval import record_decision

    path = record_decision(manifests, stem, decision)
    if settings.json:
        show.document({"country": stem, "file": str(path), **decision.model_dump(mode="json")})
    elif decision.decision == "approved":
        show.answer(_("Approved by {by}; kept in {path}", by=decision.by, path=path))
    else:
        show.answer(_("Approval withdrawn by {by}; kept in {path}", by=decision.by, path=path))


def _show(settings: Settings, context: BuildContext, stem: str) -> int:
    from usbkit.cli.output.readiness import approval_line
    from usbkit.orders.approval import Standing, judge_approval, load_decisions
    from usbkit.orders.readiness.survey import Approval

    decisions = load_decisions(context.manifests, stem)
    seal = context.make_bundle(stem).fingerprint
    standing = judge_approval(decisions, seal)
    last = decisions.last
    if settings.json:
        entry = last.model_dump(mode="json") if last else None
        show.document({"country": stem, "standing": standing, "seal": seal, "last": entry})
    else:
        show.answer(approval_line(Approval(standing, last)))
    return EXIT_DONE if standing is Standing.APPROVED else EXIT_NO
