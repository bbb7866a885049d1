"""Write one archive with py7zr: the bundle's files under their paths, with one date, each verified while it is read."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import py7zr
from py7zr.helpers import ArchiveTimestamp
from py7zr.properties import FILTER_COPY, FILTER_CRYPTO_AES256_SHA256, FILTER_DEFLATE

from usbkit.archive.parts import PartsWriter
from usbkit.archive.passphrase import Passphrase
from usbkit.archive.plan import BundleFile, Method
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _

# Windows' ARCHIVE, and behind 7-Zip's UNIX the mode of a file that its owner may write and all may read.
_ATTRIBUTES = 0x20 | 0x8000 | 0o100644 << 16

_FILTERS: dict[Method, list[dict[str, int]]] = {
    Method.STORE: [{"id": FILTER_COPY}],
    Method.FAST: [{"id": FILTER_DEFLATE}],
}


def write_archive(
    folder: Path,
    files: Sequence[BundleFile],
    out: PartsWriter,
    method: Method,
    moment: dt.datetime,
    passphrase: Passphrase | None,
    report: Callable[[int], None],
) -> None:
    """Write ``files`` of the bundle at ``folder`` to ``out``; ``report`` receives the bytes read.

    Without a passphrase the bytes depend only on the files, the method and the moment. Raises InputError if a file does
    not match the seal.
    """
    filters = [*_FILTERS[method]]
    if passphrase is not None:
        filters.append({"id": FILTER_CRYPTO_AES256_SHA256})
    text = None if passphrase is None else passphrase.text
    # Closed only when all is in it: py7zr writes the header then, and of an archive that was broken off it cannot.
    archive = _Archive(out, "w", filters=filters, password=text, header_encryption=passphrase is not None)  # type: ignore[arg-type]
    archive.moment = moment
    with ThreadPoolExecutor(1, "digest") as pool:
        for file in files:
            with _Source(folder / file.path, report, pool) as source:
                archive.writef(source, file.path)  # type: ignore[arg-type]
                source.require(file)
    archive.close()


class _Archive(py7zr.SevenZipFile):  # type: ignore[misc,unused-ignore]
    """py7zr's archive, with times and modes on its files that come from no clock and no umask."""

    moment: dt.datetime

    def _make_file_info_from_name(self, bio: Any, size: int, arcname: str) -> Any:  # type: ignore[override]
        info = super()._make_file_info_from_name(bio, size, arcname)
        stamp = ArchiveTimestamp.from_datetime(self.moment.timestamp())
        info["creationtime"] = info["lastwritetime"] = info["lastaccesstime"] = stamp
        info["attributes"] = _ATTRIBUTES
        return info


class _Source(io.BufferedIOBase):
    """A file that is read once from its beginning, counted on its way, and hashed beside what is made of it."""

    def __init__(self, path: Path, report: Callable[[int], None], pool: Executor) -> None:
        self._path = path
        self._pool = pool
        self._hashing: Future[None] | None = None
        self._file: BinaryIO = path.open("rb", buffering=0)
        self._report = report
        self._sha = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def read(self, size: int | None = -1) -> bytes:
        data = self._file.read(-1 if size is None else size)
        self._wait()
        self._hashing = self._pool.submit(self._sha.update, data)
        self._report(len(data))
        return data

    def _wait(self) -> None:
        if self._hashing is not None:
            self._hashing.result()

    def close(self) -> None:
        self._file.close()
        super().close()

    def require(self, file: BundleFile) -> None:
        """Raise InputError unless what was read is ``file`` as the seal names it."""
        self._wait()
        if self._sha.hexdigest() != file.sha256:
            what = _("this file is not what the seal says")
            todo = _("`usbkit verify` says what is wrong with the bundle. Build it again, then pack it.")
            raise InputError(Finding("bundle-damaged", what, Place(str(self._path)), todo))
