"""The picture in ``docs/architecture.md``, made from the contracts: ``python -m tests.support.architecture``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from tests.support.cli import TOP

DOCUMENT = TOP / "docs/architecture.md"
BEGIN, END = "<!-- begin: layers, from pyproject.toml (make reference) -->\n", "<!-- end: layers -->"

#: Package or module → what it is for, in a few words.
_FOR = {
    "cli": "commands that parse, call and print; their output",
    "doctor": "what this machine has and lacks",
    "demo": "a small media library to try everything with",
    "station": "fills orders from whatever sticks are plugged in",
    "papers": "labels, letters, dispatch lists",
    "archive": "bundles as 7z archives and BagIt bags",
    "orders": "is a country ready, who released it, how many drives; receipts",
    "ledger": "the record: chains of entries, and the state they make",
    "writing": "one drive or many, from image to verdict",
    "pipeline": "one country, stage by stage",
    "diff": "what changed between two states, in words",
    "site": "the pages of a bundle, and verify.html",
    "bundle": "plan, bundle, folder, lock file",
    "verify": "a drive, an image or a folder against its seal",
    "drives": "which drive is which, may it be written; writing, reading back",
    "disk": "FAT32, exFAT, MBR: laid out, and read as a stranger's",
    "trust": "seal, signature, passport, verdict, receipt code",
    "sources": "the media library: videos, subtitles, attachments",
    "manifest": "what staff write, with all its mistakes at once",
    "workers": "processes of our own",
    "core": "errors, messages, progress, clock, cache, locks, atomic files",
}

_WIDTH = 66


def layers() -> list[list[str]]:
    """Packages from the top down, those of one layer together."""
    return [[name.strip() for name in layer.split(":")] for layer in _contracts()[0]["layers"]]


def _contracts() -> list[dict[str, list[str]]]:
    settings = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, list[str]]] = settings["tool"]["importlinter"]["contracts"]
    return found


def _libraries(package: str) -> list[str]:
    """What others wrote that only ``package`` and few others may import."""
    found = []
    for contract in _contracts():
        importers = {name.split(".")[1] for name in contract.get("allowed_importers", ())}
        if package in importers:
            found += contract["protected_modules"]
    return sorted(found, key=str.lower)


def picture() -> str:
    """The layers as a drawing: each may import from those below it, and the libraries named beside it."""
    lines = ["```"]
    for number, layer in enumerate(layers()):
        lines.append(
            ("├" if number else "┌") + "─" * 11 + ("┼" if number else "┬") + "─" * _WIDTH + ("┤" if number else "┐")
        )
        lines += [f"│ {name:9} │ {_FOR[name]:{_WIDTH - 1}}│ {', '.join(_libraries(name))}".rstrip() for name in layer]
    lines.append("└" + "─" * 11 + "┴" + "─" * _WIDTH + "┘")
    return "\n".join([*lines, "```\n"])


def with_picture(text: str) -> str:
    """The document's ``text`` with the picture as it is now."""
    return re.sub(rf"(?s){re.escape(BEGIN)}.*?{re.escape(END)}", lambda _found: BEGIN + picture() + END, text)


def undescribed() -> Iterator[str]:
    """Packages without a word of what they are for, and words for what is gone."""
    yield from set(_FOR) ^ {name for layer in layers() for name in layer}


if __name__ == "__main__":
    DOCUMENT.write_text(with_picture(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
