"""How long work tells what it is doing, without knowing who looks.

Library code takes a `Progress` and reports to it; the command line gives it a bar on a terminal, plain lines elsewhere
or JSON events (``usbkit.cli.output.show``). A `Progress` never raises and never decides anything.
"""

from __future__ import annotations

from typing import Protocol

from usbkit.core.messages import Text


class Progress(Protocol):
    """What long work reports. ``key`` names one strand of work: a drive, a file, a country."""

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
        """A phase of ``key`` starts; ``total`` in bytes, None when it cannot be known. ``phase`` is a stable name."""

    def advance(self, key: str, amount: int) -> None:
        """``amount`` bytes more of the current phase are done."""

    def end(self, key: str, outcome: str, what: Text | None = None) -> None:
        """``key`` is done with all phases; ``outcome`` is a stable name such as ``whole`` or ``failed``."""

    def remark(self, what: Text, key: str | None = None) -> None:
        """Something worth a line that stops nothing."""


class Silence:
    """The `Progress` that says nothing."""

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None: ...

    def advance(self, key: str, amount: int) -> None: ...

    def end(self, key: str, outcome: str, what: Text | None = None) -> None: ...

    def remark(self, what: Text, key: str | None = None) -> None: ...
