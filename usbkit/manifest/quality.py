"""The wish for video quality as a manifest writes it: ``original``, ``720p``, or ``fit 16GB``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from usbkit.core.units import parse_size

#: In the JSON Schema too, so without inline flags. Sizes as in ``usbkit.core.units``, with their unit.
QUALITY_PATTERN = r"^(original|[1-9]\d{2,3}p|fit \d+(\.\d+)? ?(MB|GB|TB|MiB|GiB|TiB))$"


@dataclass(frozen=True, slots=True)
class Original:
    """Videos as they are."""


@dataclass(frozen=True, slots=True)
class Height:
    """At most ``lines`` lines, and bits to match."""

    lines: int


@dataclass(frozen=True, slots=True)
class Fit:
    """The best picture with which all fits a drive sold as ``size`` bytes."""

    size: int


Quality = Original | Height | Fit


def parse_quality(text: str) -> Quality:
    """What ``text`` asks for. ValueError for what `QUALITY_PATTERN` does not take."""
    if re.match(QUALITY_PATTERN, text) is None:
        raise ValueError(text)
    if text == "original":
        return Original()
    if text.startswith("fit "):
        return Fit(parse_size(text.removeprefix("fit ")))
    return Height(int(text.removesuffix("p")))
