"""Options shared by several commands, declared once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from usbkit.core.messages import _, mark
from usbkit.core.units import parse_size

Command = Callable[..., Any]


class SizeType(click.ParamType[int]):
    """A size as people write it (``16GB``, ``14.9GiB``); converts to bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return parse_size(value)
        except ValueError as problem:
            self.fail(str(problem), param, ctx)


class TextType(click.ParamType[str]):
    """Text for the ledger, with a maximum number of characters."""

    name = "text"

    def __init__(self, most: int) -> None:
        self._most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if len(value) > self._most:
            self.fail(str(_("found {count} characters, at most {most} are kept", count=len(value), most=self._most)))
        return str(value)


#: What somebody writes beside what happened, as the ledger has it.
NOTE, SHORT_NOTE, TYPED = TextType(2000), TextType(400), TextType(200)


def countries(function: Command) -> Command:
    """``COUNTRY…`` or ``--all``: stems of country manifests or codes."""
    function = click.option("--all", "every", is_flag=True, help=mark("Every country of the programme."))(function)
    argument = click.argument("names", metavar="[COUNTRY]...", nargs=-1, shell_complete=complete_country)
    return argument(function)


def complete_country(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the stems of the programme's countries for shell completion; none without a programme."""
    from usbkit.core.errors import UsbkitError
    from usbkit.manifest.finding import find_default, find_programme

    try:
        folder = find_programme(ctx.find_root().params.get("manifests") or find_default(Path.cwd()))
    except UsbkitError:
        return []
    stems = sorted(p.stem for p in folder.glob("*.toml") if p.name != "programme.toml")
    return [stem for stem in stems if stem.startswith(incomplete)]


jobs = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help=mark("How many countries at a time (default: one a core, 8 at most)."),
)


def allow_missing(function: Command) -> Command:
    """``--allow-missing LANG``: continue without subtitles that have not arrived."""
    return click.option(
        "--allow-missing",
        multiple=True,
        metavar="LANG",
        help=mark("Continue without subtitles in this language where they are missing."),
    )(function)


filesystem = click.option(
    "--filesystem",
    type=click.Choice(["auto", "fat32", "exfat"]),
    help=mark("The drive's file system (default: the manifest's)."),
)

allow_untranslated = click.option(
    "--allow-untranslated", is_flag=True, help=mark("Use English where a page's words have no translation.")
)

locked = click.option("--locked", is_flag=True, help=mark("Make what the country's lock names, or nothing."))
