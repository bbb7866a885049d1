"""A GPT's header: which sizes are accepted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from usbkit.disk.structures.gpt import MOST_ENTRIES, Header, PartitionEntry

HEADER = Header(checksum=1, other_lba=99, entries_lba=2, entries_checksum=3)


def test_there_and_back() -> None:
    assert Header.from_bytes(HEADER.to_bytes()) == HEADER
    entry = PartitionEntry(type=b"t" * 16, first_lba=34, last_lba=99)
    assert PartitionEntry.from_bytes(entry.to_bytes()) == entry


@pytest.mark.parametrize(
    ("field", "value", "is_sane"),
    [
        ("size", 91, False),
        ("size", 92, True),
        ("size", 513, False),
        ("entries", 0, False),
        ("entries", MOST_ENTRIES, True),
        ("entries", MOST_ENTRIES + 1, False),
        ("entries", 0xFFFF_FFFF, False),
        ("entry_size", 0, False),
        ("entry_size", 130, False),
        ("entry_size", 256, True),
        ("entry_size", 8192, False),
    ],
)
def test_sizes(field: str, value: int, is_sane: bool) -> None:
    header = replace(HEADER, **{field: value})  # type: ignore[arg-type]
    assert header.is_sane is is_sane
