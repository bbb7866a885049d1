"""Videos by others, transcoded for a drive, play in Chromium and Firefox over file://, with picture and sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.firefox import Firefox
from tests.browser.tabs import Tab
from tests.sources.transcode.clips import KINDS, make_clip
from tests.sources.transcode.test_making import make
from usbkit.sources.transcode.recipe import recipe_for_height

pytestmark = pytest.mark.needs("browser", "ffmpeg")

_PAGE = """<!doctype html><title>clip</title><link rel="icon" href="data:,">
<video muted src="clip.mp4" preload="auto"></video>"""

_SEEN = "(v => [v.error && v.error.code, v.videoWidth, v.videoHeight, v.duration, v.currentTime])"

#: True once half a second was shown, false after ten.
_PLAYED = """new Promise(done => {
  const video = document.querySelector('video'), began = Date.now();
  video.currentTime = 5;
  video.play();
  setInterval(() => {
    if (video.currentTime > 5.5) done(true);
    if (video.error || Date.now() - began > 10000) done(false);
  }, 50);
})"""


@pytest.fixture(scope="module", params=KINDS)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page beside the made-over clip."""
    folder = tmp_path_factory.mktemp("clip")
    made = make(make_clip(folder, request.param), folder / "work", recipe_for_height(180))
    made.replace(folder / "clip.mp4")
    path = folder / "page.html"
    path.write_text(_PAGE)
    return path


def test_it_plays_in_chromium(tab: Tab, page: Path) -> None:
    tab.page.goto(page.as_uri())
    tab.page.locator("video").evaluate("v => { v.currentTime = 5; return v.play(); }")
    tab.wait("document.querySelector('video').currentTime > 5.5")
    error, width, height, length, _at = tab.page.locator("video").evaluate(_SEEN)
    assert (error, min(width, height)) == (None, 180)
    assert length == pytest.approx(6.0, abs=0.3)


@pytest.mark.needs("firefox")
def test_it_plays_in_firefox(fox: Firefox, page: Path) -> None:
    fox.open(page.as_uri())
    assert fox.evaluate(_PLAYED)
    error, width, height, length, _at = fox.evaluate(f"{_SEEN}(document.querySelector('video'))")
    assert (error, min(width, height)) == (None, 180)
    assert length == pytest.approx(6.0, abs=0.3)
