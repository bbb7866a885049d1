"""The wheel works in an empty environment: templates and manifests are included."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.packs import make_bundle, pack, tree
from tests.support.loop import loop_device

TOP = Path(__file__).parent.parent.parent

pytestmark = [pytest.mark.needs("registry"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", out, TOP], check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("empty")
    subprocess.run([sys.executable, "-m", "venv", home / "venv"], check=True)
    pip = [str(home / "venv/bin/pip"), "install", "--quiet", str(wheel)]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    yield home


def _run(home: Path, *arguments: str, cwd: Path | None = None) -> str:
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C"}
    done = subprocess.run(
        [str(home / "venv/bin/usbkit"), *arguments],
        cwd=cwd or home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_carries_every_template_and_manifest(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "templates", "manifests"], cwd=TOP, check=True, capture_output=True, text=True
    ).stdout.split()
    carried = {n.removeprefix("usbkit/_data/") for n in zipfile.ZipFile(wheel).namelist()}
    assert tracked
    assert set(tracked) <= carried


def test_version(installed: Path) -> None:
    assert _run(installed, "--version").startswith("usbkit ")


def test_demo(installed: Path) -> None:
    verdicts = json.loads(_run(installed, "--json", "demo", "demo"))["verdicts"]
    assert {v["content"] for v in verdicts.values()} == {"whole"}
    assert (installed / "demo/guatemala/index.html").is_file()
    assert (installed / "demo/guatemala.img").stat().st_size == 16 * 10**9


@pytest.mark.needs("loop")
def test_an_office_abroad(installed: Path, tmp_path: Path) -> None:
    """Archives came, nothing else: no manifests, no library, no ledger. A drive is made of them and checked."""
    bundle = make_bundle(tmp_path / "home/guatemala")
    pack(bundle, tmp_path / "abroad/sent", "--part-size", "200kB")[0].expect(0)
    abroad = tmp_path / "abroad"
    _run(installed, "unpack", "sent", cwd=abroad)
    assert tree(abroad / "guatemala") == tree(bundle)
    _run(installed, "image", "--bundle", "guatemala", cwd=abroad)
    verdict = json.loads(_run(installed, "verify", "guatemala.img", "--json", cwd=abroad))
    assert (verdict["content"], verdict["structure"]) == ("whole", "as it says of itself")
    with loop_device(tmp_path / "stick", 64 * 2**20) as node:
        _run(installed, "write", "--bundle", "guatemala", "--drive", str(node), "--yes", cwd=abroad)
        verdict = json.loads(_run(installed, "verify", str(node), "--json", cwd=abroad))
    assert (verdict["content"], verdict["structure"]) == ("whole", "as it says of itself")
    assert sorted(p.name for p in abroad.iterdir()) == ["guatemala", "guatemala.img", "guatemala.img.bmap", "sent"]
