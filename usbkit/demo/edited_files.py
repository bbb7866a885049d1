"""Changes that a person made in a demo's folder, so that making the demo again does not lose them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

#: What the demo writes down of itself: digests of what people edit, and how far its tour's ledger had come.
STAMP: Final = ".made.json"

#: Folders whose files people edit.
_EDITED: Final = ("manifests", "tour/manifests")


def note_made(demo: Path, heads: str | None = None, *, is_finished: bool = True) -> None:
    """Record the present files of ``demo``; ``heads`` are the heads of the chains in its tour's ledger.

    Until it ``is_finished``, the demo itself adds more.
    """
    made = {"files": _digests(demo), "heads": heads, "finished": is_finished}
    (demo / STAMP).write_text(json.dumps(made, indent=1) + "\n")


def changed_since(demo: Path, heads: str | None) -> list[Path]:
    """Return what has changed since the demo left it: manifests that were edited or added, and the tour's folder if its
    ledger has grown.

    Without a record, as before 1.0.0rc2, that is all of it: nobody knows what was changed.
    """
    try:
        made = json.loads((demo / STAMP).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [demo] if (demo / _EDITED[0]).exists() else []
    except ValueError:
        return [demo / STAMP]
    now = _digests(demo)
    known = now if made["finished"] else made["files"].keys() & now.keys()
    changed = [demo / path for path in sorted(known) if made["files"].get(path) != now[path]]
    if made["heads"] is not None and heads != made["heads"]:
        changed.append(demo / "tour")
    return changed


def _digests(demo: Path) -> dict[str, str]:
    files = (p for folder in _EDITED for p in (demo / folder).rglob("*") if p.is_file())
    return {p.relative_to(demo).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
