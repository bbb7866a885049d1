"""The command line's messages, found in the code and in the one template that is its own.

``python -m tests.support.messages`` brings the catalogues up to date: new messages without a translation, those that
are gone dropped. Translations are then written by hand into ``usbkit/locale/*.po``.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from usbkit.resources import cli_catalogue
from usbkit.text import LANGUAGES

TOP = Path(__file__).parent.parent.parent
#: Words of the pages stand in the pages' own catalogues (templates/locales).
OF_THE_PAGES = ("usbkit/verify_page/words.py", "usbkit/site/script_words.py")
#: Words that mark a message: in code, and in the template of the readiness page.
_IN_CODE = {"_": None, "mark": None}
_IN_TEMPLATE = {"say": None}


def extract_messages() -> Catalog:
    """Every message of the command line, with the files it stands in."""
    catalogue = Catalog(project="usbkit", fuzzy=False)
    for path in sorted((TOP / "usbkit").rglob("*.py")):
        if path.relative_to(TOP).as_posix() in OF_THE_PAGES:
            continue
        _add(catalogue, path, "python", _IN_CODE)
    for page in ("check.html", "report.html", "papers/dispatch.html"):
        _add(catalogue, TOP / "templates" / page, "jinja2", _IN_TEMPLATE)
    return catalogue


def _add(catalogue: Catalog, path: Path, method: str, keywords: dict[str, None]) -> None:
    found = extract(method, io.BytesIO(path.read_bytes()), keywords=keywords, options={"encoding": "utf-8"})
    for _line, message, _comments, _context in found:
        if isinstance(message, str) and message:
            # Without line numbers: they would change with every edit and say little.
            catalogue.add(message, locations=[(path.relative_to(TOP).as_posix(), 0)])


def read_catalogue(language: str) -> Catalog:
    """The catalogue of ``language`` as it stands."""
    with cli_catalogue(language).open("rb") as file:
        return read_po(file, locale=language)


def update_catalogue(language: str) -> Catalog:
    """Bring the catalogue of ``language`` up to date with the code."""
    path = cli_catalogue(language)
    old = read_catalogue(language) if path.exists() else Catalog(locale=language)
    new = Catalog(locale=language, header_comment=_HEADER, fuzzy=False)
    for message in extract_messages():
        if message.id:
            known = old.get(message.id)
            new.add(message.id, known.string if known else "", locations=message.locations)
    written = io.BytesIO()
    write_po(written, new, width=118, sort_by_file=True, include_lineno=False)
    lines = written.getvalue().decode("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(_CHANGING)]
    path.write_text("".join(kept), encoding="utf-8")
    return new


#: Header lines that would differ with every run, or say nothing.
_CHANGING = ('"POT-', '"PO-Revision', '"Last-Tr', '"Language-Team', '"Generated', '"Project-Id', '"Report', "#, python")


_HEADER = """\
# Messages of the command line. English is the message itself.
# Names in {braces} are filled in and must stand in the translation too.
#"""

if __name__ == "__main__":
    for name in LANGUAGES:
        if name != "en":
            catalogue = update_catalogue(name)
            print(name, sum(not m.string for m in catalogue if m.id), "of", len(catalogue), "without a translation")
