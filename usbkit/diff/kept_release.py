"""What people read of a release, kept beside the manifests: seal, pages and subtitles in a small archive.

With it the next release can be compared in words after its bundle is gone. The archive needs no digest: the seal
verifies each file, and the approval, which names its fingerprint, the seal.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from usbkit.bundle.assembly import Bundle
from usbkit.bundle.sealed import CHECK_PAGE
from usbkit.core.atomic import beside
from usbkit.core.content import Made
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.diff.compare import State
from usbkit.diff.page_text import LARGEST_PAGE
from usbkit.sources.subtitles import Track
from usbkit.sources.subtitles.reading import LARGEST, parse_track
from usbkit.trust.sums import MAX_SUMS, SUMS_NAME, fingerprint, parse_sums

SUFFIX = ".zip"

#: What `zipfile` raises of an archive that is none, was cut, asks for a password or is of a form that it does not read.
_BROKEN = (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, zlib.error)

#: What people read of a drive; not its check page, which says nothing about contents.
_READ = (".html", ".srt", ".txt")

#: As ZIP has it, which knows no earlier one: the archive is the same bytes whenever it is made.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def kept_path(folder: Path, stem: str, edition: int, seal: str) -> Path:
    """Return the path of the kept release of a ``seal``; ``folder`` is the programme's."""
    return folder / "approvals" / stem / f"edition-{edition}-{seal[:16]}{SUFFIX}"


def keep_release(bundle: Bundle, path: Path) -> None:
    """Store what people read of ``bundle`` at ``path``, atomically."""
    made = {f.path: f.content.data for f in bundle.sealed if isinstance(f.content, Made)}
    texts = {name: data for name, data in made.items() if name.endswith(_READ) and name != CHECK_PAGE}
    path.parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as target:
        with zipfile.ZipFile(target, "w") as archive:
            for name, data in [(SUMS_NAME, bundle.sums), *sorted(texts.items())]:
                entry = zipfile.ZipInfo(name, _MOMENT)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, data)
        target.chmod(0o644)  # the umask has no say


@contextmanager
def open_release(path: Path, seal: str | None = None) -> Iterator[State]:
    """Open the release kept at ``path``, which must be of ``seal`` if given.

    Raises InputError if it is invalid or another one.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, *_BROKEN) as problem:
        raise _no_release(path, _("it cannot be read: {reason}", reason=problem)) from None
    with archive:
        sums = _read(archive, SUMS_NAME, MAX_SUMS, path)
        if seal is not None and fingerprint(sums) != seal:
            raise _no_release(path, _("it is of another seal"))
        files = parse_sums(sums)

        def read(name: str, most: int) -> bytes:
            data = _read(archive, name, most, path)
            if hashlib.sha256(data).hexdigest() != files.get(name):
                raise _no_release(path, _("{file} in it is not what its seal says", file=name))
            return data

        def read_track(name: str, language: str) -> Track:
            return parse_track(read(name, LARGEST), language, f"{path}: {name}", encoding="utf-8")

        yield State(str(path), files, read_track, lambda name: read(name, LARGEST_PAGE))


def _read(archive: zipfile.ZipFile, name: str, most: int, path: Path) -> bytes:
    try:
        with archive.open(name) as file:
            data = file.read(most + 1)
    except (OSError, KeyError, *_BROKEN) as problem:
        raise _no_release(path, _("{file} cannot be read: {reason}", file=name, reason=problem)) from None
    if len(data) > most:
        raise _no_release(path, _("{name} is far too large", name=name))
    return data


def _no_release(path: Path, reason: Text) -> InputError:
    what = _("this is no release that was kept: {reason}", reason=reason)
    return InputError(Finding("release-unreadable", what, Place(str(path)), _("Take it from where it was kept.")))
