"""``usbkit diff A B``: what changed between two states of a country's drive."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from usbkit.cli import options
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO
from usbkit.core.messages import _, mark

if TYPE_CHECKING:
    from usbkit.diff.compare import Change, State


@click.command(
    help=mark(
        "Say in words what changed from A to B: each is a bundle's folder, an image, a lock's file, or a COUNTRY as it"
        " would be now. Exit 0 where their seals say the same, 1 where they differ; whether a folder or an image still"
        " holds what its seal says, `usbkit verify` answers."
    )
)
@click.argument("a", metavar="A", type=options.PLACE)
@click.argument("b", metavar="B", type=options.PLACE)
@click.pass_obj
def diff(settings: Settings, a: str, b: str) -> int:
    from usbkit.diff.compare import compare

    with ExitStack() as stack:
        before, after = _state(settings, a, stack), _state(settings, b, stack)
        changes = compare(before, after)
    if settings.json:
        values = [change_json(change) for change in changes]
        show.document({"a": before.name, "b": after.name, "same": not changes, "changes": values})
    elif not changes:
        show.answer(_("{a} and {b} hold the same", a=before.name, b=after.name))
    for change in () if settings.json else changes:
        say_change(change)
        if settings.verbosity > 0:
            for path in change.paths:
                show.answer(f"    {path}")
    return EXIT_NO if changes else EXIT_DONE


def _state(settings: Settings, named: str, stack: ExitStack) -> State:
    path = Path(named)
    if not path.exists():
        return _country(settings, named)
    from usbkit.diff.states import open_state

    return stack.enter_context(open_state(path))


def _country(settings: Settings, named: str) -> State:
    from usbkit.diff.states import state_of_bundle

    manifests = settings.load()
    (stem,) = manifests.pick([named], False)
    context = settings.context(manifests, settings.progress(), allow_untranslated=True)
    bundle = context.make_bundle(stem)
    return state_of_bundle(bundle, stem)


def change_json(change: Change) -> dict[str, object]:
    """Return a change as JSON; stable."""
    details = [str(detail) for detail in change.details]
    return {"kind": change.kind, "what": str(change.what), "paths": list(change.paths), "details": details}


def say_change(change: Change, indent: str = "") -> None:
    """Print a change, and the changed words below it."""
    show.answer(f"{indent}{change.what}")
    for detail in change.details:
        show.answer(f"{indent}    {detail}")
