"""Run tests against a copy of the tree: once to learn which reach which line, then for each mutant."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from coverage import CoverageData
from coverage.exceptions import DataError

from tests.support.mutants import reach
from tests.support.mutants.mutant import Mutant

#: How much longer than unchanged code a mutant may take before it counts as killed, and seconds on top of that.
_PATIENCE, _START = 4, 60

#: Of pytest: it found nothing to run. Any other failure (a test, an import, a conftest) is the mutant's.
_NO_TESTS = 5

_SETTINGS = """[run]
parallel = true
data_file = {folder}/data
source = {tree}/usbkit
context = ${{PYTEST_CURRENT_TEST-}}
patch =
    _exit
    fork
disable_warnings = no-data-collected, module-not-imported, couldnt-parse
"""


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    UNREACHED = "not reached"


@dataclass(frozen=True, slots=True)
class Reach:
    """Which tests reach which line of which file, and how long each takes in seconds."""

    lines: Mapping[PurePosixPath, Mapping[int, frozenset[str]]]
    seconds: Mapping[str, float]

    def tests(self, mutant: Mutant) -> list[str]:
        """The tests that reach the mutant, the quickest first; all that ran where its file is no Python."""
        if mutant.path.suffix == ".py":
            reaching = self.lines.get(mutant.path, {}).get(mutant.line, frozenset())
        else:
            reaching = frozenset(self.seconds)
        return sorted(reaching & self.seconds.keys(), key=lambda test: (self.seconds[test], test))


def copy_tree(top: Path, target: Path) -> None:
    """Copy the files that git knows of, as they are now, so that the work tree is never changed."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=top, capture_output=True, check=True).stdout.split(b"\0")
    for name in filter(None, map(os.fsdecode, names)):
        if (top / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(top / name, target / name)


def learn_reach(tree: Path, tests: Sequence[str], folder: Path) -> Reach:
    """Run ``tests`` once, unchanged. Raises SystemExit when one fails, since it would then kill every mutant."""
    settings, noted = folder / "coverage.ini", folder / "seconds.json"
    settings.write_text(_SETTINGS.format(folder=folder, tree=tree))
    shutil.copy(reach.__file__, folder / "mutants_reach.py")  # pytest loads it before the tree's own modules
    environ = {
        "COVERAGE_PROCESS_START": str(settings),
        "PYTHONPATH": f"{tree}{os.pathsep}{folder}",
        reach.SECONDS: str(noted),
    }
    code, said = _pytest(tree, [*tests, "-p", "mutants_reach"], environ, None)
    results = json.loads(noted.read_text()) if noted.is_file() else {"seconds": {}, "failed": []}
    if code or results["failed"]:
        raise SystemExit(f"these fail without any mutant: {results['failed']}\n{said[-3000:]}")
    return Reach(_read_lines(tree, folder, results["seconds"].keys()), results["seconds"])


def _read_lines(tree: Path, folder: Path, known: frozenset[str]) -> dict[PurePosixPath, dict[int, frozenset[str]]]:
    lines: dict[PurePosixPath, dict[int, set[str]]] = {}
    for part in folder.glob("data.*"):
        data = CoverageData(str(part))
        try:
            data.read()
        except DataError:  # of a process that was killed while it noted
            continue
        for name in data.measured_files():
            path = PurePosixPath(Path(name).relative_to(tree).as_posix())
            for line, contexts in data.contexts_by_lineno(name).items():
                lines.setdefault(path, {}).setdefault(line, set()).update(map(_test_of, contexts))
    everything = frozenset(known)
    return {
        # What an import runs, it runs before any test, and again in processes of some: all tests reach it.
        path: {line: everything if "" in tests else frozenset(tests) & everything for line, tests in found.items()}
        for path, found in lines.items()
    }


def _test_of(context: str) -> str:
    """The test's id in a context: ``id`` from the plugin, ``id (call)`` from a process that a test started."""
    first = context.split("|", maxsplit=1)[0] or context.rpartition("|")[2]
    return first.removesuffix(" (call)").removesuffix(" (setup)").removesuffix(" (teardown)")


def judge(tree: Path, mutant: Mutant, reached: Reach, folder: Path) -> Fate:
    """Whether a test that reaches the mutant fails with it; one that takes much longer fails too."""
    tests = reached.tests(mutant)
    if not tests:
        return Fate.UNREACHED
    chosen = folder / "chosen"
    # By function: the ids of its parameters may be made of what the mutant changes.
    chosen.write_text("".join(f"{name}\n" for name in dict.fromkeys(test.partition("[")[0] for test in tests)))
    patience = _START + _PATIENCE * sum(reached.seconds[test] for test in tests)
    with _changed(tree / mutant.path, mutant.after):
        code, said = _pytest(tree, ["-x", f"@{chosen}"], {}, patience)
    if code == _NO_TESTS:
        raise SystemExit(f"pytest found none of the tests:\n{said[-3000:]}")
    return Fate.SURVIVED if code == 0 else Fate.KILLED


@contextmanager
def _changed(path: Path, text: str) -> Iterator[None]:
    """Compiled files are told apart by size and whole seconds, so each state of the file gets seconds of its own."""
    before, seconds = path.read_bytes(), path.stat().st_mtime
    path.write_text(text, encoding="utf-8")
    os.utime(path, (seconds + 2, seconds + 2))
    try:
        yield
    finally:
        path.write_bytes(before)
        os.utime(path, (seconds + 4, seconds + 4))


def _pytest(
    tree: Path, arguments: Sequence[str], environ: Mapping[str, str], patience: float | None
) -> tuple[int | None, str]:
    """Exit code and words of a run; None where it took too long. Everything that it started ends with it."""
    program = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *arguments]
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("COVERAGE_", "USBKIT_", "PYTEST_CURRENT"))}
    environment = {**plain, "PYTHONPATH": str(tree), **environ}
    with subprocess.Popen(
        program,
        cwd=tree,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            said, _nothing = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, process.communicate()[0]
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, said
