"""The ledger: the append-only record of every order, and of every drive from the minting of its passport onwards.

One hash chain an origin (a station, a desk). What happened is only ever added; what holds now follows from it
(`usbkit.ledger.state`). Nonces are kept in a table of their own that no list, export or log shows.
"""

from usbkit.ledger.appending import Writing
from usbkit.ledger.store import Ledger

__all__ = ["Ledger", "Writing"]
