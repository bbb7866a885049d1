"""Sizes and moments as people write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usbkit.core.messages import Text
from usbkit.core.units import format_moment, format_size, parse_moment, parse_size


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("16GB", 16 * 10**9),
        ("16 GB", 16 * 10**9),
        ("14.9GiB", 149 * 2**30 // 10),
        ("1.5kB", 1500),
        ("512B", 512),
        ("2000000", 2_000_000),
        (2_000_000, 2_000_000),
        ("0.25TiB", 2**38),
    ],
)
def test_sizes(written: object, size: int) -> None:
    assert parse_size(written) == size


@pytest.mark.parametrize("written", [16, "16", "", "GB", "-1GB", "1,5GB", "16gb", True, None, 1.5, "16 Gigs", "1e9"])
def test_no_sizes(written: object) -> None:
    with pytest.raises(ValueError, match="expected a size") as raised:
        parse_size(written)
    assert isinstance(raised.value.args[0], Text)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("0:00", 0),
        ("12:34", 754_000),
        ("1:02:03", 3_723_000),
        ("2:03.5", 123_500),
        ("02:03.045", 123_045),
        (dt.time(0, 12, 34), 754_000),
        (dt.time(1, 2, 3, 500_000), 3_723_500),
    ],
)
def test_moments(written: object, moment: int) -> None:
    assert parse_moment(written) == moment


@pytest.mark.parametrize(
    "written", [0, 754, 12.5, "", "12", "1:2", "0:60", "1:60:00", "-0:01", True, None, "0:01.0001"]
)
def test_no_moments(written: object) -> None:
    with pytest.raises(ValueError, match="expected a moment"):
        parse_moment(written)


@given(st.integers(0, 99 * 3600))
def test_moments_come_back(seconds: int) -> None:
    assert parse_moment(format_moment(seconds * 1000)) == seconds * 1000


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (15_949, "15.9 kB"),
        (999_499, "999 kB"),
        (999_500, "1.00 MB"),
        (16 * 10**9, "16.0 GB"),
        (5 * 10**12, "5.00 TB"),
        (5 * 10**15, "5000 TB"),
    ],
)
def test_sizes_for_people(size: int, shown: str) -> None:
    assert format_size(size) == shown
