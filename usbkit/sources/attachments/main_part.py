"""The part that an Office document begins with: whether it is there, whole, and what the name says."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from xml.parsers import expat

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import _
from usbkit.sources.attachments.old_office import SEND_AGAIN, other_kind, part_damaged

#: ECMA-376 part 2, 9.3: a package's own relations; part 1, 9.2: how the type of the main part's ends, in both forms.
_RELATIONS, _TO_MAIN = "_rels/.rels", "/officeDocument"

#: The root element of a main part, and what its namespace names (ECMA-376 part 1, 11.3.10, 12.3.23, 13.3.6).
_WORD, _SHEETS, _SLIDES = (
    ("wordprocessingml", "document"),
    ("spreadsheetml", "workbook"),
    ("presentationml", "presentation"),
)
_PACKAGES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys((".docx", ".dotx", ".docm", ".dotm"), _WORD),
    **dict.fromkeys((".xlsx", ".xltx", ".xlsm", ".xltm"), _SHEETS),
    **dict.fromkeys((".pptx", ".ppsx", ".potx", ".pptm", ".ppsm", ".potm"), _SLIDES),
}
#: The same of OpenDocument (1.2 part 1, 3.1.3.2) and HWPX (KS X 6101), whose parts have fixed names.
_CONTENT, _CONTENT_ROOT = "content.xml", ("opendocument", "document-content")
_SECTION, _SECTION_ROOT = "Contents/section0.xml", ("", "sec")

_ROOTS = {**_PACKAGES, ".hwpx": _SECTION_ROOT}

_CHUNK = 2**16

#: What reading a part of an archive raises where it is damaged, and the parser where it is no XML that is understood.
_DAMAGED = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def examine_main_part(path: Path, archive: zipfile.ZipFile, suffix: str) -> Iterator[Finding]:
    """Yield what keeps the ``suffix`` document in ``archive`` from being opened: its main part is missing or damaged,
    or another's.
    """
    if suffix == ".xlsb":  # binary throughout
        return
    parts = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
    name, (space, root) = _SECTION if suffix == ".hwpx" else _CONTENT, _ROOTS.get(suffix, _CONTENT_ROOT)
    if suffix in _PACKAGES:
        name = _RELATIONS
        if _RELATIONS in parts:
            named = _find_main(archive, parts[_RELATIONS])
            if named is None:
                yield part_damaged(path, _RELATIONS)
                return
            if len(named) != 1:
                what = _(
                    "the document is damaged: it has {count} main parts by {part}", part=_RELATIONS, count=len(named)
                )
                yield Finding("file-truncated", what, Place(str(path)), SEND_AGAIN)
                return
            (name,) = named
    if name.lower() not in parts:
        what = _("the document is damaged: its main part {part} is missing", part=name)
        yield Finding("file-truncated", what, Place(str(path)), SEND_AGAIN)
    elif (found := _read_root(archive, parts[name.lower()])) is None:
        yield part_damaged(path, name)
    elif not (space in found[0] and found[1] == root):
        yield other_kind(path, suffix)


def _find_main(archive: zipfile.ZipFile, relations: str) -> set[str] | None:
    """The names of the parts that the package's relations call the main one, None where they cannot be read."""
    found = set[str]()

    def start(_name: str, attributes: Mapping[str, str]) -> None:
        if attributes.get("Type", "").endswith(_TO_MAIN) and attributes.get("TargetMode") != "External":
            found.add(attributes.get("Target", "").lstrip("/").removeprefix("./"))

    return found if _parse(archive, relations, lambda _parser: start) else None


def _read_root(archive: zipfile.ZipFile, part: str) -> tuple[str, str] | None:
    """The namespace and the name of the root element of ``part``, None where it is not XML from beginning to end."""
    found: list[str] = []

    def only_first(parser: expat.XMLParserType) -> Callable[[str, Mapping[str, str]], None]:
        def start(name: str, _attributes: Mapping[str, str]) -> None:
            found.append(name)
            parser.StartElementHandler = None

        return start

    if not _parse(archive, part, only_first):
        return None
    space, _blank, name = found[0].rpartition(" ")
    return space, name


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    make_start: Callable[[expat.XMLParserType], Callable[[str, Mapping[str, str]], None]],
) -> bool:
    """Whether ``part`` is well-formed XML; each element that begins is told to what ``make_start`` makes.

    One with a document type is not: it could declare entities that grow, and programs refuse it (ECMA-376 part 2, 8.2).
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = make_start(parser)
    parser.StartDoctypeDeclHandler = _refuse
    try:
        with archive.open(part) as file:
            while data := file.read(_CHUNK):
                parser.Parse(data, False)
        parser.Parse(b"", True)
    except _DAMAGED:
        return False
    return True


def _refuse(*_declared: object) -> None:
    raise ValueError("a document type")
