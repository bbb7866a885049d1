"""A country's rendered pages, remembered under a digest of everything they are made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from usbkit.bundle.plan import PlannedFile, Role, made
from usbkit.core.build_info import digest_code, digest_templates, library_versions
from usbkit.core.cache import Cache
from usbkit.core.content import Made
from usbkit.manifest.models import Country, Programme
from usbkit.sources.inventory import Inventory


@dataclass(frozen=True)
class PageKey:
    """What a rendering depends on. ``digest`` changes when any of it does, and with every edit of our own code."""

    programme: Programme
    country: Country
    stem: str
    inventory: Inventory
    templates: Path | None
    target: str
    allow_missing: Collection[str]
    allow_untranslated: bool

    def digest(self) -> bytes:
        sha = hashlib.sha256()
        for part in (
            digest_code(),
            digest_templates(self.templates),
            json.dumps(library_versions(), sort_keys=True),
            self.programme.model_dump_json(),
            self.country.model_dump_json(),
            json.dumps([self.stem, self.target, sorted(self.allow_missing), self.allow_untranslated]),
            json.dumps(sorted((name, file.sha256) for name, file in self.inventory.files.items())),
        ):
            data = part.encode("utf-8", "surrogatepass")
            sha.update(len(data).to_bytes(8, "big") + data)
        return b"pages\0" + sha.digest()


def recall_pages(cache: Cache, key: bytes) -> tuple[PlannedFile, ...] | None:
    """The pages remembered under ``key``; None where there are none."""
    payload = cache.recall(key)
    if payload is None:
        return None
    try:
        head, _line, body = payload.partition(b"\n")
        files, at = [], 0
        for path, role, length in json.loads(head):
            files.append(made(path, Role(role), body[at : at + length]))
            at += length
    except (ValueError, TypeError):
        return None  # of another making
    return tuple(files)


def remember_pages(cache: Cache, key: bytes, pages: Sequence[PlannedFile]) -> None:
    """Remember ``pages``, all of whose bytes are made."""
    contents = [(p.path, p.role, p.content.data) for p in pages if isinstance(p.content, Made)]
    if len(contents) == len(pages):
        head = json.dumps([[path, role.value, len(data)] for path, role, data in contents])
        cache.remember(key, head.encode() + b"\n" + b"".join(data for _path, _role, data in contents))
