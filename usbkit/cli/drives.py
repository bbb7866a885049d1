"""``usbkit drives``: what is plugged in, and what would be done with it; ``drives test``: a whole-surface test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from usbkit.cli import show
from usbkit.cli.batch import close_surface, confirm_batch, event_progress, identity_json
from usbkit.cli.settings import Settings
from usbkit.drives.device import OURS, DriveFacts
from usbkit.drives.safety import Permission, Wish, judge
from usbkit.manifest.units import format_size
from usbkit.text import Text, _, mark


@click.group(invoke_without_command=True, help=mark("List the drives that are plugged in, and what may be done."))
@click.option("--watch", is_flag=True, help=mark("Go on listing as drives come and go, until Ctrl-C."))
@click.option("--all", "every", is_flag=True, help=mark("Also what can never be written, as the system's disk."))
@click.pass_context
def drives(ctx: click.Context, watch: bool, every: bool) -> None:
    if ctx.invoked_subcommand is not None:
        return
    from usbkit.drives.hotplug import watch_drives
    from usbkit.imaging.choosing import look_at_all

    settings: Settings = ctx.obj
    _print(settings, look_at_all(), every)
    if watch:
        for _event in watch_drives():
            _print(settings, look_at_all(), every)


def _print(settings: Settings, facts: Sequence[DriveFacts], every: bool) -> None:
    shown = [f for f in facts if every or judge(f, Wish()).rule.permission is not Permission.REFUSE]
    if settings.json:
        show.document({"drives": [_facts_json(f) for f in shown]})
    elif shown:
        headers = (_("drive"), _("port"), _("what"), _("serial"), _("size"), _("holds"), _("write"), _("because"))
        show.table(headers, [_row(f) for f in shown])
    else:
        show.answer(_("No drive that could be written is plugged in."))


def _row(facts: DriveFacts) -> tuple[object, ...]:
    decision, identity = judge(facts, Wish()), facts.identity
    return (
        identity.node,
        identity.port or "",
        identity.name,
        identity.serial or "",
        format_size(identity.size),
        _holds(facts),
        _PERMISSIONS[decision.rule.permission],
        decision.evidence,
    )


def _holds(facts: DriveFacts) -> Text | str:
    if facts.content is None:
        return _("nothing")
    return _("ours") if facts.content == OURS else facts.content


_PERMISSIONS = {
    Permission.NAMED: _("if named"),
    Permission.ASK: _("yes"),
    Permission.CONFIRM: _("with --confirm"),
    Permission.CONFIRM_NOT_USB: _("with --not-usb and --confirm"),
    Permission.REFUSE: _("never"),
}


def _facts_json(facts: DriveFacts) -> dict[str, Any]:
    decision = judge(facts, Wish())
    return {
        **identity_json(facts.identity),
        "sector_size": facts.sector_size,
        "usb": facts.is_usb,
        "removable": facts.is_removable,
        "read_only": facts.is_read_only,
        "speed_mbps": facts.speed_mbps,
        "mounted_at": list(facts.mounted_at),
        "holders": list(facts.holders),
        "content": facts.content,
        "permission": decision.rule.permission,
        "rule": decision.rule.id,
        "evidence": str(decision.evidence),
    }


@drives.command(help=mark("Write and read all of DEV, to find out what it truly holds. What is on it will be gone."))
@click.argument("named", metavar="DEV|PORT")
@click.option("--yes", is_flag=True, help=mark("Do not ask once more."))
@click.option("--confirm", metavar="SERIAL|PORT", multiple=True, help=mark("Confirm this drive by name."))
@click.option("--not-usb", is_flag=True, help=mark("With --confirm: a drive that is not USB."))
@click.pass_obj
def test(settings: Settings, named: str, yes: bool, confirm: tuple[str, ...], not_usb: bool) -> int:
    from usbkit.imaging.choosing import choose_drives
    from usbkit.imaging.surface import SurfaceJob, Treatment, treat_drive

    (decision,) = choose_drives([named], False, Wish(confirmed=frozenset(confirm), not_usb=not_usb))
    confirm_batch([decision], _("test"), yes=yes)
    return close_surface(settings, treat_drive(SurfaceJob(decision.facts, Treatment.TEST), event_progress(settings)))
