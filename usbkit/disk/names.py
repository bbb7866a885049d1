"""Which names FAT32 and exFAT store so that every reader returns them, and how each encodes them.

Any other name is refused with the reason and a suggestion; nothing is silently renamed.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.disk.structures.fat import LONG_NAME_LARGEST
from usbkit.disk.upcase import upcase

#: FAT 7 and exFAT 7.7.3: what no name may hold; ``/`` is held by none because it parts paths.
FORBIDDEN = frozenset('"*/:<>?\\|') | frozenset(map(chr, (*range(0x20), 0x7F)))
#: The longest path that Windows opens, in UTF-16 units: 260 less the drive's ``E:\`` and the final NUL.
LONGEST_PATH = 256
#: Windows takes these for devices in every directory, with whatever stands after a dot.
DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"}
    | {f"{port}{n}" for port in ("COM", "LPT") for n in "123456789¹²³"}
)
#: Names of which it is remembered what was found of them: drive after drive of an order has the same.
_KNOWN = 2**14
#: FAT 6.1: what a short name may hold beside A-Z and 0-9. Long names may hold ``+,;=[]`` and spaces besides.
_SHORT_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'()-@^_`{}~")
LABEL_LENGTH = 11
_LABEL_FORBIDDEN = frozenset('"*+,./:;<=>?[\\]|')


def encode(name: str) -> bytes:
    """Return a name's UTF-16 units, little-endian, as both file systems store them."""
    return name.encode("utf-16-le")


def check_paths(paths: Sequence[str]) -> list[Finding]:
    """Return why these paths cannot form one tree on a drive; empty if they can."""
    findings = [f for path in paths for f in _check_path(path)]
    return findings or [*_check_twins(paths)]


def _check_path(path: str) -> Iterator[Finding]:
    names = path.split("/")
    for name in names:
        reason = find_fault(name)
        if reason is not None:
            suggestion = "/".join(map(suggest_name, names))
            todo = _("Name it {suggestion}, for example.", suggestion=suggestion)
            yield Finding("name-unfit", reason, Place(path), todo)
            return
    units = len(encode(path)) // 2
    if units > LONGEST_PATH:
        what = _(
            "the path has {units} UTF-16 units, and Windows opens no more than {most}", units=units, most=LONGEST_PATH
        )
        yield Finding("path-too-long", what, Place(path), _("Shorten the names of the file or its folders."))


@functools.lru_cache(maxsize=_KNOWN)
def find_fault(name: str) -> Text | None:
    """Return why ``name`` cannot be used on a drive, or None."""
    if name in ("", ".", ".."):
        return _("“{name}” is no name", name=name)
    if any(0xD800 <= ord(c) <= 0xDFFF for c in name):
        return _("the name {name} has half of a surrogate pair, which is no character", name=name)
    forbidden = sorted(set(name) & FORBIDDEN)
    if forbidden:
        return _(
            "the name {name} has {characters}, which FAT32 and exFAT forbid", name=name, characters=" ".join(forbidden)
        )
    if name[-1] in ". ":
        return _("the name “{name}” ends in a dot or a space, which Windows cuts off", name=name)
    if name[0] == " ":
        return _("the name “{name}” begins with a space, which some systems cut off", name=name)
    if is_device(name):
        return _("the name {name} is a device's on Windows, which does not open such a file", name=name)
    units = len(encode(name)) // 2
    if units > LONG_NAME_LARGEST:
        return _("the name {name} has {units} UTF-16 units of at most 255", name=name, units=units)
    return None


def is_device(name: str) -> bool:
    """Whether Windows treats ``name`` as a device."""
    return name.partition(".")[0].rstrip(" ").upper() in DEVICES


def suggest_name(name: str) -> str:
    """Return a usable name similar to ``name``."""
    text = "".join("_" if c in FORBIDDEN or 0xD800 <= ord(c) <= 0xDFFF else c for c in name).strip(" ").rstrip(". ")
    while len(encode(text)) // 2 > LONG_NAME_LARGEST:
        stem, dot, suffix = text.rpartition(".")
        text = f"{stem[:-1]}.{suffix}" if dot and len(suffix) < 20 and stem else text[:-1]
    text = text or "_"
    return f"_{text}" if is_device(text) else text


@functools.lru_cache(maxsize=_KNOWN)
def fold(name: str) -> bytes:
    """Return the key that two names in one directory must not share: up-cased as in exFAT, and in NFC, as macOS
    compares.
    """
    return upcase(encode(unicodedata.normalize("NFC", name)))


def _check_twins(paths: Iterable[str]) -> Iterator[Finding]:
    """Paths that one reader or another would take for the same, and files that stand where a folder must."""
    folders: dict[tuple[bytes, ...], str] = {}
    files: dict[tuple[bytes, ...], str] = {}
    for path in sorted(paths):
        names = path.split("/")
        keys = [fold(n) for n in names]
        for depth in range(1, len(names)):
            folder, spelled = tuple(keys[:depth]), "/".join(names[:depth])
            if folders.setdefault(folder, spelled) != spelled:
                yield _twin(folders[folder], spelled)
        key = tuple(keys)
        if key in files:
            yield _twin(files[key], path)
        files[key] = path
    yield from (_twin(files[key], folders[key]) for key in sorted(files.keys() & folders.keys()))


def _twin(one: str, other: str) -> Finding:
    if one == other:
        what = _("{path} stands twice among the files, or is both a file and a folder", path=one)
    else:
        what = _(
            "{one} and {other} are the same name to some readers, which ignore case and how accents are made up",
            one=one,
            other=other,
        )
    return Finding("name-twin", what, Place(other), _("Rename one of them."))


def check_label(label: str, filesystem: str) -> Text | None:
    """Return why a volume cannot have ``label``, or None. FAT32 has 11 bytes in an unknown code page, so only ASCII."""
    units = len(encode(label)) // 2
    if not 1 <= units <= LABEL_LENGTH or label != label.strip():
        return _("the volume label “{label}” needs 1 to 11 characters, without spaces around", label=label)
    bad = sorted(c for c in set(label) if c in _LABEL_FORBIDDEN or c in FORBIDDEN)
    if bad:
        return _("the volume label {label} has {characters}, which no label may", label=label, characters=" ".join(bad))
    if filesystem == "fat32" and not label.isascii():
        return _(
            "the volume label {label} is not ASCII, and FAT32 labels depend on each reader's code page", label=label
        )
    return None


class ShortNames:
    """Gives each name of one directory a unique short name (FAT 7.4), 11 bytes.

    ``names`` are all of the directory's: names that are already short keep theirs, and no generated one equals another
    entry's long name.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._own = {n: short for n in names if (short := _as_short(n)) is not None}
        self._taken = set(self._own.values()) | {s for n in names if (s := _as_short(n.upper())) is not None}
        self._next: dict[tuple[str, str], int] = {}

    def is_short(self, name: str) -> bool:
        """Whether ``name`` is a valid short name and needs no long one."""
        return name in self._own

    def give(self, name: str) -> tuple[bytes, bool]:
        """Return the short name of ``name``, and whether no long one is needed besides."""
        own = self._own.get(name)
        if own is not None:
            return own, True
        plain = _as_short(name.upper())
        if plain is not None and name.isascii():
            return plain, False  # differs in case alone, and no twin of it can stand in this directory
        return self._number(*_basis(name)), False

    def _number(self, base: str, suffix: str) -> bytes:
        """``BASE~1`` and so on (FAT 7.4.3), counting on from where the last of this basis stood."""
        number = self._next.get((base[:6], suffix), 1)
        while True:
            tail = f"~{number}"
            short = f"{base[: 8 - len(tail)]}{tail}".ljust(8).encode() + suffix.ljust(3).encode()
            number += 1
            if short not in self._taken:
                self._next[base[:6], suffix] = number
                self._taken.add(short)
                return short


def _as_short(name: str) -> bytes | None:
    """The 11 bytes of a name that is a short one as it stands, else None."""
    base, dot, suffix = name.partition(".")
    fits = 1 <= len(base) <= 8 and (1 <= len(suffix) <= 3 if dot else True)
    if not fits or not _SHORT_CHARACTERS.issuperset(base + suffix):
        return None
    return base.ljust(8).encode() + suffix.ljust(3).encode()


def _basis(name: str) -> tuple[str, str]:
    """Base and extension a short name is made of (FAT 7.4.1); what a short name cannot hold becomes ``_``."""
    text = name.upper().replace(" ", "").lstrip(".")
    base, dot, suffix = text.rpartition(".")
    if not dot:
        base, suffix = text, ""
    base, suffix = (
        "".join(c if c in _SHORT_CHARACTERS else "_" for c in part.replace(".", "")) for part in (base, suffix)
    )
    return base[:8] or "_", suffix[:3]
