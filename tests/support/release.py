"""Wheel, sdist and SBOM: ``python -m tests.support.release DIR``. The same files give the same bytes on any day."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from usbkit import __version__

TOP = Path(__file__).parent.parent.parent


def release_moment() -> dt.datetime:
    """Midnight UTC of the version's date in the changelog."""
    changelog = (TOP / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## \[{re.escape(__version__)}\] - (\d{{4}}-\d\d-\d\d)$", changelog, re.M)
    if found is None:
        raise SystemExit(f"CHANGELOG.md has no heading ## [{__version__}] - YYYY-MM-DD")
    return dt.datetime.fromisoformat(found[1]).replace(tzinfo=dt.UTC)


def build(source: Path, out: Path, **environ: str) -> None:
    """Build sdist and wheel of the tree at ``source`` into ``out``, by the build backend that is installed here."""
    epoch = str(int(release_moment().timestamp()))
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, source],
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch, **environ},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def make_sbom() -> dict[str, Any]:
    """What the wheel needs at run time, as CycloneDX 1.6: the versions installed here, their licences, and who needs
    whom."""
    needs = dict(sorted(_closure("usbkit")))
    components = [_component(name) for name in needs if name != "usbkit"]
    body = {
        "metadata": {
            "timestamp": release_moment().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {**_component("usbkit"), "type": "application"},
        },
        "components": components,
        "dependencies": [{"ref": _ref(name), "dependsOn": [_ref(n) for n in below]} for name, below in needs.items()],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1, **body}


def _closure(root: str) -> Iterator[tuple[str, list[str]]]:
    """Every distribution that ``root`` needs here, with what it needs itself."""
    waiting, seen = [(root, frozenset[str]())], set()
    found: dict[str, set[str]] = {}
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        below = list(_needs(name, extras))
        found.setdefault(name, set()).update(n for n, _extras in below)
        waiting += below
    yield from ((name, sorted(below)) for name, below in found.items())


def _needs(name: str, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for text in importlib.metadata.requires(name) or ():
        need = Requirement(text)
        if need.marker is None or any(need.marker.evaluate({"extra": e}) for e in ("", *extras)):
            yield canonicalize_name(need.name), frozenset(need.extras)


def _ref(name: str) -> str:
    version = __version__ if name == "usbkit" else importlib.metadata.version(name)
    return f"pkg:pypi/{canonicalize_name(name)}@{version}"


def _component(name: str) -> dict[str, Any]:
    about = importlib.metadata.metadata(name)
    version = __version__ if name == "usbkit" else about["Version"]
    if licence := next(iter(about.get_all("License-Expression") or ()), None):
        licences: list[dict[str, Any]] = [{"expression": licence}]
    else:
        stated = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or () if c.startswith("License ::")]
        first_line = str(next(iter(about.get_all("License") or ()), "")).strip().splitlines()
        names = stated or first_line[:1]
        licences = [{"license": {"name": n}} for n in sorted(set(names))]
    component = {"type": "library", "bom-ref": _ref(name), "name": name, "version": version, "purl": _ref(name)}
    return {**component, **({"licenses": licences} if licences else {})}


def write_sbom(out: Path) -> Path:
    """`make_sbom` as a file in ``out``."""
    path = out / f"usbkit-{__version__}.cdx.json"
    path.write_text(json.dumps(make_sbom(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "dist")
    target.mkdir(parents=True, exist_ok=True)
    build(TOP, target)
    write_sbom(target)
    print(*sorted(p.name for p in target.iterdir()), sep="\n")
