"""Rules of a manifest beyond its types: names exist, are unique, and match each other.

Rules read the plain tables, so that they also work on a manifest with other mistakes. Rules that need the media library
(is a moment past the video's end?) are in ``usbkit.orders.readiness``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from usbkit.core.errors import Finding
from usbkit.core.messages import Text, _
from usbkit.core.units import format_moment, parse_moment, shown
from usbkit.manifest.models import Country, Programme
from usbkit.manifest.positions import Path
from usbkit.manifest.source import Source
from usbkit.manifest.suggestions import nearest, suggest

#: Tables by language that fall back to English, wherever they stand in a programme.
_BY_LANGUAGE = frozenset(
    ["title", "summary", "speaker", "organisation", "text", "asked_by", "caption", "place", "office", "hours"]
)


def check_rules(programme: Source, countries: Mapping[str, Source]) -> Iterator[Finding]:
    """Yield broken rules in the programme, in each country, and between them.

    Consequences of a line or file that could not be read are left out, since that was reported.
    """
    for programme_rule in PROGRAMME_RULES:
        yield from _causes(programme_rule(programme), programme, programme)
    for stem, country in countries.items():
        for country_rule in COUNTRY_RULES:
            yield from _causes(country_rule(country, programme), country, programme)
        yield from check_foreign_files(country, stem, countries)
    yield from check_codes(countries.values())


def _causes(findings: Iterable[Finding], source: Source, programme: Source) -> Iterator[Finding]:
    """``findings`` about ``source`` without those that a lost line explains."""
    for finding in findings:
        field = (finding.place.field or "") if finding.place else ""
        absent = "en" if finding.id == "english-missing" else finding.id.removesuffix("-missing")
        is_absence = finding.id.endswith("-missing") and (absent in source.lost or field in source.lost)
        is_unnamed = finding.id == "name-unknown" and ("id" in programme.lost or not programme.document)
        if not (is_absence or is_unnamed):
            yield finding


# Rules of the programme


def check_ids(programme: Source) -> Iterator[Finding]:
    """Each id names one session, recording or question."""
    for key in ("session", "recording", "question"):
        yield from _twice(programme, (((*p, "id"), programme.text(*p, "id")) for p in programme.tables(key)))


def check_sessions(programme: Source) -> Iterator[Finding]:
    """A recording's session is one of the programme's."""
    named = [((*p, "session"), programme.text(*p, "session")) for p in programme.tables("recording")]
    yield from _unknown(programme, named, programme.ids("session"), _("session"))


def check_files_once(programme: Source) -> Iterator[Finding]:
    """Each video or subtitle file belongs to one recording: a repeated name is a copied, unchanged line."""
    yield from _twice(programme, _video_and_subtitle_files(programme))


def _video_and_subtitle_files(programme: Source) -> Iterator[tuple[Path, str]]:
    for path in programme.tables("recording"):
        yield (*path, "source"), programme.text(*path, "source")
        for version in programme.tables(*path, "versions"):
            yield (*version, "file"), programme.text(*version, "file")
        for kind in ("subtitles", "captions"):
            yield from programme.texts(*path, kind)
            entries = programme.value(*path, kind)
            for language in entries if isinstance(entries, dict) else ():
                if file := programme.text(*path, kind, language, "file"):
                    yield (*path, kind, language, "file"), file


def check_moments_in_order(programme: Source) -> Iterator[Finding]:
    """Chapters, and the times of slides, are in ascending order."""
    for recording in programme.tables("recording"):
        yield from _in_order(programme, [(*p, "at") for p in programme.tables(*recording, "chapters")])
        for slides in programme.tables(*recording, "slides"):
            shown_at = programme.value(*slides, "shown")
            count = len(shown_at) if isinstance(shown_at, list) else 0
            yield from _in_order(programme, [(*slides, "shown", n) for n in range(count)])


def _in_order(programme: Source, paths: Iterable[Path]) -> Iterator[Finding]:
    before = -1
    for path in paths:
        moment = _moment(programme, path)
        if moment is not None and moment <= before:
            yield Finding(
                "moment-order",
                _("found {moment} after {before}", moment=format_moment(moment), before=format_moment(before)),
                programme.place(*path),
                _("Put the entries in the order of time, each moment once."),
            )
        before = before if moment is None else max(before, moment)


def _moment(source: Source, path: Path) -> int | None:
    try:
        return parse_moment(source.value(*path))
    except ValueError:
        return None


def check_answers(programme: Source) -> Iterator[Finding]:
    """A question is answered in a recording that exists."""
    yield from _unknown_answers(programme, programme.ids("recording"))


def _unknown_answers(source: Source, recordings: list[str]) -> Iterator[Finding]:
    named = [
        ((*answer, "recording"), source.text(*answer, "recording"))
        for question in source.tables("question")
        for answer in source.tables(*question, "answers")
    ]
    yield from _unknown(source, named, recordings, _("recording"))


def check_english(programme: Source) -> Iterator[Finding]:
    """Every text with languages has English: it replaces missing translations."""
    yield from _without_english(programme, ())


def check_name(country: Source, programme: Source) -> Iterator[Finding]:
    """A country has an English name too; its own documents and questions need none."""
    if isinstance(country.value("name"), dict):
        yield from _require_english(country, ("name",))


def _without_english(source: Source, path: Path) -> Iterator[Finding]:
    found = source.value(*path)
    steps: Iterable[str | int] = (
        found if isinstance(found, dict) else range(len(found)) if isinstance(found, list) else ()
    )
    for step in steps:
        below = (*path, step)
        table = source.value(*below)
        is_organiser = len(below) == 2 and path == ("organisers",)
        if (step in _BY_LANGUAGE or is_organiser) and isinstance(table, dict):
            yield from _require_english(source, below)
        else:
            yield from _without_english(source, below)


def check_programme_sample_names(programme: Source) -> Iterator[Finding]:
    """Names marked as invented are fields of the programme."""
    yield from _absent_samples(programme, Programme.model_fields)


def _require_english(source: Source, path: Path) -> Iterator[Finding]:
    languages = source.value(*path)
    if languages and "en" not in languages:
        yield Finding(
            "english-missing",
            _("found {languages}, expected en among them", languages=", ".join(languages)),
            source.place(*path),
            _("Add the English text: it is shown where another language has none."),
        )


# Rules of a country; the programme is at hand


def check_choices(country: Source, programme: Source) -> Iterator[Finding]:
    """A country's choices exist and are made once."""
    recordings, questions = programme.ids("recording"), programme.ids("question")
    chosen = list(country.texts("recordings"))
    yield from _unknown(country, chosen, recordings, _("recording"))
    yield from _unknown(country, country.texts("questions"), questions, _("question"))
    yield from _unknown_answers(country, recordings)
    for key in ("recordings", "requested", "questions", "interface", "subtitles"):
        yield from _twice(country, country.texts(key))
    own = (((*p, "id"), country.text(*p, "id")) for p in country.tables("question"))
    yield from _twice(country, own, questions)
    yield from _twice(country, (((*p, "file"), country.text(*p, "file")) for p in country.tables("document")))


def check_requested(country: Source, programme: Source) -> Iterator[Finding]:
    """Everything a country asked for is on its drive."""
    chosen = [id for _path, id in country.texts("recordings")]
    yield from _unknown(country, country.texts("requested"), chosen, _("recording of this country"))


def check_delivery(country: Source, programme: Source) -> Iterator[Finding]:
    """Drives need a route and a number; a country served by the website has neither."""
    delivery, drives = country.value("delivery"), country.value("drives")
    if delivery in ("usb", "both"):
        if country.value("route") is None:
            yield Finding(
                "route-missing",
                _("route is missing: drives go by one"),
                country.place("delivery"),
                _('Add route = "corps" (its diplomatic corps in Korea) or "mission" (Korea\'s office abroad).'),
            )
        if drives in (None, 0):
            yield Finding(
                "drives-missing",
                _("no drives are asked for, but the delivery is {delivery}", delivery=delivery),
                country.place("drives" if drives == 0 else "delivery"),
                _('Add how many, such as drives = 20, or set delivery = "website".'),
            )
    elif delivery == "website" and isinstance(drives, int) and drives > 0:
        yield Finding(
            "drives-unwanted",
            _("found {count} drives, but the delivery is website", count=drives),
            country.place("drives"),
            _('Set delivery = "both", or remove the line.'),
        )


def check_sample_names(country: Source, programme: Source) -> Iterator[Finding]:
    """Names marked as invented are fields of this file."""
    yield from _absent_samples(country, Country.model_fields)


def check_foreign_files(country: Source, stem: str, countries: Iterable[str]) -> Iterator[Finding]:
    """A document does not come from the folder of another country."""
    others = set(countries) - {stem}
    for path in country.tables("document"):
        file = country.text(*path, "file")
        owner = next((part for part in file.replace("\\", "/").split("/")[:-1] if part in others), None)
        if owner is not None:
            yield Finding(
                "file-foreign",
                _("found {file}, which is from the folder of {owner}", file=shown(file), owner=owner),
                country.place(*path, "file"),
                _("Put this country's own file into the folder {stem} and write its path from there.", stem=stem),
            )


def check_own_edition(country: Source, programme: Source) -> Iterator[Finding]:
    """A country's own edition has its own date, since every date on its drives comes from it."""
    given = [key for key in ("edition", "date") if key in country.document]
    if len(given) == 1:
        absent = "date" if given == ["edition"] else "edition"
        yield Finding(
            "edition-half",
            _("{found} stands here without {absent}", found=given[0], absent=absent),
            country.place(given[0]),
            _("Set both, or neither: then the programme's hold."),
        )


def check_codes(countries: Iterable[Source]) -> Iterator[Finding]:
    """Each country has one manifest."""
    first: dict[str, Source] = {}
    for country in countries:
        code = country.text("code")
        if code and code in first:
            yield Finding(
                "code-twice",
                _("the code {code} is also in {file}", code=code, file=first[code].path.name),
                country.place("code"),
                _("Each country has one manifest: correct the code, or take one of the files away."),
            )
        first.setdefault(code, country)


PROGRAMME_RULES: tuple[Callable[[Source], Iterator[Finding]], ...] = (
    check_ids,
    check_sessions,
    check_files_once,
    check_moments_in_order,
    check_answers,
    check_english,
    check_programme_sample_names,
)
COUNTRY_RULES: tuple[Callable[[Source, Source], Iterator[Finding]], ...] = (
    check_name,
    check_choices,
    check_requested,
    check_delivery,
    check_own_edition,
    check_sample_names,
)


def _absent_samples(source: Source, fields: Iterable[str]) -> Iterator[Finding]:
    known = [key for key in fields if key != "sample"]
    for path, name in source.texts("sample"):
        top = name.partition(".")[0]
        if top not in known:
            yield _no_such(source, path, name, known, _("field"))
        elif top not in source.document:
            yield Finding(
                "sample-absent",
                _("{name} is marked as a sample, but this file does not set it", name=name),
                source.place(*path),
                _("Remove the name from the list."),
            )


def _twice(source: Source, named: Iterable[tuple[Path, str]], taken: Iterable[str] = ()) -> Iterator[Finding]:
    """A finding for each name that stands there before; ``taken`` are names of another file."""
    first: dict[str, Path | None] = dict.fromkeys(taken)
    for path, name in named:
        if not name:
            continue
        if name in first:
            earlier = first[name]
            where = source.positions.line(earlier) if earlier else None
            what = (
                _("{name} appears here a second time; the first is on line {line}", name=shown(name), line=where)
                if where
                else _("{name} is a name in the programme already", name=shown(name))
            )
            yield Finding("name-twice", what, source.place(*path), _("Remove one of them, or correct its name."))
        first.setdefault(name, path)


def _unknown(source: Source, named: Iterable[tuple[Path, str]], known: list[str], kind: Text) -> Iterator[Finding]:
    for path, name in named:
        if name and name not in known:
            yield _no_such(source, path, name, known, kind)


def _no_such(source: Source, path: Path, name: str, known: list[str], kind: Text) -> Finding:
    from usbkit.manifest.lookalikes import explain_text

    return Finding(
        "name-unknown",
        _("there is no {kind} {name}", kind=kind, name=shown(name)),
        source.place(*path),
        explain_text(name) or suggest(nearest(name, known), known),
    )
