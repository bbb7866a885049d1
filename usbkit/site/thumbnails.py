"""Small copies of photos for the pages; the photos themselves are copied unchanged and open with a click.

A dozen pictures of a modern camera would take an old laptop half a minute to show.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from usbkit.bundle.plan import Plan, PlannedFile, Role, made
from usbkit.core.cache import Cache, FileIdentity
from usbkit.core.content import FileRange
from usbkit.sources.attachments.pictures import WIDTH
from usbkit.sources.decoding import shrink

_KIND = f"thumbnail 2 {WIDTH}"


def thumbnail_path(photo: str) -> str:
    """Return the path in the bundle of the small copy of the photo at ``photo``."""
    return f"assets/photos/{PurePosixPath(photo).stem}.jpg"


def make_thumbnails(plan: Plan, cache: Cache | None) -> dict[str, PlannedFile]:
    """Return small copies by their photo's path; an unreadable photo has none, and the page shows the photo itself."""
    found = {}
    for file in plan.files:
        if file.role is Role.PHOTO and isinstance(file.content, FileRange):
            picture = _make_cached(file.content.path, cache)
            if picture:
                found[file.path] = made(thumbnail_path(file.path), Role.ASSET, picture)
    return found


def _make_cached(path: Path, cache: Cache | None) -> bytes:
    identity = FileIdentity.of(path)
    return cache.learn(_KIND, identity, lambda: shrink(path)) if cache else shrink(path)
