"""Running the suite: which tests stay together, which are slow, and equal results in one or several processes."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support import suite
from tests.support.cli import TOP
from tests.support.durations import format_slow, read_run
from tests.support.once import once
from tests.support.sample import TAKEN, is_long, sample


@pytest.mark.parametrize(
    ("nodeid", "needs", "group"),
    [
        ("tests/core/test_cache.py::test_x[a::b]", [], "tests/core/test_cache.py"),
        ("tests/scenarios/test_spine.py::test_x", ["fat-tools", "loop"], "loop"),
        ("tests/writing/test_commands.py::test_x", ["fault-disk"], "loop"),
        ("tests/ledger/test_store.py::test_x[postgresql]", ["postgresql"], "postgresql"),
        ("tests/papers/test_labels.py::test_x", ["browser", "zbar"], "browser"),
        ("tests/browser/test_lint.py::test_x", ["node"], "browser"),
        ("tests/project/test_wheel.py::test_x", ["registry", "loop"], "tests/project/test_wheel.py"),
    ],
)
def test_what_shares_the_machine_stays_together(nodeid: str, needs: list[str], group: str) -> None:
    assert suite.group_of(nodeid, needs) == group


def test_slow_is_what_was_measured_or_starts_something() -> None:
    name = next(iter(suite.measured()))
    assert suite.is_slow(f"{name}[case]@group", [], [])
    assert suite.is_slow("tests/x.py::test_new", ["loop"], [])
    assert suite.is_slow("tests/x.py::test_new", [], ["tmp_path", "demo"])
    assert not suite.is_slow("tests/x.py::test_new", ["fat-tools"], ["tmp_path"])


def test_the_longest_is_begun_first() -> None:
    slow = max(suite.measured(), key=lambda name: suite.measured()[name])
    cases = [*((f"tests/x.py::test_{n}", "x") for n in range(9)), (f"{slow}[1]", "one"), (f"{slow}[2]", "two")]
    assert suite.longest_first([*cases, ("tests/y.py::test", "y")]) == {"one": 0, "two": 1, "x": 2, "y": 3}


def test_what_is_called_slow_is_a_test() -> None:
    gone = [name for name in suite.measured() if name.partition("::")[2] not in _tests_of(name.partition("::")[0])]
    assert gone == [], "rename or drop its line in tests/slow.txt, or measure anew: make durations"


def _tests_of(file: str) -> set[str]:
    path = TOP / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_durations_are_of_all_cases_together(tmp_path: Path) -> None:
    run = tmp_path / "run.xml"
    run.write_text(
        '<testsuites><testsuite><testcase classname="tests.a.test_b" name="test_c[1]@loop" time="0.6"/>'
        '<testcase classname="tests.a.test_b" name="test_c[2]" time="0.7"/>'
        '<testcase classname="tests.a.test_b" name="test_d" time="0.3"/></testsuite></testsuites>'
    )
    seconds = read_run(run)
    assert seconds == {"tests/a/test_b.py::test_c": pytest.approx(1.3), "tests/a/test_b.py::test_d": 0.3}
    (tmp_path / "slow.txt").write_text(format_slow(seconds))
    assert suite.measured(tmp_path / "slow.txt") == {"tests/a/test_b.py::test_c": 1.3}


def test_what_all_want_is_made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    calls: list[Path] = []

    def make(folder: Path) -> None:
        calls.append(folder)
        (folder / "part").write_text("first")
        if len(calls) == 1:
            raise ValueError("the disk was full")
        (folder / "made").write_text("whole")

    name = f"once-{os.getpid()}"
    with pytest.raises(ValueError, match="full"):
        once(tmp_path_factory, name, make)
    with ThreadPoolExecutor(4) as threads:
        folders = list(threads.map(lambda _n: once(tmp_path_factory, name, make), range(4)))
    assert folders == [calls[1]] * 4 and len(calls) == 2
    assert (folders[0] / "made").read_text() == "whole"


def test_a_sample_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.sample.TAKEN", taken := dict[str, tuple[int, int]]())
    monkeypatch.delenv("USBKIT_LONG", raising=False)
    assert sample("seeds", 5, 100) == 5 and not is_long()
    assert taken == {"seeds": (5, 100)}
    monkeypatch.setenv("USBKIT_LONG", "1")
    assert sample("seeds", 5, 100) == 100 and is_long()
    with pytest.raises(ValueError, match="none"):
        sample("seeds", 100, 100)
    assert TAKEN is not taken


def test_what_is_long_outside_the_laboratory_takes_a_sample() -> None:
    """The mark ``long`` is the laboratory's; elsewhere it would say what is not so."""
    files = [p for p in (TOP / "tests").rglob("test_*.py") if "lab" not in p.parts and p.name != "test_suite.py"]
    assert [p.name for p in files if "mark.long" in p.read_text(encoding="utf-8")] == []


def _run(*options: str, **environ: str) -> tuple[int, str]:
    tests = ("-k", "refuse", "tests/trust/test_vectors.py", "tests/disk/reader/test_chains.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, *tests]
    done = subprocess.run(
        command, cwd=TOP, env={**_inherited(), **environ}, capture_output=True, text=True, check=False
    )
    summary = re.findall(r"^(?:minisign +\w+: .*|chains.*: \d+ of \d+|.*\d+ (?:passed|failed).*)$", done.stdout, re.M)
    return done.returncode, re.sub(r"(, \d+ deselected)? in [\d.]+s.*", "", "\n".join(summary))


def test_what_stays_together_runs_in_one_process() -> None:
    tests = ("tests/core/test_units.py", "tests/core/test_messages.py", "tests/disk/test_names.py")
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "-v", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=TOP, env=_inherited(), capture_output=True, text=True, check=False)
    where = set(re.findall(r"^\[(gw\d)\] .* PASSED (\S+?)::", done.stdout, re.M))
    assert sorted(file for _worker, file in where) == sorted(tests), done.stdout
    assert len({worker for worker, _file in where}) == 2


def _inherited() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_", "USBKIT_REQUIRE"))}


@pytest.mark.needs("minisign")
def test_several_processes_say_what_one_says() -> None:
    alone = _run("-n", "0")
    assert alone[0] == 0 and re.search(r"minisign +optional: [1-9]\d* ran, 0 skipped", alone[1]), alone
    assert "chains" in alone[1]
    assert _run("-n", "2", "--dist", "loadgroup") == alone


def test_what_the_machine_lacks_is_skipped_or_where_it_is_required_a_failure(tmp_path: Path) -> None:
    nothing = {"PATH": str(tmp_path)}
    code, said = _run("-n", "2", "--dist", "loadgroup", **nothing)
    assert code == 0 and re.search(r"minisign +optional: 0 ran, [1-9]\d* skipped", said), said
    code, said = _run("-n", "2", "--dist", "loadgroup", USBKIT_REQUIRE="minisign", **nothing)
    assert code == 1 and re.search(r"minisign +required: 0 ran, [1-9]\d* skipped", said), said
