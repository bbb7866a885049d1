"""``usbkit new``: a manifest to start from, asked for or told by options."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _, mark


@click.group(help=mark("Begin a programme or a country: write a manifest to go on with."))
def new() -> None:
    pass


@new.command(help=mark("Begin the programme ID (small letters, digits and hyphens) with the videos of the library."))
@click.argument("id", metavar="ID")
@click.option("--title", metavar="TEXT", help=mark("Its title, in English."))
@click.option("--date", metavar="YYYY-MM-DD", help=mark("The day it was held."))
@click.option("--organiser", metavar="TEXT", help=mark("Who held it, in English; also whom recipients write to."))
@click.option("--email", metavar="ADDRESS", help=mark("Where recipients write to."))
@click.option("--spoken", metavar="LANG", help=mark("The language spoken in the videos, such as ko."))
@click.pass_obj
def programme(
    settings: Settings,
    id: str,
    title: str | None,
    date: str | None,
    organiser: str | None,
    email: str | None,
    spoken: str | None,
) -> None:
    from usbkit.core.clock import now
    from usbkit.manifest.draft import NewProgramme, draft_programme, list_library
    from usbkit.manifest.load import PROGRAMME_FILE
    from usbkit.manifest.models import Programme

    asked = _Questions()
    title = asked.require("--title", title, _("Title in English"))
    day = asked.require("--date", date, _("Day it was held (YYYY-MM-DD)"))
    organiser = asked.require("--organiser", organiser, _("Who held it, in English"))
    spoken = asked.require("--spoken", spoken, _("Language spoken in the videos (such as ko)"))
    asked.finish()
    folder = settings.manifests / id
    library = settings.library or settings.manifests.absolute().parent / "library"
    files = list_library(library)
    begun = NewProgramme(
        id, title, _day(day), organiser, spoken, os.path.relpath(library.resolve(), folder.resolve()), email
    )
    values = draft_programme(begun, files, now().date())
    head = _(
        "{title}: what travels. Lines that begin with # are remarks, or fields that are not used yet.", title=title
    )
    path = folder / PROGRAMME_FILE
    _write(path, Programme, values, head)
    show.answer(
        _("{path}: {count} recordings from {library}", path=path, count=len(values["recording"]), library=library)
    )
    show.answer(_("Go through it, then add countries: usbkit new country CODE"))


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        what = _("found {value}, expected a day such as 2020-09-24", value=text)
        raise InputError(Finding("new-date", what)) from None


@new.command(help=mark("Begin the country CODE (ISO 3166, such as GT) of the programme."))
@click.argument("code", metavar="CODE")
@click.option("--interface", metavar="LANG,…", help=mark("Languages of the pages, the first one first."))
@click.option("--subtitles", metavar="LANG,…", help=mark("Languages of the subtitles, the first one first."))
@click.option("--delivery", type=click.Choice(["website", "usb", "both"]), help=mark("How it is delivered."))
@click.option("--route", type=click.Choice(["corps", "mission"]), help=mark("How drives travel."))
@click.option("--drives", type=click.IntRange(1, 999), help=mark("How many drives are wanted."))
@click.option("--minimum-size", metavar="SIZE", help=mark("Smallest drive wanted, as the shop says it."))
@click.option("--label", metavar="TEXT", help=mark("Volume label of the drives."))
@click.pass_obj
def country(settings: Settings, /, code: str, **told: Any) -> None:
    from usbkit.core.portable_names import slug
    from usbkit.manifest.draft import draft_country
    from usbkit.manifest.models import Country

    manifests, code = settings.load(), code.upper()
    for stem, there in manifests.countries.items():
        if there.code == code:
            raise InputError(_already(manifests.country_sources[stem].path))
    asked = _Questions()
    told["delivery"] = asked.require("--delivery", told["delivery"], _("Delivery (website, usb or both)"))
    if told["delivery"] != "website":
        told["route"] = asked.require("--route", told["route"], _("Route of the drives (corps or mission)"))
        told["drives"] = asked.require("--drives", told["drives"], _("How many drives"), int)
    asked.finish()
    answers = {key: value for key, value in told.items() if value is not None}
    for key in ("interface", "subtitles"):
        if key in answers:
            answers[key] = [language.strip() for language in answers[key].split(",")]
    values = draft_country(manifests.programme, code, answers)
    name = values["name"].get("en", code)
    head = _("{name}: what it gets. Lines that begin with # are remarks, or fields that are not used yet.", name=name)
    path = manifests.folder / f"{slug(name, code.lower())}.toml"
    _write(path, Country, values, head)
    show.answer(_("{path}: {count} recordings", path=path, count=len(values["recordings"])))
    show.answer(_("Go through it, then see what is missing: usbkit check {stem}", stem=path.stem))


class _Questions:
    """Asks on a terminal for what was not told; elsewhere names all of it at once."""

    def __init__(self) -> None:
        self.untold: list[str] = []

    def require(self, option: str, told: Any, question: Text, kind: Callable[[str], Any] = str) -> Any:
        if told is not None:
            return told
        if sys.stdin.isatty():
            return click.prompt(str(question), value_proc=kind)
        self.untold.append(option)
        return ""

    def finish(self) -> None:
        if self.untold:
            raise InputError(
                Finding(
                    "new-untold",
                    _("there is nobody to ask for {options}", options=", ".join(self.untold)),
                    todo=_("Give these options, or run the command in a terminal."),
                )
            )


def _write(path: Path, model: Any, values: dict[str, Any], head: Text) -> None:
    """Write a manifest that is not there yet, once its values are ones that will load."""
    import tomllib

    from pydantic import ValidationError

    from usbkit.manifest.mistakes import describe_mistakes
    from usbkit.manifest.positions import Positions
    from usbkit.manifest.write import write_manifest

    if path.exists():
        raise InputError(_already(path))
    text = write_manifest(model, values, str(head))
    document = tomllib.loads(text)
    try:
        model.model_validate(document)
    except ValidationError as error:
        raise InputError(*describe_mistakes(error, model, str(path), document, Positions())) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _already(path: Path) -> Finding:
    return Finding(
        "new-exists", _("it is there already"), Place(str(path)), _("Edit it, or take it away before you begin anew.")
    )
