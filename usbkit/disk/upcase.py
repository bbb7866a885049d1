"""The up-case table of exFAT volumes, and up-casing of names with it.

``upcase.bin`` is the compressed table of Microsoft's exFAT specification, section 7.2.5, table 24: UTF-16 units in
order, in which FFFFh and a count stand for that many units that map to themselves. Windows compares long FAT32 names by
the same mapping, so both file systems use it here.
"""

from __future__ import annotations

import functools
import struct
from array import array
from importlib.resources import files

CHECKSUM = 0xE619D30D  # 7.2.2, TableChecksum of this very table
UNITS = 0x1_0000
_SKIP = 0xFFFF


@functools.cache
def table_bytes() -> bytes:
    """Return the compressed table as stored on disk, 5,836 bytes."""
    return files("usbkit.disk").joinpath("upcase.bin").read_bytes()


def expand(data: bytes) -> array[int]:
    """Return all 65,536 mappings of a table in either form. Raises ValueError if it covers more or fewer."""
    if len(data) % 2 or len(data) > 2 * UNITS:
        raise ValueError(f"an up-case table of {len(data)} bytes, expected an even number up to {2 * UNITS}")
    table = array("H")
    units = iter(struct.unpack(f"<{len(data) // 2}H", data))
    for unit in units:
        if unit == _SKIP and (count := next(units, None)) is not None and len(table) + count <= UNITS:
            table.extend(range(len(table), len(table) + count))
        else:
            table.append(unit)
    table.extend(range(len(table), UNITS))
    if len(table) != UNITS:
        raise ValueError(f"an up-case table for {len(table)} units, expected {UNITS}")
    return table


@functools.cache
def _standard() -> array[int]:
    return expand(table_bytes())


def upcase(units: bytes) -> bytes:
    """Return a name's UTF-16 units (little-endian), each mapped by the table."""
    table = _standard()
    return struct.pack(f"<{len(units) // 2}H", *(table[u] for u in struct.unpack(f"<{len(units) // 2}H", units)))


def checksum(data: bytes) -> int:
    """7.2.2: the checksum of the table's bytes as stored on disk."""
    total = 0
    for byte in data:
        total = ((total << 31 | total >> 1) + byte) & 0xFFFF_FFFF
    return total
