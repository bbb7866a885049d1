"""Cache a country's rendered pages under a digest of all their inputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from usbkit.bundle.plan import PlannedFile, Role, made
from usbkit.bundle.seal_inputs import SealInputs, digest_common
from usbkit.core.cache import Cache
from usbkit.core.content import Made
from usbkit.manifest.models import Programme


@dataclass(frozen=True)
class PageKey:
    """The inputs of a rendering. ``digest`` changes with any of them, and with every edit of our own code."""

    seal_inputs: SealInputs
    target: str

    def digest(self) -> bytes:
        return f"pages\0{self.target}\0{self.seal_inputs.digest()}".encode("ascii")


def digest_state(programme: Programme, templates: Path | None) -> bytes:
    """Return a digest of the inputs of all pages of a programme, independent of the country."""
    return digest_common(programme, templates).encode("ascii")


def note_pages_made(cache: Cache, state: bytes) -> None:
    """Record that pages were made in this state: most of them are then cached, and nothing is prepared in advance."""
    cache.remember(b"pages made\0" + state, b"")


def were_pages_made(cache: Cache, state: bytes) -> bool:
    """Whether pages were made in this state."""
    return cache.recall(b"pages made\0" + state) is not None


def recall_verify_page(cache: Cache, state: bytes) -> bytes | None:
    """Return the cached ``verify.html`` for this state; it is the same for a whole programme."""
    return cache.recall(b"verify page\0" + state)


def remember_verify_page(cache: Cache, state: bytes, page: bytes) -> None:
    """Remember ``verify.html``."""
    cache.remember(b"verify page\0" + state, page)


def recall_pages(cache: Cache, key: bytes) -> tuple[PlannedFile, ...] | None:
    """Return the pages cached under ``key``; None if there are none."""
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
    """Cache ``pages``, whose bytes are all generated."""
    contents = [(p.path, p.role, p.content.data) for p in pages if isinstance(p.content, Made)]
    if len(contents) == len(pages):
        head = json.dumps([[path, role.value, len(data)] for path, role, data in contents])
        cache.remember(key, head.encode() + b"\n" + b"".join(data for _path, _role, data in contents))
