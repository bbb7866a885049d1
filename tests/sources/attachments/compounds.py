"""Compound files written by MS-CFB, as test input: the format of old Office and HWP documents."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping

END, FREE, TABLE, MORE_TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFC
CUTOFF, MINI = 4096, 64


def make_compound(streams: Mapping[str, bytes], shift: int = 9) -> bytes:
    """A compound file of ``streams``, by their paths, in sectors of ``1 << shift`` bytes."""
    size = 1 << shift
    sectors: list[bytes] = []
    table: list[int] = []

    def put(data: bytes) -> int:
        """The first of the sectors that ``data`` is put into."""
        if not data:
            return END
        first = len(sectors)
        parts = [data[at : at + size].ljust(size, b"\0") for at in range(0, len(data), size)]
        sectors.extend(parts)
        table.extend([*range(first + 1, first + len(parts)), END])
        return first

    mini = bytearray()
    mini_table: list[int] = []
    places: dict[str, int] = {}
    for name, data in streams.items():
        if len(data) >= CUTOFF:
            places[name] = put(data)
        elif data:
            places[name] = len(mini_table)
            mini += data + bytes(-len(data) % MINI)
            mini_table += [*range(len(mini_table) + 1, len(mini) // MINI), END]
    mini_start, minis = put(bytes(mini)), put(_numbers(mini_table, size))
    directory = put(_directory(streams, places, mini_start, len(mini)))
    more: list[int] = []
    while True:  # the table holds its own sectors, and those that list them
        count = -(-(len(table) + len(more)) // (size // 4))
        wanted = count + -(-max(0, count - 109) // (size // 4 - 1))
        if wanted <= len(more):
            break
        more = [TABLE] * count + [MORE_TABLE] * (wanted - count)
    first, lists = len(table), more.count(MORE_TABLE)
    table += more
    numbers = list(range(first, first + len(more) - lists))
    sectors += _split(_numbers(table, size), size)
    head, rest = numbers[:109], numbers[109:]
    for number in range(lists):
        part, rest = rest[: size // 4 - 1], rest[size // 4 - 1 :]
        following = first + len(numbers) + number + 1 if number + 1 < lists else END
        sectors.append(struct.pack(f"<{size // 4}I", *part, *[FREE] * (size // 4 - 1 - len(part)), following))
    header = struct.pack(
        "<8s16xHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3 if shift == 9 else 4, 0xFFFE, shift, 6
    )
    header += struct.pack(
        "<IIIIIIIII",
        0,
        len(numbers),
        directory,
        0,
        CUTOFF,
        minis,
        -(-4 * len(mini_table) // size),
        first + len(numbers) if lists else END,
        lists,
    )
    header += struct.pack("<109I", *head, *[FREE] * (109 - len(head)))
    return header.ljust(size, b"\0") + b"".join(sectors)


def _split(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def _numbers(numbers: list[int], size: int) -> bytes:
    data = struct.pack(f"<{len(numbers)}I", *numbers)
    return data + b"\xff" * (-len(data) % size)


def _directory(streams: Mapping[str, bytes], places: Mapping[str, int], mini: int, mini_size: int) -> bytes:
    """Entries: of each folder, the first is the folder's child and each has the next to its right."""
    folders: dict[str, list[str]] = {"": []}
    for path in streams:
        parts = path.split("/")
        for depth in range(len(parts)):
            folder, entry = "/".join(parts[:depth]), "/".join(parts[: depth + 1])
            if entry not in folders.setdefault(folder, []):
                folders[folder].append(entry)
    order = [""] + [entry for folder in folders.values() for entry in folder]
    number = {path: at for at, path in enumerate(order)}
    right = {a: number[b] for folder in folders.values() for a, b in itertools.pairwise(folder)}
    data = b""
    for path in order:
        name = (path.rpartition("/")[2] or "Root Entry").encode("utf-16-le") + b"\0\0"
        child = number[folders[path][0]] if folders.get(path) else FREE
        kind = 5 if not path else 2 if path in streams else 1
        start, length = (mini, mini_size) if not path else (places.get(path, END), len(streams.get(path, b"")))
        data += name.ljust(64, b"\0") + struct.pack(
            "<HBBIII36xIQ", len(name), kind, 1, FREE, right.get(path, FREE), child, start, length
        )
    return data
