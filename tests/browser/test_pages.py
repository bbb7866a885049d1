"""Every page in every language in three engines: no console message, no request that leaves, no axe violation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium69
from tests.browser.firefox import Firefox
from tests.browser.sites import make_site, pages_of, plan_with_clip
from tests.browser.tabs import Tab
from tests.site.plans import COUNTRY, PROGRAMME, merged
from usbkit.manifest.models import LANGUAGE_NAMES

pytestmark = pytest.mark.needs("browser", "ffmpeg")

LANGUAGES = tuple(LANGUAGE_NAMES)


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages in all languages that there are, with subtitles in all of them."""
    country = merged(COUNTRY, interface=list(LANGUAGES), subtitles=list(LANGUAGES))
    programme = merged(PROGRAMME, recording=PROGRAMME["recording"][1:])
    country["recordings"] = ["id-cards", "civil-registration"]
    plan = plan_with_clip(tmp_path_factory.mktemp("everywhere"), programme, country)
    return make_site(plan, tmp_path_factory.mktemp("everywhere-site"))


@pytest.fixture(scope="module")
def pages(everywhere: Path) -> Iterator[list[str]]:
    found = pages_of(everywhere)
    assert len(found) == len(LANGUAGES) * 3
    yield found


_AXE = """async () => {
  const result = await axe.run(document, {resultTypes: ['violations']});
  return result.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', '));
}"""


@pytest.mark.needs("node")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_accessibility_violation(
    chromium: Browser, judges: Path, everywhere: Path, pages: list[str], scheme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # axe comes from outside the pages; their own policy is tested by every other test
    )
    tab = Tab(context)
    found = {}
    for page in pages:
        tab.page.goto((everywhere / page).as_uri())
        tab.page.add_script_tag(path=judges / "axe-core" / "axe.min.js")
        if violations := tab.page.evaluate(_AXE):
            found[page] = violations
    context.close()
    assert found == {}
    assert tab.messages == [] and tab.went_out == []


@pytest.mark.needs("node")
def test_search_results_and_two_columns_have_no_violation(
    chromium: Browser, judges: Path, everywhere: Path, tmp_path: Path
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True)
    tab = Tab(context)
    tab.page.goto((everywhere / "pages/ar/01-id-cards.html").as_uri())
    tab.page.select_option("#second", "km")
    tab.page.wait_for_selector("p[lang=km]")
    tab.page.add_script_tag(path=judges / "axe-core" / "axe.min.js")
    assert tab.page.evaluate(_AXE) == []
    tab.search("identidad")
    assert tab.page.evaluate(_AXE) == []
    context.close()


def test_chromium_says_nothing_and_asks_for_nothing(tab: Tab, everywhere: Path, pages: list[str]) -> None:
    for page in pages:
        tab.page.goto((everywhere / page).as_uri())
        assert tab.page.evaluate("document.documentElement.classList.contains('js')")
        tab.page.wait_for_timeout(50)


@pytest.mark.needs("firefox")
def test_firefox_says_nothing_and_asks_for_nothing(fox: Firefox, everywhere: Path, pages: list[str]) -> None:
    fox.console.clear()
    fox.requests.clear()
    for page in pages:
        fox.open((everywhere / page).as_uri())
        assert fox.evaluate("document.documentElement.classList.contains('js')")
    assert fox.console == []
    assert [r for r in fox.requests if not r.startswith(("file:", "data:"))] == []


@pytest.mark.needs("registry")
def test_chromium_69_says_nothing_and_asks_for_nothing(everywhere: Path, pages: list[str]) -> None:
    lines = "document.querySelectorAll('.line').length"
    jobs = [chromium69.Job((everywhere / p).as_uri(), ("document.documentElement.className", lines)) for p in pages]
    results = chromium69.run(chromium69.prepare(), jobs)
    for page, result in zip(pages, results, strict=True):
        assert result.values == ["js", 0 if page.endswith("index.html") else 12], page
        assert result.messages == [], page
        assert [r for r in result.requests if not r.startswith(("file:", "data:"))] == [], page


@pytest.mark.needs("registry")
def test_chromium_69_searches_and_shows_two_languages(drive: Path) -> None:
    search = """(async () => {
      const box = document.querySelector('#q');
      box.focus(); box.value = 'cedula nacional'; box.dispatchEvent(new Event('input'));
      for (let i = 0; i < 100 && !usbkit.search.isReady(); i += 1) await new Promise(r => setTimeout(r, 50));
      return [document.querySelector('.status').textContent, document.querySelector('.hit mark').textContent];
    })()"""
    columns = """(async () => {
      const second = document.querySelector('#second');
      second.value = 'km'; second.dispatchEvent(new Event('change'));
      for (let i = 0; i < 100 && !document.querySelector('.two'); i += 1) await new Promise(r => setTimeout(r, 50));
      await document.fonts.ready;
      return [document.querySelectorAll('p[lang=km] .line').length,
              Array.from(document.fonts).filter(f => f.status === 'loaded').map(f => f.family)[0]];
    })()"""
    found, columned = chromium69.run(
        chromium69.prepare(),
        [
            chromium69.Job((drive / "index.html").as_uri(), (search,)),
            chromium69.Job((drive / "pages/es/01-id-cards.html").as_uri(), (columns,)),
        ],
    )
    assert found.values == [["Resultados: 36", "cédula nacional"]]
    assert columned.values == [[12, "Noto Sans Khmer"]]


@pytest.mark.parametrize("width", [320, 768, 1366, 3840])
def test_no_page_is_wider_than_its_window(chromium: Browser, everywhere: Path, pages: list[str], width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    wide = {}
    for path in pages:
        page.goto((everywhere / path).as_uri())
        found = page.evaluate("document.documentElement.scrollWidth")
        if found > width:
            wide[path] = found
    context.close()
    assert wide == {}
