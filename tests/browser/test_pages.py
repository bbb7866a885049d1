"""Every page in every language in three engines: no console message, no external request, no axe violation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium69
from tests.browser.firefox import Firefox
from tests.browser.readers import FirefoxReader
from tests.browser.sites import make_site, pages_of, plan_with_clip
from tests.browser.tabs import Tab
from tests.site.plans import COUNTRY, PROGRAMME, merged
from tests.support.sample import sample
from usbkit.manifest.values import LANGUAGE_NAMES

pytestmark = pytest.mark.needs("browser", "ffmpeg")

LANGUAGES = tuple(LANGUAGE_NAMES)
#: In these axe looks at every page: first those that differ most in direction, script and length of words.
_DIFFERENT = ("en", "ar", "my")
JUDGED = sorted(LANGUAGES, key=lambda code: code not in _DIFFERENT)[
    : sample("pages: languages judged by axe", len(_DIFFERENT), len(LANGUAGES))
]
#: And in these at pages, panels and dialogs in Firefox.
_IN_FIREFOX = sample("pages: languages judged by axe in Firefox", 1, len(LANGUAGES))


def is_judged(page: str) -> bool:
    """Whether axe looks at this page; the first page of all is in the first language."""
    language = LANGUAGES[0] if page == "index.html" else page.split("/")[1]
    return language in JUDGED


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
    assert len(found) == len(LANGUAGES) * 4
    yield found


_VIOLATIONS = """
  const result = await axe.run(part, Object.assign({resultTypes: ['violations'], preload: false}, options));
  return result.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', '));
"""
_AXE = f"async (only) => {{ const part = document, options = only.length ? {{runOnly: only}} : {{}}; {_VIOLATIONS} }}"
#: Of a part that has just been shown, where all the rest was judged before.
_AXE_OF = f"async (part) => {{ const options = {{}}; {_VIOLATIONS} }}"


WIDTHS = (320, 768, 1366, 3840)


@dataclass(frozen=True)
class Survey:
    """What one walk through all pages found: by page, axe's violations in each colour scheme and widths overrun."""

    violations: dict[str, list[str]]
    dark: dict[str, list[str]]
    overrun: dict[str, list[int]]
    without_script: list[str]
    messages: list[str]
    went_out: list[str]


@pytest.fixture(scope="module")
def survey(chromium: Browser, judges: Path, everywhere: Path, pages: list[str]) -> Survey:
    # axe comes from outside the pages, so their policy is set aside here; every other test has it on.
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, bypass_csp=True)
    tab = Tab(context)
    found = Survey({}, {}, {}, [], tab.messages, tab.went_out)
    for path in pages:
        tab.page.set_viewport_size({"width": 1366, "height": 768})
        tab.page.emulate_media(color_scheme="light")
        tab.page.goto((everywhere / path).as_uri())
        if not tab.page.evaluate("document.documentElement.classList.contains('js')"):
            found.without_script.append(path)
        if is_judged(path):
            tab.page.add_script_tag(path=judges / "axe-core" / "axe.min.js")
            found.violations[path] = tab.page.evaluate(_AXE, [])
            tab.page.emulate_media(color_scheme="dark")
            found.dark[path] = tab.page.evaluate(_AXE, ["color-contrast"])
        for width in WIDTHS:
            tab.page.set_viewport_size({"width": width, "height": 768})
            if tab.page.evaluate("document.documentElement.scrollWidth") > width:
                found.overrun.setdefault(path, []).append(width)
    context.close()
    return replace(found, went_out=tab.went_out)


@pytest.mark.needs("node")
def test_no_page_has_an_accessibility_violation(survey: Survey, pages: list[str]) -> None:
    assert sorted(survey.violations) == list(filter(is_judged, pages))
    assert {p: v for p, v in survey.violations.items() if v} == {}


@pytest.mark.needs("node")
def test_colours_have_contrast_in_the_dark(survey: Survey) -> None:
    assert {p: v for p, v in survey.dark.items() if v} == {}


@pytest.mark.needs("node")
def test_no_page_is_wider_than_its_window(survey: Survey) -> None:
    assert survey.overrun == {}


@pytest.mark.needs("node")
def test_chromium_says_nothing_and_asks_for_nothing(survey: Survey) -> None:
    assert survey.without_script == []
    assert survey.messages == []
    assert survey.went_out == []


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
    assert tab.page.evaluate(_AXE, []) == []
    tab.search("identidad")
    assert tab.page.evaluate(_AXE, []) == []
    context.close()


@pytest.mark.needs("node")
@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (1366, "dark"), (360, "light")])
def test_panels_and_dialogs_have_no_violation(
    chromium: Browser, judges: Path, everywhere: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 768}, bypass_csp=True, color_scheme=scheme, reduced_motion="reduce"
    )
    tab = Tab(context)
    for language in ("en", "ar", "my"):
        tab.page.goto((everywhere / f"pages/{language}/01-id-cards.html").as_uri() + "#t=33")
        tab.page.add_script_tag(path=judges / "axe-core" / "axe.min.js")
        for panel in ("slides", "chapters", "answered", "transcript"):
            tab.page.click(f"#tab-{panel}")
            assert tab.page.evaluate(_AXE_OF, "#panel") == [], panel
        for button in ("#keys", "#settings", "a.photo"):
            tab.page.locator(button).first.click()
            assert tab.page.evaluate(_AXE_OF, ".veil") == [], button
            tab.page.keyboard.press("Escape")
        tab.page.locator("#keys").click()
        assert tab.page.evaluate(_AXE, []) == []
    context.close()


@pytest.mark.needs("firefox")
def test_firefox_says_nothing_and_asks_for_nothing(fox: Firefox, everywhere: Path, pages: list[str]) -> None:
    fox.console.clear()
    fox.requests.clear()
    for page in pages:
        fox.open((everywhere / page).as_uri())
        assert fox.evaluate("document.documentElement.classList.contains('js')")
    assert fox.console == []
    assert [r for r in fox.requests if not r.startswith(("file:", "data:"))] == []


@pytest.mark.needs("firefox", "node")
@pytest.mark.parametrize("language", sorted(LANGUAGES, key=lambda code: code != "ar")[:_IN_FIREFOX])
def test_firefox_shows_no_violation_on_pages_panels_and_dialogs(
    fox: Firefox, judges: Path, everywhere: Path, language: str
) -> None:
    axe = (judges / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    def judge_page(part: str) -> list[str]:
        given = "document" if part == "document" else f"document.querySelector('{part}')"
        return list(reader.evaluate(f"(async (part) => {{ const options = {{}}; {_VIOLATIONS} }})({given})"))

    reader = FirefoxReader(fox)
    folder = f"pages/{language}"
    index = "index.html" if language == LANGUAGES[0] else f"{folder}/index.html"
    for path in (index, *(f"{folder}/{name}.html" for name in ("reply", "02-civil-registration", "01-id-cards"))):
        reader.open(f"{(everywhere / path).as_uri()}#t=33")
        reader.evaluate(f"(() => {{ {axe}; return 1; }})()")
        assert judge_page("document") == [], path
    for panel in ("slides", "chapters", "answered", "transcript"):
        reader.evaluate(f"document.getElementById('tab-{panel}').click()")
        assert judge_page("#panel") == [], panel
    for button in ("#keys", "#settings", "a.photo"):
        reader.evaluate(f"document.querySelector('{button}').click()")
        assert judge_page(".veil") == [], button
        reader.press("Escape")


@pytest.mark.needs("registry")
def test_chromium_69_says_nothing_and_asks_for_nothing(everywhere: Path, pages: list[str]) -> None:
    lines = "document.querySelectorAll('.line').length"
    jobs = [chromium69.Job((everywhere / p).as_uri(), ("document.documentElement.className", lines)) for p in pages]
    results = chromium69.run(chromium69.prepare(), jobs)
    for page, result in zip(pages, results, strict=True):
        assert result.values == ["js", 0 if page.endswith(("index.html", "reply.html")) else 12], page
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
    assert found.values == [["Resultados: 37", "cédula nacional"]]
    assert columned.values == [[12, "Noto Sans Khmer"]]
