"""Options shared by several commands, declared once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from usbkit.core.errors import Finding, InputError, Place
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
    """Text, with a maximum number of characters where it is for the ledger."""

    name = "text"

    def __init__(self, most: int | None = None) -> None:
        self._most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if any("\ud800" <= char <= "\udfff" for char in text):  # as the system hands over bytes that are no text
            what = _("found {found}, which is not UTF-8", found=text)
            todo = _("Type it in a terminal whose encoding is UTF-8; in a script, save the script as UTF-8.")
            raise InputError(Finding("text-not-utf8", what, _place_of(param), todo))
        if self._most is not None and len(text) > self._most:
            what = _("found {count} characters, at most {most} are kept", count=len(text), most=self._most)
            self.fail(str(what), param, ctx)
        return text


class PersonType(TextType):
    """The name of a person or an office, as it is kept in the ledger; it may be empty."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = super().convert(value, param, ctx)
        if not text:
            return text
        from usbkit.ledger.names import tidy_person, why_no_person  # few commands take a name

        name = tidy_person(text)
        if name and (why := why_no_person(name)) is not None:
            todo = _("Give a shorter name, without control characters.")
            raise InputError(Finding("name-unfit", why, _place_of(param), todo))
        return name


class PlaceType(click.types.StringParamType):
    """What may be a path, beside a name or an address: bytes of any encoding, as the names of files have them."""


def refuse_what_is_no_text(command: click.Command) -> None:
    """Have each option and argument of ``command`` that takes any text take only text; `PlaceType` is left as it is."""
    for parameter in command.params:
        if type(parameter.type) is click.types.StringParamType:
            parameter.type = TextType()


def _place_of(param: click.Parameter | None) -> Place | None:
    """The option or argument, as its help calls it."""
    if param is None:
        return None
    if isinstance(param, click.Option):
        return Place(max(param.opts, key=len))
    return Place((param.metavar or str(param.name).upper()).removesuffix("...").strip("[]"))


#: See `PlaceType` and `PersonType`.
PLACE, PERSON = PlaceType(), PersonType()

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
    help=mark("How many countries at a time (default: one more than cores, 8 at most)."),
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
