"""Search: while typing, in any script, tolerant of spelling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.firefox import Firefox
from tests.browser.readers import Reader
from tests.browser.sites import make_site, plan_with_clip
from tests.browser.tabs import Tab
from tests.site.plans import COUNTRY, SENTENCES, merged

pytestmark = pytest.mark.needs("browser", "ffmpeg")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    country = merged(COUNTRY, subtitles=["en", "es", "fr", "vi", "ru", "zh", "ko", "km", "my", "ar"])
    return make_site(plan_with_clip(tmp_path_factory.mktemp("plan"), country=country), tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def opened(chromium: Browser, site: Path) -> Iterator[Tab]:
    """One page for all queries, as a reader has it."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    tab = Tab(context)
    tab.page.goto((site / "pages/en/index.html").as_uri())
    yield tab
    context.close()
    assert tab.messages == [] and tab.went_out == []


@pytest.mark.parametrize(
    ("query", "marked", "language"),
    [
        ("Identity CARD", "identity card", "en"),
        ("cedula", "cédula", "es"),
        ("cote", "côté", "fr"),
        ("etat civil", "état civil", "fr"),
        ("the can cuoc", "thẻ căn cước", "vi"),
        ("cong dan", "công dân", "vi"),
        ("удостоверении", "удостоверении", "ru"),
        ("国民身份证", "国民身份证", "zh"),
        ("证", "证", "zh"),
        ("주민 등록증", "주민등록증", "ko"),
        ("주민등ㄹ", "주민등록", "ko"),
        ("អត្តសញ្ញាណ", "អត្តសញ្ញាណ", "km"),
        ("နိုင်ငံသား", "နိုင်ငံသား", "my"),
        ("بطاقة الهوية", "بطاقة الهوية", "ar"),
    ],
)
def test_words_are_found_in_any_script(opened: Tab, query: str, marked: str, language: str) -> None:
    opened.search(query)
    snippet = opened.page.locator(f".hit .snippet[lang={language}]").first
    assert snippet.locator("mark").first.inner_text().lower() == marked


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("B. Sample", "Speaker"),
        ("civil registration", "Recording"),
        ("Issuing it", "Chapter"),
        ("card is lost", "Question"),
        ("A note", "Document"),
        ("Who may ask", "Slide"),
        ("The hall", "Photo"),
        ("At the counter", "Recording"),
    ],
)
def test_everything_else_is_found_too(opened: Tab, query: str, kind: str) -> None:
    opened.search(query)
    assert kind in [k.inner_text().split(" · ")[0] for k in opened.page.locator(".hit .facts").all()]


@pytest.mark.parametrize("query", ["B. Sample", "Issuing it", "card is lost", "Who may ask", "The hall", "counter"])
def test_what_belongs_to_a_recording_names_it(opened: Tab, query: str) -> None:
    opened.search(query)
    assert any("National identity cards" in hit.inner_text() for hit in opened.page.locator(".hit").all())


def test_a_page_of_a_document_names_the_document(opened: Tab) -> None:
    opened.search("Who may ask")
    assert any("Document · A note, 2" in hit.inner_text() for hit in opened.page.locator(".hit").all())


def test_a_phrase_may_run_over_two_cues(opened: Tab) -> None:
    assert opened.search("card. Sentence 5 about") == "Results: 3"
    assert opened.page.locator(".hit mark").first.inner_text() == "card. Sentence 5 about"


def test_words_may_stand_apart_and_in_any_order(opened: Tab) -> None:
    opened.search("identidad frase 7")
    assert "Frase 7" in opened.page.locator(".hit .snippet[lang=es]").first.inner_text()


@pytest.mark.parametrize(
    ("query", "offered"),
    [("identitty", "identity"), ("registartion", "registration"), ("национальнм", "национальном")],
)
def test_a_mistyped_word_offers_the_nearest(opened: Tab, query: str, offered: str) -> None:
    opened.search(query)
    assert offered in [b.inner_text() for b in opened.page.locator(".near button").all()]


def near(opened: Tab) -> list[str]:
    return [b.inner_text() for b in opened.page.locator(".near button").all()]


def test_each_mistyped_word_is_replaced_and_what_is_offered_finds_something(opened: Tab) -> None:
    opened.search("natoinal identitty")
    offered = near(opened)
    assert "national identity" in offered
    for words in offered:
        assert opened.search(words).startswith("Results"), words


def test_the_nearest_is_offered_first_and_what_is_far_not_at_all(opened: Tab) -> None:
    opened.search("cardd")
    assert near(opened)[0] == "cards"
    # Two letters that changed places are one mistake, and a short word is allowed no second.
    opened.search("hte")
    assert {"the", "thẻ"} & set(near(opened))
    opened.search("idxnxixy")
    assert near(opened) == []


def test_a_word_that_occurs_stays_as_it_is(opened: Tab) -> None:
    """Also one that only begins what was said."""
    opened.search("câu dânn")
    offered = near(opened)
    assert len(offered) > 1 and all(words.startswith("câu ") for words in offered), offered


def test_words_apart_are_of_one_line_where_one_has_them_all(opened: Tab) -> None:
    assert opened.search("about sentence 7") == "Results: 3"


def test_a_number_is_not_mistyped_and_a_comma_is_no_letter(opened: Tab) -> None:
    assert opened.search("sentence 3,").startswith("Results")
    assert opened.search("3,").startswith("Results")
    opened.search("sentence 9999,")
    assert near(opened) == ["sentence"]


def test_a_page_opened_with_a_query_offers_words_too(reader: Reader, site: Path) -> None:
    reader.open(f"{(site / 'pages/en/index.html').as_uri()}#q=identitty")
    offered = "Array.from(document.querySelectorAll('.near button'), (b) => b.textContent)"
    reader.wait(f"{offered}.indexOf('identity') >= 0")


def test_a_wrong_character_among_chinese_ones_offers_the_rest(opened: Tab) -> None:
    assert opened.search("国民身分份证").startswith("Nothing")
    assert "国民身份证" in [b.inner_text() for b in opened.page.locator(".near button").all()]
    opened.page.locator(".near button", has_text="国民身份证").click()
    assert opened.page.locator("#results .status").inner_text().startswith("Results")


def test_what_is_shown_of_a_hit_begins_and_ends_with_a_whole_word(opened: Tab) -> None:
    opened.search("identity")
    shown = [hit.inner_text() for hit in opened.page.locator(".hit .snippet").all()]
    cut = [text for text in shown if text.startswith("…") or text.endswith("…")]
    assert len(cut) > 5
    words = set(SENTENCES["en"].split()) | {str(n) for n in range(1, 13)}
    for text in cut:
        first, *_between, last = text.strip("…").split()
        assert {first, last} <= words, text
        assert "identity" in text


def test_a_result_opens_at_its_moment_in_its_language(tab: Tab, site: Path) -> None:
    tab.page.goto((site / "index.html").as_uri())
    tab.search("предложение 7 о")
    tab.page.locator(".hit a").first.click()
    tab.wait("document.querySelector('video') && document.querySelector('video').currentTime === 30")
    assert tab.page.evaluate("document.querySelector('#subtitles').value") == "ru"
    assert "pages/es/01-id-cards.html#t=30&sub=ru&find=" in tab.page.url


def test_search_by_keys_alone(tab: Tab, site: Path) -> None:
    tab.page.goto((site / "index.html").as_uri())
    tab.search("cédula")
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("ArrowDown")
    focused = "document.activeElement.closest('.hit') && document.activeElement.closest('.hit').textContent"
    assert "dula" in tab.page.evaluate(focused)
    tab.page.keyboard.press("ArrowUp")
    tab.page.keyboard.press("ArrowUp")
    assert tab.page.evaluate("document.activeElement.id") == "q"
    tab.page.keyboard.press("Escape")
    assert tab.page.locator("#content").is_visible()
    assert not tab.page.locator("#results").is_visible()


def test_a_search_is_kept_when_one_comes_back(tab: Tab, site: Path) -> None:
    tab.page.goto((site / "index.html").as_uri())
    tab.search("cédula")
    tab.page.locator(".hit a").nth(3).click()
    tab.page.wait_for_selector("video")
    tab.page.go_back()
    tab.wait("document.querySelectorAll('.hit').length > 3")
    assert tab.page.input_value("#q") == "cédula"


def test_markup_typed_or_found_is_text(opened: Tab) -> None:
    assert opened.search("<img src=x onerror=alert(1)>") == "Nothing was found for “<img src=x onerror=alert(1)>”."
    assert opened.page.locator("#results img").count() == 0


@pytest.mark.needs("firefox")
def test_firefox_searches_with_the_strict_origin_policy(fox: Firefox, site: Path) -> None:
    fox.open((site / "index.html").as_uri())
    fox.type_into("#q", "cedula nacional")
    ready = (
        "(async () => { while (!usbkit.search.isReady()) await new Promise(r => setTimeout(r, 50)); return true; })()"
    )
    assert fox.evaluate(ready)
    assert fox.evaluate("document.querySelector('.hit mark').textContent") == "cédula nacional"


def test_what_was_typed_before_the_script_was_there_is_searched(chromium: Browser, site: Path) -> None:
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    tab = Tab(context)
    tab.page.add_init_script(
        """document.addEventListener('readystatechange', () => {
          const box = document.getElementById('q');
          if (document.readyState === 'interactive') box.value = 'sentence 9';
        })"""
    )
    tab.page.goto(f"{(site / 'pages/en/01-id-cards.html').as_uri()}#t=33")
    tab.wait("document.querySelectorAll('.hit').length > 0")
    assert tab.page.input_value("#q") == "sentence 9"
    # The moment that the address asked for is there beneath the results, and so is the address when they are closed.
    assert tab.page.evaluate("document.getElementById('video').currentTime") == 33
    tab.page.click("#results .close")
    assert tab.page.url.endswith("#t=33")
    context.close()
