"""The command line's messages, collected from the code and from its only template.

``python -m tests.support.messages`` updates the catalogues: new messages get an empty translation, obsolete ones are
dropped. Translations are then written by hand into ``usbkit/<package>/<language>.po``.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from usbkit.core.messages import LANGUAGES
from usbkit.core.package_data import cli_catalogues
from usbkit.core.package_data import package as package_folder

TOP = Path(__file__).parent.parent.parent
#: Words of the pages stand in the pages' own catalogues (templates/locales).
OF_THE_PAGES = ("usbkit/site/verify_page/words.py", "usbkit/site/script_words.py", "usbkit/site/reply.py")
#: The templates whose words are ours, and the package that each is of.
TEMPLATES = {"check.html": "orders", "report.html": "cli", "papers/dispatch.html": "papers"}
#: Words that mark a message: in code, and in the template of the readiness page.
_IN_CODE = {"_": None, "mark": None}
_IN_TEMPLATE = {"say": None}


def extract_messages() -> dict[str, Catalog]:
    """Every message of the command line with the files it stands in, by package.

    A message that several packages say belongs to the first of them. The modules above all packages are the package "".
    """
    found: dict[str, list[str]] = {}
    for path in sorted((TOP / "usbkit").rglob("*.py")):
        if path.relative_to(TOP).as_posix() not in OF_THE_PAGES:
            _add(found, path, "python", _IN_CODE)
    for page in TEMPLATES:
        _add(found, TOP / "templates" / page, "jinja2", _IN_TEMPLATE)
    catalogues: dict[str, Catalog] = {}
    for message, places in found.items():
        package = min(_package_of(place) for place in places)
        catalogue = catalogues.setdefault(package, Catalog(project="usbkit", fuzzy=False))
        # Without line numbers: they would change with every edit and say little.
        catalogue.add(message, locations=[(place, 0) for place in dict.fromkeys(places)])
    return catalogues


def _add(found: dict[str, list[str]], path: Path, method: str, keywords: dict[str, None]) -> None:
    for _line, message, _comments, _context in extract(
        method, io.BytesIO(path.read_bytes()), keywords=keywords, options={"encoding": "utf-8"}
    ):
        if isinstance(message, str) and message:
            found.setdefault(message, []).append(path.relative_to(TOP).as_posix())


def _package_of(place: str) -> str:
    """The package that a message at ``place`` belongs to."""
    top, *rest = place.split("/")
    return TEMPLATES["/".join(rest)] if top == "templates" else rest[0] if len(rest) > 1 else ""


def read_catalogue(language: str) -> Catalog:
    """All catalogues of ``language`` as they stand, as one. Raises ValueError for a message that stands in two."""
    whole = Catalog(locale=language)
    for path in cli_catalogues(language):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and message.id in whole:
                    raise ValueError(f"{message.id!r} stands in {path} and in another catalogue")
                if message.id:
                    whole[str(message.id)] = message
    return whole


def update_catalogues(language: str) -> int:
    """Bring the catalogues of ``language`` up to date with the code; how many messages lack a translation."""
    old = read_catalogue(language)
    for path in cli_catalogues(language):
        path.unlink()
    missing = 0
    for package, messages in extract_messages().items():
        new = Catalog(locale=language, header_comment=_HEADER, fuzzy=False)
        for message in messages:
            if message.id:
                known = old.get(str(message.id))
                missing += known is None or not known.string
                new.add(message.id, known.string if known else "", locations=message.locations)
        written = io.BytesIO()
        write_po(written, new, width=118, sort_by_file=True, include_lineno=False)
        lines = written.getvalue().decode("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(_CHANGING)]
        (package_folder() / package / f"{language}.po").write_text("".join(kept), encoding="utf-8")
    return missing


#: Header lines that would differ with every run, or say nothing.
_CHANGING = ('"POT-', '"PO-Revision', '"Last-Tr', '"Language-Team', '"Generated', '"Project-Id', '"Report', "#, python")


_HEADER = """\
# Messages of the command line. English is the message itself.
# Names in {braces} are filled in and must stand in the translation too.
#"""

if __name__ == "__main__":
    for name in LANGUAGES:
        if name != "en":
            print(name, update_catalogues(name), "without a translation")
