"""A drive's journey, from the minting of its passport on: a small state machine that every entry must obey.

A journey belongs to a passport, not to a stick: writing a stick again starts another journey, under another nonce.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from usbkit.drives.record import Outcome


class Stage(StrEnum):
    """The stage of a journey. Stable names: lists and JSON use them."""

    MINTED = "minted"  # number and nonce are given out; no byte is written
    BEGUN = "begun"  # a worker is writing it
    INTERRUPTED = "interrupted"  # unfinished, and the stick is not to blame: may be gone on with
    FAILED = "failed"  # the stick failed under it
    WHOLE = "whole"  # written, read back, finished: its number is taken
    VOID = "void"  # given up: whatever carries this passport does not count


#: What may come next. A failed or void passport never comes back to life: its stick gets a new one.
NEXT: Mapping[Stage, frozenset[Stage]] = {
    Stage.MINTED: frozenset((Stage.BEGUN, Stage.VOID)),
    Stage.BEGUN: frozenset((Stage.WHOLE, Stage.FAILED, Stage.INTERRUPTED)),
    Stage.INTERRUPTED: frozenset((Stage.BEGUN, Stage.WHOLE, Stage.VOID)),
    Stage.FAILED: frozenset(),
    Stage.WHOLE: frozenset((Stage.VOID,)),
    Stage.VOID: frozenset(),
}

#: Stages in which a number belongs to the passport and may be given to nobody else.
HOLDING = frozenset((Stage.MINTED, Stage.BEGUN, Stage.INTERRUPTED, Stage.WHOLE))

_BY_OUTCOME = {
    Outcome.WHOLE: Stage.WHOLE,
    Outcome.DAMAGED: Stage.FAILED,
    Outcome.FAKE: Stage.FAILED,
    Outcome.FAILED: Stage.FAILED,
    Outcome.HUNG: Stage.FAILED,
    Outcome.REFUSED: Stage.INTERRUPTED,
    Outcome.VANISHED: Stage.INTERRUPTED,
    Outcome.SOURCE: Stage.INTERRUPTED,
    Outcome.INTERRUPTED: Stage.INTERRUPTED,
    Outcome.CRASHED: Stage.INTERRUPTED,
}


def stage_after(outcome: Outcome) -> Stage:
    """Return the stage after a worker's outcome: only failures of the stick itself count against it."""
    return _BY_OUTCOME[outcome]
