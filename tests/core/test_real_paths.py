"""Links are followed to their end, and a circle of them is nobody's traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.calls import call
from usbkit.core.real_paths import real_path


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    (tmp_path / "to-nothing").symlink_to("nothing")
    top = tmp_path.resolve()
    assert real_path(tmp_path / "link" / "file") == top / "folder" / "file"
    assert real_path(tmp_path / "link" / ".." / "to-nothing") == top / "nothing"


@pytest.fixture
def circle(tmp_path: Path) -> Path:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    return tmp_path / "a"


def test_a_circle_is_no_error_of_its_own(circle: Path) -> None:
    assert real_path(circle).parent == circle.parent.resolve()


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "{}"),
        ("image", "--bundle", "{}", "-o", "x.img", "--size", "200MB"),
        ("write", "--bundle", "{}", "--drive", "{}", "--yes"),
        ("write", "--bundle", "/", "--drive", "{}", "--yes"),
        ("export", "bagit", "--bundle", "{}"),
        ("pack", "--bundle", "{}"),
        ("unpack", "{}"),
        ("check", "--manifests", "{}"),
        ("check", "--library", "{}"),
        ("order", "list", "--ledger", "{}"),
        ("ledger", "merge", "{}"),
        ("drives", "{}"),
        ("mend", "{}"),
        ("letter", "--bundle", "{}"),
    ],
)
def test_a_circle_that_is_named_is_one_error(
    circle: Path, tmp_path: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call("--json", *(word.format(circle) for word in words))
    assert done.code in (2, 3), done
    said = json.loads(done.out.splitlines()[-1]) if done.out.startswith('{"event') else json.loads(done.out)
    findings = said["findings"] if "findings" in said else said["error"]["findings"]
    assert findings and all(f["id"] != "our-mistake" for f in findings), findings
