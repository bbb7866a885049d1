"""Office and HWP documents: whether they match their names, are complete, and have no macros."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.core.run_names import RUN_ENDINGS
from usbkit.sources.attachments import old_office
from usbkit.sources.attachments.hwp import has_scripts_in_archive, is_old_hwp
from usbkit.sources.attachments.inside import find_inside
from usbkit.sources.attachments.main_part import examine_main_part
from usbkit.sources.attachments.pictures import name_kind
from usbkit.sources.attachments.zips import examine_zip
from usbkit.workers.source_files import open_source

#: ECMA-376 part 2 (Open Packaging): the list of parts' types. A document's main part has one of these (ECMA-376 part 1,
#: 11.3.10, 12.3.1, 13.3.6, and MS-OFFMACRO 2.2 for those with macros).
_TYPES = "[Content_Types].xml"
_TYPE = re.compile(r"""ContentType\s*=\s*["']([^"']+)["']""")
_OPEN, _MICROSOFT = "application/vnd.openxmlformats-officedocument.", "application/vnd.ms-"
_MAIN = {
    f"{_OPEN}wordprocessingml.document": ".docx",
    f"{_OPEN}wordprocessingml.template": ".dotx",
    f"{_OPEN}presentationml.presentation": ".pptx",
    f"{_OPEN}presentationml.slideshow": ".ppsx",
    f"{_OPEN}presentationml.template": ".potx",
    f"{_OPEN}spreadsheetml.sheet": ".xlsx",
    f"{_OPEN}spreadsheetml.template": ".xltx",
    f"{_MICROSOFT}word.document.macroEnabled": ".docm",
    f"{_MICROSOFT}word.template.macroEnabledTemplate": ".dotm",
    f"{_MICROSOFT}powerpoint.presentation.macroEnabled": ".pptm",
    f"{_MICROSOFT}powerpoint.slideshow.macroEnabled": ".ppsm",
    f"{_MICROSOFT}powerpoint.template.macroEnabled": ".potm",
    f"{_MICROSOFT}excel.sheet.macroEnabled": ".xlsm",
    f"{_MICROSOFT}excel.template.macroEnabled": ".xltm",
    f"{_MICROSOFT}excel.sheet.binary.macroEnabled": ".xlsb",
}
_MAIN_TYPES = {f"{type}.main{'' if suffix == '.xlsb' else '+xml'}".lower(): suffix for type, suffix in _MAIN.items()}
#: OpenDocument 1.2 part 3, 3.3, and HWPX (KS X 6101): the first member says the type.
_OASIS = "application/vnd.oasis.opendocument."
_MIMETYPE = {
    f"{_OASIS}text": ".odt",
    f"{_OASIS}presentation": ".odp",
    f"{_OASIS}spreadsheet": ".ods",
    f"{_OASIS}graphics": ".odg",
    f"{_OASIS}text-template": ".ott",
    f"{_OASIS}presentation-template": ".otp",
    f"{_OASIS}spreadsheet-template": ".ots",
    "application/hwp+zip": ".hwpx",
    "application/epub+zip": ".epub",
}
#: All are what `usbkit.sources.attachments.office_pdf` may make PDFs of.
SUFFIXES = (
    *(suffix for suffix in _MAIN.values() if suffix[1:] not in RUN_ENDINGS),
    *(suffix for suffix in _MIMETYPE.values() if suffix != ".epub"),
    *old_office.SUFFIXES,
)

#: OpenDocument 1.2 part 3, 3.2: the folder of LibreOffice's own macros, and its lists, which may be empty.
_BASIC, _LISTS = "Basic/", ("/script-lb.xml", "/script-lc.xml", "/")

#: Bytes that say which of the formats a file has.
_HEAD = 32


def examine_office(path: Path) -> tuple[Finding, ...]:
    """Return what keeps the document at ``path`` from being opened. Raises OSError if it cannot be read."""
    suffix = path.suffix.lower()
    with open_source(path) as file:
        head = file.read(_HEAD)
        file.seek(0)
        if old_office.is_compound(head):
            return tuple(old_office.examine_compound(path, file.read(), suffix))
    if suffix == ".hwp" and is_old_hwp(head):
        what = _("this is an HWP document of before 2000, which few programs still open")
        return (_wrong(path, "document-old", what, old_office.AS_PDF),)
    if suffix in old_office.SUFFIXES or not head.startswith(b"PK"):
        what = name_kind(path, suffix[1:].upper())
        return (_wrong(path, "file-wrong-extension", what, old_office.SEND_AGAIN),)
    return examine_zip(path, lambda archive: _examine_document(path, archive, suffix))


def _examine_document(path: Path, archive: zipfile.ZipFile, suffix: str) -> Iterator[Finding]:
    names = set(archive.namelist())
    if _is_locked(archive, names):
        yield old_office.locked(path)
    elif (kind := _kind_of(archive, names)) != suffix:
        yield old_office.other_kind(path, suffix, kind)
    elif _has_macros(archive, names, suffix):
        yield old_office.macros(path)
    else:
        yield from examine_main_part(path, archive, suffix)
        yield from find_inside(path, archive, is_document=True)


def _has_macros(archive: zipfile.ZipFile, names: set[str], suffix: str) -> bool:
    if suffix == ".hwpx":
        return has_scripts_in_archive(archive)
    if any(name.startswith(_BASIC) and not name.endswith(_LISTS) for name in names):
        return True
    return any(name.lower().endswith("vbaproject.bin") or name.startswith("Scripts/") for name in names)


def _is_locked(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """OpenDocument 1.2 part 3, 4.4, and HWPX: the manifest says how each part is encrypted."""
    manifest = "META-INF/manifest.xml"
    return manifest in names and b"encryption-data" in archive.read(manifest)


def _kind_of(archive: zipfile.ZipFile, names: set[str]) -> str | None:
    """The suffix that the document in ``archive`` should have, None where it is none that we know."""
    if "mimetype" in names:
        return _MIMETYPE.get(archive.read("mimetype").strip().decode("ascii", "replace"))
    types = _TYPE.findall(_decode_xml(archive.read(_TYPES))) if _TYPES in names else []
    return next((_MAIN_TYPES[type.lower()] for type in types if type.lower() in _MAIN_TYPES), None)


def _decode_xml(data: bytes) -> str:
    """XML of an Open Packaging package is in UTF-8 or UTF-16 (ECMA-376 part 2, 8.2.2)."""
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")


def _wrong(path: Path, id: str, what: Text, todo: Text) -> Finding:
    return Finding(id, what, Place(str(path)), todo)
