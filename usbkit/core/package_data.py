"""Paths of the data files in the package: templates, example manifests, the catalogues of the CLI."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def _carried(name: str) -> Path:
    """A top-level folder: in an installed package beside the code, in a checkout one step up."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def templates() -> Path:
    """The folder of page, letter and label templates."""
    return _carried("templates")


def manifests() -> Path:
    """The folder of the example programmes."""
    return _carried("manifests")


def package() -> Path:
    """The folder of our own code."""
    return _PACKAGE


def cli_catalogues(language: str) -> list[Path]:
    """The gettext catalogues of the command line's messages: one per package, and one for the modules above them."""
    name = f"{language}.po"
    return [p for p in (_PACKAGE / name, *sorted(_PACKAGE.glob(f"*/{name}"))) if p.is_file()]
