"""``python -m tests.support.reference [DIR]`` writes the pages (default: ``docs/reference``)."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.cli import TOP
from tests.support.reference import PAGES
from usbkit.core.messages import use_language

use_language("en")
folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TOP / "docs/reference"
folder.mkdir(parents=True, exist_ok=True)
for name, write in PAGES.items():
    (folder / name).write_text(write(), encoding="utf-8")
