"""The passphrase of an encrypted pack: six random words, used for this pack only, and the keys that 7z derives from it.

7z derives keys without a salt, so a passphrase that people invent or reuse can be guessed for all archives at once. Six
words from a list of 7,776 are 77 bits.
"""

from __future__ import annotations

import hashlib
import secrets

from usbkit.core.wordlist import words

WORDS = 6


def new_passphrase() -> str:
    """Return six words joined by hyphens, easy to read out."""
    return "-".join(secrets.choice(words()) for _word in range(WORDS))


def tidy(typed: str) -> str:
    """Normalise a typed passphrase: capitals, spaces and hyphens between our words do not matter.

    Anything but six words of ours stays as typed: archives made by 7-Zip may have any passphrase.
    """
    parts = typed.strip().lower().replace("-", " ").split()
    known = set(words())
    return "-".join(parts) if len(parts) == WORDS and all(part in known for part in parts) else typed


class Passphrase:
    """A passphrase and the keys derived from it, each derived once. Its text never appears in a message."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._keys: dict[tuple[int, bytes], bytes] = {}

    def __repr__(self) -> str:
        return "Passphrase(…)"

    def key(self, cycles: int, salt: bytes) -> bytes:
        """Return the AES-256 key: SHA-256 over 2 to the power of ``cycles`` rounds of salt, passphrase and round
        (7-Zip's 7zAES.cpp).
        """
        known = self._keys.get((cycles, salt))
        if known is None:
            known = self._keys[cycles, salt] = _derive(salt + self.text.encode("utf-16-le"), cycles)
        return known


def _derive(prefix: bytes, cycles: int) -> bytes:
    sha, rounds = hashlib.sha256(), 1 << cycles
    for start in range(0, rounds, 1024):
        numbers = range(start, min(start + 1024, rounds))
        sha.update(b"".join(prefix + number.to_bytes(8, "little") for number in numbers))
    return sha.digest()
