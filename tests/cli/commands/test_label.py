"""``usbkit label`` as people run it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.papers.world import filled
from tests.support.cli import TOP, Done
from usbkit.papers.sheets import SHEETS


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    filled(tmp_path, programme="forum-2020", edition=1, whole=2).read()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
    return tmp_path


def label(*arguments: object) -> Done:
    return call("--manifests", TOP / "manifests", "--ledger", "ledger.sqlite", "label", *arguments)


def test_without_a_browser_there_is_html_and_a_clear_word(here: Path) -> None:
    done = label("guatemala-1").expect(0)
    assert done.out.split() == ["guatemala-1-labels.html"]
    assert "print the HTML from any browser" in done.err
    html = (here / "guatemala-1-labels.html").read_text(encoding="utf-8")
    assert html.count(">SAMPLE<") == 2, "the manifest's own samples show"
    assert "only PDF" not in html and not list(here.glob("*.pdf"))
    refused = label("guatemala-1", "-o", "x.pdf").expect(2)
    assert "no Chromium, Chrome or Edge was found" in refused.err and "-o NAME.html" in refused.err


def test_single_drives_by_their_reference(here: Path) -> None:
    listed = call("--json", "--ledger", "ledger.sqlite", "ledger", "list").json["drives"]
    named = label("--json", "--drive", listed[1]["drive"].lower(), "-o", "one.html").expect(0).json
    assert named == {
        "labels": [{"drive": listed[1]["drive"], "number": 2, "of": 3}],
        "dry_run": False,
        "files": ["one.html"],
    }
    assert "there is no drive ZZZZZ" in label("--drive", "ZZZZZ").expect(2).err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "expected an order, or drives"),
        (["guatemala-1", "--drive", "AAAAA"], "one of the two"),
        (["nobody-1"], "there is no order nobody-1"),
        (["guatemala-1", "--sheet", "a4-3x8", "--printer", "62x29"], "one or the other"),
        (["guatemala-1", "--skip", "24"], "expected 0 to 23"),
        (["guatemala-1", "--printer", "big"], "found big"),
        (["guatemala-1", "-o", "labels.docx"], ".pdf or .html"),
        (["guatemala-1", "--browser", "netscape", "-o", "x.pdf"], "there is no browser netscape"),
    ],
)
def test_what_cannot_be_asked(here: Path, arguments: list[str], said: str) -> None:
    assert said in label(*arguments).expect(2).err
    assert [p.name for p in here.iterdir() if not p.name.startswith("ledger")] == []


def test_an_order_of_another_programme_is_told_apart(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    filled(other)
    done = call("--manifests", TOP / "manifests", "--ledger", other / "ledger.sqlite", "label", "guatemala-1")
    assert "is of the programme forum-test" in done.expect(2).err


def test_sheets_are_listed(here: Path) -> None:
    assert "Avery L7163" in label("--sheets").expect(0).out
    assert [s["sheet"] for s in label("--json", "--sheets").expect(0).json["sheets"]] == list(SHEETS)
