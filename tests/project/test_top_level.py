"""What stands at the top of the repository, and nothing beside it: no test or command left a file of its own there."""

from __future__ import annotations

import subprocess

from tests.support.cli import TOP

EXPECTED = {
    *(".ci", ".editorconfig", ".github", ".gitignore", ".pre-commit-config.yaml"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "NOTICE", "README.md", "SECURITY.md", "pyproject.toml"),
    *("docs", "locks", "manifests", "templates", "tests", "usbkit"),
}


def test_nothing_else_is_at_the_top() -> None:
    listed = ["git", "ls-files", "-z"]
    kept = subprocess.run(listed, cwd=TOP, check=True, capture_output=True, text=True).stdout.split("\0")
    assert {path.split("/")[0] for path in kept if path} == EXPECTED
