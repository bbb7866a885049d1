"""Manifests from their folder: ``programme.toml`` and one file a country, every mistake of every file at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.core.portable_names import slug
from usbkit.core.spelled_paths import find_spelled
from usbkit.manifest import rules
from usbkit.manifest.mistakes import describe_mistakes
from usbkit.manifest.models import Country, Document, Model, Programme
from usbkit.manifest.source import Source
from usbkit.manifest.suggestions import nearest, suggest
from usbkit.manifest.syntax import read_toml

PROGRAMME_FILE = "programme.toml"

AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True)
class Manifests:
    """A programme and its countries, by the stem of their files. ``library`` is absolute."""

    folder: Path
    programme: Programme
    countries: Mapping[str, Country]
    library: Path
    programme_source: Source
    country_sources: Mapping[str, Source]

    def pick(self, names: Sequence[str], all: bool) -> list[str]:
        """The stems that ``names`` mean, which are stems or codes in any case; every stem when ``all``.

        Raises InputError naming what is near for each name that means no country.
        """
        if all or not names:
            _require_a_choice(names, all, self.countries)
            return list(self.countries)
        stems = {**{c.code.lower(): stem for stem, c in self.countries.items()}, **{s: s for s in self.countries}}
        if unknown := [n for n in names if n.lower() not in stems]:
            raise InputError(*(self._unknown(n, stems) for n in unknown))
        return list(dict.fromkeys(stems[n.lower()] for n in names))

    def document_path(self, stem: str, document: Document) -> Path:
        """Where a document of a country is: in the folder named like its manifest."""
        return find_spelled(self.folder / stem, document.file)

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
    return _("Name one or more of {names}, or say --all.", names=", ".join(countries))


def find_programme(manifests: Path) -> Path:
    """The programme's folder: ``manifests`` itself, or the one folder in it that holds a programme."""
    if (manifests / PROGRAMME_FILE).is_file():
        return manifests
    if not manifests.is_dir():
        raise InputError(
            Finding(
                "manifests-missing",
                _("there is no folder {folder} with manifests", folder=manifests),
                todo=_("Name it with --manifests, or begin one with: usbkit new programme"),
            )
        )
    found = sorted(p.parent for p in manifests.glob(f"*/{PROGRAMME_FILE}"))
    if len(found) == 1:
        return found[0]
    raise InputError(_no_single_programme(manifests, found))


def _no_single_programme(manifests: Path, found: Sequence[Path]) -> Finding:
    if not found:
        return Finding(
            "programme-missing",
            _("found no {file} in {folder}, nor in a folder in it", file=PROGRAMME_FILE, folder=manifests),
            todo=_("Name the programme's folder with --manifests, or begin one with: usbkit new programme"),
        )
    return Finding(
        "programme-several",
        _("found several programmes in {folder}", folder=manifests),
        todo=_("Name one with --manifests: {names}", names=", ".join(str(p) for p in found)),
    )


def load_programme(folder: Path) -> Manifests:
    """The programme in ``folder`` and all its countries.

    Raises InputError with every mistake of every file, in the order of files and lines.
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
    library = (folder / programme.library).resolve()
    return Manifests(folder, programme, countries, library, source, sources)


def _country_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("*.toml") if p.name != PROGRAMME_FILE and not p.name.startswith("."))


def _load(path: Path, model: type[AnyModel], findings: list[Finding]) -> tuple[AnyModel | None, Source]:
    """``path`` as a ``model``, None with something added to ``findings`` when it is not one."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        findings.append(
            Finding(
                "manifest-unreadable",
                _("cannot be read: {reason}", reason=problem.strerror or problem),
                Place(str(path)),
                _("Check the file and who may read it."),
            )
        )
        return None, Source(path)
    reading = read_toml(data, str(path))
    findings.extend(reading.findings)
    source = Source(path, reading.document, reading.positions, reading.lost)
    if reading.findings and not reading.document:
        return None, source
    try:
        loaded = model.model_validate(reading.document)
    except ValidationError as error:
        findings.extend(
            describe_mistakes(error, model, str(path), reading.document, source.positions, reading.lost),
        )
        return None, source
    return loaded, source


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
