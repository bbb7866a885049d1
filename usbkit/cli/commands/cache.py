"""``usbkit cache``: the cache, and the transcodes we keep."""

from __future__ import annotations

from collections.abc import Iterator

import click

from usbkit.cli import options
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import AnswerNoError, Finding, Place
from usbkit.core.messages import _, escape, mark
from usbkit.core.units import format_size
from usbkit.sources.cache_upkeep import CacheCheck, Pruned


@click.group(help=mark("The cache: what is remembered of sources between runs, and transcodes."))
def cache() -> None:
    pass


@cache.command(name="show", help=mark("How much there is, and where."))
@click.pass_obj
def show_stock(settings: Settings) -> None:
    from usbkit.sources.cache_upkeep import take_stock

    stock = take_stock(settings.cache)
    if settings.json:
        show.document(
            {
                "folder": str(settings.cache),
                "bound": settings.cache_size,
                "entries": {"count": stock.entries, "bytes": stock.entry_bytes},
                "transcodes": {"count": stock.transcodes, "bytes": stock.transcode_bytes},
                "unfinished_bytes": stock.unfinished_bytes,
            }
        )
        return
    show.answer(escape(settings.cache))
    sizes = {"size": format_size(stock.entry_bytes), "bound": format_size(settings.cache_size)}
    show.answer(_("  remembered: {count} entries, {size} of at most {bound}", count=stock.entries, **sizes))
    size = format_size(stock.transcode_bytes)
    show.answer(_("  transcodes: {count}, {size}", count=stock.transcodes, size=size))
    if stock.unfinished_bytes:
        size = format_size(stock.unfinished_bytes)
        show.answer(_("  unfinished: {size}, which the next run goes on with or prune clears after a week", size=size))


@cache.command(help=mark("Remove what was not used for longest, down to a size; transcodes only when asked."))
@click.option("--to", "bound", type=options.SizeType(), help=mark("Keep no more than this (default: --cache-size)."))
@click.option(
    "--unused",
    type=click.IntRange(0),
    metavar="DAYS",
    help=mark("Also remove transcodes that were not used for this long."),
)
@click.option("-n", "--dry-run", is_flag=True, help=mark("Show what would be removed; remove nothing."))
@click.pass_obj
def prune(settings: Settings, bound: int | None, unused: int | None, dry_run: bool) -> None:
    from usbkit.sources.cache_upkeep import prune as prune_cache

    limit = settings.cache_size if bound is None else bound
    gone = prune_cache(settings.cache, limit, unused_days=unused, dry_run=dry_run)
    if settings.json:
        counts = {"entries": gone.entries, "transcodes": gone.transcodes, "bytes": gone.bytes}
        show.document({**counts, "removed": not dry_run})
    else:
        _say_gone(gone, dry_run=dry_run)


def _say_gone(gone: Pruned, *, dry_run: bool) -> None:
    values = {"entries": gone.entries, "transcodes": gone.transcodes, "size": format_size(gone.bytes)}
    if dry_run:
        show.answer(_("would be removed: {entries} entries, {transcodes} transcodes, {size} in all", **values))
    else:
        show.answer(_("removed: {entries} entries, {transcodes} transcodes, {size} in all", **values))


@cache.command(
    help=mark(
        "Read everything, also the sources whose digests are remembered. What is damaged or no longer true is removed,"
        " and made again when it is needed."
    )
)
@click.pass_obj
def check(settings: Settings) -> None:
    from usbkit.sources.cache_upkeep import check as check_cache

    found = check_cache(settings.cache, settings.progress())
    problems = list(_problems(found))
    if settings.json:
        counts = {"entries": found.entries, "transcodes": found.transcodes, "sources": found.sources}
        named = {"damaged": found.damaged, "stale": found.stale, "unread": found.unread}
        show.document({**counts, **{name: [str(p) for p in paths] for name, paths in named.items()}})
        if problems:
            click.get_current_context().exit(AnswerNoError.exit_code)
        return
    if problems:
        raise AnswerNoError(*problems)
    values = {"entries": found.entries, "transcodes": found.transcodes, "sources": found.sources}
    text = _(
        "{entries} entries and {transcodes} transcodes are whole; {sources} sources are what is remembered", **values
    )
    show.answer(text)


def _problems(found: CacheCheck) -> Iterator[Finding]:
    what, todo = _("it was damaged and was removed"), _("It is made again when it is needed. Check the disk.")
    yield from (Finding("cache-damaged", what, Place(str(p)), todo) for p in found.damaged)
    what = _("its contents are not what is remembered, though its size and times are the same; that is forgotten now")
    todo = _("The disk may be failing. Compare the file with its sender's, or with another copy, before you go on.")
    yield from (Finding("cache-stale", what, Place(str(p)), todo) for p in found.stale)
    what, todo = _("it could not be read, or changed meanwhile"), _("Make sure that it can be read, then check again.")
    yield from (Finding("cache-unread", what, Place(str(p)), todo) for p in found.unread)
