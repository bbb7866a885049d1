"""``usbkit drives``: list drives and what would be done with each; ``drives test``: test a whole surface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from usbkit.cli import numbered, options
from usbkit.cli.batch import close_surface, confirm_batch, event_progress
from usbkit.cli.output import show
from usbkit.cli.output.drive_listing import HEADERS, change_line, is_of_interest, listed_json, read_book, row
from usbkit.cli.output.progress import Events
from usbkit.cli.settings import Settings
from usbkit.core.messages import _, mark
from usbkit.drives.safety import Wish

if TYPE_CHECKING:
    from usbkit.drives.hotplug import Doorbell
    from usbkit.writing.listing import Listed


@click.group(invoke_without_command=True, help=mark("List the drives that are plugged in, and what may be done."))
@click.option("--watch", is_flag=True, help=mark("Keep listing as drives come and go, until Ctrl-C."))
@click.option(
    "--all", "every", is_flag=True, help=mark("Also what is not USB and never written, as the system's disk.")
)
@click.pass_context
def drives(ctx: click.Context, watch: bool, every: bool) -> None:
    if ctx.invoked_subcommand is not None:
        return
    from usbkit.drives.hotplug import Doorbell
    from usbkit.writing.listing import list_closely

    settings: Settings = ctx.obj
    show.answer_in_events(settings.json and watch)
    bell = Doorbell() if watch else None  # before the first look, so that no ring is missed
    listed = _choose(list_closely(), every)
    if bell is None:
        _print(settings, listed)
        return
    _watch(settings, bell, listed, every)


def _choose(listed: Sequence[Listed], every: bool) -> list[Listed]:
    return [d for d in listed if every or is_of_interest(d)]


def _print(settings: Settings, listed: Sequence[Listed]) -> None:
    ledger_state = read_book(settings)
    if settings.json:
        show.document({"drives": [listed_json(d, ledger_state) for d in listed]})
    elif listed:
        show.table(HEADERS, [row(d, ledger_state) for d in listed])
    else:
        show.answer(_("No drive that could be written is plugged in."))


def _watch(settings: Settings, bell: Doorbell, listed: list[Listed], every: bool) -> NoReturn:
    import select

    from usbkit.writing.listing import compare, list_closely

    if settings.json:
        ledger_state = read_book(settings)
        Events().emit("drives", drives=[listed_json(d, ledger_state) for d in listed])
    else:
        _print(settings, listed)
    while True:
        select.select([bell], [], [])
        bell.clear()
        before, listed = listed, _choose(list_closely(), every)
        ledger_state = read_book(settings)
        for change in compare(before, listed):
            if settings.json:
                Events().emit(change.what, **listed_json(change.drive, ledger_state))
            else:
                show.answer(change_line(change, ledger_state))


@drives.command(
    help=mark("Write and read all of DEV, to find out what it really holds. Everything on it will be lost.")
)
@click.argument("named", metavar="DEV|PORT", type=options.PLACE)
@click.option("--yes", is_flag=True, help=mark("Do not ask again."))
@click.option(
    "--confirm", type=options.PLACE, metavar="SERIAL|PORT", multiple=True, help=mark("Confirm this drive by name.")
)
@click.option("--not-usb", is_flag=True, help=mark("With --confirm: a drive that is not USB."))
@numbered.free
@click.pass_obj
def test(
    settings: Settings, named: str, yes: bool, confirm: tuple[str, ...], not_usb: bool, freed: tuple[str, ...]
) -> int:
    from usbkit.writing.choosing import choose_drives
    from usbkit.writing.surface import SurfaceJob, Treatment, treat_drive

    show.answer_in_events(settings.json)
    (decision,) = choose_drives([named], False, Wish(confirmed=frozenset(confirm), not_usb=not_usb))
    counted = numbered.require_numbers_free(settings, [decision], freed)
    confirm_batch([decision], _("test"), yes=yes)
    numbered.free_numbers(counted, "tested")
    return close_surface(settings, treat_drive(SurfaceJob(decision.facts, Treatment.TEST), event_progress(settings)))
