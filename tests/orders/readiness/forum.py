"""A survey without a media library: two countries whose sources are values."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from tests.support import plans
from usbkit.core.errors import Finding, Place
from usbkit.core.messages import _
from usbkit.manifest.load import Manifests
from usbkit.manifest.models import Country, Programme
from usbkit.manifest.source import Source
from usbkit.orders.readiness import Readiness, assess
from usbkit.sources.inventory import Inventory, SourceFile


def country(**changes: Any) -> Country:
    """Guatemala with pages in English only, in which every text of the test's programme is."""
    document = {"file": "Nota de cortesía.pdf", "title": {"en": "Note", "es": "Nota"}}
    return plans.country(**{"interface": ["en"], "document": [document], **changes})


def inventory(folder: Path, of: Manifests, stem: str = "guatemala") -> Inventory:
    """Everything that ``stem`` needs, subtitle files too."""
    found = plans.inventory(folder, of.programme, of.countries[stem], stem)
    subtitles = {name: SourceFile(folder / name, 100, 1, "0" * 64) for name in found.tracks}
    return dataclasses.replace(found, files={**found.files, **subtitles})


def manifests(folder: Path, programme: Programme | None = None, **countries: Country) -> Manifests:
    """Manifests of values; ``guatemala`` when no country is given. Their sources are empty."""
    chosen = countries or {"guatemala": country()}
    return Manifests(
        folder=folder,
        programme=programme or plans.programme(),
        countries=chosen,
        library=folder,
        programme_source=Source(folder / "programme.toml"),
        country_sources={stem: Source(folder / f"{stem}.toml") for stem in chosen},
    )


def without(found: Inventory, name: str, folder: Path, *, id: str = "file-missing") -> Inventory:
    """``found`` as a look at the library makes it when the file ``name`` is not there, or worse."""
    finding = Finding(id, _("there is no such file"), Place(str(folder / name)))
    return dataclasses.replace(
        found,
        files={k: v for k, v in found.files.items() if k != name or id != "file-missing"},
        media={k: v for k, v in found.media.items() if k != name},
        tracks={k: v for k, v in found.tracks.items() if k != name},
        findings=(*found.findings, finding),
    )


def look(folder: Path, *missing: str, of: Manifests | None = None) -> Readiness:
    """The readiness of Guatemala when the files ``missing`` are not there."""
    forum = of or manifests(folder)
    found = inventory(folder, forum)
    for name in missing:
        found = without(found, name, folder)
    return assess(forum, "guatemala", found, folder)
