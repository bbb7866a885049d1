"""The contracts of the architecture hold, a violation of each is noticed, and each dependency has one."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.support.cli import TOP

#: Contract → the module that breaks it and the line that does.
_VIOLATIONS = {
    "Each layer imports only from those below it": ("core/units.py", "import usbkit.ledger.store"),
    "Commands print through the output package, which calls no command": (
        "cli/output/show.py",
        "def late():\n    from usbkit.cli.commands import order",
    ),
    "Only the command line imports click": ("manifest/samples.py", "import click"),
    "Only the ledger imports SQLAlchemy": ("orders/approval.py", "def late():\n    import sqlalchemy.orm"),
    "What a desk calls imports nothing that only Linux has": ("core/errors.py", "def late():\n    import fcntl"),
}

#: Dependencies under the name by which they are imported, and those that are not imported by name.
_IMPORTED_AS = {
    "sqlalchemy": "sqlalchemy",
    "fpdf2": "fpdf",
    "pillow": "PIL",
    "babel": "babel",
    "xkcdpass": None,
    "pillow-heif": "pillow_heif",
}


def _lint(tree: Path) -> str:
    program = Path(sys.executable).with_name("lint-imports")
    env = {"PYTHONPATH": str(tree), "PATH": "/usr/bin:/bin", "NO_COLOR": "1", "COLUMNS": "200"}
    ran = subprocess.run([program, "--no-cache"], cwd=tree, env=env, capture_output=True, text=True, check=False)
    return f"exit {ran.returncode}\n{ran.stdout}{ran.stderr}"


def test_a_violation_of_a_contract_is_noticed(tmp_path: Path) -> None:
    shutil.copytree(TOP / "usbkit", tmp_path / "usbkit", ignore=shutil.ignore_patterns("__pycache__", "*.po"))
    shutil.copy(TOP / "pyproject.toml", tmp_path)
    said = _lint(tmp_path)
    assert said.startswith("exit 0\n"), said
    for path, line in _VIOLATIONS.values():
        with (tmp_path / "usbkit" / path).open("a") as module:
            module.write(f"\n{line}\n")
    said = _lint(tmp_path)
    assert said.startswith("exit 1\n")
    assert set(_VIOLATIONS) <= set(re.findall(r"^(.*) BROKEN", said, re.MULTILINE)), said


def test_each_dependency_has_a_contract_that_says_who_may_import_it() -> None:
    settings = tomllib.loads((TOP / "pyproject.toml").read_text())
    needed = {re.match(r"[\w.-]+", line)[0].lower() for line in settings["project"]["dependencies"]}  # type: ignore[index]
    contracts = settings["tool"]["importlinter"]["contracts"]
    protected = {module for contract in contracts for module in contract.get("protected_modules", ())}
    assert {_IMPORTED_AS.get(name, name) for name in needed} - {None} <= protected
