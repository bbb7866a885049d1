"""Keyed tags of pieces of files: AES-GMAC (NIST SP 800-38D section 3), which is AES-GCM with authenticated data only.

Two different pieces of one length have the same tag under one nonce with a probability of at most their blocks of 16
bytes, and one for the length, ÷ 2^128, which is below 2^-110 for 2 MiB, unless key or tags are known.
"""

from __future__ import annotations

import os
from typing import NoReturn

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

#: Bytes of a file that have one tag.
PIECE = 2 * 2**20
#: Bytes of a tag.
TAG = 16


class TagKey:
    """A random key for one batch. It exists only in this process and its forks: it cannot be printed, kept or sent."""

    __slots__ = ("_aes",)

    def __init__(self) -> None:
        self._aes = algorithms.AES(os.urandom(32))

    def begin(self, file: int, piece: int) -> PieceTag:
        """Begin the tag of ``piece`` of ``file``, both numbers of the batch: each pair is a unique nonce."""
        return PieceTag(self._aes, file.to_bytes(4, "big") + piece.to_bytes(8, "big"))

    def tag(self, file: int, piece: int, data: bytes | memoryview) -> bytes:
        """Return the tag of a whole piece at once; see ``begin``."""
        begun = self.begin(file, piece)
        begun.update(data)
        return begun.finish()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a batch's key does not leave memory")


class PieceTag:
    """A tag being computed."""

    __slots__ = ("_gmac",)

    def __init__(self, aes: algorithms.AES, nonce: bytes) -> None:
        self._gmac = Cipher(aes, modes.GCM(nonce)).encryptor()

    def update(self, data: bytes | memoryview) -> None:
        """Add more of the piece, in order."""
        self._gmac.authenticate_additional_data(data)

    def finish(self) -> bytes:
        """Return the tag; call it once."""
        self._gmac.finalize()
        return self._gmac.tag
