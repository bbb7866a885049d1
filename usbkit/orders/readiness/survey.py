"""Looking at several countries at once: their readiness, their approvals, and what only shows between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from usbkit.bundle.country_videos import foresee
from usbkit.core.cache import Cache
from usbkit.core.errors import Finding, UsbkitError
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.manifest.load import Manifests
from usbkit.orders.approval import Decision, Standing, digest_inputs, judge_approval, load_decisions
from usbkit.orders.readiness.assess import assess
from usbkit.orders.readiness.model import Readiness
from usbkit.sources.inventory import Inventory
from usbkit.sources.library import Library, take_inventory


@dataclass(frozen=True)
class Desk:
    """What every look of one run is taken with. ``library`` overrides the programme's own."""

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
    """What has become of a country's approval, and the last decision about it."""

    standing: Standing
    last: Decision | None = None


@dataclass(frozen=True)
class Survey:
    """One look at a programme. ``findings`` are those that no single country has."""

    manifests: Manifests
    countries: tuple[Readiness, ...]
    approvals: Mapping[str, Approval]
    findings: tuple[Finding, ...]

    @property
    def is_ready(self) -> bool:
        return all(country.is_ready for country in self.countries) and not any(f.is_error for f in self.findings)


def survey_countries(manifests: Manifests, stems: Sequence[str], desk: Desk) -> Survey:
    """Look at ``stems``. What the cache knows of unchanged sources is not read again."""
    library = desk.library_of(manifests)
    looked_at = Library(library, Cache(desk.cache, desk.again))
    inventories = {stem: take_inventory(manifests, stem, looked_at, desk.progress) for stem in stems}
    return Survey(
        manifests=manifests,
        countries=tuple(
            assess(manifests, stem, foresee(manifests.programme, manifests.countries[stem], stem, inventory), library)
            for stem, inventory in inventories.items()
        ),
        approvals={stem: _look_up_approval(manifests, stem, inventories[stem], desk) for stem in stems},
        findings=(*find_unasked_languages(manifests), *find_shared_documents(inventories)),
    )


def _look_up_approval(manifests: Manifests, stem: str, inventory: Inventory, desk: Desk) -> Approval:
    decisions = load_decisions(manifests, stem)
    last = decisions.last
    if last is None or last.decision == "withdrawn":
        return Approval(judge_approval(decisions, ""), last)
    if last.inputs == digest_inputs(manifests, stem, inventory, desk.templates):
        return Approval(Standing.APPROVED, last)
    return Approval(judge_approval(decisions, _seal_of(manifests, stem, desk)), last)


def _seal_of(manifests: Manifests, stem: str, desk: Desk) -> str:
    """The seal that the country would have now, empty where it could have none; rendering its pages takes a moment."""
    from usbkit.pipeline import BuildContext

    context = BuildContext(
        manifests, desk.cache, desk.progress, library=desk.library, templates=desk.templates, allow_untranslated=True
    )
    try:
        return context.make_bundle(stem).fingerprint
    except UsbkitError:
        return ""


def find_unasked_languages(manifests: Manifests) -> Iterator[Finding]:
    """A remark for each language with subtitles that no country asks for."""
    asked = {language for country in manifests.countries.values() for language in country.subtitles}
    named: dict[str, int] = defaultdict(int)
    for recording in manifests.programme.recording:
        for language in recording.subtitles:
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
    """A remark for each country's own document that is, byte for byte, another country's too."""
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
