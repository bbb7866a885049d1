"""Starting processes, opening devices, reading the clock, locking and renaming are each allowed in listed modules only.

The list is ``ROOMS``. A new entry is a decision: it is added there, with its purpose, in the change that needs it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.cli import TOP

#: Concern → module or package → what for.
ROOMS: Mapping[str, Mapping[str, str]] = {
    "device": {
        "usbkit.drives.opening": "the one that opens for writing",
        "usbkit.verify.rawread": "reading past the caches, on any system",
    },
    "process": {
        "usbkit.workers": "processes of our own",
        "usbkit.archive.extraction": "a stranger's archive, unpacked within bounds",
        "usbkit.papers.browser": "the browser that prints",
        "usbkit.cli.tour": "the commands that the tour shows, as one types them",
        "usbkit.station.runner": "waits for its workers' pipes",
    },
    "clock": {"usbkit.core.clock": "the one"},
    "lock": {
        "usbkit.core.file_lock": "the one",
        "usbkit.drives.opening": "the lock on a device, which udev heeds",
    },
    "rename": {
        "usbkit.core.atomic": "the one",
        "usbkit.bundle.write_folder": "a second name for what a folder held before",
    },
    "links": {"usbkit.core.real_paths": "the one: it has no error of its own where links lead in a circle"},
}

_PROCESS_MODULES = {"subprocess", "multiprocessing", "pty", "_posixsubprocess"}
_PROCESS = {"os.fork", "os.forkpty", "os.system", "os.popen", "os.posix_spawn", "os.posix_spawnp", "os.pidfd_open"}
_CLOCK = {"time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.clock_gettime"}
_NOW = {"now", "utcnow", "today"}
_LOCK = {"fcntl.flock", "fcntl.lockf", "os.lockf"}
_RENAME = {"os.rename", "os.renames", "os.replace", "os.link", "shutil.move"}


def _dotted(node: ast.expr) -> str:
    """``a.b.c`` of an attribute of a name, "" of anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *parts[::-1]]) if isinstance(node, ast.Name) else ""


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _opens_device(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return node.value == "O_DIRECT"  # getattr(os, "O_DIRECT", 0)
    return (isinstance(node, ast.Attribute) and node.attr == "O_DIRECT") or "os.O_DIRECT" in _imported(node)


def _starts_process(node: ast.AST) -> bool:
    names = set(_imported(node))
    if isinstance(node, ast.Attribute):
        name = _dotted(node)
        return name in _PROCESS or name.startswith(("os.spawn", "os.exec")) or node.attr == "ProcessPoolExecutor"
    return any(n.split(".")[0] in _PROCESS_MODULES or n in _PROCESS or n.endswith("ProcessPoolExecutor") for n in names)


def _reads_clock(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return _dotted(node) in _CLOCK or (node.attr in _NOW and _dotted(node).split(".")[-2] in ("datetime", "date"))
    return bool(_CLOCK & set(_imported(node)))


def _locks(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and _dotted(node) in _LOCK) or bool(_LOCK & set(_imported(node)))


def _renames(node: ast.AST) -> bool:
    """``os.rename`` and its like; ``path.replace(x)`` is told from ``str.replace`` by its one argument."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        is_method = node.func.attr in ("rename", "replace") and len(node.args) == 1 and not node.keywords
        return (is_method and _dotted(node.func) != "dataclasses.replace") or _dotted(node.func) in _RENAME
    return bool(_RENAME & set(_imported(node)))


def _follows_links(node: ast.AST) -> bool:
    """``path.resolve()`` takes no argument or ``strict``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return (node.func.attr == "resolve" and not node.args) or _dotted(node.func) == "os.path.realpath"
    return "os.path.realpath" in set(_imported(node))


FINDERS: Mapping[str, Callable[[ast.AST], bool]] = {
    "device": _opens_device,
    "process": _starts_process,
    "clock": _reads_clock,
    "lock": _locks,
    "rename": _renames,
    "links": _follows_links,
}


def _strays(concern: str, name: str, text: str) -> list[str]:
    """Where the module ``name`` with this text does what has its room elsewhere."""
    if any(name == room or name.startswith(f"{room}.") for room in ROOMS[concern]):
        return []
    found = FINDERS[concern]
    return [f"{name}:{getattr(node, 'lineno', '?')}" for node in ast.walk(ast.parse(text)) if found(node)]


def _modules() -> Iterator[tuple[str, Path]]:
    for path in sorted((TOP / "usbkit").rglob("*.py")):
        yield ".".join(path.relative_to(TOP).with_suffix("").parts).removesuffix(".__init__"), path


@pytest.mark.parametrize("concern", ROOMS)
def test_nothing_strays_from_its_room(concern: str) -> None:
    strays = [stray for name, path in _modules() for stray in _strays(concern, name, path.read_text())]
    assert strays == [], f"{concern}: {', '.join(ROOMS[concern])} do this; call them, or enter a new room in ROOMS"


@pytest.mark.parametrize("concern", ROOMS)
def test_each_room_is_there_and_in_use(concern: str) -> None:
    modules = dict(_modules())
    for room in ROOMS[concern]:
        inside = [path for name, path in modules.items() if name == room or name.startswith(f"{room}.")]
        trees = [ast.parse(path.read_text()) for path in inside]
        assert any(FINDERS[concern](node) for tree in trees for node in ast.walk(tree)), (
            f"{room}: no {concern} any more"
        )


@pytest.mark.parametrize(
    ("concern", "line"),
    [
        ("device", "fd = os.open(node, os.O_RDWR | os.O_DIRECT)"),
        ("device", 'fd = os.open(node, getattr(os, "O_DIRECT", 0))'),
        ("process", "import subprocess"),
        ("process", "def late():\n    from multiprocessing import Pool"),
        ("process", "os.execv(path, [])"),
        ("process", "from concurrent.futures import ProcessPoolExecutor"),
        ("process", "if os.fork() == 0: pass"),
        ("clock", "began = time.time()"),
        ("clock", "from time import time_ns"),
        ("clock", "at = dt.datetime.now(dt.UTC)"),
        ("clock", "day = date.today()"),
        ("lock", "fcntl.flock(fd, fcntl.LOCK_EX)"),
        ("lock", "from fcntl import lockf"),
        ("rename", "os.replace(one, other)"),
        ("rename", "beside.replace(path)"),
        ("rename", "(folder / name).rename(target)"),
    ],
)
def test_a_stray_is_found(concern: str, line: str) -> None:
    assert _strays(concern, "usbkit.site.stray", line)


@pytest.mark.parametrize(
    ("concern", "line"),
    [
        ("clock", "until = time.monotonic() + 5; now = clock.now()"),
        ("rename", 'text.replace("a", "b"); at.replace(microsecond=0); dataclasses.replace(job)'),
        ("lock", "fcntl.ioctl(fd, 1, 2)"),
    ],
)
def test_what_only_looks_like_it_is_no_stray(concern: str, line: str) -> None:
    assert _strays(concern, "usbkit.site.plain", line) == []
