"""What is asked for shows at once, twice asked is twice done, and what is remembered or missing spoils nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.readers import Reader
from tests.browser.sites import make_site, plan_with_clip
from tests.browser.tabs import Tab
from tests.site.plans import COUNTRY, accessible, merged

pytestmark = pytest.mark.needs("browser", "ffmpeg")

RECORDING = "pages/en/01-id-cards.html"
_NOW = "document.getElementById('video').currentTime"
_LIT = "(document.querySelector('.line.now') || {}).textContent"
_CAPTION = "document.getElementById('slide-caption').textContent"
_CHAPTER = "document.getElementById('chapter').textContent"
_FOCUS = "document.activeElement.id"
_SHOWING = "Array.from(document.getElementById('video').textTracks).filter((t) => t.mode === 'showing')"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    country = merged(COUNTRY, subtitles=["en", "es", "ru"])
    plan = plan_with_clip(tmp_path_factory.mktemp("plan"), accessible(captions={}), country)
    return make_site(plan, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def lost(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages without their videos and without one language of one recording."""
    copy = shutil.copytree(site, tmp_path_factory.mktemp("lost") / "site")
    shutil.rmtree(copy / "videos")
    (copy / "assets/data/cues/01-id-cards.ru.js").unlink()
    return copy


@pytest.fixture
def remembered(reader: Reader, site: Path) -> None:
    """Nothing but what a test remembers, on the page that it opens then."""
    reader.open((site / RECORDING).as_uri())
    reader.evaluate("localStorage.clear()")


def open_at(reader: Reader, page: Path, second: int) -> None:
    reader.open(f"{page.as_uri()}#t={second}")
    reader.wait(f"{_NOW} === {second} && document.querySelector('.line.now') !== null")


def choose(reader: Reader, menu: str, value: str) -> None:
    found = f"document.getElementById('{menu}')"
    reader.evaluate(f"({found}.value = '{value}', {found}.dispatchEvent(new Event('change')))")


def press(key: str, more: str = "") -> str:
    """An expression that presses a key at once, before the browser does anything else."""
    return f"document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, {more} }}))"


# ---- At once ----


def test_keys_move_before_anything_of_the_video_is_loaded(reader: Reader, site: Path) -> None:
    open_at(reader, site / RECORDING, 15)
    load = "(document.getElementById('video').load(), usbkit.player.seek(15000, false)"
    assert reader.evaluate(f"{load}, {press('l')}, {press('l')}, {press('ArrowLeft')}, {_NOW})") == 30
    assert reader.evaluate(f"{load}, {press('5')}, {_NOW})") == 30
    assert reader.evaluate(f"{load}, {press('End')}, {press('l')}, {press('j')}, {_NOW})") == 50
    reader.wait(f"document.getElementById('video').readyState >= 2 && {_NOW} === 50")


def test_a_moment_without_a_video_is_shown_all_the_same(reader: Reader, lost: Path) -> None:
    reader.open(f"{(lost / RECORDING).as_uri()}#t=12")
    reader.wait(f"{_LIT} && {_CAPTION} === 'Page 2 of 3' && !document.getElementById('trouble').hidden")
    assert reader.evaluate(_LIT).startswith("Sentence 3 ")
    assert reader.evaluate(_CHAPTER) == "Chapter: The card"
    widths = "Array.from(document.getElementById('marks').children, (m) => Math.round(m.style.flexGrow))"
    assert reader.evaluate(widths) == [30, 30]
    said = f"(document.querySelectorAll('#chapters a.jump')[1].click(), [{_LIT}, {_CAPTION}, {_CHAPTER}])"
    line, caption, chapter = reader.evaluate(said)
    assert line.startswith("Sentence 7 ")
    assert (caption, chapter) == ("Page 3 of 3", "Chapter: Issuing it")
    assert reader.evaluate(f"({press('j')}, {_LIT})").startswith("Sentence 5 ")


def test_the_line_is_lit_before_the_picture_is_found(reader: Reader, site: Path) -> None:
    open_at(reader, site / RECORDING, 15)
    lit = f"(document.querySelectorAll('.line')[8].click(), document.getElementById('video').pause(), {_LIT})"
    assert reader.evaluate(lit).startswith("Sentence 9 ")


def test_the_last_slide_keeps_the_focus_on_its_button(reader: Reader, site: Path) -> None:
    open_at(reader, site / RECORDING, 15)
    reader.evaluate("(document.getElementById('tab-slides').click(), document.getElementById('slide-next').focus())")
    reader.evaluate("document.getElementById('slide-next').click()")
    reader.wait(f"{_CAPTION} === 'Page 3 of 3'")
    reader.evaluate("document.getElementById('slide-next').click()")
    assert reader.evaluate(_FOCUS) == "slide-next"
    assert reader.evaluate(_CAPTION) == "Page 3 of 3"


def test_a_key_that_is_held_down_is_pressed_once(reader: Reader, site: Path) -> None:
    open_at(reader, site / RECORDING, 15)
    held = ", ".join([press("m"), *[press("m", "repeat: true")] * 2])
    assert reader.evaluate(f"({held}, document.getElementById('video').muted)")
    held = ", ".join([press("ArrowRight"), *[press("ArrowRight", "repeat: true")] * 2])
    assert reader.evaluate(f"({held}, {_NOW})") == 30


def test_a_speed_that_a_key_chose_is_that_of_another_version_too(reader: Reader, site: Path) -> None:
    open_at(reader, site / RECORDING, 15)
    reader.press(">")
    choose(reader, "version", "sign-language")
    reader.wait(f"document.getElementById('video').readyState >= 1 && {_NOW} === 15")
    assert reader.evaluate("[document.getElementById('video').playbackRate, speed.value]") == [1.25, "1.25"]
    # A speed that only the browser's own menu has: ours says none rather than another.
    reader.evaluate("(document.getElementById('video').playbackRate = 1.75)")
    reader.wait("speed.value === ''")
    assert reader.evaluate("document.getElementById('video').playbackRate") == 1.75


def test_menus_say_what_is_when_the_page_is_opened_anew(reader: Reader, site: Path) -> None:
    """Some browsers fill a page in as it was, though nothing is remembered."""
    open_at(reader, site / RECORDING, 15)
    menus = "['speed', 'subtitles', 'version', 'first', 'second'].map((id) => document.getElementById(id))"
    others = "['2', 'ru', 'sign-language', 'es', 'ru']"
    reader.evaluate(f"(window.old = true, {menus}.forEach((menu, at) => (menu.value = {others}[at])))")
    reader.evaluate("(localStorage.clear(), location.reload(), 0)")
    reader.wait(f"!window.old && document.readyState === 'complete' && {_NOW} === 15")
    assert reader.evaluate(f"{menus}.map((menu) => menu.value)") == ["1", "en", "", "en", ""]
    assert reader.evaluate("document.getElementById('video').playbackRate") == 1


_COPY = "document.getElementById('link')"


def test_a_button_pressed_twice_says_its_own_words_again(reader: Reader, site: Path) -> None:
    open_at(reader, site / RECORDING, 15)
    said = reader.evaluate(
        f"""(() => {{
          const timers = new Map();
          window.setTimeout = (act) => {{ timers.set(timers.size + 1, act); return timers.size; }};
          window.clearTimeout = (number) => timers.delete(number);
          document.execCommand = () => true;
          {_COPY}.click();
          {_COPY}.click();
          const between = {_COPY}.textContent;
          Array.from(timers.values()).forEach((act) => act());
          return [between, {_COPY}.textContent];
        }})()"""
    )
    assert said == ["Copied", "Copy this moment"]


def test_what_cannot_be_copied_is_shown_to_be_copied_by_hand(reader: Reader, site: Path) -> None:
    open_at(reader, site / RECORDING, 15)
    reader.evaluate(f"(document.execCommand = () => false, {_COPY}.focus(), {_COPY}.click())")
    text = "National identity cards, 0:15 (videos/01-id-cards.mp4)\nhttps://forum.example.org/2020/" + RECORDING
    assert reader.evaluate(_COPY + ".textContent") == "Copy this moment"
    assert reader.evaluate("document.activeElement.value") == f"{text}#t=15"
    selected = "(({ selectionStart, selectionEnd }) => selectionEnd - selectionStart)(document.activeElement)"
    assert reader.evaluate(selected) == len(f"{text}#t=15")
    reader.press("Tab", "Tab")
    assert reader.evaluate("document.activeElement.tagName") == "TEXTAREA"
    reader.press("Escape")
    assert reader.evaluate(_FOCUS) == "link"


# ---- The focus ----


def test_a_hit_that_is_followed_gives_the_focus_to_the_player(reader: Reader, site: Path) -> None:
    reader.open((site / RECORDING).as_uri())
    reader.search("sentence 9")
    reader.press("ArrowDown", "Enter")
    reader.wait(f"{_NOW} >= 40")
    assert reader.evaluate(_FOCUS) == "video"


def test_a_section_that_a_hit_leads_to_has_the_focus(reader: Reader, site: Path) -> None:
    reader.open((site / "pages/en/index.html").as_uri())
    reader.search("card is lost")
    reader.press("ArrowDown")
    reader.evaluate("(document.activeElement.href = '#q-lost-card', document.activeElement.click())")
    reader.wait(f"{_FOCUS} === 'q-lost-card'")
    assert reader.evaluate("document.activeElement.getBoundingClientRect().top < innerHeight")


def test_a_panel_that_gives_way_gives_the_focus_to_the_other_s_name(reader: Reader, site: Path) -> None:
    open_at(reader, site / RECORDING, 15)
    reader.evaluate("(document.getElementById('tab-slides').click(), document.getElementById('slide-next').focus())")
    reader.evaluate("(location.hash = '#t=20&sub=es', 0)")
    reader.wait(f"document.getElementById('slides').hidden && {_NOW} === 20")
    assert reader.evaluate(_FOCUS) == "tab-transcript"


def test_the_button_back_to_the_line_gives_the_focus_to_the_transcript(reader: Reader, site: Path) -> None:
    open_at(reader, site / RECORDING, 55)
    reader.evaluate("(document.getElementById('text').style.maxHeight = '60px')")
    # Hands on the transcript, so that a seek that ends late does not bring its line; where it stood at its top already,
    # nothing would be scrolled.
    reader.evaluate("(text.dispatchEvent(new Event('wheel', { bubbles: true })), text.scrollTop = 0)")
    reader.evaluate("text.dispatchEvent(new Event('scroll'))")
    reader.wait("!document.getElementById('current-line').hidden")
    reader.evaluate("document.getElementById('current-line').focus()")
    reader.press("j", "j", "j", "j", "j")
    reader.wait(f"{_NOW} === 5 && document.getElementById('current-line').hidden")
    assert reader.evaluate(_FOCUS) == "text"


def test_hits_that_arrive_later_leave_the_focus_where_it_is(reader: Reader, site: Path) -> None:
    reader.open((site / "pages/en/index.html").as_uri())
    reader.evaluate(
        """(() => {
          const load = usbkit.load;
          usbkit.load = (name) => name.endsWith('.ru')
            ? new Promise((go) => (window.go = () => go(load(name)))) : load(name);
        })()"""
    )
    reader.evaluate("document.getElementById('q').focus()")
    reader.press(*"card")
    reader.wait("usbkit.searched.pending === 3")
    # What was found at first stays until all has arrived, unless one types on.
    reader.evaluate("document.getElementById('q').dispatchEvent(new Event('input'))")
    reader.wait("document.querySelectorAll('.hit').length === 40")
    reader.press("ArrowDown", "ArrowDown", "ArrowDown")
    focused = "[document.activeElement.textContent, document.activeElement.href]"
    before = reader.evaluate(focused)
    reader.evaluate("(window.old = document.activeElement, window.go())")
    reader.wait("usbkit.searched.pending === 2")
    # The last of them draws the list anew.
    reader.evaluate("(usbkit.searched.pending = 0, document.getElementById('q').dispatchEvent(new Event('input')))")
    assert not reader.evaluate("window.old.isConnected")
    assert reader.evaluate(focused) == before
    assert "card" in before[0]


# ---- What is remembered ----


@pytest.mark.usefixtures("remembered")
@pytest.mark.parametrize("kept", ["", "fr", None, 7, {"a": 1}])
def test_c_shows_subtitles_whatever_was_remembered(reader: Reader, site: Path, kept: object) -> None:
    reader.evaluate(f"usbkit.remember('subtitles', {json.dumps(kept)})")
    open_at(reader, site / RECORDING, 15)
    before = reader.evaluate("subtitles.value")
    assert before == ("" if kept == "" else "en")
    reader.press("c")
    assert reader.evaluate("subtitles.value") == ("en" if kept == "" else "")
    reader.press("c", *("c" if kept == "" else ""))
    reader.wait(f"{_SHOWING}.length === 1 && {_SHOWING}[0].language === 'en'")


@pytest.mark.usefixtures("remembered")
def test_c_twice_comes_back_to_the_language_that_was_shown(reader: Reader, site: Path) -> None:
    open_at(reader, site / RECORDING, 15)
    reader.evaluate("usbkit.subtitles.show('ru')")
    reader.press("c", "c")
    assert reader.evaluate("subtitles.value") == "ru"


@pytest.mark.usefixtures("remembered")
def test_settings_that_this_recording_does_not_have_leave_no_menu_empty(reader: Reader, site: Path) -> None:
    for name, value in (("subtitle-second", "fr"), ("subtitle-size", "giant"), ("version", "sung"), ("speed", "fast")):
        reader.evaluate(f"usbkit.remember('{name}', '{value}')")
    open_at(reader, site / RECORDING, 15)
    reader.evaluate("document.getElementById('settings').click()")
    menus = "document.querySelectorAll('.dialog select, #version, #speed')"
    assert reader.evaluate(f"Array.from({menus}, (s) => s.selectedOptions[0].text)") == [
        "Original",
        "1×",
        "Medium",
        "One language only",
    ]
    assert reader.evaluate(f"{_SHOWING}.length") == 1


@pytest.mark.usefixtures("remembered")
def test_one_language_for_both_stands_where_one_stands(reader: Reader, site: Path) -> None:
    reader.evaluate("usbkit.remember('subtitle-second', 'ru')")
    open_at(reader, site / RECORDING, 15)
    lines = f"Object.fromEntries({_SHOWING}.map((t) => [t.language, (t.cues[0] || {{}}).line]))"
    reader.wait(f"{lines}.ru === 0 && {lines}.en === 'auto'")
    choose(reader, "subtitles", "ru")
    reader.wait(f'JSON.stringify({lines}) === \'{{"ru":"auto"}}\'')
    choose(reader, "subtitles", "es")
    reader.wait(f"{lines}.ru === 0 && {lines}.es === 'auto'")


@pytest.mark.usefixtures("remembered")
def test_a_moment_of_a_longer_recording_is_not_offered(reader: Reader, site: Path) -> None:
    for place in ("75000", "60000", "1e999", "-5", "{}"):
        reader.evaluate(f"(localStorage[usbkit.data().store + 'at/01-id-cards'] = '{place}', 0)")
        last = f'{{"stem": "01-id-cards", "ms": {place}}}'
        reader.evaluate(f"(localStorage[usbkit.data().store + 'last'] = '{last}', 0)")
        reader.open((site / RECORDING).as_uri())
        assert reader.evaluate("document.getElementById('resume').hidden"), place
        if reader.name == "Chromium":  # Firefox keeps what a page remembers to that file.
            reader.open((site / "pages/en/index.html").as_uri())
            assert reader.evaluate("document.getElementById('continue').hidden"), place
            reader.open((site / RECORDING).as_uri())
    for moment, is_beginning in ((15000, True), (15001, False)):
        reader.evaluate(f"usbkit.remember('at/01-id-cards', {moment})")
        reader.open((site / RECORDING).as_uri())
        assert reader.evaluate("document.getElementById('resume').hidden") is is_beginning
    reader.evaluate("usbkit.remember('at/01-id-cards', 20000)")
    reader.open((site / RECORDING).as_uri())
    # Whoever only opens the page keeps the offer; it goes when another moment is asked for, and when the video plays.
    for act in (
        "0",
        "usbkit.player.seek(0, false)",
        "document.getElementById('video').play().then(() => document.getElementById('video').pause())",
    ):
        assert reader.evaluate("document.getElementById('resume').textContent") == "Continue at 0:20"
        assert not reader.evaluate("document.getElementById('resume').hidden")
        reader.evaluate(f"(document.getElementById('video').muted = true, {act})")
        assert reader.evaluate("document.getElementById('resume').hidden") == (act != "0")
        assert reader.evaluate(f"{_NOW} < 1")
        assert reader.evaluate("document.getElementById('trouble').hidden")
        reader.evaluate("(usbkit.remember('at/01-id-cards', 20000), usbkit.remember = () => 0)")
        reader.open((site / RECORDING).as_uri())


@pytest.mark.usefixtures("remembered")
def test_garbage_that_is_remembered_spoils_no_page(reader: Reader, site: Path) -> None:
    keys = ["language", "last", "speed", "transcript", "subtitles", "version", "subtitle-second", "subtitle-size"]
    keys += ["subtitle-top", "subtitle-dark", "keys-by-focus", "at/01-id-cards", "seen/01-id-cards"]
    for garbage in ("{", "null", '"<b>"', "[null]", "{}", "1e999", '"__proto__"', '["constructor", "__proto__"]'):
        for page in ("pages/en/index.html", RECORDING):
            reader.open((site / page).as_uri())
            fill = f"{json.dumps(keys)}.forEach((key) => localStorage.setItem(usbkit.data().store + key, {garbage!r}))"
            reader.evaluate(f"({fill}, window.onerror = null, 0)")
            reader.open((site / page).as_uri())
            assert reader.evaluate("document.documentElement.lang") == "en"
            if page == RECORDING:
                reader.wait("document.querySelector('.line.now') !== null")
                assert reader.evaluate("[subtitles.value, first.value, second.value]") == ["en", "en", ""]
                assert reader.evaluate("document.getElementById('video').playbackRate") in (1, 2)
            reader.evaluate("localStorage.clear()")


@pytest.mark.usefixtures("remembered")
def test_a_page_that_the_browser_kept_says_what_was_watched_since(reader: Reader, site: Path) -> None:
    reader.open((site / "pages/en/index.html").as_uri())
    reader.evaluate("usbkit.remember('last', { stem: '01-id-cards', ms: 20000 })")
    reader.evaluate("(usbkit.remember('at/01-id-cards', 20000), usbkit.remember('seen/01-id-cards', true))")
    shown = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
    counts = "['.so-far', '.seen', '#continue a'].map((s) => document.querySelectorAll(s).length)"
    assert reader.evaluate(f"({shown}, {shown}, {counts})") == [2, 2, 1]
    assert not reader.evaluate("document.getElementById('continue').hidden")
    reader.evaluate("(usbkit.remember('last', null), usbkit.remember('at/01-id-cards', 0))")
    assert reader.evaluate(f"({shown}, {counts})") == [0, 2, 0]
    assert reader.evaluate("document.getElementById('continue').hidden")
    reader.evaluate("localStorage.clear()")


def test_a_form_that_the_browser_fills_in_again_says_so_in_its_text(reader: Reader, site: Path) -> None:
    reader.open((site / "pages/en/reply.html").as_uri())
    reader.evaluate("(document.getElementById('reply-question').value = 'What does a card cost?')")
    reader.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")
    assert "What does a card cost?" in reader.evaluate("document.getElementById('reply-text').textContent")


# ---- What is missing ----


def test_subtitles_that_are_missing_are_said_whichever_panel_is_open(reader: Reader, lost: Path) -> None:
    reader.open((lost / RECORDING).as_uri())
    reader.evaluate("document.getElementById('tab-slides').click()")
    choose(reader, "subtitles", "ru")
    absent = "document.getElementById('absent')"
    reader.wait(f"{absent}.getBoundingClientRect().height > 0 && {absent}.textContent.startsWith('Русский: ')")
    choose(reader, "first", "ru")
    reader.wait("first.value === 'en'")
    assert reader.evaluate(f"{absent}.textContent").count("Русский") == 1
    choose(reader, "subtitles", "es")
    assert not reader.evaluate(f"{absent}.hidden")
    choose(reader, "first", "es")
    reader.wait(f"{absent}.hidden")


def test_subtitles_that_are_missing_are_said_at_the_player_alone(reader: Reader, lost: Path) -> None:
    reader.open(f"{(lost / RECORDING).as_uri()}#t=12&sub=ru")
    reader.wait("!document.getElementById('absent').hidden && document.readyState === 'complete'")
    reader.let_draw()
    assert reader.evaluate("getComputedStyle(document.getElementById('missing')).display") == "none"


def test_a_remembered_language_that_is_missing_leaves_the_page_its_own(reader: Reader, lost: Path) -> None:
    reader.open((lost / RECORDING).as_uri())
    reader.evaluate("usbkit.remember('transcript', ['ru'])")
    reader.open(f"{(lost / RECORDING).as_uri()}#t=31")
    reader.wait(f"{_LIT} && !document.getElementById('absent').hidden")
    assert reader.evaluate(_LIT).startswith("Sentence 7 ")
    assert reader.evaluate("first.value") == "en"
    # A hit in it is reached in the language that is there, and not once more when another is chosen.
    reader.evaluate("(location.hash = '#t=41&sub=ru&find=x', 0)")
    reader.wait(f"{_LIT}.startsWith('Sentence 9 ')")
    reader.evaluate("document.querySelectorAll('.line')[1].click()")
    choose(reader, "first", "es")
    reader.wait(f"{_LIT} && {_LIT}.startsWith('Frase 2 ')")
    reader.evaluate("localStorage.clear()")


def test_arrows_scroll_a_transcript_that_cannot_follow(reader: Reader, site: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(site, tmp_path / "copy")
    (copy / "assets/data/cues/01-id-cards.en.js").unlink()
    reader.open((copy / RECORDING).as_uri())
    reader.wait("!document.getElementById('absent').hidden")
    left = f"({press('ArrowDown', 'cancelable: true')})".replace("document.body", "document.getElementById('text')")
    assert reader.evaluate(left) is True  # not prevented


def test_data_that_is_damaged_counts_as_not_loaded(reader: Reader, site: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(site, tmp_path / "copy")
    (copy / "assets/data/cues/01-id-cards.ru.js").write_text('usbkit.take("cues/01-id-cards.ru",{});\n')
    reader.open((copy / "pages/en/index.html").as_uri())
    assert reader.search("sentence 9").startswith("Results")
    assert "could not be loaded" in reader.evaluate("document.querySelector('#results .partial').innerText")
    assert reader.evaluate("document.querySelector('#results .partial').hidden") is False


#: What one sees of a recording's page, and the scripts without which one does not.
_PLAYER = {"player"}
_SEARCH = {"search", "search_texts", "search_near", "search_filters"}
_NEEDS: Mapping[str, set[str]] = {
    f"{_NOW} === 33": _PLAYER | {"arrival"},
    f"Boolean({_LIT})": _PLAYER | {"transcript"},
    f"{_CAPTION} === 'Page 3 of 3'": _PLAYER | {"slides", "arrival"},
    f"{_CHAPTER} === 'Chapter: Issuing it'": _PLAYER | {"chapters", "arrival"},
    f"{_SHOWING}.length === 1 && {_SHOWING}[0].cues.length === 12": {"subtitles"},
    f"({press('m')}, document.getElementById('video').muted)": _PLAYER | {"keys"},
    "document.querySelectorAll('#panel > section:not([hidden])').length === 1": {"panel"},
    "document.getElementById('panel').innerText.includes('Sentence 7 about')": set(),
    "document.getElementById('subtitles').options.length === 4": set(),
    "document.querySelectorAll('.hit').length > 2": _SEARCH,
}


def test_a_script_that_is_missing_takes_only_what_it_does_away(chromium: Browser, site: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(site, tmp_path / "copy")
    scripts = re.findall(r'src="../../assets/(\w+).js"', (copy / RECORDING).read_text(encoding="utf-8"))
    assert len(scripts) > 20
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    tab = Tab(context)
    for script in scripts:
        file = copy / f"assets/{script}.js"
        file.rename(file.with_suffix(".away"))
        tab.page.goto("about:blank")
        tab.page.goto(f"{(copy / RECORDING).as_uri()}#t=33")
        tab.wait("getComputedStyle(document.getElementById('missing')).display !== 'none'")
        file.with_suffix(".away").rename(file)
        if script == "usbkit":
            continue
        assert f"assets/{script}.js" in tab.page.inner_text("#missing"), script
        for expression, needs in _NEEDS.items():
            if "hit" in expression:
                find = "box.focus(), (box.value = 'sentence 9'), box.dispatchEvent(new Event('input'))"
                tab.page.evaluate(f"((box) => ({find}))(document.getElementById('q'))")
            if script not in needs:
                assert tab.wait(expression, 10), script
    context.close()


def test_a_folder_whose_name_is_no_utf_8(chromium: Browser, site: Path, tmp_path: Path) -> None:
    """As on a drive that an old system formatted."""
    folder = shutil.copytree(site, tmp_path / os.fsdecode(b"caf\xe9"))
    context = chromium.new_context()
    tab = Tab(context)
    address = f"{tmp_path.as_uri()}/caf%E9/"
    tab.page.goto(f"{address}index.html")
    tab.page.evaluate("usbkit.remember('last', { stem: '01-id-cards', ms: 20000 })")
    tab.page.goto("about:blank")
    tab.page.goto(f"{address}index.html")
    assert tab.page.locator("#drive").is_visible() and tab.page.locator("#continue").is_visible()
    (folder / "assets/slides.js").unlink()
    tab.page.goto(f"{address}{RECORDING}")
    assert "assets/slides.js" in tab.page.inner_text("#missing")
    context.close()
