"""Documents beside the chain, which entries name by SHA-256."""

from __future__ import annotations

import hashlib

#: The kind of an order's sheet (`usbkit.ledger.order_sheet`).
ORDER_SHEET = "order-sheet"

#: Most bytes of a document, here and wherever it is taken.
MAX_DOCUMENT = 16 * 2**20


def digest_document(body: bytes) -> str:
    """Return the name by which entries refer to a document."""
    return hashlib.sha256(body).hexdigest()
