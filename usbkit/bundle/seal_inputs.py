"""Everything that determines a country's seal, as one value with one digest: for approvals, cached pages and locks.

While the digest is unchanged, so is the seal; if it changes, the seal may or may not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from usbkit.core.build_info import digest_code, digest_templates, library_versions
from usbkit.manifest.models import Country, Model, Programme
from usbkit.sources.inventory import Inventory

#: Fields of a programme that are about our own work: no drive shows them.
_OURS_ALONE = {"responsible", "ledger", "hub"}

#: Fields that came after 1.0.0rc1, wherever they stand in a manifest.
_ADDED = frozenset(("ask", "captions", "check_required", "date", "edition", "versions"))


@dataclass(frozen=True, slots=True)
class BundleOptions:
    """A bundle's settings besides its inputs."""

    allow_missing: Collection[str] = ()
    allow_untranslated: bool = False


@dataclass(frozen=True)
class SealInputs:
    """``manifests`` are digests of the parsed programme and country, so that comments may be added to them; ``sources``
    those of the bundle's source files, by their names in the manifests; ``templates`` and ``code`` our own;
    ``versions`` the libraries'.
    """

    manifests: Mapping[str, str]
    sources: Mapping[str, str]
    templates: str
    code: str
    versions: Mapping[str, str]
    allow_missing: tuple[str, ...]
    allow_untranslated: bool

    @classmethod
    def of(
        cls,
        programme: Programme,
        country: Country,
        stem: str,
        inventory: Inventory,
        templates: Path | None,
        making: BundleOptions,
    ) -> SealInputs:
        """Return what determines the seal of ``country``, whose manifest is called ``stem``."""
        return cls(
            manifests=digest_manifests(programme, country, stem),
            sources=digest_sources(inventory),
            templates=digest_templates(templates),
            code=digest_code(),
            versions=library_versions(),
            allow_missing=tuple(sorted(making.allow_missing)),
            allow_untranslated=making.allow_untranslated,
        )

    def digest(self) -> str:
        """Return the SHA-256 of all of it, in hex."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode("ascii")).hexdigest()


def digest_common(programme: Programme, templates: Path | None) -> str:
    """Return the SHA-256, in hex, of what determines the seals of all countries of a programme."""
    own = {"programme": _digest(programme.model_dump_json(exclude=_OURS_ALONE)), "code": digest_code()}
    parts = {**own, "templates": digest_templates(templates), "versions": library_versions()}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("ascii")).hexdigest()


def digest_sources(inventory: Inventory) -> dict[str, str]:
    """The SHA-256 of each source, by name."""
    return {name: file.sha256 for name, file in sorted(inventory.files.items())}


def digest_manifests(programme: Programme, country: Country, stem: str) -> dict[str, str]:
    """Return the SHA-256 of each parsed manifest, by file name.

    Fields added after 1.0.0rc1 are included only if they are set, so that its locks stay valid.
    """
    texts = {"programme.toml": _text_of(programme, _OURS_ALONE), f"{stem}.toml": _text_of(country, set())}
    return {name: _digest(text) for name, text in texts.items()}


def _text_of(model: Model, without: set[str]) -> str:
    """``model`` as pydantic writes it, without those fields, and without later ones that say nothing."""
    said = _without_silence(model.model_dump(mode="json", exclude=without))
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def _without_silence(value: Any) -> Any:
    match value:
        case dict():
            return {k: _without_silence(v) for k, v in value.items() if v or k not in _ADDED}
        case list():
            return [_without_silence(v) for v in value]
    return value


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
