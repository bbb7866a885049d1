"""`usbkit letter` as people run it, for an order of the demo."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.ledger.stories import make_drive, open_ledger, stick
from tests.support.cli import Done

Run = Callable[..., Done]


@pytest.fixture(scope="module")
def desk(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with the demo's programme, and an order of three drives for Guatemala of which two are whole."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(demo / "manifests", folder / "manifests")
    shutil.copy(demo / "DEMO.txt", folder)
    (folder / "library").symlink_to(demo / "library")
    shared = "--manifests", folder / "manifests", "--cache", folder / "cache", "--ledger", folder / "ledger.sqlite"
    call(*shared, "approve", "guatemala", "--by", "Lee", "--yes").expect(0)
    call(*shared, "order", "add", "guatemala", "3").expect(0)
    for number in (1, 2):
        make_drive(open_ledger(folder), number, stick(f"S{number}"))
    return folder


@pytest.fixture
def run(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def run_there(*arguments: object, manifests: Path = desk / "manifests") -> Done:
        shared = "--manifests", manifests, "--cache", desk / "cache", "--ledger", desk / "ledger.sqlite"
        return call(*shared, *arguments)

    return run_there


@pytest.mark.needs("browser")
def test_both_letters_of_an_order(run: Run, desk: Path) -> None:
    done = run("letter", "cover", "guatemala-1").expect(0)
    assert done.out.split() == ["guatemala-1-covering-letter.html", "guatemala-1-covering-letter.pdf"]
    assert "the numbers 3 have no whole drive" in done.err
    told = run("--json", "letter", "verify", "guatemala-1", "--foreword", "ko", "--language", "km").expect(0)
    files = ["guatemala-1-verification-letter.html", "guatemala-1-verification-letter.pdf"]
    assert told.json == {"order": "guatemala-1", "letter": "verify", "languages": ["ko", "km"], "files": files}
    word = open_ledger(desk).letter_word("guatemala-1")
    assert word in Path(files[0]).read_text(encoding="utf-8")
    assert word not in told.out + told.err
    assert all(Path(file).stat().st_mode & 0o777 == 0o600 for file in files), "for nobody else's eyes"
    assert Path("guatemala-1-covering-letter.html").stat().st_mode & 0o777 == 0o644
    before = [Path(file).read_bytes() for file in files]
    run("letter", "verify", "guatemala-1", "--foreword", "ko", "--language", "km").expect(0)
    assert [Path(file).read_bytes() for file in files] == before, "the same word, the same heads, the same bytes"


def test_a_letter_is_made_only_of_what_was_ordered(run: Run, desk: Path, tmp_path: Path) -> None:
    shutil.copytree(desk / "manifests", tmp_path / "manifests")
    shutil.copy(desk / "DEMO.txt", tmp_path)
    (tmp_path / "library").symlink_to((desk / "library").resolve())
    (country,) = tmp_path.glob("manifests/*/guatemala.toml")
    country.write_text(country.read_text(encoding="utf-8").replace('"opening",', ""), encoding="utf-8")
    for kind in ("cover", "verify"):
        refused = run("letter", kind, "guatemala-1", "-o", "x.html", manifests=tmp_path / "manifests").expect(2)
        assert "something was changed since" in refused.err and not Path("x.html").exists()
    assert "there is no order nobody-1" in run("letter", "cover", "nobody-1").expect(2).err


def test_a_cancelled_order_has_no_letters(run: Run) -> None:
    run("order", "add", "guatemala", "1").expect(0)
    run("order", "cancel", "guatemala-2").expect(0)
    assert "guatemala-2 is cancelled" in run("letter", "verify", "guatemala-2").expect(2).err
