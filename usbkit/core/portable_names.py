"""File names for a bundle: ASCII, short, the same on every system, and never executable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from usbkit.core.run_names import is_run_name

#: Longest name of a file in a bundle; with its folder it stays far below Windows' 260 characters wherever it is copied.
MAX_NAME = 64

# "Naming Files, Paths, and Namespaces", Microsoft Learn: reserved with any extension.
DOS_DEVICES = frozenset(["con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))])
#: Our own pages and their scripts: the only files of a bundle that a computer opens as such.
_OUR_PAGES = (".html", ".js")
#: Their one picture of a kind that may hold scripts.
_OUR_ICON = "assets/icon.svg"
#: Systems hide these or write over them.
_TAKEN = ("thumbs.db", ".ds_store")
_ALLOWED = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")

# Letters that NFKD does not take apart.
_TRANSLITERATED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "œ": "oe"})


def slug(text: str, fallback: str = "file") -> str:
    """Return ``text`` as lower-case ASCII words joined by hyphens; ``fallback`` if nothing ASCII is left."""
    folded = unicodedata.normalize("NFKD", text.lower().translate(_TRANSLITERATED))
    ascii_only = folded.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:40].rstrip("-") or fallback


def why_unfit(path: str) -> str | None:
    """Return why ``path`` cannot be used in a bundle, in a few words; None if it can."""
    for part in path.split("/"):
        stem, lowered = part.partition(".")[0].lower(), part.lower()
        if not _ALLOWED.match(part) or part.endswith("."):
            return f"{part!r} has characters that not every system can hold"
        if len(part) > MAX_NAME:
            return f"{part!r} is longer than {MAX_NAME} characters"
        if stem in DOS_DEVICES:
            return f"{part!r} is the name of a device on Windows"
        if lowered in _TAKEN or (
            is_run_name(part) and path != _OUR_ICON and PurePosixPath(lowered).suffix not in _OUR_PAGES
        ):
            return f"{part!r} is a name that a computer may run or obey"
    return None


def twins(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of paths that are equal when case is ignored."""
    seen: dict[str, str] = {}
    found = []
    for path in paths:
        if (folded := path.lower()) in seen:
            found.append((seen[folded], path))
        seen.setdefault(folded, path)
    return found
