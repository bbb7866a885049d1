"""``usbkit check``: is this country ready?"""

from __future__ import annotations

from pathlib import Path

import click

from usbkit.cli import options
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO, Finding, InputError
from usbkit.core.messages import _, mark


@click.command(
    help=mark(
        "Say of each recording that COUNTRY gets (all countries when none is named) whether video, subtitles and slides"
        " are ready, missing or wrong, how large a drive it needs, and what to do."
    )
)
@options.countries
@click.option("--watch", is_flag=True, help=mark("Keep watching and report what arrives, until Ctrl-C."))
@click.option("--exit-when-ready", is_flag=True, help=mark("With --watch: end with 0 once everything is ready."))
@click.option(
    "--interval",
    type=click.FloatRange(min=0.1),
    default=2.0,
    metavar="SECONDS",
    help=mark("With --watch: seconds between two checks (default: 2)."),
)
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=mark("Write the answer as one HTML page."),
)
@click.option("--again", is_flag=True, help=mark("Read every source again, ignoring the cache."))
@click.option("--subtitles", is_flag=True, help=mark("Say of each subtitle file how it was read."))
@click.pass_obj
def check(
    settings: Settings,
    names: tuple[str, ...],
    every: bool,
    watch: bool,
    exit_when_ready: bool,
    interval: float,
    page: Path | None,
    again: bool,
    subtitles: bool,
) -> int:
    if exit_when_ready and not watch:
        raise InputError(Finding("usage", _("--exit-when-ready needs --watch"), None, _("Add --watch.")))
    if watch and again:
        what = _("--again reads everything at each look: not with --watch")
        raise InputError(Finding("usage", what, None, _("Leave one of them out.")))
    if watch:
        from usbkit.cli.commands.check_watch import watch_countries

        return watch_countries(settings, names, every, page, interval, exit_when_ready=exit_when_ready)
    from usbkit.cli.output import drive_counts, readiness

    survey = readiness.look(settings, names, every, settings.progress(), again=again)
    if page is not None:
        readiness.write_page(survey, page, settings)
        show.say(_("{path} is written.", path=page))
    counted = drive_counts.count_drives(settings, survey)
    if settings.json:
        show.document({**readiness.to_json(survey, with_subtitles=subtitles), "drives": counted})
    elif subtitles:
        readiness.print_subtitles(survey)
    else:
        readiness.print_survey(survey, settings, is_named=bool(names))
        drive_counts.print_counts(counted)
    return EXIT_DONE if survey.is_ready else EXIT_NO
