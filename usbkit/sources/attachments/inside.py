"""What stands inside archives and documents, and in archives inside these: programs, and names that lead out.

A ZIP archive is unpacked by whoever gets it. Of the parts of an Office document only those that are embedded in its
text are opened by a double click, and its own parts are called ``.xml`` and ``.bin``.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import _
from usbkit.core.run_names import is_run_name
from usbkit.sources.attachments.compound import SIGNATURE, Compound, CompoundError
from usbkit.sources.attachments.old_office import find_packaged, macros, runs

#: How many archives may stand in one another, and bytes of those that are held at a time.
_DEEPEST, LARGEST = 4, 512 * 2**20

#: Bytes and parts of all that are looked into: a bomb has more.
_MOST_BYTES, _MOST_PARTS = 4 * 2**30, 20_000

#: First bytes of a ZIP archive (APPNOTE 4.3.7), and of archives that nothing here unpacks.
_ZIP, _OTHERS = b"PK\3\4", (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")

#: Members that only Office documents have (ECMA-376 part 2, OpenDocument 1.2 part 3).
_MARKS = {"[Content_Types].xml", "mimetype"}

#: Endings of a document's own parts that would be run or opened as a page anywhere else, and of embedded ones, in which
#: macros show themselves.
_OWN = (".xml", ".bin", ".svg", ".svgz", ".htm", ".html", ".xhtml", ".mht", ".mhtml")
_EMBEDDED = (".bin", ".docm", ".dotm", ".xlsm", ".xltm", ".xlsb", ".pptm", ".potm", ".ppsm", ".sldm")
_EMBEDDINGS, _SCRIPTS = "/embeddings/", "Scripts/"  # of the scripts of HWPX and OpenDocument others judge

#: A name that is put elsewhere than in the folder that an archive is unpacked in.
_LEADS_OUT = re.compile(r"^(?:/|[A-Za-z]:)|(?:^|/)\.\.(?:/|$)")

_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def find_inside(path: Path, archive: zipfile.ZipFile, *, is_document: bool = False) -> Iterator[Finding]:
    """Yield the first error about the members of ``archive``, the file at ``path``, and the remarks before it."""
    yield from _until_error(_Search(path).look_through(archive, is_document=is_document))


def find_in_bytes(path: Path, name: str, data: bytes | None) -> Iterator[Finding]:
    """Yield the same about ``data``, a file called ``name`` that is embedded in the one at ``path``.

    It is None if it is too large to be looked into.
    """
    search = _Search(path)
    if is_run_name(name):
        yield runs(path, name)
    elif data is None:
        yield search.unseen(name)
    elif _is_looked_into(name, data):
        yield from _until_error(search.look_into(data, name, 1))


def _until_error(findings: Iterator[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield finding
        if finding.is_error:
            return


@dataclass(slots=True)
class _Search:
    """A look through the file at ``path``; ``unpacked`` bytes and ``parts`` so far, ``held`` now."""

    path: Path
    unpacked: int = 0
    parts: int = 0
    held: int = 0

    def look_through(
        self, archive: zipfile.ZipFile, *, is_document: bool, above: str = "", depth: int = 0
    ) -> Iterator[Finding]:
        """The findings about the members of ``archive``, which stands in ``above``."""
        for member in archive.infolist():
            name = member.filename.replace("\\", "/")
            if _LEADS_OUT.search(name):
                yield self._leads_out(above + name)
            elif member.is_dir():
                continue
            elif _runs_in(name, is_document=is_document):
                yield runs(self.path, above + name)
            elif is_document and depth and name.lower().endswith("vbaproject.bin"):
                yield macros(self.path)
            else:
                yield from self._look_at(archive, member, above + name, depth)

    def _look_at(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, depth: int) -> Iterator[Finding]:
        with archive.open(member) as file:
            head = file.read(len(SIGNATURE))
        if head.startswith(_OTHERS):
            yield self._unpacked_by_nobody(name)
        if not _is_looked_into(name, head):
            return
        size = member.file_size
        if depth == _DEEPEST or self.held + size > LARGEST or self.unpacked + size > _MOST_BYTES:
            yield self.unseen(name)
            return
        self.unpacked, self.held = self.unpacked + size, self.held + size
        yield from self.look_into(archive.read(member), name, depth + 1)
        self.held -= size

    def look_into(self, data: bytes, name: str, depth: int) -> Iterator[Finding]:
        """The findings about ``data``, an archive or a compound file called ``name``."""
        if data.startswith(SIGNATURE):
            yield from self._look_for_package(data, name)
            return
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = archive.infolist()
                self.parts += len(members)
                if self.parts > _MOST_PARTS or any(m.flag_bits & 1 for m in members):  # APPNOTE 4.4.4: a password
                    yield self.unseen(name)
                    return
                is_document = not name.lower().endswith(".zip") and bool(_MARKS & set(archive.namelist()))
                yield from self.look_through(archive, is_document=is_document, above=f"{name} > ", depth=depth)
        except _DAMAGED:
            yield self.unseen(name)

    def _look_for_package(self, data: bytes, name: str) -> Iterator[Finding]:
        try:
            found = find_packaged(Compound(data))
        except CompoundError:
            return  # an embedded object that no program opens
        if found is not None:
            yield runs(self.path, f"{name} > {found}")

    def _leads_out(self, name: str) -> Finding:
        what = _("{member} in it would be put outside the folder that it is unpacked in", member=name)
        todo = _("Ask for what is in it, packed anew or without an archive.")
        return Finding("archive-leads-out", what, Place(str(self.path)), todo)

    def unseen(self, name: str) -> Finding:
        """The error that nobody knows what is in ``name``."""
        what = _(
            "{member} in it could not be looked into: it is damaged, asks for a password, is too large or stands in too"
            " many other archives",
            member=name,
        )
        todo = _("Ask for what is in it, packed anew or without an archive.")
        return Finding("archive-unseen", what, Place(str(self.path)), todo)

    def _unpacked_by_nobody(self, name: str) -> Finding:
        what = _("{member} in it is an archive that nothing here looks into", member=name)
        todo = _("Open it on a computer like the recipients', or send what is in it by itself.")
        return Finding("document-unread", what, Place(str(self.path)), todo, is_error=False)


def _is_looked_into(name: str, head: bytes) -> bool:
    """Whether a file called ``name`` that begins with ``head`` is an archive or a compound file."""
    return head.startswith((_ZIP, SIGNATURE)) or name.lower().endswith(".zip")


def _runs_in(name: str, *, is_document: bool) -> bool:
    """Whether the member ``name`` would be run, obeyed or opened as a page from an archive, or from a document."""
    if not is_run_name(name.rpartition("/")[2]):
        return False
    if not is_document:
        return True
    if _EMBEDDINGS in f"/{name}".lower():
        return not name.lower().endswith(_EMBEDDED)
    return not (name.lower().endswith(_OWN) or name.startswith(_SCRIPTS))
