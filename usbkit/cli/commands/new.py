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
    day = asked.require("--date", date, _("Day it was held (YYYY-MM-DD)"), _read_day)
    organiser = asked.require("--organiser", organiser, _("Who held it, in English"))
    spoken = asked.require("--spoken", spoken, _("Language spoken in the videos (such as ko)"), _read_language)
    asked.finish()
    folder = settings.manifests / id
    library = settings.library or settings.manifests.absolute().parent / "library"
    files = list_library(library)
    begun = NewProgramme(id, title, day, organiser, spoken, os.path.relpath(library.resolve(), folder.resolve()), email)
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


def _read_day(text: str) -> dt.date:
    from usbkit.manifest.wording import read_day

    day = read_day(text)
    if day is None:
        raise _UnusableAnswer(_("found {value}, expected a day such as 2020-09-24", value=text))
    return dt.date.fromisoformat(day)


def _read_language(text: str) -> str:
    from usbkit.manifest.suggestions import nearest_language, suggest
    from usbkit.manifest.values import LANGUAGE_NAMES

    word = text.strip()
    named = {name.casefold(): code for code, name in LANGUAGE_NAMES.items()}
    meant = word.lower() if word.lower() in LANGUAGE_NAMES else named.get(word.casefold())
    if meant is None:
        near = suggest(nearest_language(word, LANGUAGE_NAMES), LANGUAGE_NAMES)
        raise _UnusableAnswer(_("unknown language {value}", value=word), near)
    return meant


def _read_choice(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        word = text.strip().lower()
        if word not in choices:
            what = _("found {value}, expected one of: {names}", value=text, names=", ".join(choices))
            raise _UnusableAnswer(what)
        return word

    return read


def _read_number(text: str) -> int:
    word = text.strip()
    if not (word.isdecimal() and len(word) < 4 and int(word) > 0):
        raise _UnusableAnswer(_("found {value}, expected a whole number from 1 to {most}", value=text, most=999))
    return int(word)


def _read_country(text: str) -> str:
    from usbkit.manifest.country_names import find_country, suggest_country

    code = find_country(text)
    if code is None:
        near = suggest_country(text)
        todo = _("Did you mean {near}?", near=near) if near else None
        what = _("found {value}, expected the ISO 3166 code of a country or its name", value=text)
        raise InputError(Finding("new-country", what, todo=todo))
    return code


@new.command(help=mark("Begin the country CODE (ISO 3166, such as GT, or its name) of the programme."))
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

    manifests, code = settings.load(), _read_country(code)
    for stem, there in manifests.countries.items():
        if there.code == code:
            raise InputError(_already(manifests.country_sources[stem].path))
    asked = _Questions()
    told["delivery"] = asked.require(
        "--delivery", told["delivery"], _("Delivery (website, usb or both)"), _read_choice("website", "usb", "both")
    )
    if told["delivery"] != "website":
        told["route"] = asked.require(
            "--route", told["route"], _("Route of the drives (corps or mission)"), _read_choice("corps", "mission")
        )
        told["drives"] = asked.require("--drives", told["drives"], _("How many drives"), _read_number)
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


class _UnusableAnswer(Exception):
    """An answer that cannot be used: ``what`` was found and expected, and what was probably meant."""

    def __init__(self, what: Text, todo: Text | None = None) -> None:
        super().__init__(what)
        self.what, self.todo = what, todo


class _Questions:
    """Asks on a terminal for what was not told, until the answer can be used; elsewhere names all of it at once."""

    def __init__(self) -> None:
        self.untold: list[str] = []

    def require(self, option: str, told: Any, question: Text, read: Callable[[str], Any] = str) -> Any:
        if told is not None:
            return _read_option(option, told, read) if isinstance(told, str) else told
        if sys.stdin.isatty():
            return click.prompt(str(question), value_proc=lambda answer: _read_answer(answer, read))
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


def _read_answer(answer: str, read: Callable[[str], Any]) -> Any:
    """The answer as a value; click says what is wrong with it and asks again."""
    try:
        return read(answer)
    except _UnusableAnswer as problem:
        raise click.UsageError(" ".join(str(part) for part in (problem.what, problem.todo) if part)) from problem


def _read_option(option: str, told: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(told)
    except _UnusableAnswer as problem:
        raise InputError(Finding("new-answer", problem.what, Place(option), problem.todo)) from problem


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
