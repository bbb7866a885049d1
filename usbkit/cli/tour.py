"""Run the tour of ``usbkit demo``: each command as a user would type it, in the tour's folder."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import usbkit
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_BROKEN_OFF, EXIT_DONE
from usbkit.core.messages import _
from usbkit.core.real_paths import real_path
from usbkit.demo import tour

#: What the tour's commands take from the environment; another programme's ledger or hub is nothing of theirs.
_KEPT = ("USBKIT_BROWSER",)


def run_tour(demo: Path, settings: Settings) -> tuple[int, list[dict[str, Any]]]:
    """Run every step; return the exit code of the first step with an unexpected one, and all results."""
    folder = tour.prepare_tour(demo)
    environ = _environ(os.environ, settings)
    done: list[dict[str, Any]] = []
    if not settings.json:
        show.answer()
        show.answer(_("These commands run in {folder}, which has a ledger of its own.", folder=folder))
    for number, step in enumerate(tour.steps(), 1):
        if tour.DAMAGED in step.arguments:
            video = min((demo / tour.COUNTRY / "videos").glob("*.mp4"))
            tour.damage(folder / tour.STICKS[1], video, folder / tour.DAMAGED)
        if not settings.json:
            show.answer()
            show.answer(_("{number}. {question}", number=number, question=step.question))
            show.answer(f"   $ usbkit {shlex.join(step.arguments)}")
        code = _run(folder, step.arguments, environ, settings)
        done.append({"command": ["usbkit", *step.arguments], "exit": code})
        if code != step.exit_code:
            return code or EXIT_BROKEN_OFF, done
    return EXIT_DONE, done


def _environ(given: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """The environment of the tour's commands: this run's language, cache and templates, and no other setting."""
    kept = {name: value for name, value in given.items() if not name.startswith("USBKIT_") or name in _KEPT}
    kept |= {"USBKIT_LANG": settings.language, "USBKIT_CACHE": str(settings.cache.absolute())}
    if settings.templates:
        kept["USBKIT_TEMPLATES"] = str(settings.templates.absolute())
    return kept


def _run(folder: Path, arguments: tuple[str, ...], environ: dict[str, str], settings: Settings) -> int:
    sys.stdout.flush()
    is_quiet = settings.json or settings.verbosity < 0
    silent = subprocess.DEVNULL if is_quiet else None
    command = [sys.executable, "-P", "-m", "usbkit", *arguments]
    return subprocess.run(command, cwd=folder, env=environ, stdout=silent, stderr=silent, check=False).returncode


def next_command(demo: Path) -> str:
    """Return the next command to type in this shell, however usbkit was started."""
    folder = demo / "tour"
    return f"cd {shlex.quote(str(folder))} && {_name_of_usbkit(folder)} status"


def _name_of_usbkit(folder: Path) -> str:
    """What calls this usbkit from ``folder``: its name where it is on ``PATH``, else its script, else the module."""
    if shutil.which("usbkit"):
        return "usbkit"
    for script in (Path(sys.argv[0]), Path(sys.executable).parent / "usbkit"):
        if script.name == "usbkit" and script.is_file() and os.access(script, os.X_OK):
            return shlex.quote(os.path.relpath(script, folder))
    package = real_path(Path(usbkit.__file__)).parent.parent
    return shlex.join(["env", f"PYTHONPATH={package}", sys.executable, "-m", "usbkit"])
