"""The digest of a source file, and whether the file stayed the same while it was read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from usbkit.core.cache import FileIdentity
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _

#: Bytes digested at a time.
_CHUNK = 2**20


def digest_file(identity: FileIdentity, advance: Callable[[int], None], *, from_disk: bool = False) -> str:
    """SHA-256 in hex of the file, which is in the state ``identity``; ``advance`` is told the bytes read.

    With ``from_disk`` the disk is asked, not the memory of an earlier reading. Raises InputError where the file changed
    meanwhile or ends before its size, OSError.
    """
    digest, done = hashlib.sha256(), 0
    with identity.path.open("rb", buffering=0) as file:
        if from_disk and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            advance(len(chunk))
    if done != identity.size or FileIdentity.of(identity.path) != identity:
        what = _("the file changed while it was read: it is still arriving")
        todo = _("Wait until it has arrived whole, then try again.")
        raise InputError(Finding("file-changing", what, Place(str(identity.path)), todo))
    return digest.hexdigest()
