"""Findings about a source that is missing, unreadable or outside its folder."""

from __future__ import annotations

import difflib
import re
import unicodedata
from pathlib import Path

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.real_paths import real_path
from usbkit.manifest.lookalikes import explain_text
from usbkit.manifest.values import LANGUAGE_NAMES


def require_inside(path: Path, home: Path) -> None:
    """Raise InputError if ``path`` leads out of the folder ``home``, for example by a symbolic link."""
    real = real_path(path)
    if not real.is_relative_to(real_path(home)):
        what = _("a link leads out of the folder, to {target}", target=str(real))
        raise InputError(Finding("file-outside", what, Place(str(path)), _("Put the file itself there.")))


def missing(path: Path, root: Path) -> Finding:
    """The finding that the library ``root`` has no file at ``path``, with likely alternatives."""
    if not root.is_dir():
        what = _("there is no media library at {root}", root=str(root))
        todo = _("Make this folder and put the material into it, or name another with --library or in programme.toml.")
        return Finding("library-missing", what, Place(str(root)), todo)
    near = _near(path)
    todo = _("Did you mean {near}?", near=near) if near else _("Put the file there.")
    todo = explain_text(path.name) or todo
    return Finding("file-missing", _("there is no such file"), Place(str(path)), todo)


def _near(path: Path) -> str | None:
    """A file beside ``path`` whose name differs in case, in Unicode form or by a slip of the finger."""
    try:
        names = sorted(p.name for p in path.parent.iterdir())
    except OSError:
        return None
    folded = {unicodedata.normalize("NFC", n).casefold(): n for n in names}
    wanted = unicodedata.normalize("NFC", path.name).casefold()
    close = difflib.get_close_matches(wanted, folded, n=5, cutoff=0.75)
    return next((folded[name] for name in close if not _is_another(wanted, name)), None)


def _is_another(wanted: str, there: str) -> bool:
    """Whether a name that is like the one wanted is another file's: of another language, or with another number."""
    languages = [[part for part in name.split(".")[1:] if part in LANGUAGE_NAMES] for name in (wanted, there)]
    numbers = [[int(digits) for digits in re.findall("[0-9]+", name)] for name in (wanted, there)]
    return languages[0] != languages[1] or numbers[0] != numbers[1]


def unreadable(path: Path, problem: OSError) -> Finding:
    """The finding that the system refuses to read ``path``."""
    what = _("the file cannot be read: {reason}", reason=problem.strerror or repr(problem))
    return Finding("file-unreadable", what, Place(str(path)), _("Check that it is a file, and its permissions."))
