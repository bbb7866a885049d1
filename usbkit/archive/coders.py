"""Compression and encryption methods of 7z streams: which we accept, within which limits; decoding of headers."""

from __future__ import annotations

import lzma
from dataclasses import dataclass

from usbkit.archive.cursor import Cursor
from usbkit.archive.errors import UnfitError, wrong_form
from usbkit.archive.limits import MAX_CODERS, MAX_CYCLES, MAX_DICTIONARY, MAX_HEADER
from usbkit.archive.passphrase import Passphrase
from usbkit.core.messages import _
from usbkit.core.units import format_size

# Methods.txt of 7-Zip.
COPY = b"\x00"
LZMA = b"\x03\x01\x01"
LZMA2 = b"\x21"
DEFLATE = b"\x04\x01\x08"
AES = b"\x06\xf1\x07\x01"


@dataclass(frozen=True, slots=True)
class Coder:
    """One method with its properties."""

    method: bytes
    properties: bytes


@dataclass(frozen=True, slots=True)
class Folder:
    """A stream packed through ``coders``, last to first; ``sizes`` are the bytes that each puts out when unpacking."""

    coders: tuple[Coder, ...]
    sizes: tuple[int, ...]
    crc: int | None

    @property
    def is_encrypted(self) -> bool:
        return any(c.method == AES for c in self.coders)

    @property
    def size(self) -> int:
        """Bytes after unpacking."""
        return self.sizes[-1]

    @property
    def dictionary(self) -> int:
        """Bytes of the largest dictionary."""
        return max(dictionary_of(c) for c in self.coders)


def read_coders(cursor: Cursor) -> tuple[Coder, ...]:
    """Return the coders of one folder, each reading the output of the next. Raises UnfitError for what we do not
    accept.
    """
    coders = [_read_coder(cursor) for _coder in range(cursor.count(MAX_CODERS, "methods on a stream"))]
    if not coders:
        raise wrong_form("a stream without a method")
    for number in range(len(coders) - 1):
        if (cursor.number(), cursor.number()) != (number + 1, number):
            raise wrong_form("methods that are not simply one after another")
    return tuple(coders)


def _read_coder(cursor: Cursor) -> Coder:
    flags = cursor.byte()
    method = cursor.take(flags & 0x0F) or COPY
    if flags & 0xD0:  # several streams, alternative methods, reserved
        raise _unknown(method)
    properties = cursor.take(cursor.count(64, "bytes of properties")) if flags & 0x20 else b""
    coder = Coder(method, properties)
    if method not in (COPY, LZMA, LZMA2, DEFLATE, AES):
        raise _unknown(method)
    if method == AES:
        parse_aes(properties)
    if (asked := dictionary_of(coder)) > MAX_DICTIONARY:
        what = _(
            "unpacking it would take {asked} of memory, more than {most}",
            asked=format_size(asked),
            most=format_size(MAX_DICTIONARY),
        )
        raise UnfitError("dictionary-too-large", what)
    return coder


def dictionary_of(coder: Coder) -> int:
    """Return the bytes of the coder's dictionary, 0 if it has none."""
    if coder.method == LZMA:
        if len(coder.properties) != 5 or coder.properties[0] >= 9 * 5 * 5:
            raise wrong_form("LZMA properties")
        return int.from_bytes(coder.properties[1:], "little")
    if coder.method == LZMA2:
        if len(coder.properties) != 1 or coder.properties[0] > 40:
            raise wrong_form("LZMA2 properties")
        bits = coder.properties[0]
        return 2**32 - 1 if bits == 40 else (2 | bits & 1) << (bits // 2 + 11)
    return 0


@dataclass(frozen=True, slots=True)
class AesSettings:
    """How a stream is encrypted: its key is derived with ``salt`` in 2 to the power of ``cycles`` rounds."""

    cycles: int
    salt: bytes
    iv: bytes


def parse_aes(properties: bytes) -> AesSettings:
    """Parse the properties of 7zAES. Raises UnfitError, also for a key that takes more than ``MAX_CYCLES``."""
    cursor = Cursor(properties)
    first = cursor.byte()
    cycles, salt_size, iv_size = first & 0x3F, first >> 7, first >> 6 & 1
    if first & 0xC0:
        second = cursor.byte()
        salt_size, iv_size = salt_size + (second >> 4), iv_size + (second & 0x0F)
    salt, iv = cursor.take(salt_size), cursor.take(iv_size)
    if cursor.left:
        raise wrong_form("AES properties")
    if cycles > MAX_CYCLES:
        what = _(
            "deriving its key would take 2^{cycles} rounds; at most 2^{most} are accepted",
            cycles=cycles,
            most=MAX_CYCLES,
        )
        raise UnfitError("key-derivation-too-long", what)
    return AesSettings(cycles, salt, iv.ljust(16, b"\0"))


def decode(folder: Folder, packed: bytes, passphrase: Passphrase | None) -> bytes:
    """Unpack a small stream, such as a header: at most the size that ``folder`` states and at most ``MAX_HEADER``."""
    if max(folder.sizes) > MAX_HEADER:
        what = _(
            "its header would unpack to {size}, more than {most}",
            size=format_size(max(folder.sizes)),
            most=format_size(MAX_HEADER),
        )
        raise UnfitError("header-too-large", what)
    data = packed
    for coder, size in zip(folder.coders, folder.sizes, strict=True):
        data = _decode(coder, data, size, passphrase)
        if len(data) < size:
            raise wrong_form(f"it unpacks to {len(data)} bytes instead of {size}")
        data = data[:size]
    return data


def _decode(coder: Coder, data: bytes, size: int, passphrase: Passphrase | None) -> bytes:
    if coder.method == AES:
        return _decrypt(coder, data, passphrase)
    if coder.method == COPY:
        return data
    if coder.method == DEFLATE:
        raise _unknown(coder.method)  # nobody packs headers so
    try:
        decoder = lzma.LZMADecompressor(format=lzma.FORMAT_RAW, filters=[_lzma_filter(coder)])
        return decoder.decompress(data, max_length=size)
    except lzma.LZMAError as problem:
        raise wrong_form(f"LZMA: {problem}") from None


def _lzma_filter(coder: Coder) -> dict[str, int]:
    if coder.method == LZMA2:
        return {"id": lzma.FILTER_LZMA2, "dict_size": max(dictionary_of(coder), 4096)}
    rest, lc = divmod(coder.properties[0], 9)
    pb, lp = divmod(rest, 5)
    return {"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary_of(coder), 4096), "lc": lc, "lp": lp, "pb": pb}


def _decrypt(coder: Coder, data: bytes, passphrase: Passphrase | None) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if passphrase is None:
        raise UnfitError("passphrase-needed", _("it is encrypted"), _("Give the passphrase that came another way."))
    if len(data) % 16:
        raise wrong_form("an encrypted stream that is not whole blocks")
    settings = parse_aes(coder.properties)
    key = passphrase.key(settings.cycles, settings.salt)
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(settings.iv)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _unknown(method: bytes) -> UnfitError:
    what = _("it is packed by a method that usbkit does not unpack ({method})", method=method.hex())
    return UnfitError("method-unknown", what, _("Pack it by LZMA2, LZMA, Deflate or without compression."))
