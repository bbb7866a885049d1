"""States of a drive to compare: a bundle's folder, a lock's file, an image or a device, none of which is trusted.

A state is what the seal in it says. Whether a folder or an image still holds that, `usbkit verify` answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from usbkit.bundle.lockfile import read_lock
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.diff.compare import State
from usbkit.disk import reader
from usbkit.sources.subtitles import Track
from usbkit.sources.subtitles.reading import LARGEST, parse_track
from usbkit.trust.sums import MAX_SUMS, SUMS_NAME, parse_sums
from usbkit.trust.tree import Tree, UnreadableError
from usbkit.verify.content import read_small
from usbkit.verify.device import DeviceTree
from usbkit.verify.directory import DirectoryTree
from usbkit.verify.rawread import open_raw


@contextmanager
def open_state(path: Path) -> Iterator[State]:
    """The state at ``path``, which stays open while subtitles may be asked for.

    Raises InputError where there is no seal or lock that can be read, DeviceError where nothing can be opened.
    """
    if path.is_dir():
        yield _state_of(DirectoryTree(path), path)
    elif path.suffix == ".json":
        yield State(str(path), read_lock(path).files)
    else:
        with open_raw(path) as raw:
            examination = reader.examine(raw.read_at, raw.size)
            raw.require_present()
            if examination.troubles and not any(e.path == SUMS_NAME for e in examination.entries):
                raise _no_state(path, _("its structure is broken: {trouble}", trouble=str(examination.troubles[0])))
            yield _state_of(DeviceTree(raw, examination.entries), path)


def _state_of(tree: Tree, path: Path) -> State:
    entries = {entry.path: entry for entry in tree.entries()}

    def read(file: str, most: int) -> bytes:
        try:
            data = read_small(tree, entries, file, most)
        except UnreadableError as problem:
            raise _no_state(path, _("{file} cannot be read: {reason}", file=file, reason=problem.reason)) from None
        if data is None:
            raise _no_state(path, _("there is no {file} in it", file=file))
        return data

    def read_track(file: str, language: str) -> Track:
        return parse_track(read(file, LARGEST), language, f"{path}: {file}", encoding="utf-8")

    return State(str(path), parse_sums(read(SUMS_NAME, MAX_SUMS)), read_track)


def _no_state(path: Path, reason: Text) -> InputError:
    what = _("this is no bundle, no lock and no image of ours: {reason}", reason=reason)
    todo = _("Name a bundle's folder, a lock's file, an image, or a country.")
    return InputError(Finding("diff-what", what, Place(str(path)), todo))
