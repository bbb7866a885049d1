"""``usbkit write``: write drives and verify them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli import numbered, options
from usbkit.cli.batch import close_batch, confirm_batch, event_progress
from usbkit.cli.bundle_folder import of_order, read_for_drives, require_bundle
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _, mark
from usbkit.core.progress import Progress
from usbkit.drives.safety import Wish
from usbkit.writing.job import Mode, Wipe
from usbkit.writing.making import ImageMaker, make_jobs

if TYPE_CHECKING:
    from usbkit.drives.tag_table import TagTable


@click.command(help=mark("Write the drives of COUNTRY, each at its own pace, and prove them by reading them back."))
@click.argument("country", required=False)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    help=mark("Write this folder, made by `usbkit build` or `usbkit unpack`; no manifests are needed."),
)
@of_order
@click.option(
    "--drive",
    "named",
    metavar="DEV|PORT",
    type=options.PLACE,
    multiple=True,
    help=mark("A drive, an image file or a USB port."),
)
@click.option("--all", "every", is_flag=True, help=mark("Every USB stick that needs no confirmation of its own."))
@click.option("--yes", is_flag=True, help=mark("Do not ask again before the batch."))
@click.option(
    "--confirm",
    type=options.PLACE,
    metavar="SERIAL|PORT",
    multiple=True,
    help=mark("Write to this drive although the safety rules ask for confirmation."),
)
@click.option("--not-usb", is_flag=True, help=mark("With --confirm: write a drive that is not USB."))
@click.option("--resume", is_flag=True, help=mark("Continue from what an unfinished drive holds."))
@click.option("--refresh", is_flag=True, help=mark("On a finished drive of ours, write only what differs."))
@click.option(
    "--wipe",
    type=click.Choice([str(w) for w in Wipe]),
    default=str(Wipe.NONE),
    help=mark("What to do with old contents outside the part that usbkit writes (default: none)."),
)
@click.option(
    "--give-up",
    type=click.FloatRange(min=1),
    default=60.0,
    metavar="SECONDS",
    help=mark("Abandon a drive that does not respond for this many seconds (default: 60)."),
)
@numbered.free
@options.filesystem
@options.allow_missing
@options.locked
@options.allow_untranslated
@click.pass_obj
def write(
    settings: Settings,
    country: str | None,
    bundle: Path | None,
    order: str | None,
    named: tuple[str, ...],
    every: bool,
    yes: bool,
    confirm: tuple[str, ...],
    not_usb: bool,
    resume: bool,
    refresh: bool,
    wipe: str,
    give_up: float,
    freed: tuple[str, ...],
    filesystem: Any,
    allow_missing: tuple[str, ...],
    locked: bool,
    allow_untranslated: bool,
) -> int:
    from usbkit.writing.batch import write_drives
    from usbkit.writing.choosing import choose_drives, judge_all

    show.answer_in_events(settings.json)
    _require_sense(country, bundle, named, every, resume and refresh)
    require_bundle(bundle, order)
    progress = event_progress(settings)
    wish = Wish(confirmed=frozenset(confirm), not_usb=not_usb)
    making = {"allow_missing": allow_missing, "allow_untranslated": allow_untranslated, "locked": locked}
    drives = None if every else len(named)
    with _begin(settings, country, bundle, order, filesystem, making, drives, progress) as finish:
        facts = [d.facts for d in choose_drives(named, every, wish)]
        maker, tags = finish()
    decisions = judge_all(facts, wish, functools.cache(maker.smallest))
    counted = numbered.require_numbers_free(settings, decisions, freed)
    confirm_batch(decisions, _("write {stem} to", stem=maker.stem), yes=yes)
    numbered.free_numbers(counted, "written over")
    mode = Mode.RESUME if resume else Mode.REFRESH if refresh else Mode.FRESH
    jobs = make_jobs(maker, facts, mode, Wipe(wipe))
    return close_batch(settings, write_drives(jobs, progress, stall_limit=give_up, tags=tags))


def _require_sense(
    country: str | None, bundle: Path | None, named: tuple[str, ...], every: bool, both_ways: bool
) -> None:
    if (country is None) == (bundle is None):
        what, todo = _("no country and no folder is named"), _("Name a country, or a folder with --bundle.")
        raise InputError(Finding("nothing-named", what, None, todo))
    if every == bool(named):
        what, todo = _("no drive is named"), _("Name each with --drive, or pass --all. `usbkit drives` lists them.")
        raise InputError(Finding("no-drive-named", what, None, todo))
    if both_ways:
        what = _("--resume continues an unfinished drive, --refresh changes a finished one: choose one")
        raise InputError(Finding("resume-and-refresh", what, None, _("Leave one of them out.")))


@contextmanager
def _begin(
    settings: Settings,
    country: str | None,
    bundle: Path | None,
    order: str | None,
    filesystem: Any,
    making: Mapping[str, Any],
    drives: int | None,
    progress: Progress,
) -> Iterator[Callable[[], tuple[ImageMaker, TagTable | None]]]:
    """What returns the maker of images, with the tags of a folder's files: it is read while the block goes on."""
    if bundle is None:
        yield lambda: (_make_bundle(settings, str(country), filesystem, making, progress), None)
        return
    from usbkit.writing.folder_proof import FolderProof
    from usbkit.writing.tagging import table_for

    found = read_for_drives(settings, bundle, filesystem, order)
    table = table_for(found.sealed, drives)
    with closing(FolderProof(bundle, found.sealed, table)) as proof:

        def finish() -> tuple[ImageMaker, TagTable | None]:
            proof.finish(progress)
            return found, table

        yield finish


def _make_bundle(
    settings: Settings, country: str, filesystem: Any, making: Mapping[str, Any], progress: Progress
) -> ImageMaker:
    manifests = settings.load()
    (stem,) = manifests.pick([country], False)
    return settings.context(manifests, progress, **making).make_bundle(stem).for_drives(filesystem)
