"""A verdict: three answers, never one (design section 10). Values and their worst-of; no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from usbkit.errors import EXIT_DONE, EXIT_NO


class Content(StrEnum):
    WHOLE = "whole"
    ADDED_TO = "added to"
    INCOMPLETE = "incomplete"
    DAMAGED = "damaged"
    NO_SEAL = "no seal"


class Structure(StrEnum):
    UNTOUCHED = "untouched"
    OPENED = "opened since, consistent"
    BROKEN = "broken"
    NOT_CHECKED = "not checked"


class Origin(StrEnum):
    PROVEN = "proven"
    NOT_CHECKED = "not checked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FileTrouble:
    """One file that is not as the seal says. ``detail`` may say where: a byte range on the device."""

    path: str
    trouble: str  # damaged · missing · extra · unreadable
    detail: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a check found. Exit 0 needs whole, not broken, not refused."""

    content: Content
    structure: Structure
    origin: Origin
    fingerprint: str | None
    files: int
    bytes: int
    troubles: tuple[FileTrouble, ...] = ()
    structure_troubles: tuple[str, ...] = ()
    debris: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        good = (
            self.content is Content.WHOLE
            and self.structure is not Structure.BROKEN
            and self.origin is not Origin.REFUSED
        )
        return EXIT_DONE if good else EXIT_NO
