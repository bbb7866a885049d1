"""Tags of pieces: AES-GMAC as specified by NIST, with a key that never leaves the process."""

from __future__ import annotations

import os
import pickle

import pytest

from usbkit.trust.piece_tags import PIECE, TAG, TagKey

# NIST CAVS 14.0, gcmEncryptExtIV256.rsp: IV of 96, no plaintext, 128 bits of additional data, tag of 128.
KEY = bytes.fromhex("78dc4e0aaf52d935c3c01eea57428f00ca1fd475f5da86a49c8dd73d68c8e223")
NONCE = bytes.fromhex("d79cf22d504cc793c3fb6c8a")
DATA = bytes.fromhex("b96baa8c1c75a671bfb2d08d06be5f36")
WANTED = bytes.fromhex("3e5d486aa2e30b22e040b85723a06e76")


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> TagKey:
    monkeypatch.setattr("usbkit.trust.piece_tags.os.urandom", lambda size: KEY[:size])
    return TagKey()


def test_a_tag_is_gmac(known: TagKey) -> None:
    file, piece = int.from_bytes(NONCE[:4], "big"), int.from_bytes(NONCE[4:], "big")
    assert known.tag(file, piece, DATA) == WANTED
    assert len(WANTED) == TAG


def test_a_tag_does_not_depend_on_how_the_bytes_come(known: TagKey) -> None:
    data = os.urandom(PIECE)
    begun = known.begin(1, 2)
    for start, end in ((0, 1), (1, 17), (17, 70_000), (70_000, PIECE)):
        begun.update(memoryview(data)[start:end])
    assert begun.finish() == known.tag(1, 2, data)


def test_every_piece_of_every_file_has_a_nonce_of_its_own(known: TagKey) -> None:
    places = [(0, 0), (0, 1), (1, 0), (1, 2**32), (2, 0), (2**32 - 1, 2**64 - 1)]
    assert len({known.tag(file, piece, b"the same") for file, piece in places}) == len(places)


def test_each_batch_has_another_key() -> None:
    assert TagKey().tag(0, 0, b"the same") != TagKey().tag(0, 0, b"the same")


def test_a_key_is_neither_shown_nor_kept(known: TagKey) -> None:
    assert KEY.hex() not in repr(known)
    assert str(KEY) not in repr(known)
    with pytest.raises(TypeError, match="does not leave memory"):
        pickle.dumps(known)
