"""The ledger: the append-only record of every order, and of every drive from the minting of its passport onwards.

It has one hash chain per origin (a station, a desk). Entries are only ever added; the current state is computed from
them (``usbkit.ledger.state``). Nonces are kept in a separate table that no list, export or log shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from usbkit.ledger.appending import Writing
    from usbkit.ledger.store import Ledger

__all__ = ["Ledger", "Writing"]


def __getattr__(name: str) -> Any:
    """Import ``Ledger`` and ``Writing`` on demand: most commands only check whether there is a ledger."""
    if name == "Ledger":
        from usbkit.ledger.store import Ledger

        return Ledger
    if name == "Writing":
        from usbkit.ledger.appending import Writing

        return Writing
    raise AttributeError(name)
