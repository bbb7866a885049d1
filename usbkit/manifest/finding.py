"""Find the programme's folder: from ``--manifests``, or from the working folder. Loads nothing heavy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _

PROGRAMME_FILE = "programme.toml"

#: The folder of a desk's programmes, below the one in which it works.
MANIFESTS = Path("manifests")


def find_around(here: Path) -> Path | None:
    """Return the programme's folder that is ``here`` or above it; None if there is none."""
    return next((folder for folder in (here, *here.parents) if (folder / PROGRAMME_FILE).is_file()), None)


def find_default(here: Path) -> Path:
    """Return the default folder to search for programmes: the programme around ``here``, otherwise ``manifests`` below
    it, otherwise ``here`` if it contains programmes.
    """
    around = find_around(here)
    if around is not None:
        return Path(*([".."] * len(here.relative_to(around).parts)))
    return Path() if not (here / MANIFESTS).is_dir() and programmes_in(here) else MANIFESTS


def programmes_in(folder: Path) -> list[Path]:
    """Return the folders directly below ``folder`` that hold a programme, by name."""
    return sorted(path.parent for path in folder.glob(f"*/{PROGRAMME_FILE}"))


def has_programme(manifests: Path) -> bool:
    """Whether a folder is a programme's, or holds programmes."""
    return (manifests / PROGRAMME_FILE).is_file() or bool(programmes_in(manifests))


def find_programme(manifests: Path) -> Path:
    """Return the programme's folder: ``manifests`` itself, or the one folder in it that holds a programme."""
    if (manifests / PROGRAMME_FILE).is_file():
        return manifests
    if not manifests.is_dir():
        what = _("there is no folder {folder} with manifests", folder=manifests)
        todo = _("Name it with --manifests, or begin one, such as: usbkit new programme forum-2021")
        if there := programmes_in(manifests.parent):
            todo = _("There are: {names}", names=", ".join(map(str, there)))
        raise InputError(Finding("manifests-missing", what, todo=todo))
    found = programmes_in(manifests)
    if len(found) == 1:
        return found[0]
    raise InputError(_no_single_programme(manifests, found))


def _no_single_programme(manifests: Path, found: Sequence[Path]) -> Finding:
    if not found:
        return Finding(
            "programme-missing",
            _("found no {file} in {folder}, nor in a folder in it", file=PROGRAMME_FILE, folder=manifests),
            todo=_(
                "Name the programme's folder with --manifests, or begin one, such as: usbkit new programme forum-2021"
            ),
        )
    return Finding(
        "programme-several",
        _("found several programmes in {folder}", folder=manifests),
        todo=_("Name one with --manifests, or work in its folder: {names}", names=", ".join(str(p) for p in found)),
    )


def find_named(home: Path, name: str) -> Path:
    """Return the folder of the programme called ``name``: a path, or a folder in ``home``. Raises InputError."""
    for folder in (home / name, Path(name)):
        if (folder / PROGRAMME_FILE).is_file():
            return folder
    names = ", ".join(folder.name for folder in programmes_in(home)) or "-"
    what = _("there is no programme {name} in {folder}", name=name, folder=home)
    raise InputError(Finding("programme-unknown", what, todo=_("There are: {names}", names=names)))
