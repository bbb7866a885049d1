"""Origin: whether what the checker holds from outside the drive says that the seal is ours.

A fingerprint or key that stands on the drive itself never proves origin: whoever changed the drive could change it too.
"""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.text import Text, _
from usbkit.verdict import Origin


@dataclass(frozen=True, slots=True)
class Trust:
    """What the checker holds from outside: the letter's fingerprint (64 hex digits)."""

    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class OriginAnswer:
    """The answer and why."""

    origin: Origin
    reasons: tuple[Text, ...]


def judge_origin(fingerprint: str, trust: Trust) -> OriginAnswer:
    """Whether a seal with ``fingerprint`` is what ``trust`` vouches for."""
    if trust.fingerprint is None:
        return OriginAnswer(
            Origin.NOT_CHECKED, (_("neither a fingerprint nor a key from outside the drive was given"),)
        )
    if trust.fingerprint == fingerprint:
        return OriginAnswer(Origin.PROVEN, (_("the fingerprint is the one given"),))
    return OriginAnswer(Origin.REFUSED, (_("the fingerprint is not the one given: these are other files"),))
