"""``usbkit new``: a manifest to start from, filled by questions or options."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli import options
from usbkit.cli.commands.new_answers import (
    Questions,
    read_choice,
    read_country,
    read_day,
    read_email,
    read_language,
    read_line,
    read_number,
    read_option,
    read_told,
    require_fields,
    require_id,
)
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.cli.typing_here import typed_here
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _, mark
from usbkit.core.real_paths import real_path

if TYPE_CHECKING:
    from usbkit.manifest.source import Source


@click.group(help=mark("Begin a programme or a country: write a manifest to go on with."))
def new() -> None:
    pass


@new.command(
    help=mark(
        "Begin the programme ID (small letters, digits and hyphens) with the videos of the library.\n\nThe next year's "
        "from this year's: usbkit new programme forum-2021 --from forum-2020"
    )
)
@click.argument("id", metavar="ID")
@click.option(
    "--from",
    "old",
    metavar="PROGRAMME",
    type=options.PLACE,
    help=mark("Take structure, contacts, keys and countries from this programme; no approvals, no edition, no dates."),
)
@click.option("--title", metavar="TEXT", help=mark("Its title, in English."))
@click.option("--date", metavar="YYYY-MM-DD", help=mark("The day it was held."))
@click.option("--organiser", metavar="TEXT", help=mark("Who held it, in English; also whom recipients write to."))
@click.option("--email", metavar="ADDRESS", help=mark("Where recipients write to."))
@click.option("--spoken", metavar="LANG", help=mark("The language spoken in the videos, such as ko."))
@click.pass_obj
def programme(
    settings: Settings,
    id: str,
    old: str | None,
    title: str | None,
    date: str | None,
    organiser: str | None,
    email: str | None,
    spoken: str | None,
) -> None:
    from usbkit.core.clock import now
    from usbkit.manifest.draft import NewProgramme, draft_programme, list_library
    from usbkit.manifest.finding import PROGRAMME_FILE
    from usbkit.manifest.models import Programme

    require_id(id)
    title, day = read_told("--title", title, read_line), read_told("--date", date, read_day)
    organiser, email = read_told("--organiser", organiser, read_line), read_told("--email", email, read_email)
    spoken = read_told("--spoken", spoken, read_language)
    asked = Questions()
    title = asked.require("--title", title, _("Title in English"), read_line)
    day = asked.require("--date", day, _("Day it was held (YYYY-MM-DD)"), read_day)
    if old is not None:
        asked.finish()
        told = {"title": title, "date": day, "spoken": spoken, "organiser": organiser, "email": email}
        _succeed(settings, old, id, told)
        return
    organiser = asked.require("--organiser", organiser, _("Who held it, in English"), read_line)
    spoken = asked.require("--spoken", spoken, _("Language spoken in the videos (such as ko)"), read_language)
    asked.finish()
    folder, library = _home(settings) / id, settings.library or _home(settings).absolute().parent / "library"
    files = list_library(library)
    begun = NewProgramme(
        id, title, day, organiser, spoken, os.path.relpath(real_path(library), real_path(folder)), email
    )
    values = draft_programme(begun, files, now().date())
    head = _(
        "{title}: what travels. Lines that begin with # are remarks, or fields that are not used yet.", title=title
    )
    path = folder / PROGRAMME_FILE
    text = _text_of(path, Programme, values, head)
    _require_rules(_source_of(path, text), {}, path)
    _put(path, text)
    show.answer(
        _("{path}: {count} recordings from {library}", path=path, count=len(values["recording"]), library=library)
    )
    show.answer(_("Go through it, then add countries, such as: {typed} new country GT", typed=typed_here(folder)))


def _home(settings: Settings) -> Path:
    """The folder in which programmes stand side by side."""
    from usbkit.manifest.finding import PROGRAMME_FILE

    here = settings.manifests
    return here.absolute().parent if (here / PROGRAMME_FILE).is_file() else here


def _succeed(settings: Settings, old: str, id: str, told: dict[str, Any]) -> None:
    """Begin the programme ``id`` from the one called ``old``."""
    from usbkit.core.clock import now
    from usbkit.manifest.draft import list_library
    from usbkit.manifest.finding import PROGRAMME_FILE, find_named
    from usbkit.manifest.load import load_programme
    from usbkit.manifest.models import Country, Programme
    from usbkit.manifest.succession import Successor, succeed_country, succeed_programme

    home = _home(settings)
    before = load_programme(find_named(home, old))
    folder = home / id
    library = settings.library or home.absolute().parent / f"library-{id}"
    new = Successor(id, library=os.path.relpath(real_path(library), real_path(folder)), **told)
    values = succeed_programme(before, new, list_library(library), now().date())
    head = _("{title}: what travels, begun from {old}.", title=new.title, old=before.programme.id)
    texts = {folder / PROGRAMME_FILE: _text_of(folder / PROGRAMME_FILE, Programme, values, head)}
    for stem in before.countries:
        country = succeed_country(before, stem, values)
        head = _("{name}: what it gets, begun from {old}.", name=before.countries[stem].name["en"], old=old)
        texts[folder / f"{stem}.toml"] = _text_of(folder / f"{stem}.toml", Country, country, head)
    sources = {path.stem: _source_of(path, text) for path, text in texts.items()}
    _require_rules(sources.pop(Path(PROGRAMME_FILE).stem), sources, *texts)
    for path, text in texts.items():
        _put(path, text)
    if settings.library is None:
        library.mkdir(parents=True, exist_ok=True)
    counts = {"count": len(values["recording"]), "countries": len(before.countries), "library": library}
    show.answer(_("{path}: {count} recordings from {library}, {countries} countries", path=folder, **counts))
    show.answer(_("Kept from {old}: structure, contacts, keys. Not kept: what its event alone has.", old=old))
    line = f"usbkit --manifests {folder} status"
    show.answer(_("Put the new videos into {library}, go through the files, then: {line}", library=library, line=line))


@new.command(help=mark("Begin the country CODE (ISO 3166, such as GT, or its name) of the programme."))
@click.argument("code", metavar="CODE")
@click.option("--interface", metavar="LANG,…", help=mark("Languages of the pages, the first one first."))
@click.option("--subtitles", metavar="LANG,…", help=mark("Languages of the subtitles, the first one first."))
@click.option("--delivery", type=click.Choice(["website", "usb", "both"]), help=mark("How it is delivered."))
@click.option("--route", type=click.Choice(["corps", "mission"]), help=mark("How drives travel."))
@click.option("--drives", type=click.IntRange(1, 999), help=mark("How many drives are wanted."))
@click.option("--minimum-size", metavar="SIZE", help=mark("Smallest drive wanted, as printed on its package."))
@click.option("--label", metavar="TEXT", help=mark("Volume label of the drives."))
@click.pass_obj
def country(settings: Settings, /, code: str, **told: Any) -> None:
    from usbkit.core.portable_names import slug
    from usbkit.manifest.draft import draft_country
    from usbkit.manifest.models import Country

    manifests, code = settings.load(), read_country(code)
    for key in ("interface", "subtitles"):
        if told[key] is not None:
            languages = [read_option(f"--{key}", word, read_language) for word in told[key].split(",")]
            told[key] = list(dict.fromkeys(languages))
    for stem, there in manifests.countries.items():
        if there.code == code:
            raise InputError(_already(manifests.country_sources[stem].path))
    require_fields(Country, {key: value for key, value in told.items() if value is not None})
    asked = Questions()
    told["delivery"] = asked.require(
        "--delivery", told["delivery"], _("Delivery (website, usb or both)"), read_choice("website", "usb", "both")
    )
    if told["delivery"] != "website":
        told["route"] = asked.require(
            "--route", told["route"], _("Route of the drives (corps or mission)"), read_choice("corps", "mission")
        )
        told["drives"] = asked.require("--drives", told["drives"], _("How many drives"), read_number)
    asked.finish()
    values = draft_country(manifests.programme, code, {key: value for key, value in told.items() if value is not None})
    name = values["name"].get("en", code)
    head = _("{name}: what it gets. Lines that begin with # are remarks, or fields that are not used yet.", name=name)
    path = manifests.folder / f"{slug(name, code.lower())}.toml"
    text = _text_of(path, Country, values, head)
    _require_rules(manifests.programme_source, {**manifests.country_sources, path.stem: _source_of(path, text)}, path)
    _put(path, text)
    show.answer(_("{path}: {count} recordings", path=path, count=len(values["recordings"])))
    values = {"typed": typed_here(settings.manifests), "stem": path.stem}
    show.answer(_("Go through it, then see what is missing: {typed} check {stem}", **values))


def _require_rules(programme: Source, countries: Mapping[str, Source], *paths: Path) -> None:
    """Raise InputError where what is to stand at ``paths`` breaks a rule that keeps manifests from being read."""
    from usbkit.manifest.rules import check_rules

    names = {str(path) for path in paths}
    if broken := [f for f in check_rules(programme, countries) if f.place is not None and f.place.file in names]:
        raise InputError(*broken)


def _source_of(path: Path, text: str) -> Source:
    """A manifest that is to stand at ``path``, as rules look at it; it has no lines yet that anybody could go to."""
    import tomllib

    from usbkit.manifest.source import Source

    return Source(path, tomllib.loads(text))


def _text_of(path: Path, model: Any, values: dict[str, Any], head: Text) -> str:
    """A manifest that is to stand at ``path``. Raises InputError where one does, or its values would not load."""
    import tomllib

    from pydantic import ValidationError

    from usbkit.manifest.mistakes import describe_mistakes
    from usbkit.manifest.positions import Positions
    from usbkit.manifest.syntax import Reading
    from usbkit.manifest.write import write_manifest

    if path.exists():
        raise InputError(_already(path))
    text = write_manifest(model, values, str(head))
    document = tomllib.loads(text)
    try:
        model.model_validate(document)
    except ValidationError as error:
        raise InputError(*describe_mistakes(error, model, str(path), Reading(document, Positions(), ()))) from None
    return text


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _already(path: Path) -> Finding:
    return Finding(
        "new-exists", _("it exists already"), Place(str(path)), _("Edit it, or remove it before you start again.")
    )
