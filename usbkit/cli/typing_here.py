"""How a next command is typed where one is."""

from __future__ import annotations

import shlex
from pathlib import Path

from usbkit.core.errors import InputError
from usbkit.core.real_paths import real_path
from usbkit.manifest.finding import find_default, find_programme, programmes_in


def typed_here(manifests: Path) -> str:
    """Return how a command with ``manifests`` begins: with ``--manifests`` where programmes stand side by side."""
    beside = programmes_in(find_default(Path.cwd()))
    try:
        ours = real_path(find_programme(manifests))
    except InputError:
        return "usbkit"
    if len(beside) < 2 or ours not in {real_path(folder) for folder in beside}:
        return "usbkit"
    return f"usbkit --manifests {shlex.quote(str(manifests))}"
