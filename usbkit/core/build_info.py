"""What determines the bytes we write besides the sources: our code, our templates, and the rendering and decoding
libraries.
"""

from __future__ import annotations

import functools
import hashlib
import platform
from dataclasses import dataclass
from pathlib import Path

from usbkit import __version__
from usbkit.core import package_data

#: Distributions whose version can show in a page, a poster or a table.
LIBRARIES = ("av", "babel", "jinja2", "markupsafe", "pillow", "pydantic", "pypdfium2", "segno")


@functools.cache
def library_versions() -> dict[str, str]:
    """Return the installed version of each of ``LIBRARIES``, by name."""
    import importlib.metadata

    found = {}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {"usbkit": __version__, **found}


@dataclass(frozen=True, slots=True)
class Build:
    """The build of this usbkit. ``libraries`` are those that affect output bytes; ``code`` and ``templates`` are
    digests of its own files.
    """

    usbkit: str
    python: str
    system: str
    libraries: dict[str, str]
    code: str
    templates: str


def describe_build(templates: Path | None = None) -> Build:
    """Describe this usbkit; ``templates`` is the user's template folder, if any."""
    libraries = {name: version for name, version in library_versions().items() if name != "usbkit"}
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = f"{platform.system()} {platform.machine()}"
    return Build(__version__, python, system, libraries, digest_code(), digest_templates(templates))


@functools.cache
def digest_code() -> str:
    """Return the SHA-256 of our own source files, so that an edited checkout differs from the release of the same
    number.
    """
    return digest_folder(package_data.package(), "*.py")


def digest_templates(templates: Path | None) -> str:
    """Return the SHA-256 of our templates and, if given, of the user's folder that overrides them."""
    parts = [digest_folder(folder, "*") for folder in (package_data.templates(), *([templates] if templates else []))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def digest_folder(folder: Path, pattern: str) -> str:
    """Return the SHA-256 over names and contents of the files below ``folder``; cached until one of them changes."""
    paths = sorted(p for p in folder.rglob(pattern) if p.is_file())
    states = tuple((p, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for p in paths for s in [p.stat()])
    return _digest_states(folder, states)


@functools.lru_cache(maxsize=32)
def _digest_states(folder: Path, states: tuple[tuple[Path, int, int, int, int], ...]) -> str:
    sha = hashlib.sha256()
    for path, *_state in states:
        name = path.relative_to(folder).as_posix().encode("utf-8", "surrogatepass")
        sha.update(len(name).to_bytes(8, "big") + name + hashlib.sha256(path.read_bytes()).digest())
    return sha.hexdigest()
