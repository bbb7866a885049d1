"""Sizes printed on sticks, and how many bytes such sticks really hold."""

from __future__ import annotations

GB = 10**9

#: What shops sell, in bytes as printed on the stick.
PRINTED_SIZES = tuple(n * GB for n in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 2000))

#: A stick may hold 7 % less than it says and still be honest merchandise.
HELD_PERCENT = 93


def held_at_least(printed: int) -> int:
    """Return the bytes that an honest stick sold as ``printed`` bytes holds at least."""
    return printed * HELD_PERCENT // 100


def shop_size(needed: int) -> int:
    """Return the smallest printed size whose sticks all hold ``needed`` bytes; above the largest, ``needed`` + 7 %."""
    fitting = (size for size in PRINTED_SIZES if held_at_least(size) >= needed)
    return next(fitting, -(-needed * 100 // HELD_PERCENT))
