"""Locks: exactly what a country got, so that the same drive can be made again, or the reason why not is said.

Kept beside the manifests, one file a country (``locks/guatemala.json``). A lock names by digest everything that shapes
a bundle's bytes; sources and transcodes themselves are kept by whoever keeps the library and the cache.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from usbkit.bundle.assembly import Bundle
from usbkit.core.atomic import beside
from usbkit.core.build_info import digest_code, digest_templates, library_versions
from usbkit.core.errors import Finding, InputError, Place, RefusedError
from usbkit.core.messages import Text, _
from usbkit.manifest.load import Manifests
from usbkit.sources.inventory import Inventory

FORMAT = "usbkit lock v1"


@dataclass(frozen=True, slots=True)
class Making:
    """What a bundle was made with beside its inputs."""

    allow_missing: Collection[str] = ()
    allow_untranslated: bool = False


class Lock(BaseModel):
    """What a country got. Digests are SHA-256 in hex.

    ``manifests`` are of the programme and the country as they were understood, so that a remark may be added to them;
    ``sources`` by their names in the manifests, ``transcodes`` by the source they were made of; ``files`` are the
    sealed files of the drive. ``allow_missing`` and ``allow_untranslated`` are what it was made with.
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
        """The file: keys sorted, a line each, so that versions of it can be compared by any tool."""
        return (json.dumps(self.model_dump(), indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")


def lock_path(manifests: Manifests, stem: str) -> Path:
    """Where the lock of the country ``stem`` is kept."""
    return manifests.folder / "locks" / f"{stem}.json"


def make_lock(
    manifests: Manifests, bundle: Bundle, sources: Inventory, drive: Inventory, templates: Path | None, making: Making
) -> Lock:
    """The lock of ``bundle``: of ``sources`` as they stand in the library, and of what the ``drive`` gets of them."""
    return Lock(
        programme=bundle.plan.programme.id,
        country=bundle.stem,
        edition=bundle.plan.programme.edition,
        fingerprint=bundle.fingerprint,
        manifests=_digest_manifests(manifests, bundle.stem),
        allow_missing=sorted(making.allow_missing),
        allow_untranslated=making.allow_untranslated,
        sources=_digests(sources),
        transcodes={n: d for n, d in _digests(drive).items() if sources.files[n].sha256 != d},
        templates=digest_templates(templates),
        code=digest_code(),
        versions=library_versions(),
        files={f.path: f.sha256 for f in bundle.sealed},
    )


def _digests(inventory: Inventory) -> dict[str, str]:
    return {name: file.sha256 for name, file in sorted(inventory.files.items())}


def _digest_manifests(manifests: Manifests, stem: str) -> dict[str, str]:
    """Who delivers what is no part of a drive, so it may change."""
    texts = {
        "programme.toml": manifests.programme.model_dump_json(exclude={"responsible"}),
        f"{stem}.toml": manifests.countries[stem].model_dump_json(),
    }
    return {name: hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for name, text in texts.items()}


def load_lock(manifests: Manifests, stem: str) -> Lock:
    """The lock of the country ``stem``. Raises InputError where there is none or something else under its name."""
    path = lock_path(manifests, stem)
    try:
        return read_lock(path)
    except FileNotFoundError:
        what, todo = _("{stem} is not locked", stem=stem), _("Run: usbkit lock {stem}", stem=stem)
        raise InputError(Finding("lock-missing", what, Place(str(path)), todo)) from None


def read_lock(path: Path) -> Lock:
    """The lock in the file ``path``. Raises FileNotFoundError, InputError for what is none."""
    try:
        lock = Lock.model_validate_json(path.read_bytes())
        if lock.format != FORMAT:
            raise ValueError(lock.format)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as problem:
        reason = problem.errors()[0]["msg"] if isinstance(problem, ValidationError) else problem
        what = _("this is no lock that this version reads: {reason}", reason=reason)
        todo = _("Take it from where it was kept, or lock anew what is there now.")
        raise InputError(Finding("lock-unreadable", what, Place(str(path)), todo)) from None
    return lock


def write_lock(manifests: Manifests, stem: str, lock: Lock) -> Path:
    """Put ``lock`` at its place, whole or not at all; the path."""
    path = lock_path(manifests, stem)
    with beside(path) as target:
        target.write_bytes(lock.to_json())
        target.chmod(0o644)  # the umask has no say
    return path


def require_same_inputs(lock: Lock, manifests: Manifests, stem: str, sources: Inventory) -> None:
    """Whether manifests and sources are those of ``lock``. Raises RefusedError with all that are not."""
    found = [
        *_differences(lock.manifests, _digest_manifests(manifests, stem), "lock-manifest-changed"),
        *_differences(lock.sources, _digests(sources), "lock-source-changed"),
    ]
    if found:
        raise RefusedError(*found)


def _differences(locked: Mapping[str, str], now: Mapping[str, str], id: str) -> Iterator[Finding]:
    todo = _("Put back what was locked; or lock anew what is there now, as another edition.")
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
    """Whether the transcodes are those of ``lock``: another encoder makes others. Raises RefusedError."""
    made = {n: d for n, d in _digests(drive).items() if sources.files[n].sha256 != d}
    found = list(_differences(lock.transcodes, made, "lock-transcode-changed"))
    if found:
        raise RefusedError(*found)


def require_same_bundle(lock: Lock, bundle: Bundle, templates: Path | None) -> None:
    """Whether ``bundle``, made of the same inputs, is what was locked. Raises RefusedError with what differs."""
    if bundle.fingerprint == lock.fingerprint:
        return
    now = {f.path: f.sha256 for f in bundle.sealed}
    changed = sorted(p for p in now.keys() | lock.files.keys() if now.get(p) != lock.files.get(p))
    shown = ", ".join(changed[:5]) + (" …" if len(changed) > 5 else "")
    what = _("{count} files would not be what was locked: {files}", count=len(changed), files=shown)
    causes = list(_causes(lock, templates)) or [_("Lock anew what is there now, as another edition.")]
    raise RefusedError(*[Finding("lock-not-the-same", what, todo=cause) for cause in causes])


def _causes(lock: Lock, templates: Path | None) -> Iterator[Text]:
    for name, then in lock.versions.items():
        if (now := library_versions().get(name)) != then:
            yield _("{name} was {then} and is {now}: install that version", name=name, then=then, now=now or "-")
    if digest_templates(templates) != lock.templates:
        yield _("The templates were others: take those of that time.")
    if digest_code() != lock.code:
        yield _("usbkit itself was another: take that of the time.")
