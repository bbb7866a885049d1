"""``make mutants``: what is mutated, which tests run, and that the work tree stays unchanged."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from tests.support.mutants import python, scripts
from tests.support.mutants.mutant import Mutant
from tests.support.mutants.run import Fate, judge, learn_reach

_MODULE = """
MOST = 5

def limit(count: int | None, most: int = MOST) -> bool:
    return count > most

def double(count: int) -> int:
    return count * 2

def never(count: int) -> int:
    return count + 1

if __name__ == "__main__":
    import sys
    sys.exit(double(int(sys.argv[1])))
"""

_TESTS = """
import subprocess, sys
import pytest
from usbkit import small

@pytest.mark.parametrize("count", [small.MOST + 1])
def test_limit(count):
    assert small.limit(count)

def test_double():
    assert subprocess.run([sys.executable, "-m", "usbkit.small", "3"]).returncode == 6
"""

_SCRIPT = """
// a < b
const text = "a < b", pattern = /x+[/]?1/g, half = 9 / 2 / 1;
if (a === b && text) { count += 10; }
"""


def _mutate(before: str, after: str) -> Mutant:
    changed = _MODULE.replace(before, after)
    line = next(n for n, (a, b) in enumerate(zip(_MODULE.splitlines(), changed.splitlines(), strict=True), 1) if a != b)
    return Mutant(PurePosixPath("usbkit/small.py"), line, "", _MODULE, changed)


def test_only_tests_that_reach_the_line_decide(tmp_path: Path) -> None:
    tree, notes = tmp_path / "tree", tmp_path / "notes"
    for folder in (tree / "usbkit", tree / "tests", notes):
        folder.mkdir(parents=True)
    (tree / "usbkit/__init__.py").touch()
    (tree / "usbkit/small.py").write_text(_MODULE)
    (tree / "tests/test_small.py").write_text(_TESTS)
    reach = learn_reach(tree, ["tests"], notes)
    fates = {
        "killed in this process": _mutate("count > most", "count < most"),
        "killed in a process that the test starts": _mutate("count * 2", "count + 2"),
        "survived": _mutate("MOST = 5", "MOST = 6"),
        "reached by no test": _mutate("count + 1", "count - 1"),
    }
    assert len(reach.tests(fates["survived"])) == 2, "all tests reach what an import runs"
    assert reach.tests(fates["killed in a process that the test starts"]) == ["tests/test_small.py::test_double"]
    assert {name: judge(tree, mutant, reach, notes) for name, mutant in fates.items()} == {
        "killed in this process": Fate.KILLED,
        "killed in a process that the test starts": Fate.KILLED,
        "survived": Fate.SURVIVED,
        "reached by no test": Fate.UNREACHED,
    }
    assert (tree / "usbkit/small.py").read_text() == _MODULE


def test_tests_that_fail_anyway_stop_it(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_bad.py").write_text("def test_bad():\n    assert False\n")
    with pytest.raises(SystemExit, match="test_bad"):
        learn_reach(tmp_path, ["tests"], tmp_path)


def test_annotations_are_left_alone() -> None:
    assert [site.line for site in python.sites(_MODULE) if site.line < 6] == [2, 5]


def test_a_seed_draws_the_same_sample_again() -> None:
    path = PurePosixPath("usbkit/small.py")
    first, again, other = ([m.after for m in python.mutants(path, _MODULE, 4, seed)] for seed in (1, 1, 2))
    assert first == again != other
    assert all(after != _MODULE for after in first)


def test_a_star_before_parameters_is_no_sign_of_multiplication() -> None:
    text = "def limit(count, *, most): return count > most * 2\n"
    found = [m.after for seed in range(20) for m in python.mutants(PurePosixPath("usbkit/small.py"), text, 9, seed)]
    assert found
    assert all("*, most" in after for after in found)


def test_exceptions_that_cosmic_ray_cannot_replace_are_passed_over() -> None:
    text = "try:\n    run()\nexcept (signal.ItimerError, OSError, ValueError):\n    stop(1)\n"
    found = [m.line for seed in range(20) for m in python.mutants(PurePosixPath("usbkit/small.py"), text, 9, seed)]
    assert set(found) == {3, 4}


def test_strings_comments_and_expressions_of_a_script_are_left_alone() -> None:
    assert [token for _at, token in scripts.tokens(_SCRIPT) if token in "<+1"] == ["1"]
    changed = {m.kind for m in scripts.mutants(PurePosixPath("a.js"), _SCRIPT, 99, 0)}
    assert changed == {"9 -> 10", "2 -> 3", "1 -> 2", "=== -> !==", "&& -> ||", "+= -> -=", "10 -> 11"}
