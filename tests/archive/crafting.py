"""7z archives built byte by byte, each with exactly one fault (7zFormat.txt; uses no code of usbkit)."""

from __future__ import annotations

import hashlib
import lzma
import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SIGNATURE = b"7z\xbc\xaf\x27\x1c\x00\x04"
COPY = b"\x01\x00"
FILE = 0x20
FOLDER = 0x10
LINK = 0x8000 | 0o120777 << 16
DEVICE = 0x8000 | 0o020666 << 16
JUNCTION = 0x400 | 0x10


@dataclass(frozen=True)
class Item:
    """One entry; ``data`` None is a folder. ``name`` goes into the header as it is."""

    name: str
    data: bytes | None = b"x"
    attributes: int = FILE


def number(value: int) -> bytes:
    """A number as 7z writes it; always the long form, which every reader takes."""
    return bytes([value]) if value < 0x80 else b"\xff" + value.to_bytes(8, "little")


def archive(
    items: Sequence[Item],
    *,
    coder: bytes = COPY,
    packed: bytes | None = None,
    size: int | None = None,
    count: int | None = None,
    anti: bool = False,
) -> bytes:
    """An archive of ``items`` in one stream; the other arguments replace what they would give."""
    full = [i for i in items if i.data is not None]
    content = b"".join(i.data or b"" for i in items)
    packed = content if packed is None else packed
    size = len(content) if size is None else size
    given = [len(i.data or b"") for i in full]
    sizes = b"".join(number(s) for s in given[:-1])
    digests = b"\x0a\x01" + b"".join(struct.pack("<I", zlib.crc32(i.data or b"")) for i in full)
    streams = (
        b"\x04\x06\x00\x01\x09" + number(len(packed)) + b"\x00"
        b"\x07\x0b\x01\x00" + b"\x01" + coder[:1] + coder[1:] + b"\x0c" + number(size) + b"\x00"
        b"\x08\x0d" + number(len(full)) + (b"\x09" + sizes if len(full) > 1 else b"") + digests + b"\x00\x00"
    )
    header = b"\x01" + (streams if full else b"") + _files(items, count, anti=anti) + b"\x00"
    return finish(packed, header)


def _files(items: Sequence[Item], count: int | None, *, anti: bool) -> bytes:
    empty = [i.data is None for i in items]
    names = b"\x00" + b"".join(i.name.encode("utf-16-le", "surrogatepass") + b"\0\0" for i in items)
    attributes = b"\x01\x00" + b"".join(struct.pack("<I", i.attributes & 0xFFFFFFFF) for i in items)
    properties = [(0x11, names), (0x15, attributes)]
    if any(empty):
        properties.insert(0, (0x0E, _bits(empty)))
        if anti:
            properties.insert(1, (0x10, _bits([True] * sum(empty))))
    body = b"".join(bytes([id]) + number(len(data)) + data for id, data in properties)
    return b"\x05" + number(len(items) if count is None else count) + body + b"\x00"


def _bits(values: Sequence[bool]) -> bytes:
    data = bytearray((len(values) + 7) // 8)
    for n, value in enumerate(values):
        data[n // 8] |= value << (7 - n % 8)
    return bytes(data)


def finish(packed: bytes, header: bytes, *, offset: int | None = None, length: int | None = None) -> bytes:
    """Start, packed streams and header as one archive."""
    place = len(packed) if offset is None else offset
    start = struct.pack("<QQI", place, len(header) if length is None else length, zlib.crc32(header))
    return SIGNATURE + struct.pack("<I", zlib.crc32(start)) + start + packed + header


def encoded(header: bytes, coder: bytes, size: int) -> bytes:
    """An archive whose header is ``header``, packed by ``coder``, and says that it unpacks to ``size``."""
    return finish(
        header,
        b"\x17\x06\x00\x01\x09"
        + number(len(header))
        + b"\x00\x07\x0b\x01\x00\x01"
        + coder
        + b"\x0c"
        + number(size)
        + b"\x00\x00",
    )


def lzma2(data: bytes, dictionary: int = 16) -> tuple[bytes, bytes]:
    """A coder and what it packs ``data`` to; ``dictionary`` is the byte that says its size."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 1, "dict_size": 2**20}]
    return b"\x21\x21\x01" + bytes([dictionary]), lzma.compress(data, lzma.FORMAT_RAW, filters=filters)


def zeros(count: int) -> tuple[bytes, bytes]:
    """A coder and ``count`` zeros packed by it, without ever holding them."""
    packer = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0}])
    block = bytes(2**20)
    packed = b"".join(packer.compress(block) for _block in range(count // len(block)))
    return b"\x21\x21\x01\x18", packed + packer.flush()


def deflated(count: int) -> tuple[bytes, bytes]:
    """A coder and ``count`` zeros packed by Deflate."""
    packer = zlib.compressobj(9, wbits=-15)
    packed = b"".join(packer.compress(bytes(2**20)) for _block in range(count // 2**20))
    return b"\x23\x04\x01\x08\x00", packed + packer.flush()


def aes(cycles: int, iv: bytes = b"") -> bytes:
    """A coder of 7zAES that derives its key by 2 to ``cycles`` rounds."""
    if not iv:
        return b"\x24\x06\xf1\x07\x01\x01" + bytes([cycles])
    return b"\x24\x06\xf1\x07\x01\x12" + bytes([cycles | 0x40, len(iv) - 1]) + iv


def encrypt(data: bytes, passphrase: str, cycles: int) -> tuple[bytes, bytes]:
    """A coder of 7zAES and ``data`` encrypted by it."""
    sha, secret = hashlib.sha256(), passphrase.encode("utf-16-le")
    for round in range(1 << cycles):
        sha.update(secret + round.to_bytes(8, "little"))
    iv = os.urandom(16)
    cipher = Cipher(algorithms.AES256(sha.digest()), modes.CBC(iv)).encryptor()
    return aes(cycles, iv), cipher.update(data.ljust(-(-len(data) // 16) * 16, b"\0")) + cipher.finalize()
