"""``usbkit wipe``: wipe a whole drive."""

from __future__ import annotations

import click

from usbkit.cli import numbered, options
from usbkit.cli.batch import close_surface, confirm_batch, event_progress
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.messages import _, mark
from usbkit.drives.safety import Wish


@click.command(help=mark("Empty DEV: write zeros over all of it, or have it discard what it holds."))
@click.argument("named", metavar="DEV|PORT", type=options.PLACE)
@click.option(
    "--how",
    type=click.Choice(["zero", "discard"]),
    default="zero",
    help=mark("Write zeros and read them again, or discard in seconds where the drive can (default: zero)."),
)
@click.option("--yes", is_flag=True, help=mark("Do not ask again."))
@click.option(
    "--confirm", type=options.PLACE, metavar="SERIAL|PORT", multiple=True, help=mark("Confirm this drive by name.")
)
@click.option("--not-usb", is_flag=True, help=mark("With --confirm: a drive that is not USB."))
@numbered.free
@click.pass_obj
def wipe(
    settings: Settings, named: str, how: str, yes: bool, confirm: tuple[str, ...], not_usb: bool, freed: tuple[str, ...]
) -> int:
    from usbkit.writing.choosing import choose_drives
    from usbkit.writing.surface import SurfaceJob, Treatment, treat_drive

    show.answer_in_events(settings.json)
    (decision,) = choose_drives([named], False, Wish(confirmed=frozenset(confirm), not_usb=not_usb))
    counted = numbered.require_numbers_free(settings, [decision], freed)
    confirm_batch([decision], _("wipe"), yes=yes)
    numbered.free_numbers(counted, "wiped")
    return close_surface(settings, treat_drive(SurfaceJob(decision.facts, Treatment(how)), event_progress(settings)))
