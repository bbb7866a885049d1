"""A recording's page over file://: plays, draws the subtitle, follows, seeks, resumes, in Chromium and Firefox."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.firefox import Firefox
from tests.browser.tabs import Tab

RECORDING = "pages/es/01-id-cards.html"

pytestmark = pytest.mark.needs("browser", "ffmpeg")


_SHOWN = """(() => {
  const tracks = Array.from(document.querySelector('video').textTracks).filter(t => t.mode === 'showing');
  return tracks.length === 1 && tracks[0].activeCues && tracks[0].activeCues.length === 1
    ? tracks[0].language + ': ' + tracks[0].activeCues[0].text : null;
})()"""


def test_plays_to_the_cue_and_draws_it(tab: Tab, drive: Path, tmp_path: Path) -> None:
    page = tab.page
    page.goto(f"{(drive / RECORDING).as_uri()}#t=11")
    page.locator("video").evaluate("v => { v.muted = true; return v.play(); }")
    tab.wait("document.querySelector('video').currentTime > 12")
    assert page.evaluate(_SHOWN) == "es: Frase 3 sobre la cédula nacional de identidad."
    page.locator("video").evaluate("v => { v.pause(); v.controls = false; v.currentTime = 12; }")
    assert _pixels_differ(page, tmp_path)


def _pixels_differ(page: Page, folder: Path) -> bool:
    """Whether the picture with the subtitle differs from the picture without it, where subtitles stand."""
    from PIL import Image, ImageChops

    shots = []
    for name in ("with", "without"):
        page.wait_for_timeout(400)
        page.locator("video").screenshot(path=folder / f"{name}.png")
        picture = Image.open(folder / f"{name}.png").convert("L")
        shots.append(picture.crop((0, picture.height // 2, picture.width, picture.height)))
        page.select_option("#subtitles", "")
    return ImageChops.difference(*shots).getbbox() is not None


def test_the_transcript_follows_and_seeks(tab: Tab, drive: Path) -> None:
    page = tab.page
    page.goto((drive / RECORDING).as_uri())
    page.locator(".line", has_text="Frase 7 ").click()
    tab.wait("document.querySelector('video').currentTime >= 30")
    tab.wait("document.querySelector('.line.now') !== null")
    assert page.locator(".line.now").inner_text() == "Frase 7 sobre la cédula nacional de identidad."
    page.locator(".at", has_text="0:55").click()
    tab.wait("document.querySelector('video').currentTime >= 55")
    assert page.url.endswith("#t=55")


def test_two_languages_stand_side_by_side(tab: Tab, drive: Path) -> None:
    page = tab.page
    page.goto(f"{(drive / RECORDING).as_uri()}#t=12")
    page.select_option("#second", "ru")
    page.wait_for_selector(".two .para p[lang=ru]")
    row = page.locator(".para").nth(1).locator("p")
    assert [p.get_attribute("lang") for p in row.all()] == ["es", "ru"]
    assert [len(page.locator(f".para p[lang={x}] .line").all()) for x in ("es", "ru")] == [12, 12]
    tab.wait("document.querySelectorAll('.line.now').length === 2")


def test_the_moment_is_resumed_and_can_be_linked(tab: Tab, drive: Path) -> None:
    page = tab.page
    page.goto(f"{(drive / RECORDING).as_uri()}#t=33")
    tab.wait("document.querySelector('video').currentTime >= 33")
    page.click("#link")
    pasted = page.evaluate("document.querySelector('#link').textContent")
    assert pasted == "Copiado"
    page.goto((drive / "index.html").as_uri())
    assert page.locator("#continue").inner_text() == "Cédulas nacionales de identidad – Continuar en 0:33"
    page.goto((drive / RECORDING).as_uri())
    page.click("#resume button")
    tab.wait("document.querySelector('video').currentTime >= 33")


def test_slides_appear_when_they_were_shown(tab: Tab, drive: Path) -> None:
    page = tab.page
    page.goto(f"{(drive / RECORDING).as_uri()}#t=15")
    page.click("#tab-slides")
    tab.wait("!document.querySelector('#slide').hidden")
    assert page.locator("#slide-caption").inner_text() == "Página 2 de 3"
    tab.wait("document.querySelector('#slide-image').naturalWidth === 1280")
    page.click("#tab-chapters")
    page.locator("a.jump", has_text="0:30").first.click()
    tab.wait("document.querySelector('#slide-caption').textContent === 'Página 3 de 3'")


def test_keys_work_while_the_player_has_the_focus(tab: Tab, drive: Path) -> None:
    page = tab.page
    page.goto(f"{(drive / RECORDING).as_uri()}#t=20")
    tab.wait("document.querySelector('video').currentTime >= 20")
    page.focus("video")
    page.keyboard.press("l")
    tab.wait("document.querySelector('video').currentTime >= 30")
    page.keyboard.press("c")
    assert page.evaluate("document.querySelector('#subtitles').value") == ""
    page.keyboard.press("c")
    assert page.evaluate("document.querySelector('#subtitles').value") == "es"
    page.select_option("#speed", "1.5")
    assert page.evaluate("document.querySelector('video').playbackRate") == 1.5


def test_a_video_that_cannot_be_played_is_said(chromium: Browser, drive: Path, tmp_path: Path) -> None:
    import shutil

    copy = shutil.copytree(drive, tmp_path / "broken")
    (copy / "videos" / "01-id-cards.mp4").write_bytes(b"not a video")
    page = chromium.new_page()
    page.goto((copy / RECORDING).as_uri())
    page.wait_for_selector("#trouble:not([hidden])")
    assert "videos/01-id-cards.mp4" in (page.locator("#trouble a").get_attribute("href") or "")
    page.close()


@pytest.mark.needs("firefox")
def test_firefox_plays_with_the_strict_origin_policy(fox: Firefox, drive: Path) -> None:
    fox.console.clear()
    fox.requests.clear()
    fox.open(f"{(drive / RECORDING).as_uri()}#t=11")
    started = "document.querySelector('video').play().then(() => new Promise(r => setTimeout(r, 2000)))"
    fox.evaluate(f"(async () => {{ document.querySelector('video').muted = true; await {started}; }})()")
    assert fox.evaluate(_SHOWN) == "es: Frase 3 sobre la cédula nacional de identidad."
    assert fox.evaluate("document.querySelector('.line.now').textContent").startswith("Frase 3 ")
    assert fox.console == []
    assert [r for r in fox.requests if not r.startswith(("file:", "data:"))] == []
    # Last, since it is meant to leave a message: a neighbour's bytes are out of reach, as for a user.
    assert fox.evaluate("fetch('../../drive.js').then(() => 'open', () => 'refused')") == "refused"
