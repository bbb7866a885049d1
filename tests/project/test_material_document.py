"""The document about material names exactly the findings that the code can make, with their severity."""

from __future__ import annotations

import re
from pathlib import Path

import usbkit
from usbkit.sources.subtitles.rules import ERRORS, FATAL, REMARKS

_PACKAGE = Path(usbkit.__file__).parent
_DOCUMENT = _PACKAGE.parent / "docs" / "material.md"

_IDS = "(?:media|file|library|pdf|document|slides|photo|picture)-[a-z-]+"


def _rows() -> list[str]:
    return [line for line in _DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]


def test_subtitles() -> None:
    said = {
        id: row.split("|")[2].strip()
        for row in _rows()
        for id in re.findall(r"`(subtitle-[a-z-]+)`", row.split("|")[1])
    }
    meant = dict.fromkeys(FATAL, "fatal") | dict.fromkeys(ERRORS, "error") | dict.fromkeys(REMARKS, "remark")
    assert said == meant


def test_media_and_files() -> None:
    sources = [p for p in (_PACKAGE / "sources").rglob("*.py") if p.parent.name in ("media", "sources", "attachments")]
    code = "".join(p.read_text(encoding="utf-8") for p in sources)
    said = {id for row in _rows() for id in re.findall(f"`({_IDS})`", row.split("|")[1])}
    # One is the name of an element of OpenDocument.
    assert said == set(re.findall(f'"({_IDS})"', code)) - {"document-content"}
