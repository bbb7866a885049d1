"""Numbered drives that are about to be overwritten by hand: decide first what becomes of their numbers.

The ledger is read only if there is one, by ``usbkit.cli.numbered_drives``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import click

from usbkit.cli.ledger_location import ledger_place
from usbkit.cli.settings import Settings
from usbkit.core.messages import mark
from usbkit.drives.safety import Decision

if TYPE_CHECKING:
    from usbkit.cli.numbered_drives import Numbered

free = click.option(
    "--free",
    "freed",
    metavar="DRIVE",
    multiple=True,
    help=mark("Write over this numbered drive of ours (or ORDER:NUMBER): another stick gets its number."),
)


def require_numbers_free(settings: Settings, decisions: Sequence[Decision], freed: Collection[str]) -> Numbered | None:
    """Decide about each numbered drive before anything is written; None without a ledger, where the passport on the
    drive is reason enough to ask.

    Raises RefusedError with all that may not be overwritten; ``--yes`` does not override this.
    """
    if not ledger_place(settings).exists:
        return None
    from usbkit.cli.numbered_drives import decide

    return decide(settings, decisions, freed)


def free_numbers(numbered: Numbered | None, reason: str) -> None:
    """Record that these drives are about to be overwritten, before they are."""
    if numbered is not None:
        numbered.free(reason)
