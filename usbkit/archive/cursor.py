"""A cursor over the bytes of a 7z header with bounded reads (7zFormat.txt of 7-Zip, "NUMBER")."""

from __future__ import annotations

import struct
import zlib

from usbkit.archive.errors import wrong_form


class Cursor:
    """Reads numbers, bit vectors and names. Raises UnfitError at the end of the bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes left."""
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise wrong_form(f"it ends {count - self.left} bytes early")
        piece = self._data[self._at : self._at + count]
        self._at += count
        return piece

    def byte(self) -> int:
        return self.take(1)[0]

    def uint32(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def number(self) -> int:
        """Read a number of 1 to 9 bytes: the leading ones in the first byte count the bytes that follow."""
        first = self.byte()
        extra = next((n for n in range(8) if not first & (0x80 >> n)), 8)
        high = first & (0x7F >> extra) if extra < 8 else 0
        return int.from_bytes(self.take(extra), "little") | high << 8 * extra

    def count(self, most: int, what: str) -> int:
        """Read a count of at most ``most``; ``what`` names the things counted."""
        value = self.number()
        if value > most:
            raise wrong_form(f"{value} {what}, more than {most}")
        return value

    def expect(self, id: int, what: str) -> None:
        if (found := self.byte()) != id:
            raise wrong_form(f"{what} expected, found 0x{found:02x}")

    def bits(self, count: int) -> list[bool]:
        data = self.take((count + 7) // 8)
        return [bool(data[n // 8] & (0x80 >> n % 8)) for n in range(count)]

    def optional_bits(self, count: int) -> list[bool]:
        """Read ``count`` bits, preceded by a byte that says whether all are set."""
        return [True] * count if self.byte() else self.bits(count)

    def digests(self, count: int) -> list[int | None]:
        """Read the CRC-32 of ``count`` streams; None for a stream without one."""
        return [self.uint32() if defined else None for defined in self.optional_bits(count)]

    def name(self) -> str:
        """Read a null-terminated UTF-16-LE name."""
        start = self._at
        end = self._data.find(b"\0\0", start)
        while end >= 0 and (end - start) % 2:
            end = self._data.find(b"\0\0", end + 1)
        if end < 0:
            raise wrong_form("a name does not end")
        self._at = end + 2
        return self._data[start:end].decode("utf-16-le", "surrogatepass")


_START = struct.Struct("<6s2BIQQI")
START_SIZE = _START.size
SIGNATURE = b"7z\xbc\xaf\x27\x1c"


def read_start(data: bytes) -> tuple[int, int, int] | None:
    """Return offset (from the start's end), size and CRC-32 of the header; None if the start is damaged or not 7z."""
    if len(data) < START_SIZE:
        return None
    signature, major, _minor, crc, offset, size, header_crc = _START.unpack(data[:START_SIZE])
    if signature != SIGNATURE or major != 0 or zlib.crc32(data[12:START_SIZE]) != crc:
        return None
    return offset, size, header_crc
