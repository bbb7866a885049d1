"""Video quality as written in a manifest: ``original``, ``720p``, or ``fit 16GB``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from usbkit.core.units import parse_size

#: In the JSON Schema too, so without inline flags. Sizes as in ``usbkit.core.units``, with their unit.
QUALITY_PATTERN = r"^(original|[1-9]\d{2,3}p|fit \d+(\.\d+)? ?(MB|GB|TB|MiB|GiB|TiB))$"


@dataclass(frozen=True, slots=True)
class Original:
    """Keep videos as they are."""


@dataclass(frozen=True, slots=True)
class Height:
    """At most ``lines`` lines, with matching bit rates."""

    lines: int


@dataclass(frozen=True, slots=True)
class Fit:
    """The best picture with which everything fits on a drive sold as ``size`` bytes."""

    size: int


Quality = Original | Height | Fit


def parse_quality(text: str) -> Quality:
    """Parse ``text``. Raises ValueError if ``QUALITY_PATTERN`` does not match."""
    if re.match(QUALITY_PATTERN, text) is None:
        raise ValueError(text)
    if text == "original":
        return Original()
    if text.startswith("fit "):
        return Fit(parse_size(text.removeprefix("fit ")))
    return Height(int(text.removesuffix("p")))
