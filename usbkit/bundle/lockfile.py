"""Locks: exactly what a country got, so that the same drive can be made again, or the reason why not is given.

They are kept beside the manifests, one file per country (``locks/guatemala.json``). A lock has the digests of
everything that determines a bundle's bytes; sources and transcodes themselves are kept in the library and the cache.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from usbkit.bundle.assembly import Bundle
from usbkit.bundle.seal_inputs import SealInputs, digest_manifests, digest_sources
from usbkit.core.atomic import beside
from usbkit.core.build_info import digest_code, digest_templates, library_versions
from usbkit.core.errors import Finding, InputError, Place, RefusedError
from usbkit.core.messages import Text, _
from usbkit.manifest.load import Manifests
from usbkit.sources.inventory import Inventory

FORMAT = "usbkit lock v1"


class Lock(BaseModel):
    """What a country got. Digests are SHA-256 in hex.

    ``manifests`` are digests of the parsed programme and country, so that comments may be added to them; ``sources`` by
    their names in the manifests, ``transcodes`` by their source; ``files`` are the sealed files of the drive.
    ``allow_missing`` and ``allow_untranslated`` are the settings it was made with.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str = FORMAT
    programme: str
    country: str
    edition: int
    fingerprint: str
    manifests: dict[str, str]
    allow_missing: list[str]
    allow_untranslated: bool
    sources: dict[str, str]
    transcodes: dict[str, str]
    templates: str
    code: str
    versions: dict[str, str]
    files: dict[str, str]

    def to_json(self) -> bytes:
        """Return the file: keys sorted, one per line, so that any tool can compare versions of it."""
        return (json.dumps(self.model_dump(), indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")


def lock_path(manifests: Manifests, stem: str) -> Path:
    """Return the path of the lock of the country ``stem``."""
    return manifests.folder / "locks" / f"{stem}.json"


def make_lock(bundle: Bundle, seal_inputs: SealInputs, drive: Inventory) -> Lock:
    """Return the lock of ``bundle``: ``seal_inputs`` is of the sources in the library, ``drive`` is what it gets."""
    made = digest_sources(drive)
    return Lock(
        programme=bundle.plan.programme.id,
        country=bundle.stem,
        edition=bundle.plan.programme.edition,
        fingerprint=bundle.fingerprint,
        manifests=dict(seal_inputs.manifests),
        allow_missing=list(seal_inputs.allow_missing),
        allow_untranslated=seal_inputs.allow_untranslated,
        sources=dict(seal_inputs.sources),
        transcodes={name: digest for name, digest in made.items() if seal_inputs.sources[name] != digest},
        templates=seal_inputs.templates,
        code=seal_inputs.code,
        versions=dict(seal_inputs.versions),
        files={f.path: f.sha256 for f in bundle.sealed},
    )


def load_lock(manifests: Manifests, stem: str) -> Lock:
    """Return the lock of the country ``stem``. Raises InputError if it is missing or invalid."""
    path = lock_path(manifests, stem)
    try:
        return read_lock(path)
    except FileNotFoundError:
        what, todo = _("{stem} is not locked", stem=stem), _("Run: usbkit lock {stem}", stem=stem)
        raise InputError(Finding("lock-missing", what, Place(str(path)), todo)) from None


def read_lock(path: Path) -> Lock:
    """Return the lock in the file ``path``. Raises FileNotFoundError, and InputError if it is invalid."""
    try:
        lock = Lock.model_validate_json(path.read_bytes())
        if lock.format != FORMAT:
            raise ValueError(lock.format)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as problem:
        reason = problem.errors()[0]["msg"] if isinstance(problem, ValidationError) else problem
        what = _("this is no lock that this version reads: {reason}", reason=reason)
        todo = _("Restore the lock file, or lock what is there now.")
        raise InputError(Finding("lock-unreadable", what, Place(str(path)), todo)) from None
    return lock


def write_lock(manifests: Manifests, stem: str, lock: Lock) -> Path:
    """Write ``lock`` to its place atomically; return the path."""
    path = lock_path(manifests, stem)
    with beside(path) as target:
        target.write_bytes(lock.to_json())
        target.chmod(0o644)  # the umask has no say
    return path


def require_same_inputs(lock: Lock, manifests: Manifests, stem: str, sources: Inventory) -> None:
    """Raise RefusedError, with all differences, unless manifests and sources are those of ``lock``."""
    programme, country = manifests.programme_for(stem), manifests.countries[stem]
    found = [
        *_differences(lock.manifests, digest_manifests(programme, country, stem), "lock-manifest-changed"),
        *_differences(lock.sources, digest_sources(sources), "lock-source-changed"),
    ]
    if found:
        raise RefusedError(*found)


def _differences(locked: Mapping[str, str], now: Mapping[str, str], id: str) -> Iterator[Finding]:
    todo = _("Put back what was locked, or lock what is there now as a new edition.")
    for name in sorted(locked.keys() | now.keys()):
        if name not in now:
            yield Finding(id, _("it was locked and is missing"), Place(name), todo)
        elif name not in locked:
            yield Finding(id, _("it is new since the country was locked"), Place(name), todo)
        elif locked[name] != now[name]:
            what = _(
                "it is not what was locked: {locked}… then, {now}… now", locked=locked[name][:16], now=now[name][:16]
            )
            yield Finding(id, what, Place(name), todo)


def require_same_videos(lock: Lock, sources: Inventory, drive: Inventory) -> None:
    """Raise RefusedError unless the transcodes are those of ``lock``: another encoder makes different ones."""
    made = {n: d for n, d in digest_sources(drive).items() if sources.files[n].sha256 != d}
    found = list(_differences(lock.transcodes, made, "lock-transcode-changed"))
    if found:
        raise RefusedError(*found)


def require_same_bundle(lock: Lock, bundle: Bundle, templates: Path | None) -> None:
    """Raise RefusedError, with the differences, unless ``bundle``, made from the same inputs, is the locked one."""
    if bundle.fingerprint == lock.fingerprint:
        return
    now = {f.path: f.sha256 for f in bundle.sealed}
    changed = sorted(p for p in now.keys() | lock.files.keys() if now.get(p) != lock.files.get(p))
    shown = ", ".join(changed[:5]) + (" …" if len(changed) > 5 else "")
    what = _("{count} files would not be what was locked: {files}", count=len(changed), files=shown)
    causes = list(_causes(lock, templates)) or [_("Lock what is there now, as a new edition.")]
    raise RefusedError(*[Finding("lock-not-the-same", what, todo=cause) for cause in causes])


def _causes(lock: Lock, templates: Path | None) -> Iterator[Text]:
    for name, then in lock.versions.items():
        if (now := library_versions().get(name)) != then:
            yield _("{name} was {then} and is {now}: install that version", name=name, then=then, now=now or "-")
    if digest_templates(templates) != lock.templates:
        yield _("The templates were different: use those of that time.")
    if digest_code() != lock.code:
        yield _("usbkit was another version: use the one of that time.")
