"""A recipient's use of a drive: files extracted from it by another tool, opened, played."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.tabs import Tab
from tests.disk.judges import PARTITION
from tests.support.cli import run

pytestmark = pytest.mark.needs("browser", "fat-tools")


@pytest.fixture(scope="module")
def taken_off(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the demo's image, copied out of it by mtools."""
    out = tmp_path_factory.mktemp("taken-off")
    run("mcopy", "-s", "-Q", "-m", "-i", f"{demo / 'guatemala.img'}@@{PARTITION}", "::/", out)
    return out


def test_recording_three_plays_with_its_spanish_subtitle(taken_off: Path, tab: Tab) -> None:
    page = tab.page
    page.goto((taken_off / "index.html").as_uri())
    page.locator("a[href*='03-']").first.click()
    page.wait_for_url("**/03-*.html*")
    page.locator("video").evaluate("v => { v.muted = true; return v.play(); }")
    tab.wait("document.querySelector('video').currentTime > 2")
    shown = tab.wait(
        "Array.from(document.querySelector('video').textTracks).filter(t => t.mode === 'showing')"
        ".map(t => t.language + ' ' + (t.activeCues[0] || {}).text)[0]"
    )
    spanish = next((taken_off / "videos").glob("03-*.es.srt")).read_text(encoding="utf-8-sig").split("\n")[2]
    assert shown.startswith("es ")
    assert spanish in shown
    assert page.locator("video").evaluate("v => v.videoWidth") > 0


def test_every_recording_of_the_drive_plays(taken_off: Path, tab: Tab) -> None:
    pages = sorted((taken_off / "pages/es").glob("0*.html"))
    assert len(pages) == 8
    for recording in pages:
        tab.page.goto(recording.as_uri())
        tab.page.locator("video").evaluate("v => { v.muted = true; return v.play(); }")
        tab.wait("document.querySelector('video').currentTime > 0.5")
