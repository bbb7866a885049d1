"""English words for letter words and passphrases: the EFF's long list, from the package xkcdpass."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path


@cache
def words() -> tuple[str, ...]:
    """Return the words made of a-z only, in the list's order (the EFF's long list of 2016, made for dice: 7,776 words).

    xkcdpass itself is not imported: on import it parses options and reads every list.
    """
    spec = importlib.util.find_spec("xkcdpass")
    if spec is None or spec.origin is None:
        raise RuntimeError("xkcdpass is not installed; its list of words is needed")
    text = (Path(spec.origin).parent / "static" / "eff-long").read_text(encoding="ascii")
    return tuple(word for word in text.split() if word.isalpha() and word.islower())
