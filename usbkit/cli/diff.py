"""``usbkit diff A B``: what changed between two states of a country's drive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from usbkit.cli import show
from usbkit.cli.settings import Settings
from usbkit.errors import EXIT_DONE, EXIT_NO, Finding, InputError, Place
from usbkit.text import _, mark

if TYPE_CHECKING:
    from usbkit.comparison import State
    from usbkit.subtitles import Track


@click.command(
    help=mark(
        "Say in words what changed from A to B: each is a bundle's folder, a lock's file, or a COUNTRY as it would be"
        " now. Exit 0 where they are the same, 1 where they differ."
    )
)
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.pass_obj
def diff(settings: Settings, a: str, b: str) -> int:
    from usbkit.comparison import compare

    before, after = _state(settings, a), _state(settings, b)
    changes = compare(before, after)
    if settings.json:
        values = [{"kind": c.kind, "what": str(c.what), "paths": list(c.paths)} for c in changes]
        show.document({"a": before.name, "b": after.name, "same": not changes, "changes": values})
    elif not changes:
        show.answer(_("{a} and {b} hold the same", a=before.name, b=after.name))
    for change in () if settings.json else changes:
        show.answer(change.what)
        if settings.verbosity > 0:
            for path in change.paths:
                show.answer(f"    {path}")
    return EXIT_NO if changes else EXIT_DONE


def _state(settings: Settings, named: str) -> State:
    path = Path(named)
    if (path / "SHA256SUMS").is_file():
        return _folder(path)
    if path.suffix == ".json" and path.is_file():
        return _lock(path)
    if path.exists():
        what, todo = _("this is no bundle and no lock"), _("Name a bundle's folder, a lock's file, or a country.")
        raise InputError(Finding("diff-what", what, Place(named), todo))
    return _country(settings, named)


def _folder(path: Path) -> State:
    from usbkit.comparison import State
    from usbkit.seal import parse_sums
    from usbkit.subtitles import read_track

    def track(file: str, language: str) -> Track:
        return read_track(path / file, language, encoding="utf-8")

    return State(str(path), parse_sums((path / "SHA256SUMS").read_bytes()), read_track=track)


def _lock(path: Path) -> State:
    from usbkit.comparison import State
    from usbkit.locking import read_lock

    return State(str(path), read_lock(path).files)


def _country(settings: Settings, named: str) -> State:
    from usbkit.comparison import State

    manifests = settings.load()
    (stem,) = manifests.pick([named], False)
    workshop = settings.workshop(manifests, settings.progress(), allow_untranslated=True)
    bundle = workshop.make_bundle(stem)
    tracks = {
        path: planned.tracks[language]
        for planned in bundle.plan.recordings
        for language, path in planned.subtitle_files.items()
    }
    return State(stem, {f.path: f.sha256 for f in bundle.sealed}, read_track=lambda path, _language: tracks[path])
