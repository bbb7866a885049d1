"""Files of the media library that no manifest names: forgotten, misspelt, or in the wrong folder."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import _
from usbkit.manifest.load import Manifests
from usbkit.sources.library_check import list_sources

#: Files that are looked at, and that are named; a library that holds more is not this programme's alone.
_MOST, _NAMED = 20_000, 10

#: What operating systems and archives leave in folders, beside names that begin with a dot.
_DEBRIS = ("thumbs.db", "desktop.ini", "system volume information", "$recycle.bin", "__macosx", "lost+found")


def find_unnamed_files(manifests: Manifests, root: Path) -> Iterator[Finding]:
    """Yield one remark about all files below ``root`` that no manifest names; nothing if all are named.

    Names are compared in NFC, like source names elsewhere. Nothing is opened.
    """
    root = root.absolute()
    named = {unicodedata.normalize("NFC", str(path)) for path in list_sources(manifests, root)}
    theirs = [(manifests.folder / stem).absolute() for stem in manifests.countries]
    unnamed = sorted(
        path
        for path in _walk(root)
        if unicodedata.normalize("NFC", str(path)) not in named and not _is_manifest(path, theirs)
    )
    if unnamed:
        names = [str(path.relative_to(root)) for path in unnamed[:_NAMED]]
        more = len(unnamed) - len(names)
        shown = ", ".join(names)
        what = (
            _(
                "{count} files that no manifest names: {names} and {more} more",
                count=len(unnamed),
                names=shown,
                more=more,
            )
            if more
            else _("{count} files that no manifest names: {names}", count=len(unnamed), names=shown)
        )
        todo = _("Name each in programme.toml, or remove it from the library.")
        yield Finding("library-unnamed", what, Place(str(root)), todo, is_error=False)


def _is_manifest(path: Path, theirs: list[Path]) -> bool:
    """Whether ``path`` is no source: a manifest, or what stands in a country's own folder, of a library around them."""
    return path.suffix == ".toml" or any(path.is_relative_to(folder) for folder in theirs)


def _walk(root: Path) -> Iterator[Path]:
    """Up to `_MOST` files below ``root``, without hidden ones and what systems leave; links are not followed."""
    count = 0
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not _is_debris(name))
        for name in files:
            if not _is_debris(name):
                count += 1
                yield Path(folder, name)
        if count >= _MOST:
            return


def _is_debris(name: str) -> bool:
    return name.startswith(".") or name.lower() in _DEBRIS
