"""Progress reports of long work, independent of who shows them.

Library code reports to a ``Progress``; the command line supplies a bar on a terminal, and plain lines or JSON events
elsewhere (``usbkit.cli.output.show``). A ``Progress`` never raises and never decides anything.
"""

from __future__ import annotations

from typing import Protocol

from usbkit.core.messages import Text


class Progress(Protocol):
    """Receives the reports of long work. ``key`` names one strand of work: a drive, a file, a country."""

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
        """Start a phase of ``key``; ``total`` in bytes, None if unknown. ``phase`` is a stable name."""

    def advance(self, key: str, amount: int) -> None:
        """Report ``amount`` more bytes of the current phase as done."""

    def end(self, key: str, outcome: str, what: Text | None = None) -> None:
        """Report ``key`` as done with all phases; ``outcome`` is a stable name such as ``whole`` or ``failed``."""

    def remark(self, what: Text, key: str | None = None) -> None:
        """Report something worth a line that stops nothing."""


class Silence:
    """A ``Progress`` that shows nothing."""

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None: ...

    def advance(self, key: str, amount: int) -> None: ...

    def end(self, key: str, outcome: str, what: Text | None = None) -> None: ...

    def remark(self, what: Text, key: str | None = None) -> None: ...
