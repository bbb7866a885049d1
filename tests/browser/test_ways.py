"""Other ways to use the pages: languages, no scripts, paper, keys alone, a copied folder, no storage, the website."""

from __future__ import annotations

import dataclasses
import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.sites import make_site, pages_of, plan_with_clip
from tests.browser.tabs import Tab, let_draw
from tests.site.plans import COUNTRY, make_track, merged
from usbkit.bundle.plan import Plan

pytestmark = pytest.mark.needs("browser", "ffmpeg")


def test_the_language_keeps_place_and_choice(tab: Tab, drive: Path) -> None:
    page = tab.page
    page.goto(f"{(drive / 'pages/es/01-id-cards.html').as_uri()}#t=21")
    tab.wait("document.querySelector('video').currentTime >= 21")
    page.click("nav.languages a[lang=en]")
    tab.wait("document.documentElement.lang === 'en' && (document.querySelector('video') || {}).currentTime === 21")
    page.goto((drive / "index.html").as_uri())
    tab.wait("document.documentElement.lang === 'en'")
    assert page.url == (drive / "pages/en/index.html").as_uri()
    page.evaluate("document.querySelector('#questions').scrollIntoView()")
    page.locator("nav.languages a[lang=es]").evaluate("link => link.click()")
    tab.wait("document.documentElement.lang === 'es'")
    assert page.url.endswith("index.html#questions")


def test_without_scripts_everything_is_reached_and_plays(chromium: Browser, drive: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((drive / "index.html").as_uri())
    assert page.locator("noscript").count() == 1
    assert page.locator("#q").is_hidden()
    page.locator("main a", has_text="Registro civil").last.click()
    assert page.locator(".line").count() == 12
    page.goto((drive / "index.html").as_uri())
    page.locator("main a", has_text="Archivo de video").first.click()
    page.wait_for_url("**/videos/01-id-cards.mp4")
    context.close()


@pytest.mark.needs("poppler")
def test_index_and_transcript_print_as_text(chromium: Browser, drive: Path, tmp_path: Path) -> None:
    context = chromium.new_context()
    page = context.new_page()
    said = {}
    for name, path in (("index", "index.html"), ("recording", "pages/es/01-id-cards.html")):
        page.goto((drive / path).as_uri())
        let_draw(page)
        page.pdf(path=tmp_path / f"{name}.pdf", format="A4")
        done = subprocess.run(
            ["pdftotext", "-layout", str(tmp_path / f"{name}.pdf"), "-"], capture_output=True, text=True, check=True
        )
        said[name] = done.stdout
    context.close()
    assert "Registro civil" in said["index"] and "forum@example.org" in said["index"]
    assert "Frase 1 sobre" in said["recording"] and "Frase 12 sobre" in said["recording"]
    assert "Velocidad" not in said["recording"] and "Buscar" not in said["index"]


def test_keys_alone_reach_everything(tab: Tab, drive: Path) -> None:
    """Tab walks to every link, button and field of a page, in order, and each shows where it is."""
    page = tab.page
    for path in ("index.html", "pages/es/01-id-cards.html"):
        page.goto((drive / path).as_uri())
        let_draw(page)
        wanted = page.evaluate(
            "Array.from(document.querySelectorAll('a[href], button, select, input, video, #text'))"
            ".filter(e => e.offsetParent !== null && e.tabIndex >= 0).length"
        )
        reached = set()
        for _ in range(wanted + 60):
            page.keyboard.press("Tab")
            found = page.evaluate(
                "(() => { const e = document.activeElement; if (!e || e === document.body) return null;"
                " const all = Array.from(document.querySelectorAll('*')); const s = getComputedStyle(e);"
                " return [all.indexOf(e), s.outlineStyle !== 'none' || e.tagName === 'VIDEO']; })()"
            )
            if found is None:
                break
            assert found[1], f"no outline on element {found[0]} of {path}"
            reached.add(found[0])
        # A line that is scrolled out of sight brings the button that leads back to it.
        assert wanted <= len(reached) <= wanted + 1, path


def test_the_skip_link_comes_first(tab: Tab, drive: Path) -> None:
    tab.page.goto((drive / "index.html").as_uri())
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.textContent") == "Ir al contenido"
    tab.page.keyboard.press("Enter")
    assert tab.page.evaluate("document.activeElement.id") == "main"


def test_a_copied_folder_works_and_says_that_it_is_a_copy(tab: Tab, drive: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(drive, tmp_path / "my copy #1 é")
    tab.page.goto((copy / "index.html").as_uri())
    assert "son una copia" in tab.page.locator("#drive").inner_text()
    tab.search("cédula")
    assert tab.page.locator(".hit").count() > 0


def test_a_drive_s_own_words_are_shown_as_claimed(tab: Tab, drive: Path) -> None:
    place = Path("/media") / "USBKIT-TEST"
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(drive)
    try:
        tab.page.goto((place / "pages/en/index.html").as_uri())
        said = tab.page.locator("#drive").inner_text()
    finally:
        place.unlink()
    assert said.startswith("This drive says that it is drive 3 of 20.")
    assert said.endswith("This is what it says of itself. Only the check shows whether it is true.")


def test_a_drive_in_another_s_place_says_which(tab: Tab, drive: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(drive, tmp_path / "copy")
    place = Path("/media") / "USBKIT-LATER"
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(copy)
    try:
        for replaces, is_said in (('"3PKQ7"', True), ('"<b>"', False), ("null", False)):
            numbers = f'{{"number": 3, "of": 20, "replaces": {replaces}}}'
            (copy / "drive.js").write_text(f'window.usbkitDrive = {{"drive": {numbers}, "edition": 2}};')
            tab.page.goto((place / "pages/en/index.html").as_uri())
            said = tab.page.locator("#drive").inner_text()
            assert said.startswith("This drive says that it is drive 3 of 20.")
            assert ("It says that it stands in place of drive 3PKQ7." in said) is is_said and "<b>" not in said
    finally:
        place.unlink()


def test_pages_work_when_drive_js_says_nothing_or_is_gone(chromium: Browser, drive: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(drive, tmp_path / "copy")
    for claims in ('window.usbkitDrive = {"drive": null, "edition": 1, "signed": false};', "", None):
        if claims is None:
            (copy / "drive.js").unlink()
        else:
            (copy / "drive.js").write_text(claims)
        context = chromium.new_context()
        tab = Tab(context)
        tab.page.goto((copy / "index.html").as_uri())
        assert tab.page.locator("#drive").is_visible()
        context.close()
        assert [m for m in tab.messages if "drive.js" not in m and "ERR_FILE_NOT_FOUND" not in m] == []


def test_nothing_needs_storage(chromium: Browser, drive: Path) -> None:
    context = chromium.new_context()
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    tab = Tab(context)
    for path in ("index.html", "pages/es/01-id-cards.html"):
        tab.page.goto((drive / path).as_uri())
        tab.let_draw()
    tab.page.locator(".at").last.click()
    tab.wait("document.querySelector('.line.now') !== null")
    context.close()
    assert tab.messages == []


def test_khmer_and_burmese_are_drawn_by_the_fonts_that_travel(
    chromium: Browser, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    country = merged(COUNTRY, interface=["km", "my", "en"], subtitles=["km", "my", "en"])
    site = make_site(plan_with_clip(tmp_path / "plan", country=country), tmp_path / "site")
    page = chromium.new_page()
    loaded = set()
    for path in ("index.html", "pages/my/index.html"):
        page.goto((site / path).as_uri())
        page.evaluate("document.fonts.ready.then(() => 0)")
        loaded |= set(page.evaluate("Array.from(document.fonts).filter(f => f.status === 'loaded').map(f => f.family)"))
    page.close()
    assert {f.strip('"') for f in loaded} == {"Noto Sans Khmer", "Noto Sans Myanmar"}


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A plain static server of ``folder``, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            asked.append(self.path)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def website(plan: Plan, tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """The web target, served."""
    with served(make_site(plan, tmp_path / "web", "web")) as found:
        yield found


def test_the_website_shows_captions_by_track_files(
    chromium: Browser, website: tuple[str, list[str]], tmp_path: Path
) -> None:
    base, asked = website
    context = chromium.new_context()
    tab = Tab(context)
    tab.page.goto(f"{base}pages/es/01-id-cards.html")
    tab.wait("(document.querySelector('video').textTracks[1].cues || []).length === 12")
    assert tab.page.evaluate("document.querySelectorAll('track').length") == 6
    assert tab.page.evaluate("document.querySelector('video').textTracks.length") == 6
    assert "/videos/01-id-cards.es.vtt" in asked
    tab.page.select_option("#subtitles", "ru")
    tab.wait("(document.querySelector('video').textTracks[2].cues || []).length === 12")
    tab.page.goto(f"{base}index.html")
    tab.search("cédula")
    assert tab.page.locator(".hit").count() > 10
    context.close()
    assert tab.messages == []
    assert [r for r in tab.requests if not r.startswith((base, "data:", "blob:"))] == []


def test_cues_of_the_website_keep_their_places_beside_a_second_language(chromium: Browser, tmp_path: Path) -> None:
    tracks = {code: make_track(code) for code in ("en", "es", "ru")}
    raised = dataclasses.replace(tracks["es"].cues[0], settings="line:1")
    tracks["es"] = dataclasses.replace(tracks["es"], cues=(raised, *tracks["es"].cues[1:]))
    country = merged(COUNTRY, subtitles=["en", "es", "ru"])
    plan = plan_with_clip(
        tmp_path / "plan", country=country, tracks=dict.fromkeys(("id-cards", "opening", "civil-registration"), tracks)
    )
    lines = (
        "JSON.stringify(Array.from(document.querySelector('video').textTracks).filter((t) => t.mode === 'showing')"
        ".map((t) => [t.language, ...Array.from(t.cues || [], (c) => c.line).slice(0, 2)]))"
    )
    context = chromium.new_context()
    tab = Tab(context)
    with served(make_site(plan, tmp_path / "web", "web")) as (base, _asked):
        tab.page.goto(f"{base}pages/es/01-id-cards.html")
        tab.wait(f'{lines} === \'[["es",1,"auto"]]\'')
        tab.page.evaluate("usbkit.remember('subtitle-second', 'ru')")
        tab.page.reload()
        tab.wait(f'{lines} === \'[["es",1,"auto"],["ru",0,0]]\'')
        tab.page.evaluate("usbkit.subtitles.arrange('ru', true)")
        tab.wait(f'{lines} === \'[["es",0,0],["ru","auto","auto"]]\'')
        (tmp_path / "web/videos/01-id-cards.ru.vtt").unlink()
        tab.page.reload()
        tab.wait("document.getElementById('absent').textContent.startsWith('Русский: ')")
    context.close()


def test_every_page_of_the_website_opens(chromium: Browser, website: tuple[str, list[str]], tmp_path: Path) -> None:
    base, _asked = website
    context = chromium.new_context()
    tab = Tab(context)
    for path in pages_of(tmp_path / "web"):
        tab.page.goto(base + path)
    context.close()
    assert tab.messages == []
