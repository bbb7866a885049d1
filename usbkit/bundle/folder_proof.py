"""Prove a bundle folder by its seal before a drive is touched for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from usbkit.core.content import FileRange
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.disk.image import TreeFile

_CHUNK = 2**20


def require_sealed(folder: Path, sealed: Sequence[TreeFile], progress: Progress) -> None:
    """Read every file of the bundle in ``folder``. Raises InputError with all that are not what the seal says."""
    key = str(folder)
    progress.begin(key, "verify", _("checking {name}", name=key), sum(file.size for file in sealed))
    findings = []
    for file in sealed:
        if isinstance(file.content, FileRange):
            found = _prove(file.content, file.sha256, lambda amount: progress.advance(key, amount))
            findings += [] if found is None else [found]
    progress.end(key, "damaged" if findings else "whole")
    if findings:
        raise InputError(*findings)


def _prove(content: FileRange, sha256: str, advance: Callable[[int], None]) -> Finding | None:
    sha = hashlib.sha256()
    place, todo = Place(str(content.path)), _("`usbkit verify` says what is wrong with the bundle. Build it again.")
    try:
        with content.path.open("rb", buffering=0) as file:
            while data := file.read(_CHUNK):
                sha.update(data)
                advance(len(data))
    except OSError as problem:
        return Finding("bundle-damaged", _("it cannot be read: {reason}", reason=problem.strerror), place, todo)
    if sha.hexdigest() == sha256:
        return None
    return Finding("bundle-damaged", _("this file is not what the seal says"), place, todo)
