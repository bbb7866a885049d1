"""States of a drive to compare: a bundle folder, a lock file, an image or a device, all untrusted.

A state is what its seal lists. Whether a folder or an image still holds that, ``usbkit verify`` answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from usbkit.bundle.assembly import Bundle
from usbkit.bundle.lockfile import read_lock
from usbkit.core.content import Made
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.diff.compare import State
from usbkit.diff.kept_release import SUFFIX, open_release
from usbkit.diff.page_text import LARGEST_PAGE
from usbkit.disk import reader
from usbkit.sources.subtitles import Track
from usbkit.sources.subtitles.reading import LARGEST, parse_track
from usbkit.trust.sums import MAX_SUMS, SUMS_NAME, parse_sums
from usbkit.trust.tree import Tree, UnreadableFileError
from usbkit.verify.content import read_small
from usbkit.verify.device import DeviceTree
from usbkit.verify.directory import DirectoryTree
from usbkit.verify.rawread import open_raw


@contextmanager
def open_state(path: Path) -> Iterator[State]:
    """Open the state at ``path``, as long as its subtitles may be read.

    Raises InputError if there is no readable seal or lock, DeviceError if it cannot be opened.
    """
    if path.is_dir():
        yield _state_of(DirectoryTree(path), path)
    elif path.suffix == ".json":
        yield State(str(path), read_lock(path).files)
    elif path.suffix == SUFFIX:
        with open_release(path) as state:
            yield state
    else:
        with open_raw(path) as raw:
            examination = reader.examine(raw.read_at, raw.size)
            raw.require_present()
            if examination.troubles and not any(e.path == SUMS_NAME for e in examination.entries):
                raise _no_state(path, _("its structure is broken: {trouble}", trouble=str(examination.troubles[0])))
            yield _state_of(DeviceTree(raw, examination.entries), path)


def state_of_bundle(bundle: Bundle, name: str) -> State:
    """Return the current state of a country."""
    tracks = {
        path: planned.tracks[language]
        for planned in bundle.plan.recordings
        for language, path in planned.subtitle_files.items()
    }
    made = {f.path: f.content.data for f in bundle.sealed if isinstance(f.content, Made)}
    files = {f.path: f.sha256 for f in bundle.sealed}
    return State(name, files, lambda path, _language: tracks[path], lambda path: made[path])


def _state_of(tree: Tree, path: Path) -> State:
    entries = {entry.path: entry for entry in tree.entries()}

    def read(file: str, most: int) -> bytes:
        try:
            data = read_small(tree, entries, file, most)
        except UnreadableFileError as problem:
            raise _no_state(path, _("{file} cannot be read: {reason}", file=file, reason=problem.reason)) from None
        if data is None:
            raise _no_state(path, _("there is no {file} in it", file=file))
        return data

    def read_track(file: str, language: str) -> Track:
        return parse_track(read(file, LARGEST), language, f"{path}: {file}", encoding="utf-8")

    return State(str(path), parse_sums(read(SUMS_NAME, MAX_SUMS)), read_track, lambda file: read(file, LARGEST_PAGE))


def _no_state(path: Path, reason: Text) -> InputError:
    what = _("this is no bundle, no lock and no image of ours: {reason}", reason=reason)
    todo = _("Name a bundle's folder, a lock's file, an image, or a country.")
    return InputError(Finding("diff-what", what, Place(str(path)), todo))
