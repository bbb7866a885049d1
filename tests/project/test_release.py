"""A release: the same bytes from two folders on two days, a standard SBOM, versions, completion."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.support.cli import TOP, usbkit
from tests.support.release import build, make_sbom, release_moment
from usbkit import __version__
from usbkit.core.build_info import LIBRARIES

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


def copy_tracked(target: Path, umask: int, seconds: int) -> None:
    """Our tracked files in ``target``, with modes by ``umask`` and all dated ``seconds``."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, check=True, capture_output=True, text=True).stdout
    old = os.umask(umask)
    try:
        for name in filter(None, listed.split("\0")):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(TOP / name, target / name)
            os.utime(target / name, (seconds, seconds))
    finally:
        os.umask(old)


@pytest.mark.needs("faketime")
@pytest.mark.timeout(600)
def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    offline = {"PIP_NO_INDEX": "1"}
    copy_tracked(tmp_path / "one", 0o022, 1_600_000_000)
    copy_tracked(tmp_path / "another/place", 0o077, 1_700_000_000)
    build(tmp_path / "one", tmp_path / "a", TZ="Pacific/Kiritimati", **offline)
    away = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": "+400d", "TZ": "America/Guatemala", "LC_ALL": "C"}
    old = os.umask(0o077)
    try:
        build(tmp_path / "another/place", tmp_path / "b", **away, **offline)
    finally:
        os.umask(old)
    made = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir()}
    assert set(made) == {f"usbkit-{__version__}.tar.gz", f"usbkit-{__version__}-py3-none-any.whl"}
    assert made == {p.name: p.read_bytes() for p in (tmp_path / "b").iterdir()}
    (wheel,) = (tmp_path / "a").glob("*.whl")
    assert any(name.endswith("/share/man/man1/usbkit.1") for name in zipfile.ZipFile(wheel).namelist())


def test_the_sbom_is_cyclonedx_and_names_what_pip_would_install() -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    sbom = make_sbom()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(sbom)) is None
    assert make_sbom() == sbom
    versions = {c["name"]: c["version"] for c in sbom["components"]}
    declared = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["dependencies"]
    direct = next(d for d in sbom["dependencies"] if d["ref"].startswith("pkg:pypi/usbkit@"))["dependsOn"]
    assert len(direct) == len(declared)
    assert {n: importlib.metadata.version(n) for n in versions} == versions
    assert "pytest" not in versions
    without = [c["name"] for c in sbom["components"] if "licenses" not in c]
    assert without == []


def test_the_changelog_has_this_version_with_its_date() -> None:
    assert release_moment().year >= 2026


def test_version_says_what_shapes_bytes() -> None:
    said = usbkit("--version").expect(0).out
    assert said.startswith(f"usbkit {__version__}\n")
    values = usbkit("--version", "--json").expect(0).json
    assert values == usbkit("--json", "--version").expect(0).json
    assert values["usbkit"] == __version__
    assert set(values["libraries"]) == set(LIBRARIES)
    for name, version in values["libraries"].items():
        assert importlib.metadata.version(name) == version
        assert f"{name} {version}" in said
    assert len(values["code"]) == len(values["templates"]) == 64


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_for_the_shell(shell: str) -> None:
    assert f"_USBKIT_COMPLETE={shell}_complete" in usbkit("completion", shell).expect(0).out


def test_a_shell_that_asks_is_answered(demo: Path) -> None:
    def ask(words: str) -> list[str]:
        count = len(words.split(" ")) - 1
        environ = {"_USBKIT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(count)}
        script = "import sys; sys.argv = ['usbkit']; from usbkit.__main__ import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, **environ}, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
        return [line.partition(",")[2] for line in filter(None, done.stdout.splitlines())]

    assert ask("usbkit ver") == ["verify"]
    assert "--fingerprint" in ask("usbkit verify --f")
    assert ask(f"usbkit --manifests {demo}/manifests build gua") == ["guatemala"]
    assert ask("usbkit --manifests /nowhere build gua") == []


def test_bash_takes_the_lines() -> None:
    lines = usbkit("completion", "bash").expect(0).out
    done = subprocess.run(["bash", "-n"], input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
