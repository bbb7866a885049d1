"""A disk of any size in memory that holds a few bytes."""

from __future__ import annotations


class Sparse:
    """Zeros but for ``puts``: pairs of a place and the bytes there."""

    def __init__(self, *puts: tuple[int, bytes]) -> None:
        self.puts = puts

    def read_at(self, offset: int, length: int) -> bytes:
        data = bytearray(length)
        for at, put in self.puts:
            first, last = max(at, offset), min(at + len(put), offset + length)
            if first < last:
                data[first - offset : last - offset] = put[first - at : last - at]
        return bytes(data)
