"""Load the manifests in a folder, ``programme.toml`` and one file per country, and report all mistakes at once."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.core.portable_names import slug
from usbkit.core.real_paths import real_path
from usbkit.core.spelled_paths import find_spelled
from usbkit.manifest import rules
from usbkit.manifest.bounds import read_manifest
from usbkit.manifest.finding import PROGRAMME_FILE
from usbkit.manifest.models import Country, Document, Model, Programme
from usbkit.manifest.source import Source
from usbkit.manifest.suggestions import nearest, suggest
from usbkit.manifest.syntax import read_toml

AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True)
class Manifests:
    """A programme and its countries, by file stem. ``library`` is absolute."""

    folder: Path
    programme: Programme
    countries: Mapping[str, Country]
    library: Path
    programme_source: Source
    country_sources: Mapping[str, Source]

    def pick(self, names: Sequence[str], all: bool) -> list[str]:
        """Return the stems for ``names``, which are stems or codes in any case, or names in any language that pages can
        have; every stem with ``all``.

        Raises InputError with suggestions for each name that matches no country, and for a programme without countries.
        """
        if all or not names:
            _require_a_choice(names, all, self.countries)
            if not self.countries:
                raise InputError(self._why_empty())
            return list(self.countries)
        stems = {**{c.code.lower(): stem for stem, c in self.countries.items()}, **{s: s for s in self.countries}}
        chosen = {name: stems.get(name.lower()) or self._named(name, stems) for name in dict.fromkeys(names)}
        if unknown := [finding for finding in chosen.values() if isinstance(finding, Finding)]:
            raise InputError(*unknown)
        return list(dict.fromkeys(stem for stem in chosen.values() if isinstance(stem, str)))

    def _named(self, name: str, stems: Mapping[str, str]) -> str | Finding:
        """The country that has this name in a language that pages can have; why none, if it is none or several."""
        from usbkit.manifest.country_names import find_countries, why_ambiguous

        codes = find_countries(name)
        ours = [stem for stem, country in self.countries.items() if country.code in codes]
        if len(ours) == 1 == len(codes):
            return ours[0]
        return why_ambiguous(name, codes) if len(codes) > 1 and ours else self._unknown(name, stems)

    def programme_for(self, stem: str) -> Programme:
        """Return the programme as the country ``stem`` gets it: with the country's own edition if that is higher."""
        programme, country = self.programme, self.countries[stem]
        if country.edition is None or country.date is None or country.edition <= programme.edition:
            return programme
        ours = [name for name in programme.sample if name not in ("edition", "date")]
        theirs = [name for name in country.sample if name in ("edition", "date")]
        own = {"edition": country.edition, "date": country.date, "sample": [*ours, *theirs]}
        return programme.model_copy(update=own)

    def document_path(self, stem: str, document: Document) -> Path:
        """Return the path of a country's document, in the folder named after its manifest."""
        return find_spelled(self.folder / stem, document.file)

    def _why_empty(self) -> Finding:
        what = _("there is no country in {folder} yet", folder=self.folder)
        todo = _("Begin one, such as: usbkit --manifests {folder} new country GT", folder=shlex.quote(str(self.folder)))
        return Finding("country-none", what, todo=todo)

    def _unknown(self, name: str, stems: Mapping[str, str]) -> Finding:
        return Finding(
            "country-unknown",
            _("there is no country {name} in {folder}", name=name, folder=self.folder),
            todo=suggest(nearest(name, stems), self.countries),
        )


def _require_a_choice(names: Sequence[str], all: bool, countries: Iterable[str]) -> None:
    if names and all:
        raise InputError(Finding("country-and-all", _("found countries and --all, expected one or the other")))
    if not names and not all:
        raise InputError(
            Finding("country-not-named", _("no country is named"), todo=_country_choice(countries)),
        )


def _country_choice(countries: Iterable[str]) -> Text:
    return _("Name one or more of {names}, or pass --all.", names=", ".join(countries))


def load_programme(folder: Path) -> Manifests:
    """Load the programme in ``folder`` and all its countries.

    Raises InputError with every mistake of every file, by file and line.
    """
    findings: list[Finding] = []
    programme, source = _load(folder / PROGRAMME_FILE, Programme, findings)
    countries: dict[str, Country] = {}
    sources: dict[str, Source] = {}
    for path in _country_files(folder):
        country, sources[path.stem] = _load(path, Country, findings)
        findings.extend(_check_stem(path))
        if country is not None:
            countries[path.stem] = country
    # Rules across files are asked of what could be read, so that one run says as much as can be said.
    wrong = {f.place for f in findings if f.id == "manifest-value"}
    of_rules = rules.check_rules(source, sources)
    findings.extend(f for f in of_rules if f.id != "name-unknown" or f.place not in wrong)
    if findings or programme is None:
        raise InputError(*_in_order(findings))
    library = real_path(folder / programme.library)
    return Manifests(folder, programme, countries, library, source, sources)


def _country_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("*.toml") if p.name != PROGRAMME_FILE and not p.name.startswith("."))


def _load(path: Path, model: type[AnyModel], findings: list[Finding]) -> tuple[AnyModel | None, Source]:
    """``path`` as a ``model``, None with something added to ``findings`` when it is not one."""
    try:
        data = read_manifest(path)
    except OSError as problem:
        what = _("cannot be read: {reason}", reason=problem.strerror or problem)
        todo = _("Check the file and who may read it.")
        findings.append(Finding("manifest-unreadable", what, Place(str(path)), todo))
        return None, Source(path)
    reading = read_toml(data, str(path), model)
    lost = reading.lost | _misspelt(reading.document, model)
    source = Source(path, reading.document, reading.positions, lost)
    if reading.findings and not reading.document:
        findings.extend(reading.findings)
        return None, source
    try:
        loaded = model.model_validate(reading.document)
    except ValidationError as error:
        from usbkit.manifest.mistakes import describe_mistakes

        findings.extend(describe_mistakes(error, model, str(path), reading))
        return None, source
    findings.extend(reading.findings)
    return loaded, source


def _misspelt(document: Mapping[str, Any], model: type[AnyModel]) -> frozenset[str]:
    """The fields that keys of no field were probably meant for: those are what is wrong, not that they are missing."""
    unknown = [key for key in document if key not in model.model_fields]
    return frozenset(near for key in unknown if (near := nearest(key, model.model_fields)) is not None)


def _check_stem(path: Path) -> Iterable[Finding]:
    if slug(path.stem) != path.stem:
        yield Finding(
            "manifest-name",
            _("found {name}, expected a name of small letters, digits and hyphens", name=path.name),
            Place(str(path)),
            _("Rename it, for example to {near}", near=f"{slug(path.stem, 'country')}.toml"),
        )


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """By file as they came, and by line in each."""
    files: dict[str, int] = {}
    for finding in findings:
        files.setdefault(finding.place.file if finding.place else "", len(files))

    def key(finding: Finding) -> tuple[int, int]:
        place = finding.place or Place("")
        return files[place.file], place.line or 0

    return sorted(findings, key=key)
