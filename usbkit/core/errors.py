"""The errors that reach a user, sorted by what the caller can do about them.

Each holds what was found, what was expected, what to do next, and the exit code of design section 13. Only
``usbkit.cli.main`` turns one into an exit; library code raises, and never prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from usbkit.core.messages import Text

EXIT_DONE = 0
EXIT_NO = 1
EXIT_NOT_BEGUN = 2
EXIT_BROKEN_OFF = 3
EXIT_SIGINT = 130
EXIT_SIGTERM = 143


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the input: a file and, if known, its line (from 1) and field path."""

    file: str
    line: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        at = f"{self.file}:{self.line}" if self.line is not None else self.file
        return f"{at}: {self.field}" if self.field else at


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or remarkable.

    ``id`` is a stable kebab-case name (``subtitle-overlap``); ``what`` says it in a sentence that contains what was
    found and what was expected; ``todo`` is the next step. ``is_error`` false makes it a remark, which stops nothing.
    """

    id: str
    what: Text
    place: Place | None = None
    todo: Text | None = None
    is_error: bool = True


class UsbkitError(Exception):
    """Base of all errors that we raise on purpose. ``findings`` is never empty."""

    exit_code: ClassVar[int] = EXIT_NOT_BEGUN

    def __init__(self, *findings: Finding) -> None:
        if not findings:
            raise ValueError("an error needs at least one finding")
        super().__init__(*findings)
        self.findings: tuple[Finding, ...] = findings

    @classmethod
    def of(cls, id: str, what: Text, *, place: Place | None = None, todo: Text | None = None) -> Self:
        """An error with one finding, the common case."""
        return cls(Finding(id, what, place, todo))

    def __str__(self) -> str:
        return "\n".join(str(f.what) if f.place is None else f"{f.place}: {f.what}" for f in self.findings)


class InputError(UsbkitError):
    """The user's input is wrong: a manifest, an option, a source file. Exit 2."""


class RefusedError(UsbkitError):
    """A safety rule forbids what was asked (design section 8). Exit 2."""


class DeviceError(UsbkitError):
    """A device or file is missing or unusable, and nothing was begun. Exit 2."""


class AnswerNoError(UsbkitError):
    """The question was answered, and the answer is no: not ready, not whole. Exit 1."""

    exit_code = EXIT_NO


class BrokenOffError(UsbkitError):
    """Work was begun, then interrupted by an error outside usbkit: device vanished, disk full, I/O error on our side.
    Exit 3.
    """

    exit_code = EXIT_BROKEN_OFF


class SourceError(BrokenOffError):
    """A source cannot be read, or no longer matches the plan or its digest. The drive is not at fault; what was written
    from the source must be discarded.
    """
