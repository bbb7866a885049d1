"""A drive's reference: the five characters on its label that name it on the telephone, in mails and in the ledger.

It is computed from the nonce in the passport; the nonce cannot be computed from it.
"""

from __future__ import annotations

import hashlib

#: Crockford's base 32 (crockford.com/base32.html): without the letters that are misread.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

REFERENCE_BITS = 24

#: What a reference looks like; shared with the pages.
REFERENCE = f"[{ALPHABET}]{{5}}"


def to_reference(number: int) -> str:
    """Return a drive's reference: 24 bits as five characters that are easy to read out."""
    return "".join(ALPHABET[number >> shift & 31] for shift in (20, 15, 10, 5, 0))


def reference_of(nonce: str) -> str:
    """Return the reference of the drive whose passport holds ``nonce``."""
    digest = hashlib.sha256(f"usbkit drive v1 {nonce}".encode()).digest()
    return to_reference(int.from_bytes(digest[: REFERENCE_BITS // 8], "big"))
