"""Letters three lines high, of half blocks, readable across a room: Latin capitals, digits and our symbols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: Rows of a big line.
HEIGHT = 3

#: Pixels, row by row; a sixth row stays empty.
_PIXELS: Mapping[str, str] = {
    "A": ".#. #.# ### #.# #.#",
    "B": "##. #.# ##. #.# ##.",
    "C": ".## #.. #.. #.. .##",
    "D": "##. #.# #.# #.# ##.",
    "E": "### #.. ##. #.. ###",
    "F": "### #.. ##. #.. #..",
    "G": ".## #.. #.# #.# .##",
    "H": "#.# #.# ### #.# #.#",
    "I": "# # # # #",
    "J": "..# ..# ..# #.# .#.",
    "K": "#.# #.# ##. #.# #.#",
    "L": "#.. #.. #.. #.. ###",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#..# ##.# #.## #..# #..#",
    "O": ".#. #.# #.# #.# .#.",
    "P": "##. #.# ##. #.. #..",
    "Q": ".#. #.# #.# ### .##",
    "R": "##. #.# ##. #.# #.#",
    "S": ".## #.. .#. ..# ##.",
    "T": "### .#. .#. .#. .#.",
    "U": "#.# #.# #.# #.# ###",
    "V": "#.# #.# #.# #.# .#.",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#.# #.# .#. #.# #.#",
    "Y": "#.# #.# .#. .#. .#.",
    "Z": "### ..# .#. #.. ###",
    "0": "### #.# #.# #.# ###",
    "1": ".# ## .# .# .#",
    "2": "### ..# ### #.. ###",
    "3": "### ..# ### ..# ###",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ### ..# ###",
    "6": "### #.. ### #.# ###",
    "7": "### ..# ..# .#. .#.",
    "8": "### #.# ### #.# ###",
    "9": "### #.# ### ..# ###",
    "%": "#.# ..# .#. #.. #.#",
    "-": "... ... ### ... ...",
    ".": ". . . . #",
    " ": ". . . . .",
    "✔": "....# ...## #.##. ###.. .#...",
    "✘": "#...# .#.#. ..#.. .#.#. #...#",
    "?": "##. ..# .#. ... .#.",
    "▶": "#... ###. #### ###. #...",
    "◀": "...# .### #### .### ...#",
    "■": ".... #### #### #### ....",
    "–": ".... .... #### .... ....",
    "…": "..... ..... ..... ..... #.#.#",
    "·": ". . # . .",
}

_HALVES = {"..": " ", "#.": "▀", ".#": "▄", "##": "█"}


def can_draw(text: str) -> bool:
    """Whether every character has a large form; lower-case letters have none."""
    return all(char in _PIXELS for char in text)


def draw(text: str) -> Sequence[str]:
    """Return ``text`` as ``HEIGHT`` lines of equal width. Raises KeyError for characters that ``can_draw`` rejects."""
    glyphs = [_PIXELS[char].split(" ") for char in text]
    pixels = [".".join(glyph[row] for glyph in glyphs) for row in range(5)]
    pixels.append("." * len(pixels[0]))
    pairs = (zip(pixels[at], pixels[at + 1], strict=True) for at in range(0, 6, 2))
    return ["".join(_HALVES[upper + lower] for upper, lower in pair) for pair in pairs]
