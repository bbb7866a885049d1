"""A recording's page, on its first screen and below: panel, slides, chapters, settings, keys, telephones."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.readers import Reader
from tests.browser.sites import make_site, plan_with_clip
from tests.browser.tabs import Tab
from tests.site.plans import COUNTRY, PROGRAMME, SUBTITLES, make_track, merged

pytestmark = pytest.mark.needs("browser", "ffmpeg")

RECORDING = "pages/en/01-id-cards.html"
_NOW = "document.querySelector('video').currentTime"

#: Where the lowest of what is to be seen at once ends, in pixels from the window's top.
_LOWEST = (
    "Math.max(...['video', 'speed', 'panel', 'chapter', 'keys']"
    ".map((id) => document.getElementById(id).getBoundingClientRect().bottom))"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = ("opening", "civil-registration", "id-cards")
    tracks = {name: {code: make_track(code, count=200, length=200, gap=100) for code in SUBTITLES} for name in names}
    country = merged(COUNTRY, interface=["es", "en", "km"])
    plan = plan_with_clip(tmp_path_factory.mktemp("plan"), country=country, tracks=tracks)
    return make_site(plan, tmp_path_factory.mktemp("site"))


def open_at(reader: Reader, site: Path, second: int) -> None:
    reader.open(f"{(site / RECORDING).as_uri()}#t={second}")
    reader.wait(f"{_NOW} === {second} && document.querySelector('.line.now') !== null")


@pytest.mark.parametrize("height", [650, 768])
@pytest.mark.parametrize("page", ["pages/en/01-id-cards.html", "pages/km/01-id-cards.html"])
def test_player_menus_and_panel_are_on_the_first_screen(reader: Reader, site: Path, height: int, page: str) -> None:
    reader.resize(1366, height)
    reader.open(f"{(site / page).as_uri()}#t=33")
    reader.wait("!document.getElementById('chapter').hidden")
    for panel in ("transcript", "slides", "chapters", "answered"):
        reader.evaluate(f"document.getElementById('tab-{panel}').click()")
        reader.wait(f"{_LOWEST} <= {height}")
    assert reader.evaluate("scrollY") == 0
    assert reader.evaluate("document.documentElement.scrollWidth") <= 1366
    reader.resize(1366, 768)


def test_letters_that_are_much_higher_take_their_room_from_the_picture(reader: Reader, site: Path) -> None:
    """As where a script's font has tall lines, or somebody enlarges the letters."""
    reader.resize(1366, 768)
    open_at(reader, site, 33)
    reader.wait(f"{_LOWEST} <= 768")
    height = "document.getElementById('video').getBoundingClientRect().height"
    before = reader.evaluate(height)
    for part, style in (("body", "lineHeight = '2.6'"), ("documentElement", "fontSize = '135%'")):
        reader.evaluate(f"(document.{part}.style.{style})")
        reader.wait(f"{_LOWEST} <= 768 && {height} < {before} - 20")
        assert reader.evaluate(height) > 120
        before = reader.evaluate(height)
    reader.evaluate("(document.querySelector('.controls').style.paddingBottom = '60px')")
    # At once, in the same frame, without a script that measures.
    assert reader.evaluate(_LOWEST) <= 768


def test_no_video_that_plays_is_called_broken(reader: Reader, site: Path) -> None:
    for _ in range(8):
        open_at(reader, site, 33)
        assert reader.evaluate("document.getElementById('trouble').hidden")


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
def test_on_large_screens_too_and_the_panels_names_stand_in_one_row(
    reader: Reader, site: Path, width: int, height: int
) -> None:
    reader.resize(width, height)
    reader.open(f"{(site / 'pages/es/01-id-cards.html').as_uri()}#t=33")
    reader.wait("!document.getElementById('chapter').hidden")
    bottom = "Math.ceil(document.getElementById('chapter').getBoundingClientRect().bottom)"
    reader.wait(f"{bottom} <= innerHeight")
    rows = "new Set(Array.from(document.querySelectorAll('#tabs button'), (b) => b.offsetTop)).size"
    assert reader.evaluate(rows) == 1
    reader.resize(1366, 768)


def test_one_panel_is_shown_and_arrows_choose_it(reader: Reader, site: Path) -> None:
    open_at(reader, site, 5)
    shown = "Array.from(document.querySelectorAll('#panel > section')).filter((s) => !s.hidden).map((s) => s.id)"
    assert reader.evaluate(shown) == ["transcript"]
    reader.evaluate("document.getElementById('tab-transcript').focus()")
    reader.press("ArrowRight")
    assert reader.evaluate(shown) == ["slides"]
    reader.press("End")
    assert reader.evaluate(shown) == ["answered"]
    reader.press("ArrowRight")
    assert reader.evaluate(shown) == ["transcript"]
    assert reader.evaluate(_NOW) == 5


def test_slides_follow_lead_and_grow(reader: Reader, site: Path) -> None:
    open_at(reader, site, 15)
    reader.evaluate("document.getElementById('tab-slides').click()")
    caption = "document.getElementById('slide-caption').textContent"
    reader.wait(f"{caption} === 'Page 2 of 3'")
    reader.evaluate("document.getElementById('slide-next').click()")
    reader.wait(f"{_NOW} === 30 && {caption} === 'Page 3 of 3'")
    assert reader.evaluate("document.getElementById('slide-next').getAttribute('aria-disabled')") == "true"
    reader.evaluate("document.querySelector('#thumbs button').click()")
    reader.wait(f"{_NOW} === 0 && {caption} === 'Page 1 of 3'")
    width = "document.getElementById('slide').getBoundingClientRect().width"
    small = reader.evaluate(width)
    reader.evaluate("document.getElementById('slide-large').click()")
    assert reader.evaluate(width) > small * 1.3
    assert reader.evaluate("document.getElementById('video').getBoundingClientRect().width") < reader.evaluate(width)
    reader.evaluate("document.getElementById('tab-transcript').click()")
    assert not reader.evaluate("document.body.classList.contains('large-slide')")


def test_two_presses_before_the_video_is_loaded_are_two_slides(reader: Reader, site: Path) -> None:
    open_at(reader, site, 15)
    shown = reader.evaluate(
        """(() => {
          document.getElementById('video').load();
          const next = document.getElementById('slide-next');
          next.click();
          next.click();
          return document.getElementById('slide-caption').textContent;
        })()"""
    )
    assert shown == "Page 3 of 3"
    reader.wait(f"document.getElementById('video').readyState >= 2 && {_NOW} === 30")


def test_chapters_are_marked_and_named(reader: Reader, site: Path) -> None:
    open_at(reader, site, 33)
    reader.wait("document.getElementById('chapter').textContent === 'Chapter: Issuing it'")
    assert reader.evaluate("Array.from(document.getElementById('marks').children, (m) => m.className)") == ["", "now"]
    reader.evaluate("document.getElementById('marks').children[0].click()")
    reader.evaluate("document.getElementById('video').pause()")
    reader.wait("document.getElementById('chapter').textContent === 'Chapter: The card'")


def test_subtitles_are_set_and_two_languages_shown(reader: Reader, site: Path) -> None:
    open_at(reader, site, 33)
    showing = "Array.from(document.querySelector('video').textTracks).filter((t) => t.mode === 'showing')"
    reader.wait(f"{showing}.length === 1 && {showing}[0].cues.length === 200")
    reader.evaluate("document.getElementById('settings').click()")
    choose = (
        "((name, value) => { const s = Array.from(document.querySelectorAll('.dialog select'))"
        ".find((e) => e.querySelector(`option[value=${value}]`)); s.value = value;"
        " s.dispatchEvent(new Event('change')); })"
    )
    reader.evaluate(f"{choose}('size', 'huge')")
    assert reader.evaluate("document.body.classList.contains('cues-huge')")
    reader.evaluate(f"{choose}('second', 'ru')")
    reader.wait(f"{showing}.length === 2 && {showing}.every((t) => t.cues.length === 200)")
    lines = f"Object.fromEntries({showing}.map((t) => [t.language, t.cues[0].line]))"
    assert reader.evaluate(lines) == {"en": "auto", "ru": 0}
    reader.evaluate("document.querySelectorAll('.dialog input')[1].click()")
    assert reader.evaluate(lines) == {"en": 0, "ru": "auto"}
    reader.press("Escape")
    open_at(reader, site, 33)
    reader.wait(f"{showing}.length === 2")
    assert reader.evaluate("document.body.classList.contains('cues-huge')")


def test_the_list_of_keys_takes_and_returns_the_focus(reader: Reader, site: Path) -> None:
    open_at(reader, site, 33)
    reader.evaluate("document.getElementById('link').focus()")
    reader.press("?")
    inside = "document.querySelector('.dialog').contains(document.activeElement)"
    assert reader.evaluate(inside)
    reader.press("Tab", "Tab", "Tab")
    assert reader.evaluate(inside)
    reader.press("j")
    assert reader.evaluate(_NOW) == 33
    reader.press("Escape")
    assert reader.evaluate("[document.querySelector('.dialog'), document.activeElement.id]") == [None, "link"]


def test_single_keys_can_be_kept_to_the_player(reader: Reader, site: Path) -> None:
    open_at(reader, site, 33)
    reader.press("?")
    reader.evaluate("document.querySelector('.dialog input').click()")
    reader.press("Escape")
    reader.evaluate("document.getElementById('main').focus()")
    reader.press("j")
    assert reader.evaluate(_NOW) == 33
    reader.evaluate("document.getElementById('video').focus()")
    reader.press("j")
    reader.wait(f"{_NOW} === 23")


def test_lines_are_walked_by_arrows_and_the_current_one_is_found_again(reader: Reader, site: Path) -> None:
    open_at(reader, site, 45)
    reader.evaluate("document.getElementById('text').focus()")
    reader.press("ArrowDown", "ArrowDown", "ArrowUp")
    assert "Sentence 151 " in reader.evaluate("document.activeElement.textContent")
    reader.press("ArrowDown", "Enter")
    reader.wait(f"{_NOW} >= 45.3")
    reader.evaluate("document.getElementById('video').pause()")
    reader.evaluate("(document.getElementById('text').scrollTop = 0)")
    reader.wait("!document.getElementById('current-line').hidden")
    reader.evaluate("document.getElementById('current-line').click()")
    reader.wait("document.getElementById('current-line').hidden")


def test_speed_is_remembered_and_the_next_recording_offered_at_the_end(reader: Reader, site: Path) -> None:
    open_at(reader, site, 33)
    reader.evaluate("(speed.value = '1.5', speed.dispatchEvent(new Event('change')))")
    reader.wait("document.getElementById('video').playbackRate === 1.5")
    open_at(reader, site, 59)
    assert reader.evaluate("document.getElementById('video').playbackRate") == 1.5
    assert reader.evaluate("document.getElementById('ended').hidden")
    reader.evaluate("(document.getElementById('video').muted = true, document.getElementById('video').play())")
    reader.wait("!document.getElementById('ended').hidden")
    assert reader.evaluate("document.querySelector('#ended a').textContent") == "Next recording: Opening message"
    reader.open((site / "pages/en/index.html").as_uri())
    if reader.name == "Chromium":  # Firefox keeps what a page remembers to that file.
        assert "Watched" in reader.evaluate("document.querySelector('[data-stem=\"01-id-cards\"]').textContent")


def test_on_a_telephone_the_player_stays_and_only_the_page_scrolls(reader: Reader, site: Path) -> None:
    reader.resize(390, 740)
    place = "(({ top, bottom }) => [top, bottom])(document.querySelector('X').getBoundingClientRect())"
    player, line = place.replace("X", "#player"), place.replace("X", ".line.now")
    for _again in range(4):
        open_at(reader, site, 45)
        reader.wait("scrollY > 200")
        reader.wait(f"{player}[0] > -2 && {player}[1] <= {line}[0] && {line}[1] <= 740")
    reader.evaluate("window.scrollBy(0, 500)")
    reader.wait(f"Math.abs({player}[0]) < 2")
    text = "(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(document.getElementById('text'))"
    assert reader.evaluate(text) <= 1
    reader.resize(1366, 768)


def test_hits_are_filtered_with_counts(reader: Reader, site: Path) -> None:
    reader.open((site / "pages/en/index.html").as_uri())
    assert reader.search("cards").startswith("Results")
    reader.evaluate("document.getElementById('q').value = ''")
    assert reader.search("identity") != ""
    menus = "Array.from(document.querySelectorAll('.filters select'), (s) => Array.from(s.options, (o) => o.text))"
    languages, kinds, recordings = reader.evaluate(menus)
    assert "Transcript (600)" in kinds and "Recording (1)" in kinds
    assert "English (602)" in languages or languages[1].startswith("English (60")
    assert any(r.startswith("Opening message (200)") for r in recordings)
    pick = "document.querySelectorAll('.filters select')[1]"
    reader.evaluate(f"({pick}.value = 'title', {pick}.dispatchEvent(new Event('change')))")
    assert reader.evaluate("document.querySelector('#results .status').textContent") == "Results: 1"


def test_a_query_goes_along_into_another_language(reader: Reader, site: Path) -> None:
    reader.open((site / "pages/en/index.html").as_uri())
    reader.search("identidad")
    link = "document.querySelector('nav.languages a[lang=es]')"
    stay = f"{link}.addEventListener('click', (event) => event.preventDefault())"
    assert reader.evaluate(f"({stay}, {link}.click(), {link}.hash)") == "#q=identidad"


def test_photos_are_seen_large(reader: Reader, site: Path) -> None:
    reader.open((site / "pages/en/index.html").as_uri())
    reader.evaluate("(document.querySelector('a.photo').focus(), document.querySelector('a.photo').click())")
    reader.wait("document.querySelector('.viewer img').naturalWidth === 320")
    assert reader.evaluate("document.querySelector('.viewer .caption').textContent") == "The hall · 1 / 1"
    reader.press("Escape")
    assert reader.evaluate("document.activeElement.className") == "photo"


def test_what_is_missing_is_said_and_the_rest_works(reader: Reader, site: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(site, tmp_path / "copy")
    (copy / "assets/slides.js").unlink()
    reader.open((copy / RECORDING).as_uri())
    reader.wait("document.getElementById('missing').textContent.startsWith('Files that belong')")
    said = reader.evaluate("document.getElementById('missing').textContent")
    assert said.split(": ")[1].split(". ")[0] == "assets/slides.js"
    assert reader.evaluate("getComputedStyle(document.getElementById('missing')).display") != "none"
    shutil.rmtree(copy / "assets")  # as when the page alone was taken out of an archive
    reader.open((copy / RECORDING).as_uri())
    assert reader.evaluate("getComputedStyle(document.getElementById('missing')).display") != "none"
    reader.open((site / RECORDING).as_uri())
    assert reader.evaluate("getComputedStyle(document.getElementById('missing')).display") == "none"


def test_a_link_to_a_section_leads_beneath_the_bar(reader: Reader, site: Path) -> None:
    """Which is as high as its languages make it."""
    reader.open((site / "pages/en/index.html").as_uri())
    reader.evaluate("(document.querySelector('.bar').style.paddingBottom = '90px', dispatchEvent(new Event('resize')))")
    reader.evaluate("document.querySelector('.sections a[href=\"#programme\"]').click()")
    place = "(({ top, bottom }) => [top, bottom])(document.querySelector('X').getBoundingClientRect())"
    heading, bar = place.replace("X", "#programme-h"), place.replace("X", ".top")
    reader.wait(f"scrollY > 50 && {heading}[0] >= {bar}[1] && {heading}[0] < {bar}[1] + 60")


def test_no_number_of_chapters_makes_the_page_wider_than_its_window(reader: Reader, tmp_path: Path) -> None:
    chapters = [{"at": f"0:{n:02}", "title": {"es": f"Capítulo {n}"}} for n in range(59)]
    recordings = [merged(r, chapters=chapters) if r["id"] == "id-cards" else r for r in PROGRAMME["recording"]]
    plan = plan_with_clip(tmp_path / "plan", merged(PROGRAMME, recording=recordings))
    reader.resize(360, 740)
    open_at(reader, make_site(plan, tmp_path / "site"), 33)
    assert reader.evaluate("document.getElementById('marks').children.length") == 59
    width = "(({ left, right }) => right - left)(document.getElementById('marks').children[58].getBoundingClientRect())"
    assert reader.evaluate("document.documentElement.scrollWidth") <= 360
    assert reader.evaluate(width) > 3
    # The title is in its own language, under the picture too.
    said = "(({ lang, tagName, textContent }) => [lang, tagName, textContent])(document.querySelector('#chapter bdi'))"
    assert reader.evaluate(said) == ["es", "BDI", "Capítulo 33"]
    reader.resize(1366, 768)


#: Adds up what moves on the page while it loads.
_SHIFTS = """(window.shift = 0, new PerformanceObserver((list) => {
  list.getEntries().forEach((entry) => (window.shift += entry.value));
}).observe({ type: 'layout-shift', buffered: true }))"""


@pytest.mark.parametrize("page", [RECORDING, "pages/km/01-id-cards.html", "pages/en/02-opening.html"])
def test_little_moves_where_the_scripts_come_late(chromium: Browser, site: Path, page: str) -> None:
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    tab = Tab(context)
    held: list[Route] = []
    tab.page.add_init_script(_SHIFTS)
    late = re.compile(r"assets/(?!usbkit)\w+\.js$")

    def hold(route: Route) -> None:
        held.append(route)

    tab.page.route(late, hold)
    tab.page.goto((site / page).as_uri(), wait_until="commit")
    tab.wait("document.readyState === 'interactive' && document.getElementById('panel') !== null")
    tab.let_draw()
    shown = "Array.from(document.querySelectorAll('#panel > section'), (s) => s.offsetHeight > 0)"
    assert sum(tab.page.evaluate(shown)) == 1
    for route in held:
        route.continue_()
    tab.wait("document.readyState === 'complete' && document.querySelector('.line.now') !== null")
    tab.let_draw()
    assert tab.page.evaluate("window.shift") < 0.1
    context.close()


def test_panels_without_their_script_all_show(reader: Reader, site: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(site, tmp_path / "copy")
    (copy / "assets/panel.js").unlink()
    reader.open((copy / RECORDING).as_uri())
    reader.wait("document.readyState === 'complete'")
    shown = "Array.from(document.querySelectorAll('#panel > section > h2'), (s) => s.offsetHeight > 0)"
    assert reader.evaluate(shown) == [True, True, True, True]
