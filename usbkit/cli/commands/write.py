"""``usbkit write``: drives, written and proven."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from usbkit.cli import options
from usbkit.cli.batch import close_batch, confirm_batch, event_progress, void_numbers
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _, mark
from usbkit.core.progress import Progress
from usbkit.drives.safety import Wish
from usbkit.writing.job import Mode, Wipe
from usbkit.writing.making import ImageMaker, make_jobs


@click.command(help=mark("Write the drives of COUNTRY, each at its own pace, and prove them by reading them back."))
@click.argument("country", required=False)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    help=mark("Write this folder, made by `usbkit build` or `usbkit unpack`; no manifests are needed."),
)
@click.option("--drive", "named", metavar="DEV|PORT", multiple=True, help=mark("A drive, an image file or a USB port."))
@click.option("--all", "every", is_flag=True, help=mark("Every USB stick that needs no confirmation of its own."))
@click.option("--yes", is_flag=True, help=mark("Do not ask once more before the batch."))
@click.option(
    "--confirm",
    metavar="SERIAL|PORT",
    multiple=True,
    help=mark("Write this drive though the safety table wants it named."),
)
@click.option("--not-usb", is_flag=True, help=mark("With --confirm: write a drive that is not USB."))
@click.option("--resume", is_flag=True, help=mark("Go on from what an unfinished drive holds."))
@click.option("--refresh", is_flag=True, help=mark("On a finished drive of ours, write only what differs."))
@click.option(
    "--wipe",
    type=click.Choice([str(w) for w in Wipe]),
    default=str(Wipe.NONE),
    help=mark("What is done about old contents where nothing of ours comes to stand (default: none)."),
)
@click.option(
    "--give-up",
    type=click.FloatRange(min=1),
    default=60.0,
    metavar="SECONDS",
    help=mark("Abandon a drive that does not answer for so long (default: 60)."),
)
@options.filesystem
@options.allow_missing
@options.locked
@options.allow_untranslated
@click.pass_obj
def write(
    settings: Settings,
    country: str | None,
    bundle: Path | None,
    named: tuple[str, ...],
    every: bool,
    yes: bool,
    confirm: tuple[str, ...],
    not_usb: bool,
    resume: bool,
    refresh: bool,
    wipe: str,
    give_up: float,
    filesystem: Any,
    allow_missing: tuple[str, ...],
    locked: bool,
    allow_untranslated: bool,
) -> int:
    from usbkit.writing.batch import write_drives
    from usbkit.writing.choosing import choose_drives, judge_all

    show.answer_in_events(settings.json)
    _require_sense(country, bundle, named, every, resume and refresh)
    progress = event_progress(settings)
    wish = Wish(confirmed=frozenset(confirm), not_usb=not_usb)
    facts = [d.facts for d in choose_drives(named, every, wish)]
    making = {"allow_missing": allow_missing, "allow_untranslated": allow_untranslated, "locked": locked}
    maker = _make_maker(settings, country, bundle, filesystem, making, progress)
    decisions = judge_all(facts, wish, functools.cache(maker.smallest))
    confirm_batch(decisions, _("write {stem} on", stem=maker.stem), yes=yes)
    void_numbers(settings, decisions, "written over")
    mode = Mode.RESUME if resume else Mode.REFRESH if refresh else Mode.FRESH
    jobs = make_jobs(maker, facts, mode, Wipe(wipe))
    return close_batch(settings, write_drives(jobs, progress, stall_limit=give_up))


def _require_sense(
    country: str | None, bundle: Path | None, named: tuple[str, ...], every: bool, both_ways: bool
) -> None:
    if (country is None) == (bundle is None):
        what, todo = _("what is to be written?"), _("Name a country, or a folder with --bundle.")
        raise InputError(Finding("nothing-named", what, None, todo))
    if every == bool(named):
        what, todo = _("on which drives?"), _("Name each with --drive, or say --all. `usbkit drives` lists them.")
        raise InputError(Finding("no-drive-named", what, None, todo))
    if both_ways:
        what = _("--resume goes on with an unfinished drive, --refresh changes a finished one: a drive is not both")
        raise InputError(Finding("resume-and-refresh", what, None, _("Leave one of them out.")))


def _make_maker(
    settings: Settings,
    country: str | None,
    bundle: Path | None,
    filesystem: Any,
    making: Mapping[str, Any],
    progress: Progress,
) -> ImageMaker:
    if bundle is not None:
        from usbkit.writing.folder import read_folder

        return read_folder(bundle, filesystem)
    from usbkit.writing.country import BundleMaker

    manifests = settings.load()
    (stem,) = manifests.pick([str(country)], False)
    made = settings.context(manifests, progress, **making).make_bundle(stem)
    return BundleMaker(made, filesystem)
