"""``python -m tests.support.mutants [--sample N] [--seed N] [--tests PATHS] FILE[,FILE…]``; see ``make mutants``."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from tests.support.cli import TOP
from tests.support.mutants import python, scripts
from tests.support.mutants.mutant import Mutant
from tests.support.mutants.run import Fate, copy_tree, judge, learn_reach

#: Scripts → the tests that run them, those in a browser where there are no others. The longer beginning counts.
_OF_SCRIPTS = {
    "templates/assets/": [
        "tests/browser/test_pages.py",
        "tests/browser/test_player.py",
        "tests/browser/test_search.py",
    ],
    "templates/assets/verify/": ["tests/trust/test_page_scripts.py", "tests/browser/test_verify_page.py"],
    "templates/assets/verify/receipt.js": ["tests/papers/test_page_receipts.py"],
    "templates/assets/verify/seal.js": ["tests/trust/test_page_scripts.py", "tests/verify/test_differential.py"],
    "templates/assets/verify/strangers.js": ["tests/trust/test_page_scripts.py", "tests/verify/test_differential.py"],
    "templates/assets/verify/companions.js": ["tests/trust/test_page_scripts.py", "tests/verify/test_differential.py"],
    "templates/assets/verify/check.js": ["tests/verify/test_differential.py"],
    "templates/assets/verify/folder.js": ["tests/verify/test_differential.py"],
    "templates/assets/verify/origin.js": ["tests/verify/test_differential.py"],
    "templates/assets/verify/sha256.js": ["tests/trust/test_page_scripts.py"],
}


def tests_of(path: PurePosixPath) -> list[str]:
    """The tests that may reach a file: those of its package, and every other that imports it by name."""
    if path.suffix == ".js":
        beginning = max((b for b in _OF_SCRIPTS if str(path).startswith(b)), key=len, default="")
        return _OF_SCRIPTS.get(beginning, [])
    mirror = PurePosixPath("tests", *path.parts[1:-1])
    while not (TOP / mirror).is_dir():
        mirror = mirror.parent
    own = [str(mirror)] if len(mirror.parts) > 1 else [f"tests/test_{path.name}"]
    name = ".".join(path.with_suffix("").parts)
    naming = (
        str(p.relative_to(TOP)) for p in sorted((TOP / "tests").rglob("test_*.py")) if _names(p.read_text(), name)
    )
    return [p for p in own if (TOP / p).exists()] + [p for p in naming if not p.startswith(f"{mirror}/")]


def _names(text: str, module: str) -> bool:
    package, _dot, name = module.rpartition(".")
    return f"from {module} import" in text or f"from {package} import {name}" in text


def _mutants(path: PurePosixPath, count: int, seed: int) -> Iterable[Mutant]:
    text = (TOP / path).read_text(encoding="utf-8")
    if path.suffix == ".js":
        return scripts.mutants(path, text, count, seed)
    return python.mutants(path, text, count, seed)


def _report(path: PurePosixPath, fates: Sequence[tuple[Mutant, Fate]], seed: int) -> None:
    counts = {fate: sum(f is fate for _mutant, f in fates) for fate in Fate}
    share = round(100 * counts[Fate.KILLED] / len(fates)) if fates else 100
    figures = ", ".join(f"{counts[fate]} {fate}" for fate in Fate)
    print(f"\n{path}: {len(fates)} mutants (seed {seed}): {figures}; {share} % killed")
    for mutant, fate in fates:
        if fate is not Fate.KILLED:
            print(f"\n{fate}: line {mutant.line}, {mutant.kind}\n{mutant.diff}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.support.mutants")
    parser.add_argument(
        "files", metavar="FILE,…", help="below the top of the tree; the tests of all of them judge each"
    )
    parser.add_argument("--sample", type=int, default=20, help="mutants a file")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tests", default="", help="in place of those of the file's package and those that import it")
    asked = parser.parse_args()
    paths = [PurePosixPath(path) for path in asked.files.split(",") if path]
    tests = asked.tests.split() or [*dict.fromkeys(test for path in paths for test in _known_tests_of(path))]
    with tempfile.TemporaryDirectory(prefix="usbkit-mutants-") as work:
        tree, notes = Path(work, "tree"), Path(work, "notes")
        tree.mkdir()
        notes.mkdir()
        copy_tree(TOP, tree)
        reach = learn_reach(tree, tests, notes)
        for path in paths:
            fates = []
            for mutant in _mutants(path, asked.sample, asked.seed):
                fates.append((mutant, judge(tree, mutant, reach, notes)))
                print(f"{path}:{mutant.line} {mutant.kind}: {fates[-1][1]}", flush=True)
            _report(path, fates, asked.seed)


def _known_tests_of(path: PurePosixPath) -> list[str]:
    if tests := tests_of(path):
        return tests
    raise SystemExit(f"{path}: no test is known to reach it; name some with --tests")


if __name__ == "__main__":
    main()
