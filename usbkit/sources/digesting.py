"""Compute a source file's digest, and check that the file did not change meanwhile."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from usbkit.core.cache import FileIdentity
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.small_files import open_file

#: Bytes digested at a time.
_CHUNK = 2**20


def digest_file(identity: FileIdentity, advance: Callable[[int], None], *, from_disk: bool = False) -> str:
    """Return the SHA-256 in hex of the file, which is in the state ``identity``; ``advance`` receives the bytes read.

    ``from_disk`` bypasses the page cache. Raises InputError if the file changes meanwhile or ends before its size;
    OSError.
    """
    digest, done = hashlib.sha256(), 0
    with open_file(identity.path) as file:
        if from_disk and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while done <= identity.size and (chunk := file.read(_CHUNK)):
            digest.update(chunk)
            done += len(chunk)
            advance(len(chunk))
    if done != identity.size or FileIdentity.of(identity.path) != identity:
        what = _("the file changed while it was read: it is still arriving")
        todo = _("Wait until it has arrived whole, then try again.")
        raise InputError(Finding("file-changing", what, Place(str(identity.path)), todo))
    return digest.hexdigest()
