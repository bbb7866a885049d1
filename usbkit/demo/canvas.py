"""A picture stored like H.264: luma at full size, two colour planes at half of it.

Drawing on the planes themselves needs no colour conversion, so every processor makes the same bytes, and a frame costs
only what moves in it.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont

#: Pixels; multiples of 16, so that no row needs padding.
WIDTH, HEIGHT = 848, 480

_NEUTRAL = 128

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Colour:
    """Luma and colour differences, 8 bits in studio range (ITU-R BT.601)."""

    y: int
    cb: int
    cr: int


WHITE = Colour(235, _NEUTRAL, _NEUTRAL)
DARK = Colour(24, _NEUTRAL, _NEUTRAL)


def from_hue(hue: int, saturation: float, value: float) -> Colour:
    """Return the colour at ``hue`` degrees."""
    r, g, b = colorsys.hsv_to_rgb(hue / 360, saturation, value)
    y = 0.299 * r + 0.587 * g + 0.114 * b
    return Colour(round(16 + 219 * y), round(128 + 224 * (b - y) / 1.772), round(128 + 224 * (r - y) / 1.402))


@cache
def font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """Return Pillow's own font at ``size`` pixels: Latin letters, the same on every machine."""
    return ImageFont.load_default(size)


class Canvas:
    """Three planes with a drawing context each."""

    def __init__(self, background: Colour) -> None:
        half = (WIDTH // 2, HEIGHT // 2)
        self.planes = (
            Image.new("L", (WIDTH, HEIGHT), background.y),
            Image.new("L", half, background.cb),
            Image.new("L", half, background.cr),
        )
        self._pencils = [ImageDraw.Draw(p) for p in self.planes]

    def copy(self) -> Canvas:
        """Return a canvas with the same picture."""
        twin = object.__new__(Canvas)
        y, cb, cr = (p.copy() for p in self.planes)
        twin.planes = (y, cb, cr)
        twin._pencils = [ImageDraw.Draw(p) for p in twin.planes]
        return twin

    def rectangle(self, box: Box, colour: Colour) -> None:
        """Fill ``box``, whose edges should be even numbers."""
        for pencil, area, value in self._by_plane(box, colour):
            pencil.rectangle(area, fill=value)

    def ellipse(self, box: Box, colour: Colour) -> None:
        """Fill the ellipse in ``box``."""
        for pencil, area, value in self._by_plane(box, colour):
            pencil.ellipse(area, fill=value)

    def text(self, at: tuple[int, int], words: str, size: int, brightness: int = WHITE.y, anchor: str = "la") -> None:
        """Write ``words``; only the luma changes, so the background should have little colour."""
        self._pencils[0].text(at, words, fill=brightness, font=font(size), anchor=anchor)

    def paragraph(self, at: tuple[int, int], words: str, size: int, width: int, brightness: int) -> int:
        """Write ``words`` in lines no wider than ``width`` pixels; return the y coordinate below the last one."""
        lines: list[str] = []
        for word in words.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and font(size).getlength(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        left, top = at
        for number, line in enumerate(lines):
            self.text((left, top + number * size * 5 // 4), line, size, brightness)
        return top + len(lines) * size * 5 // 4

    def _by_plane(self, box: Box, colour: Colour) -> list[tuple[ImageDraw.ImageDraw, Box, int]]:
        left, top, right, bottom = box
        half = (left // 2, top // 2, right // 2, bottom // 2)
        areas = (box, half, half)
        return list(zip(self._pencils, areas, (colour.y, colour.cb, colour.cr), strict=True))
