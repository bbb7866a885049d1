"""The display of the transcript: the current line and its position, marks, one language or two; and its keys."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.sites import make_site, plan_with_clip
from tests.browser.tabs import Tab
from tests.site.plans import COUNTRY, make_track, merged
from usbkit.sources.subtitles import Cue, Track

pytestmark = pytest.mark.needs("browser", "ffmpeg")

#: The lines of one language, and the number of the lit one.
_LINES = "Array.from(document.querySelectorAll('#text .para > p:nth-of-type({column}) .line'))"
_LIT = f"{_LINES.format(column=1)}.findIndex((l) => l.classList.contains('now'))"
_HTML = f"{_LINES.format(column=1)}.map((l) => l.innerHTML)"
_MARKED = "Array.from(document.querySelectorAll('#text mark'), (m) => m.textContent)"
_TOP = "document.getElementById('text').scrollTop"
#: How far the lit line stands below the transcript's top, as a part of its height.
_AT = (
    "((b, l) => (l.top - b.top) / b.height)(document.getElementById('text').getBoundingClientRect(),"
    " document.querySelector('.line.now').getBoundingClientRect())"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hundred cues in three languages, ten in a paragraph more or less; one of them is marked up."""
    marked = Cue(0, 200, "<i>First</i> &amp; <b>best</b>\nof &lt;all&gt; <u>200</u>.")
    long = {code: make_track(code, count=200, length=200, gap=100) for code in ("en", "es", "ru")}
    long["en"] = Track("en", (marked, *long["en"].cues[1:]), "utf-8", cues_in=200)
    tracks = dict.fromkeys(("opening", "civil-registration", "id-cards"), long)
    country = merged(COUNTRY, subtitles=["en", "es", "ru"])
    plan = plan_with_clip(tmp_path_factory.mktemp("plan"), country=country, tracks=tracks)
    return make_site(plan, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def watched(chromium: Browser) -> Iterator[Tab]:
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    tab = Tab(context)
    yield tab
    context.close()
    assert tab.messages == [] and tab.went_out == []


@pytest.fixture
def opened(watched: Tab, site: Path) -> Tab:
    """The English page anew, with nothing remembered, its transcript as it came."""
    watched.page.set_viewport_size({"width": 1366, "height": 768})
    watched.page.goto((site / "pages/en/01-id-cards.html").as_uri())
    watched.page.evaluate("localStorage.clear()")
    watched.page.goto("about:blank")
    watched.page.goto((site / "pages/en/01-id-cards.html").as_uri())
    watched.wait(f"document.getElementById('video').readyState >= 1 && {_LIT} === 0")
    return watched


def seek(tab: Tab, seconds: float) -> None:
    tab.page.evaluate(
        "(s) => new Promise((done) => { const v = document.getElementById('video');"
        " const frames = (n) => n ? requestAnimationFrame(() => frames(n - 1)) : done();"
        " v.addEventListener('seeked', () => frames(6), { once: true });"
        " v.currentTime = s; })",
        seconds,
    )


def scroll(tab: Tab, how: str) -> None:
    """As by the bar at the side: a press there takes the page in hand."""
    tab.page.evaluate(f"(document.body.dispatchEvent(new Event('mousedown', {{ bubbles: true }})), {how}, 0)")


def choose(tab: Tab, first: str, second: str) -> None:
    tab.page.evaluate(
        "([one, two]) => { first.value = one; second.value = two; first.dispatchEvent(new Event('change')); }",
        [first, second],
    )
    columns = 2 if second and second != first else 1
    shown = f"document.querySelector('#text .para').querySelectorAll('p').length === {columns}"
    tab.wait(f"{shown} && document.querySelector('#text .para > p').lang === {first!r}")


def test_the_line_that_began_last_is_lit_and_no_other(opened: Tab) -> None:
    for seconds, number in ((0.31, 1), (0.2, 0), (30, 100), (29.9, 99), (59.8, 199), (0, 0)):
        seek(opened, seconds)
        assert opened.page.evaluate(_LIT) == number, seconds
        assert opened.page.locator(".line.now").count() == 1


def test_a_language_and_back_shows_the_same_as_the_page_came_with(opened: Tab) -> None:
    came = opened.page.evaluate(_HTML)
    assert came[0].startswith("<i>First</i> &amp; <b>best</b>") and "&lt;all&gt; <u>200</u>." in came[0]
    times = "Array.from(document.querySelectorAll('#text .at'), (a) => [a.textContent, a.hash, a.dataset.at])"
    places = opened.page.evaluate(times)
    counts = "Array.from(document.querySelectorAll('#text .para'), (row) => row.querySelectorAll('.line').length)"
    lines = opened.page.evaluate(counts)
    assert places == [
        ["0:00", "#t=0", "0"],
        ["0:25", "#t=25", "25200"],
        ["0:30", "#t=30", "30000"],
        ["0:55", "#t=55", "55200"],
    ]
    choose(opened, "ru", "")
    assert opened.page.evaluate(_HTML)[1] == "Предложение 2 о национальном удостоверении личности."
    choose(opened, "en", "")
    assert opened.page.evaluate(_HTML) == came
    assert opened.page.evaluate(times) == places
    assert opened.page.evaluate(counts) == lines and sum(lines) == 200
    assert opened.page.evaluate("[text.classList.contains('two'), document.getElementById('absent').hidden]") == [
        False,
        True,
    ]


def test_languages_that_were_chosen_are_those_of_the_next_page(opened: Tab, site: Path) -> None:
    for first, second in (("ru", ""), ("en", "es"), ("es", "ru"), ("en", "")):
        choose(opened, first, second)
        opened.page.goto("about:blank")
        opened.page.goto((site / "pages/en/02-opening.html").as_uri())
        paragraphs = "document.querySelector('#text .para').querySelectorAll('p')"
        shown = f"Array.from({paragraphs}, (p) => p.closest('[lang]').lang).join()"
        opened.wait(f"{shown} === {','.join(filter(None, (first, second)))!r} && {_LIT} === 0")
        assert opened.page.evaluate("[first.value, second.value]") == [first, second]


def test_two_languages_stand_side_by_side_and_the_same_twice_is_one(opened: Tab) -> None:
    choose(opened, "en", "ru")
    assert opened.page.evaluate("[text.classList.contains('two'), document.body.classList.contains('two-languages')]")
    rows = (
        "Array.from(document.querySelectorAll('#text .para'), (r) =>"
        " Array.from(r.querySelectorAll('p'), (p) => p.querySelectorAll('.line').length))"
    )
    counts = opened.page.evaluate(rows)
    assert all(left == right for left, right in counts) and sum(left for left, _right in counts) == 200
    seek(opened, 30)
    assert opened.page.locator(".line.now").count() == 2
    choose(opened, "en", "en")
    assert not opened.page.evaluate("text.classList.contains('two')")
    choose(opened, "es", "ru")
    opened.page.reload()
    opened.wait("document.querySelectorAll('#text .para:first-child > p').length === 2")
    assert opened.page.evaluate("[first.value, second.value]") == ["es", "ru"]
    choose(opened, "ru", "")
    opened.page.reload()
    opened.wait("document.querySelector('#text .para > p').lang === 'ru'")
    assert opened.page.evaluate("[first.value, second.value]") == ["ru", ""]


def test_another_language_keeps_the_line_that_is_heard_or_what_is_read(opened: Tab) -> None:
    seek(opened, 45)
    assert 0 < opened.page.evaluate(_AT) < 1
    choose(opened, "ru", "es")
    opened.wait(f"{_AT} > 0 && {_AT} < 0.9")
    assert opened.page.evaluate(_LIT) == 150
    scroll(opened, "text.scrollTop += 60")
    choose(opened, "ru", "")
    opened.wait(f"{_AT} > 0 && {_AT} < 0.9")
    scroll(opened, "text.scrollTop = 0")
    choose(opened, "en", "")
    # Read at the top, away from the line that is heard: there one stays.
    opened.wait(f"{_TOP} === 0 && !document.getElementById('current-line').hidden")


def test_the_line_is_brought_to_a_third_and_left_where_it_is_near(opened: Tab) -> None:
    seek(opened, 30)
    assert 0.2 < opened.page.evaluate(_AT) < 0.42
    before = opened.page.evaluate(_TOP)
    assert before > 100
    seek(opened, 30.6)
    assert opened.page.evaluate(_LIT) == 102
    assert opened.page.evaluate(_TOP) == before
    seek(opened, 6)
    assert opened.page.evaluate(_TOP) < before - 100


def test_it_follows_only_where_that_is_wished_and_hands_are_off(opened: Tab) -> None:
    opened.page.evaluate("(follow.checked = false)")
    seek(opened, 45)
    assert (opened.page.evaluate(_LIT), opened.page.evaluate(_TOP)) == (150, 0)
    opened.page.evaluate("(follow.checked = true, text.dispatchEvent(new Event('wheel', { bubbles: true })))")
    seek(opened, 48)
    assert (opened.page.evaluate(_LIT), opened.page.evaluate(_TOP)) == (160, 0)
    # Back to the line by its button: it is offered where the line is out of sight, and takes the hands off.
    scroll(opened, "text.scrollTop = 1")
    opened.wait("!document.getElementById('current-line').hidden")
    opened.page.evaluate("document.getElementById('current-line').click()")
    opened.wait(f"{_AT} > 0.1 && {_AT} < 0.6 && document.getElementById('current-line').hidden")
    assert opened.page.evaluate("document.activeElement.id") == "text"
    seek(opened, 3)
    assert opened.page.evaluate(f"{_AT} >= 0 && {_AT} < 0.9")


def test_arrows_and_enter_walk_the_lines(opened: Tab) -> None:
    at = f"{_LINES.format(column=1)}.indexOf(document.activeElement)"
    seek(opened, 30)
    opened.page.focus("#text")
    for key, number in (("ArrowDown", 100), ("ArrowDown", 101), ("ArrowUp", 100), ("Control+ArrowDown", 100)):
        opened.page.keyboard.press(key)
        assert opened.page.evaluate(at) == number, key
        assert opened.page.evaluate("document.activeElement.tabIndex") == -1
    for _line in range(12):
        opened.page.keyboard.press("ArrowDown")
    assert opened.page.evaluate(at) == 112
    seen = "((b, l) => l.top >= b.top && l.bottom <= b.bottom)(text.getBoundingClientRect(), X.getBoundingClientRect())"
    assert opened.page.evaluate(seen.replace("X", "document.activeElement"))
    opened.page.evaluate(f"{_LINES.format(column=1)}[0].focus()")
    opened.page.evaluate(f"(({_LINES.format(column=1)}[0].tabIndex = -1), {_LINES.format(column=1)}[0].focus())")
    opened.page.keyboard.press("Enter")
    opened.wait("video.currentTime < 5 && !video.paused")
    opened.page.evaluate("video.pause()")


def test_a_click_on_a_line_of_either_language_plays_it(opened: Tab) -> None:
    choose(opened, "en", "ru")
    for column, number in ((1, 40), (2, 50), (1, 0)):
        opened.page.evaluate(f"{_LINES.format(column=column)}[{number}].click()")
        opened.wait(f"video.currentTime >= {number * 0.3} && video.currentTime < {number * 0.3} + 5 && !video.paused")
        opened.page.evaluate("video.pause()")


def test_words_are_marked_in_their_line_or_in_two(opened: Tab, site: Path) -> None:
    reach = "(find) => usbkit.transcript.reach({ ms: 45000, language: '', find })"
    opened.page.evaluate(reach, "about the NATIONAL")
    assert opened.page.evaluate(_MARKED) == ["about the national"]
    assert opened.page.evaluate("document.querySelector('#text mark').parentNode.classList.contains('now')")
    assert opened.page.evaluate(_LIT) == 150
    # Over the end of the line: each word, in this line and the next, and in no third.
    opened.page.evaluate(reach, "card. Sentence 152")
    marks = opened.page.evaluate(_MARKED)
    assert marks == ["Sentence", "card.", "Sentence", "152", "card."]
    opened.page.evaluate(reach, "")
    assert opened.page.evaluate(_MARKED) == []
    choose(opened, "en", "es")
    opened.page.evaluate(reach, "151")
    assert opened.page.evaluate(_MARKED) == ["151"]
    # The other language of the two becomes the first, and the first the second.
    opened.page.evaluate("usbkit.transcript.reach({ ms: 45000, language: 'es', find: 'frase' })")
    opened.wait(f"{_MARKED}[0] === 'Frase'")
    assert opened.page.evaluate("[first.value, second.value]") == ["es", "en"]


def test_on_a_telephone_the_page_is_brought_and_whoever_reads_elsewhere_is_left_alone(opened: Tab) -> None:
    opened.page.set_viewport_size({"width": 390, "height": 740})
    opened.page.evaluate("usbkit.transcript.reach({ ms: 30000, language: '', find: '' })")
    seek(opened, 30)
    under = (
        "((p, l) => (l.top - p.bottom) / (innerHeight - p.bottom))(player.getBoundingClientRect(),"
        " document.querySelector('.line.now').getBoundingClientRect())"
    )
    opened.wait(f"{under} > 0.05 && {under} < 0.6")
    at = opened.page.evaluate("scrollY")
    assert at > 500
    seek(opened, 30.6)
    assert opened.page.evaluate("scrollY") == at
    # A third of what is left beneath the player is far enough to be brought.
    scroll(opened, "window.scrollBy(0, -190)")
    opened.page.evaluate("usbkit.transcript.reach({ ms: 30600, language: '', find: '' })")
    opened.wait(f"{under} > 0.05 && {under} < 0.6")
    seek(opened, 36)
    opened.wait(f"scrollY > {at} && {under} > 0.05 && {under} < 0.6")
    scroll(opened, "window.scrollTo(0, 0)")
    seek(opened, 55)
    assert opened.page.evaluate(f"[scrollY, {_LIT}]") == [0, 183]


def test_a_transcript_that_is_not_the_page_s_own_is_drawn_from_the_file(
    chromium: Browser, site: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(site, tmp_path / "copy")
    page = copy / "pages/en/01-id-cards.html"
    first = re.compile(r'<span class="line">.*?</span> ')
    page.write_text(first.sub("", page.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    tab = Tab(context)
    tab.page.goto(f"{page.as_uri()}#t=0.35")
    tab.wait(f"{_LINES.format(column=1)}.length === 200 && {_LIT} === 1")
    # The line that is lit when the page opens need not be the first.
    cues = copy / "assets/data/cues/01-id-cards.en.js"
    text = cues.read_text(encoding="utf-8")
    assert "[0,300," in text
    cues.write_text(text.replace("[0,300,", "[0,20,", 1), encoding="utf-8")
    tab.page.goto("about:blank")
    tab.page.goto(page.as_uri())
    tab.wait(f"{_LINES.format(column=1)}.length === 200 && {_LIT} === 1")
    context.close()
