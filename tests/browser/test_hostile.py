"""Hostile text in subtitles, titles and names: shown as text, never executed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.firefox import Firefox
from tests.browser.sites import make_site, pages_of, plan_with_clip
from tests.browser.tabs import Tab
from tests.site.plans import COUNTRY, PROGRAMME, merged
from usbkit.sources.subtitles import Cue, Track

pytestmark = pytest.mark.needs("browser", "ffmpeg")

EVIL = (
    "</script><img src=x onerror=\"window.hurt=1\"><svg onload='window.hurt=1'>&lt;b&gt; {{ 7*7 }} \u202egnihton\u202c"
)
# As a parser hands it on: WebVTT cue text, entities for the three characters, b kept.
CUE = EVIL.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + " <b>bold</b> \u202eopen"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = {"en": EVIL, "es": EVIL}
    recordings = [
        merged(r, title=texts, speaker=texts, organisation=texts, summary=texts) for r in PROGRAMME["recording"]
    ]
    question = merged(PROGRAMME["question"][0], text=texts, asked_by=texts)
    programme = merged(PROGRAMME, title=texts, summary=texts, recording=recordings, question=[question])
    programme["contact"] = merged(PROGRAMME["contact"], office=texts, email='"><script>hurt()</script>@x.org')
    country = merged(COUNTRY, name=texts, document=[merged(COUNTRY["document"][0], title=texts)])
    cues = (Cue(0, 20_000, CUE), Cue(20_000, 40_000, "x" * 10_000), Cue(40_000, 50_000, "after"))
    tracks = {r["id"]: {x: Track(x, cues, "utf-8") for x in COUNTRY["subtitles"]} for r in recordings}
    folder = tmp_path_factory.mktemp("hostile")
    return make_site(plan_with_clip(folder / "plan", programme, country, tracks), folder / "site")


_STATE = """(() => ({
  hurt: window.hurt || 0,
  foreign: document.querySelectorAll('img[src=x], svg, script:not([src]):not([type])').length,
  wide: document.documentElement.scrollWidth > window.innerWidth,
}))()"""
_CALM = {"hurt": 0, "foreign": 0, "wide": False}


def test_every_page_shows_it_as_text(tab: Tab, site: Path) -> None:
    for path in pages_of(site):
        tab.page.goto((site / path).as_uri())
        tab.let_draw()
        assert tab.page.evaluate(_STATE) == _CALM, path
        where = "#content" if path.endswith("reply.html") else "#content h1"  # the form is headed by words of ours
        said = tab.page.evaluate(f"document.querySelector('{where}').textContent")
        assert EVIL.replace("\u202c", "")[:60] in said, path


def test_transcript_subtitle_and_search_show_it_as_text(tab: Tab, site: Path) -> None:
    page = tab.page
    page.goto((site / "pages/es/01-id-cards.html").as_uri())
    page.select_option("#second", "ru")
    page.wait_for_selector("p[lang=ru] .line")
    for language in ("es", "ru"):
        shown = page.locator(f"p[lang={language}] .line").first
        assert shown.evaluate("e => e.textContent").startswith(EVIL[:40])
        assert shown.locator("b").inner_text() == "bold"
    page.locator("video").evaluate("v => { v.currentTime = 5; }")
    tab.wait("(document.querySelector('video').textTracks[1].activeCues || []).length === 1")
    drawn = page.evaluate("document.querySelector('video').textTracks[1].activeCues[0].getCueAsHTML().textContent")
    assert drawn.startswith(EVIL[:40])
    tab.search("onerror")
    assert page.locator(".hit mark").first.inner_text() == "onerror"
    assert page.evaluate(_STATE) == _CALM


@pytest.mark.needs("firefox")
def test_firefox_shows_it_as_text(fox: Firefox, site: Path) -> None:
    for path in ("index.html", "pages/es/01-id-cards.html"):
        fox.open((site / path).as_uri())
        assert fox.evaluate(_STATE) == _CALM


def test_a_cue_without_end_breaks_nothing(chromium: Browser, site: Path) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 640})
    tab = Tab(context)
    tab.page.goto(f"{(site / 'pages/es/01-id-cards.html').as_uri()}#t=25")
    now = "document.querySelector('.line.now')"
    tab.wait(f"{now} && {now}.textContent.length === 10000", seconds=60)  # the first video of a browser that just began
    assert tab.page.evaluate(_STATE) == _CALM
    context.close()
