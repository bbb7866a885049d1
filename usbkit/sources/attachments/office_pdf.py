"""PDFs of office documents, made by LibreOffice if installed; a person inspects the result.

LibreOffice works on a copy, in a temporary folder and profile, without macros or links to other files, without network
where the system allows that, and for a limited time.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.sources.decoding import examine_attachment, read_pages
from usbkit.workers.program import ask_program, find_program, run_program

#: Seconds for one document: a deck of a hundred slides takes some ten on an old computer.
SECONDS = 300

#: Where LibreOffice is on macOS and Windows, beside a system's usual places.
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS",
    "/opt/libreoffice/program",
    r"C:\Program Files\LibreOffice\program",
)

#: Settings of the profile (LibreOffice's own registry, org.openoffice.Office.Common): macros never run, and what a
#: document links to, on this computer or elsewhere, is not fetched.
_SECURITY = "/org.openoffice.Office.Common/Security/Scripting"
_SETTINGS = (
    (_SECURITY, "MacroSecurityLevel", "3"),
    (_SECURITY, "DisableMacrosExecution", "true"),
    (_SECURITY, "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "2"),
)

#: Parts of a document that hold its words, and the name of the elements that do ("" for all): ECMA-376, ODF, OWPML.
_WORDS = {
    ".pptx": ("ppt/slides/slide", "t"),
    ".ppsx": ("ppt/slides/slide", "t"),
    ".potx": ("ppt/slides/slide", "t"),
    ".docx": ("word/document.xml", "t"),
    ".dotx": ("word/document.xml", "t"),
    ".odt": ("content.xml", ""),
    ".odp": ("content.xml", ""),
    ".hwpx": ("Contents/section", "t"),
}
#: Bytes of a part that is looked through, and the share of a document's words below which it is another document.
_LARGEST_PART, _FEWEST = 64 * 2**20, 0.5


@dataclass(frozen=True, slots=True)
class MadePdf:
    """A PDF: its bytes, its pages, and words of the document that it lacks (None if unknown)."""

    data: bytes
    pages: int
    missing: tuple[str, ...] | None


def find_office() -> Path | None:
    """Return the path of LibreOffice, None if it is not installed."""
    return find_program("soffice", more=_PLACES) or find_program("libreoffice", more=_PLACES)


def require_office(path: Path) -> Path:
    """Return the path of LibreOffice. Raises InputError, about the document at ``path``, if it is not installed."""
    office = find_office()
    if office is None:
        what = _("to make a PDF of it takes LibreOffice, which is not installed here")
        todo = _(
            "Install it (Debian: libreoffice-impress, libreoffice-writer), or open the file in its own program and save"
            " it as PDF."
        )
        raise _failed("office-missing", path, what, todo)
    return office


def make_pdf(path: Path, seconds: float = SECONDS, begin: Callable[[], None] = lambda: None) -> MadePdf:
    """Return a PDF of the office document at ``path``; call ``begin`` before LibreOffice, which takes minutes, is run.

    Raises InputError if none can be made; OSError.
    """
    office = require_office(path)
    if errors := [f for f in examine_attachment(path, "document") if f.is_error]:
        raise InputError(*errors)
    begin()
    with tempfile.TemporaryDirectory(prefix="usbkit-office-") as name:
        folder = Path(name)
        shutil.copyfile(path, folder / f"source{path.suffix.lower()}")
        _write_profile(folder / "profile")
        code = run_program(_command(office, folder, path.suffix.lower()), seconds, folder, {"HOME": name})
        made = folder / "made/source.pdf"
        if code is None:
            what = _("LibreOffice had not finished after {seconds} seconds, and was ended", seconds=round(seconds))
            raise _failed("office-failed", path, what)
        if not made.is_file():
            what = _("LibreOffice made no PDF of it (exit code {code})", code=code)
            raise _failed("office-failed", path, what)
        return _judge(path, made)


def _command(office: Path, folder: Path, suffix: str) -> list[str | Path]:
    profile = (folder / "profile").as_uri()
    words = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"]
    words += ["--convert-to", "pdf", "--outdir", "made", f"source{suffix}"]
    return [*_without_network(), office, f"-env:UserInstallation={profile}", *words]


def _without_network() -> list[str | Path]:
    """The beginning of a command that runs in a namespace without a network; nothing where the system has none."""
    unshare = find_program("unshare")
    if unshare is None:
        return []
    beginning: list[str | Path] = [unshare, "--map-root-user", "--net"]
    return beginning if ask_program([*beginning, "true"], 10) is not None else []


def _write_profile(folder: Path) -> None:
    schema = "http://openoffice.org/2001/registry"
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    (folder / "user").mkdir(parents=True)
    text = f'<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="{schema}">{items}</oor:items>'
    (folder / "user/registrymodifications.xcu").write_text(text, encoding="utf-8")


def _judge(path: Path, made: Path) -> MadePdf:
    """What was made, looked at as any other PDF, and its words beside the document's."""
    if any(f.is_error for f in examine_attachment(made, "document")):
        raise _failed("office-failed", path, _("LibreOffice made a PDF of it that cannot be opened"))
    pages = read_pages(made, with_pictures=False)
    words = _words_in(path)
    if words is None:
        return MadePdf(made.read_bytes(), len(pages), None)
    text = "".join("".join(page.text.split()) for page in pages)
    missing = tuple(word for word in words if word not in text)
    if words and len(missing) > len(words) * (1 - _FEWEST):
        what = _("of the {count} words in it, {missing} are not in the PDF", count=len(words), missing=len(missing))
        raise _failed("office-failed", path, what)
    return MadePdf(made.read_bytes(), len(pages), missing)


def _words_in(path: Path) -> tuple[str, ...] | None:
    """The document's words, each once; None where its format does not show them."""
    if path.suffix.lower() not in _WORDS:
        return None
    beginning, kind = _WORDS[path.suffix.lower()]
    words: dict[str, None] = {}
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        for part in archive.infolist():
            if not part.filename.startswith(beginning) or part.file_size > _LARGEST_PART:
                continue
            try:
                root = ET.fromstring(archive.read(part))
            except ET.ParseError:
                return None
            words.update(dict.fromkeys(_texts(root, kind)))
    return tuple(words)


def _texts(root: ET.Element, kind: str) -> Iterator[str]:
    for element in root.iter():
        if not kind or element.tag.rpartition("}")[2] == kind:
            yield from (element.text or "").split()
            yield from ((element.tail or "").split() if not kind else ())


def _failed(id: str, path: Path, what: Text, todo: Text | None = None) -> InputError:
    return InputError(
        Finding(id, what, Place(str(path)), todo or _("Open the file in its program and save it as PDF."))
    )
