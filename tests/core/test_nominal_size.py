import pytest

from usbkit.core.nominal_size import GB, shop_size


@pytest.mark.parametrize(
    ("needed", "printed"),
    [(1, GB), (930_000_000, GB), (930_000_001, 2 * GB), (14_880_000_000, 16 * GB), (15 * GB, 32 * GB)],
)
def test_a_stick_that_holds_seven_percent_less_still_fits(needed: int, printed: int) -> None:
    assert shop_size(needed) == printed


def test_beyond_the_largest_stick_the_size_is_named_in_bytes() -> None:
    assert shop_size(1_860_000_000_001) * 93 // 100 >= 1_860_000_000_001
