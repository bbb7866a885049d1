"""The exact display of search results: moments, marks, cuts, labels, addresses; and their keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.sites import make_site, plan_with_clip
from tests.browser.tabs import Tab
from tests.site.plans import COUNTRY, PROGRAMME, make_track, merged

pytestmark = pytest.mark.needs("browser", "ffmpeg")

#: The rows of the list: a heading as ``# words``, a hit as moment, words with their marks, label and address.
_ROWS = """(() => {
  const marked = (e) => Array.from(e.childNodes, (n) => n.nodeName === 'MARK' ? `[${n.textContent}]` : n.textContent);
  const text = (e) => e ? e.textContent : '';
  return Array.from(document.querySelectorAll('#results .list h2, #results .hit'), (e) => e.matches('h2')
    ? `# ${e.textContent}`
    : [text(e.querySelector('.clock')), marked(e.querySelector('.snippet')).join(''), text(e.querySelector('.facts')),
       e.querySelector('a').getAttribute('href')].join(' | '));
})()"""
_IS_OPEN = "!document.getElementById('results').hidden && document.getElementById('content').hidden"
_IS_CLOSED = "document.getElementById('results').hidden && !document.getElementById('content').hidden"

CARDS = "../../pages/en/01-id-cards.html"
SHOWN = {
    "sentence 1 about": [
        "# National identity cards",
        "0:00 | [Sentence 1 about] the national identity card. Sentence 2 about the national identity… | English"
        f" | {CARDS}#t=0&sub=en&find=sentence%201%20about",
    ],
    "identity card. Sentence 12": [
        "# National identity cards",
        "0:50 | …10 about the national identity card. Sentence 11 about the national [identity card. Sentence 12] about"
        f" the national identity card. | English | {CARDS}#t=50&sub=en&find=identity%20card.%20Sentence%2012",
    ],
    "identity": [
        f" | National [identity] cards | Recording | {CARDS}",
        "# National identity cards",
        "0:00 | Sentence 1 about the national [identity] card. Sentence 2 about the national identity card. | English"
        f" | {CARDS}#t=0&sub=en&find=identity",
        "0:05 | …1 about the national identity card. Sentence 2 about the national [identity] card. Sentence 3 about"
        f" the national identity card. | English | {CARDS}#t=5&sub=en&find=identity",
    ],
    "第12句": [
        "# National identity cards",
        f"0:55 | 第11句：关于国民身份证。[第12句]：关于国民身份证。 | 中文 | {CARDS}"
        "#t=55&sub=zh&find=%E7%AC%AC12%E5%8F%A5",
    ],
    "card is lost": [
        f"0:30 | What happens when a [card is lost]? | Question · National identity cards | {CARDS}#t=30&sub=en",
        " | When a [card is lost] | Document · A note, 3 | ../../documents/01-note.pdf#page=3",
        f"0:30 | When a [card is lost] | Slide · National identity cards | {CARDS}#t=30&sub=en",
    ],
    "The hall": [" | [The hall] | Photo · National identity cards | ../../photos/01-id-cards-1.jpg"],
}


@pytest.fixture(scope="module")
def opened(chromium: Browser, drive: Path) -> Iterator[Tab]:
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    tab = Tab(context)
    tab.page.goto((drive / "pages/en/index.html").as_uri())
    yield tab
    context.close()
    assert tab.messages == [] and tab.went_out == []


def type_at_once(tab: Tab, query: str) -> str:
    """The status line when ``query`` stands in the box, and everything has been loaded."""
    tab.page.evaluate(
        "(query) => { const box = document.getElementById('q'); box.focus(); box.value = query;"
        " box.dispatchEvent(new Event('input')); }",
        query,
    )
    tab.wait("usbkit.search.isReady()")
    return str(tab.page.locator("#results .status").inner_text())


@pytest.mark.parametrize(("query", "rows"), list(SHOWN.items()), ids=list(SHOWN))
def test_rows_are_these(opened: Tab, query: str, rows: Sequence[str]) -> None:
    assert type_at_once(opened, query).startswith("Results: ")
    assert opened.page.evaluate(_ROWS)[: len(rows)] == rows
    assert not opened.page.evaluate("document.querySelector('#results .filters').hidden")
    assert opened.page.locator(".near").count() == 0
    assert opened.page.locator("#results .partial").is_hidden()
    assert opened.page.evaluate("usbkit.readHash().q") == query


def test_at_most_seventy_letters_stand_on_each_side_of_what_was_found(opened: Tab) -> None:
    """Wherever that falls among the words: no letter more, and no word less than has room."""
    longest = len(" identity")
    around = """Array.from(document.querySelectorAll('.hit .snippet'), (e) => {
      const marks = e.querySelectorAll('mark'), range = document.createRange(), said = [];
      range.selectNodeContents(e);
      range.setEndBefore(marks[0]);
      said.push(range.toString());
      range.selectNodeContents(e);
      range.setStartAfter(marks[marks.length - 1]);
      return said.concat(range.toString());
    })"""
    for begin in range(len("identity ")):
        type_at_once(opened, "identity card"[begin:])
        for before, after in opened.page.evaluate(around):
            for side in (before, after):
                assert len(side.strip("…")) <= 70, (begin, side)
                assert "…" not in side or len(side.strip("…")) > 70 - longest, (begin, side)


def test_nothing_found_offers_no_filter_and_no_row(opened: Tab) -> None:
    assert type_at_once(opened, "zzzzzzzz") == "Nothing was found for “zzzzzzzz”."
    assert opened.page.evaluate(_ROWS) == []
    assert not opened.page.locator("#results .filters").is_visible()
    assert opened.page.locator(".near").count() == 0


def test_forty_are_shown_and_the_rest_when_asked_for(opened: Tab) -> None:
    assert type_at_once(opened, "12") == "Results: 18"
    assert opened.page.locator("#results .list > button").count() == 0
    count = int(type_at_once(opened, "ca").removeprefix("Results: "))
    assert count > 60
    assert opened.page.locator(".hit").count() == 40
    opened.page.locator("#results .list > button").click()
    assert opened.page.locator(".hit").count() == min(80, count)
    at = "Array.from(document.querySelectorAll('.hit a')).indexOf(document.activeElement)"
    assert opened.page.evaluate(at) == 40
    # Another query begins with forty again.
    type_at_once(opened, "car")
    type_at_once(opened, "ca")
    assert opened.page.locator(".hit").count() == 40


def test_one_comes_back_to_where_one_was(opened: Tab) -> None:
    type_at_once(opened, "")
    opened.wait(_IS_CLOSED)
    opened.page.evaluate("(history.replaceState(null, '', '#contact'), window.scrollTo(0, 300))")
    type_at_once(opened, "identity")
    assert opened.page.evaluate(f"{_IS_OPEN} && scrollY === 0")
    opened.page.keyboard.press("Escape")
    assert opened.page.evaluate(_IS_CLOSED)
    assert opened.page.evaluate("[scrollY, location.hash, document.activeElement.id]") == [300, "#contact", "q"]
    opened.page.evaluate("(history.replaceState(null, '', location.pathname), 0)")


def test_what_is_learnt_meanwhile_does_not_change_the_address(tab: Tab, drive: Path) -> None:
    tab.page.goto((drive / "pages/en/index.html").as_uri())
    tab.page.evaluate("(document.getElementById('q').focus(), location.hash = '#contact', 0)")
    tab.wait("usbkit.search.isReady()")
    assert tab.page.evaluate("location.hash") == "#contact"
    assert tab.page.evaluate(_IS_CLOSED)


def test_escape_is_the_browsers_where_nothing_is_open_and_other_keys_while_it_is(opened: Tab) -> None:
    press = (
        "(key) => { const e = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });"
        " document.activeElement.dispatchEvent(e); return e.defaultPrevented; }"
    )
    type_at_once(opened, "")
    assert opened.page.evaluate(press, "Escape") is False
    type_at_once(opened, "identity")
    assert opened.page.evaluate(press, "a") is False
    assert opened.page.evaluate(_IS_OPEN)
    assert opened.page.evaluate(press, "ArrowUp") is False
    assert opened.page.evaluate(press, "Escape") is True


def test_enter_and_arrows_walk_from_box_to_hit_and_back(opened: Tab) -> None:
    at = "Array.from(document.querySelectorAll('.hit a')).indexOf(document.activeElement)"
    type_at_once(opened, "card is lost")
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate(at) == 0
    for key, place in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowDown", 2), ("ArrowUp", 1), ("ArrowUp", 0)):
        opened.page.keyboard.press(key)
        assert opened.page.evaluate(at) == place
    opened.page.keyboard.press("ArrowUp")
    assert opened.page.evaluate("document.activeElement.id") == "q"


def test_a_link_into_the_page_closes_the_results_and_a_query_does_not(opened: Tab) -> None:
    type_at_once(opened, "identity")
    opened.page.evaluate("(location.hash = '#q=other', 0)")
    opened.let_draw()
    assert opened.page.evaluate(_IS_OPEN)
    opened.page.evaluate("(location.hash = '#contact', 0)")
    opened.wait(f"{_IS_CLOSED} && document.getElementById('contact').getBoundingClientRect().top < innerHeight")
    opened.wait("document.getElementById('q').value === ''")
    opened.let_draw()  # the browser leads to #contact when it draws next, which may be later than all of this
    type_at_once(opened, "identity")
    opened.page.evaluate("(location.hash = '#nowhere', 0)")
    opened.wait(_IS_CLOSED)
    opened.wait("scrollY === 0")
    opened.page.locator("#q").fill("identity")
    opened.page.locator("#results .close").click()
    opened.wait(_IS_CLOSED)


def test_what_arrives_later_is_shown_without_another_key(tab: Tab, drive: Path) -> None:
    tab.page.goto((drive / "pages/en/index.html").as_uri())
    type_at_once(tab, "12")
    tab.wait("document.querySelector('#results .status').textContent === 'Results: 18'")
    tab.page.goto("about:blank")
    tab.page.goto(f"{(drive / 'pages/en/index.html').as_uri()}#q=identitty")
    tab.wait("Array.from(document.querySelectorAll('.near button'), (b) => b.textContent).includes('identity')")


def test_names_and_questions_come_before_what_was_said(tab: Tab, tmp_path: Path) -> None:
    """Each kind before the next, though the programme has them the other way round."""
    opening, registration, cards = PROGRAMME["recording"]
    address = f"https://forum.example.org/{'2020' * 20}"
    photos = [{"file": "hall.jpg", "caption": {"en": f"{address}/A card"}}]
    named = {"title": {"en": "Cards for all"}, "speaker": {"en": "B. Card"}, "photos": photos}
    question = {"id": "x", "text": {"en": "Which card?"}, "answers": [{"recording": "opening", "at": "0:10"}]}
    programme = merged(PROGRAMME, recording=[opening, merged(registration, **named), cards], question=[question])
    country = merged(COUNTRY, interface=["en"], subtitles=["en", "es"], questions=["x"])
    tab.page.goto(
        (make_site(plan_with_clip(tmp_path / "plan", programme, country), tmp_path / "site") / "index.html").as_uri()
    )
    assert type_at_once(tab, "card") == "Results: 47"
    kinds = tab.page.evaluate("Array.from(document.querySelectorAll('.hit .facts'), (f) => f.textContent)")
    assert [kind.split(" · ")[0] for kind in kinds][:12] == [
        *("Recording", "Recording", "Recording", "Speaker", "Question", "Chapter", "Document", "Document"),
        *("Slide", "Slide", "Photo", "English"),
    ]
    assert [kind for kind in kinds if kind.startswith("Document")] == ["Document · A note, 1", "Document · A note, 3"]
    # A cut falls before what was found, though it is the end of a word that is longer than the row.
    type_at_once(tab, "A card")
    assert any("/[A card] | Photo" in row for row in tab.page.evaluate(_ROWS))


_MENUS = """Array.from(document.querySelectorAll('.filters select'), (s) =>
  s.hidden ? null : Array.from(s.options, (o) => o.text).slice(1))"""


def pick(tab: Tab, menu: int, text: str) -> None:
    option = f"Array.from(s.options).find((o) => o.text.startsWith({text!r})).value"
    change = f"(s.value = {option}, s.dispatchEvent(new Event('change')))"
    tab.page.evaluate(f"((s) => {change})(document.querySelectorAll('.filters select')[{menu}])")


def test_filters_name_and_count_what_there_is(tab: Tab, drive: Path) -> None:
    """Most first, then by code, in the page's language; counted with the other filters as they are."""
    tab.page.goto((drive / "index.html").as_uri())
    type_at_once(tab, "12")
    languages = ("English", "Español", "ភាសាខ្មែរ", "Русский", "Tiếng Việt", "中文")
    recordings = ("Cédulas nacionales de identidad", "Mensaje de apertura", "Registro civil")
    assert tab.page.evaluate(_MENUS) == [[f"{n} (3)" for n in languages], None, [f"{n} (6)" for n in recordings]]
    type_at_once(tab, "identity")
    english = [f"{recordings[0]} (13)", f"{recordings[1]} (12)", f"{recordings[2]} (12)"]
    assert tab.page.evaluate(_MENUS) == [None, ["Transcripción (36)", "Grabación (1)"], english]
    pick(tab, 1, "Transcripción")
    said = [n.replace("13", "12") for n in english]
    assert tab.page.evaluate(_MENUS) == [None, ["Transcripción (36)", "Grabación (1)"], said]
    assert tab.page.locator("#results .status").inner_text() == "Resultados: 36"
    pick(tab, 2, recordings[1])
    assert tab.page.evaluate(_MENUS) == [None, ["Transcripción (12)"], said]
    assert tab.page.locator("#results .status").inner_text() == "Resultados: 12"
    # What is chosen stays to be taken back, where it has nothing.
    type_at_once(tab, "card is lost")
    assert tab.page.evaluate(_MENUS)[2] == [f"{recordings[1]} (0)"]
    assert tab.page.locator(".hit").count() == 0
    tab.page.keyboard.press("Escape")
    type_at_once(tab, "identity")
    assert tab.page.locator("#results .status").inner_text() == "Resultados: 37"


def test_more_than_five_thousand_are_said_to_be_more(tab: Tab, tmp_path: Path) -> None:
    tracks = {
        r["id"]: {"en": make_track("en", 1700 if n else 1601, 1, 1)} for n, r in enumerate(PROGRAMME["recording"])
    }
    country = merged(COUNTRY, interface=["en"], subtitles=["en"])
    plan = plan_with_clip(tmp_path / "plan", country=country, tracks=tracks)
    tab.page.goto((make_site(plan, tmp_path / "site") / "index.html").as_uri())
    assert type_at_once(tab, "national") == "Results: 5,000+"
    assert type_at_once(tab, "sentence 1") == "Results: 2,337"


def test_what_was_said_stands_by_recording_in_the_page_s_language_first(opened: Tab) -> None:
    type_at_once(opened, "12")
    headings = "Array.from(document.querySelectorAll('#results h2'), (h) => h.textContent)"
    recordings = ["National identity cards", "Opening message", "Civil registration"]
    assert opened.page.evaluate(headings) == [*recordings, *recordings]
    languages = opened.page.evaluate("Array.from(document.querySelectorAll('.hit .facts'), (f) => f.textContent)")
    assert languages[:3] == ["English"] * 3
    assert languages[3:8] == ["Español", "ភាសាខ្មែរ", "Русский", "Tiếng Việt", "中文"]
