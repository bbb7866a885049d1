"""Examine several countries at once: their readiness, their approvals, and findings across countries."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from usbkit.core.cache import Cache
from usbkit.core.errors import Finding, UsbkitError
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.manifest.load import Manifests
from usbkit.orders.approval import Decision, Standing, judge_approval, load_decisions
from usbkit.orders.readiness.assess import assess
from usbkit.orders.readiness.model import Readiness
from usbkit.orders.remembered import remember_seal
from usbkit.sources.inventory import Inventory
from usbkit.sources.library import Library, take_inventory
from usbkit.sources.unnamed_files import find_unnamed_files

if TYPE_CHECKING:
    from usbkit.pipeline import BuildContext


@dataclass(frozen=True)
class Desk:
    """Settings for every look of one run. ``library`` overrides the programme's own."""

    cache: Path
    progress: Progress
    library: Path | None = None
    templates: Path | None = None
    again: bool = False

    def library_of(self, manifests: Manifests) -> Path:
        """The media library's folder."""
        return self.library or manifests.library


@dataclass(frozen=True, slots=True)
class Approval:
    """The state of a country's approval, and the last decision about it."""

    standing: Standing
    last: Decision | None = None


@dataclass(frozen=True)
class Survey:
    """The result for one programme. ``findings`` belong to no single country."""

    manifests: Manifests
    countries: tuple[Readiness, ...]
    approvals: Mapping[str, Approval]
    findings: tuple[Finding, ...]

    @property
    def is_ready(self) -> bool:
        return all(country.is_ready for country in self.countries) and not any(f.is_error for f in self.findings)


def survey_countries(manifests: Manifests, stems: Sequence[str], desk: Desk) -> Survey:
    """Examine ``stems``. Unchanged sources come from the cache."""
    library = desk.library_of(manifests)
    looked_at = Library(library, Cache(desk.cache, desk.again))
    inventories = {stem: take_inventory(manifests, stem, looked_at, desk.progress) for stem in stems}
    return Survey(
        manifests=manifests,
        countries=tuple(
            assess(manifests, stem, _foresee(manifests, stem, inventory), library)
            for stem, inventory in inventories.items()
        ),
        approvals={stem: _look_up_approval(manifests, stem, inventories[stem], desk) for stem in stems},
        findings=(
            *find_unasked_languages(manifests),
            *find_shared_documents(inventories),
            *find_unnamed_files(manifests, library),
        ),
    )


def _foresee(manifests: Manifests, stem: str, inventory: Inventory) -> Inventory:
    """``inventory`` with the videos as they will be."""
    country = manifests.countries[stem]
    if not country.wants_videos_made:
        return inventory
    from usbkit.bundle.country_videos import foresee

    return foresee(manifests.programme, country, stem, inventory)


def _look_up_approval(manifests: Manifests, stem: str, inventory: Inventory, desk: Desk) -> Approval:
    decisions = load_decisions(manifests, stem)
    last = decisions.last
    if last is None or last.decision == "withdrawn":
        return Approval(judge_approval(decisions, ""), last)
    from usbkit.pipeline import BuildContext

    context = BuildContext(
        manifests,
        desk.cache,
        desk.progress,
        library=desk.library,
        templates=desk.templates,
        allow_missing=last.allow_missing,
        allow_untranslated=last.allow_untranslated,
    )
    inputs = context.seal_inputs_of(stem, inventory).digest()
    if last.inputs == inputs:
        return Approval(Standing.APPROVED, last)
    if seal := _seal_of(context, stem):
        remember_seal(Cache(desk.cache), inputs, seal)
    return Approval(judge_approval(decisions, seal), last)


def _seal_of(context: BuildContext, stem: str) -> str:
    """The seal that the country would have now, empty where it could have none; rendering its pages takes a moment."""
    # Whether English stands in for what is not translated shows in the seal itself; 1.0.0rc1 did not record it.
    context = dataclasses.replace(context, allow_untranslated=True)
    try:
        return context.make_bundle(stem).fingerprint
    except UsbkitError:
        return ""


def find_unasked_languages(manifests: Manifests) -> Iterator[Finding]:
    """Yield a remark for each subtitle language that no country wants."""
    asked = {language for country in manifests.countries.values() for language in country.subtitles}
    named: dict[str, int] = defaultdict(int)
    for recording in manifests.programme.recording:
        for language in (*recording.subtitles, *recording.captions):
            named[language] += 1
    for language, count in named.items():
        if language not in asked and manifests.countries:
            yield Finding(
                "language-unasked",
                _(
                    "{count} subtitle files are in {language}, which no country asks for",
                    count=count,
                    language=language,
                ),
                manifests.programme_source.place("recording"),
                is_error=False,
            )


def find_shared_documents(inventories: Mapping[str, Inventory]) -> Iterator[Finding]:
    """Yield a remark for each country's own document that is identical to another country's."""
    owners: dict[str, list[str]] = defaultdict(list)
    for stem, inventory in inventories.items():
        for name, file in inventory.files.items():
            if name.startswith(f"{stem}/"):
                owners[file.sha256].append(name)
    for names in owners.values():
        if len({name.partition("/")[0] for name in names}) > 1:
            yield Finding(
                "document-shared",
                _("these documents of different countries are the same: {names}", names=", ".join(names)),
                todo=_("Is each of them the right one?"),
                is_error=False,
            )
