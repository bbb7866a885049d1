"""The pages for a screen reader, by Chromium's accessibility tree, and a walk through all of it by keyboard alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.sites import make_site, plan_with_clip
from tests.browser.tabs import Tab
from tests.site.plans import COUNTRY, accessible, merged

pytestmark = pytest.mark.needs("browser", "ffmpeg")

RECORDING = "pages/en/01-id-cards.html"
PAGES = ["index.html", RECORDING, "pages/en/reply.html", "verify.html", "transcripts/01-id-cards.es.html"]
#: The page and its main part, which the link past the head leads to; menus have options that stand for no choice.
_NOT_CONTROLS = ("RootWebArea", "main", "MenuListPopup", "option")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    country = merged(COUNTRY, interface=["es", "en"], subtitles=["es", "en"])
    plan = plan_with_clip(tmp_path_factory.mktemp("plan"), accessible(), country)
    return make_site(plan, tmp_path_factory.mktemp("site"))


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@dataclass(frozen=True)
class Node:
    """One node as it is read."""

    role: str
    name: str
    properties: dict[str, Any] = field(default_factory=dict)


def tree(page: Page) -> list[Node]:
    """The page's accessibility tree in its order, without what is ignored."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        Node(
            str(node["role"]["value"]),
            str(node.get("name", {}).get("value", "")).strip(),
            {p["name"]: p["value"].get("value") for p in node.get("properties", [])},
        )
        for node in nodes
        if not node["ignored"]
    ]


def find(nodes: Sequence[Node], role: str) -> list[Node]:
    return [node for node in nodes if node.role == role]


def focused(page: Page) -> Node:
    (node,) = [n for n in tree(page) if n.properties.get("focused") and n.role != "RootWebArea"]
    return node


#: Everything that takes the focus by Tab, in the order of the document: one of a group of tabs or radio buttons.
_REACHED = """() => Array.from(document.querySelectorAll(
    'a[href], button, input, select, textarea, video, summary, [tabindex]'))
  .filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({visibilityProperty: true})
    && !(e.type === 'radio' && !e.checked && document.querySelector(`input[name="${e.name}"]:checked`)))
  .map((e, at) => { e.setAttribute('data-walk', at); return at; })"""
_AT = "() => document.activeElement.getAttribute('data-walk')"


@pytest.mark.parametrize("name", PAGES)
def test_everything_that_takes_the_focus_says_what_it_is(page: Page, site: Path, name: str) -> None:
    page.goto((site / name).as_uri())
    nodes = [n for n in tree(page) if n.properties.get("focusable") and n.role not in _NOT_CONTROLS]
    assert len(nodes) >= 5
    assert [n for n in nodes if not n.name] == []
    assert [n for n in nodes if n.role in ("generic", "none", "StaticText")] == []


@pytest.mark.parametrize("name", PAGES)
def test_tab_reaches_everything_in_order_and_leaves_again(page: Page, site: Path, name: str) -> None:
    page.goto((site / name).as_uri())
    wanted = [str(at) for at in page.evaluate(_REACHED)]
    walked: list[str] = []
    # The video has controls of its own inside, which take the focus in turn.
    for _step in range(3 * len(wanted) + 20):
        page.keyboard.press("Tab")
        at = page.evaluate(_AT)
        if at is not None and (not walked or walked[-1] != at):
            walked.append(at)
        if walked and at == wanted[-1]:
            break
    assert walked == wanted
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(_AT) == wanted[-2]


@pytest.mark.parametrize("name", ["index.html", RECORDING])
def test_landmarks_and_headings(page: Page, site: Path, name: str) -> None:
    page.goto((site / name).as_uri())
    nodes = tree(page)
    for role in ("banner", "search", "main", "contentinfo"):
        assert len(find(nodes, role)) == 1, role
    navigations = [n.name for n in find(nodes, "navigation")]
    assert all(navigations[1:]) and len(set(navigations)) == len(navigations)
    levels = [int(n.properties["level"]) for n in find(nodes, "heading")]
    assert levels.count(1) == 1
    assert all(later <= before + 1 for before, later in itertools.pairwise(levels))


def test_menus_of_a_recording_as_they_are_read(page: Page, site: Path) -> None:
    page.goto((site / RECORDING).as_uri())
    nodes = tree(page)
    assert [n.name for n in find(nodes, "combobox")] == ["Subtitles", "Version", "Speed", "Language", "Second language"]
    assert [n.name for n in find(nodes, "tab")] == ["Transcript", "Slides", "Chapters", "Questions"]
    assert [n.name for n in find(nodes, "tabpanel")] == ["Transcript"]
    assert "Español (sonidos descritos)" in [n.name for n in find(nodes, "option")]
    assert "National identity cards" in [n.name for n in find(nodes, "Video")]


def test_panels_by_keys_alone(page: Page, site: Path) -> None:
    page.goto((site / RECORDING).as_uri())
    page.focus("#tab-transcript")
    for key, name in (
        ("ArrowRight", "Slides"),
        ("ArrowRight", "Chapters"),
        ("End", "Questions"),
        ("Home", "Transcript"),
    ):
        page.keyboard.press(key)
        assert (focused(page).role, focused(page).name) == ("tab", name)
        nodes = tree(page)
        assert [n.name for n in find(nodes, "tabpanel")] == [name]
        assert [n.name for n in find(nodes, "tab") if n.properties.get("selected")] == [name]


@pytest.mark.parametrize(
    ("opener", "name"), [("#keys", "Keys"), ("#settings", "Subtitle settings"), ("a.photo", "Photos")]
)
def test_a_dialog_takes_and_returns_the_focus(page: Page, site: Path, opener: str, name: str) -> None:
    page.goto((site / RECORDING).as_uri())
    page.focus(opener)
    before = focused(page)
    page.keyboard.press("Enter")
    (dialog,) = find(tree(page), "dialog")
    assert dialog.name, name
    assert dialog.properties.get("modal")
    inside = "document.activeElement.closest('[role=dialog], dialog') !== null"
    for _step in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(inside)
    page.keyboard.press("Escape")
    assert find(tree(page), "dialog") == []
    assert focused(page) == before


def test_search_is_said_politely(tab: Tab, site: Path) -> None:
    tab.page.goto((site / "pages/en/index.html").as_uri())
    tab.search("identity")
    (status,) = [n for n in find(tree(tab.page), "status") if n.properties.get("live") == "polite"][:1]
    assert status.properties.get("atomic") is True
    said = tab.page.locator("#results .status").inner_text()
    assert said.startswith("Results: ")
    assert said in [n.name for n in find(tree(tab.page), "StaticText")]


def test_a_video_that_is_missing_is_said_at_once(page: Page, site: Path) -> None:
    lost = site / "videos/02-opening.mp4"
    lost.rename(lost.with_suffix(".away"))
    try:
        page.goto((site / "pages/en/02-opening.html").as_uri())
        page.wait_for_selector("#trouble", state="visible")
        (alert,) = find(tree(page), "alert")
        assert alert.properties.get("live") == "assertive"
    finally:
        lost.with_suffix(".away").rename(lost)


def test_where_a_slide_stands_is_said(page: Page, site: Path) -> None:
    page.goto((site / RECORDING).as_uri() + "#t=0")
    page.focus("#tab-slides")
    page.keyboard.press("Enter")
    page.focus("#slide-next")
    page.keyboard.press("Enter")
    page.wait_for_selector("#slide-caption")
    assert "Page 2 of 3" in [n.name for n in find(tree(page), "StaticText")]
    assert any(n.properties.get("live") == "polite" for n in find(tree(page), "status"))
