"""Everything that documents refer to exists: files, headings, make targets, modules."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import TOP

DOCUMENTS = sorted(
    path
    for path in (*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md"), *(TOP / ".github").rglob("*.md"))
    if path.name != "CHANGELOG.md"  # it tells of what was
)

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?<![\w/.{~-])(?:usbkit|tests|templates|manifests|docs|locks)/[\w./-]*\w/?(?![\w{*…-])")
_TARGET = re.compile(r"(?:`|^    (?:\./|\w+=\S+ )?)make ([a-z]+)\b", re.MULTILINE)

#: Of an example's own, or of a template's.
_ELSEWHERE = ("manifests/hello/", "usbkit/index.html")

#: Words that stand for a name of the reader's own.
_STAND_INS = ("NAME", "LANG", "COUNTRY", "DIR", "…", "*", "<")


def _name(path: Path) -> str:
    return str(path.relative_to(TOP))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_links_lead_to_files(document: Path) -> None:
    links = _LINK.findall(document.read_text(encoding="utf-8"))
    near = [link.partition("#")[0] for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in near if link and not (document.parent / link).exists()] == []


def _paths(document: Path) -> Iterator[str]:
    for code in re.findall(r"`([^`\n]+)`", document.read_text(encoding="utf-8")):
        if not any(word in code for word in _STAND_INS):
            yield from (path for path in _PATH.findall(code) if not path.startswith(_ELSEWHERE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_paths_of_this_repository_are_there(document: Path) -> None:
    assert [path for path in _paths(document) if not (TOP / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_make_targets_are_there(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text(), re.MULTILINE))
    assert set(_TARGET.findall(document.read_text(encoding="utf-8"))) <= targets


SOURCES = sorted(
    path
    for folder in ("usbkit", "tests", "templates", "docs")
    for path in (TOP / folder).rglob("*")
    if path.suffix in (".py", ".md", ".html", ".js", ".css", ".txt") and "node_modules" not in path.parts
)

#: Said of usbkit's own design: what a specification's section is called stands after the specification's name.
_SECTION = re.compile(r"\b[Dd]esign,? sections? (\d+)")
_MODULE = re.compile(r"`(usbkit(?:\.\w+)+)`")


def test_each_section_of_the_design_that_is_named_is_there() -> None:
    headings = set(re.findall(r"^## (\d+)\. \S", (TOP / "docs/design.md").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        f"{_name(path)}: section {number}"
        for path in SOURCES
        for number in _SECTION.findall(path.read_text(encoding="utf-8"))
        if number not in headings
    }
    assert named == set()
    assert headings == {str(number) for number in range(1, 19)}


def _resolves(name: str) -> bool:
    """Whether ``usbkit.x.y`` is a module, or something in one."""
    found: object = importlib.import_module("usbkit")
    path = "usbkit"
    for part in name.split(".")[1:]:
        path = f"{path}.{part}"
        if hasattr(found, "__path__") and importlib.util.find_spec(path) is not None:
            found = importlib.import_module(path)
        elif hasattr(found, part):
            found = getattr(found, part)
        else:
            return False
    return True


@pytest.mark.parametrize("folder", ["usbkit", "tests", "docs"])
def test_modules_named_in_words_are_there(folder: str) -> None:
    stale = [
        f"{_name(path)}: {name}"
        for path in SOURCES
        if path.relative_to(TOP).parts[0] == folder
        for name in _MODULE.findall(path.read_text(encoding="utf-8"))
        if not name.endswith((".x", ".x.y")) and not _resolves(name)  # an x stands for any
    ]
    assert stale == []


def test_modules_that_templates_and_scripts_name_are_there() -> None:
    stale = [
        f"{_name(path)}: {named}"
        for path in SOURCES
        if path.relative_to(TOP).parts[0] == "templates"
        for named in re.findall(r"\busbkit/[\w/]+\.py\b", path.read_text(encoding="utf-8"))
        if not (TOP / named).exists()
    ]
    assert stale == []


@pytest.mark.parametrize("document", ["architecture.md", "glossary.md"])
def test_names_of_code_in_tables_are_there(document: str) -> None:
    """Types and modules that are named without their folder: some module has them."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (TOP / "usbkit").rglob("*.py"))
    known = set(re.findall(r"^(?:    )?(?:class|def) (\w+)", code, re.MULTILINE))
    files = {path.name for path in (TOP / "usbkit").rglob("*.py")}
    text = (TOP / "docs" / document).read_text(encoding="utf-8")
    words = [word for word in re.findall(r"`([\w.]+)`", text) if not word.startswith("usbkit")]
    assert [w for w in words if w.endswith(".py") and w not in files] == []
    assert [w for w in words if re.fullmatch(r"[A-Z][a-z]+\w*", w) and w not in known] == []
