"""Captions, versions with audio description or sign language, and transcript documents, in both browsers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.readers import Reader
from tests.browser.sites import make_site, plan_with_clip
from tests.site.plans import APPLAUSE, COUNTRY, accessible, merged

pytestmark = pytest.mark.needs("browser", "ffmpeg")

PAGE = "pages/es/01-id-cards.html"
SIGNED = "videos/01-id-cards-sign-language.mp4"
_FILE = "document.querySelector('video').currentSrc.replace(/.*(?=videos)/, '')"
_NOW = "document.querySelector('video').currentTime"
_CUE = "Array.from(document.querySelector('video').textTracks).filter((t) => t.mode === 'showing')"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    country = merged(COUNTRY, interface=["es", "en", "ar"], subtitles=["es", "en", "ar"])
    plan = plan_with_clip(tmp_path_factory.mktemp("plan"), accessible(), country)
    return make_site(plan, tmp_path_factory.mktemp("site"))


def open_at(reader: Reader, page: Path, second: int) -> None:
    reader.open(f"{page.as_uri()}#t={second}")
    reader.wait(f"{_NOW} === {second} && document.querySelector('.line.now') !== null")


def choose(reader: Reader, menu: str, value: str) -> None:
    found = f"document.getElementById('{menu}')"
    reader.evaluate(f"({found}.value = '{value}', {found}.dispatchEvent(new Event('change')))")


def test_captions_are_captions_to_the_browser_and_to_the_reader(reader: Reader, site: Path) -> None:
    open_at(reader, site / PAGE, 20)
    choose(reader, "subtitles", "es-x-sdh")
    reader.wait(f"{_CUE}.length === 1 && {_CUE}[0].activeCues.length === 1")
    assert reader.evaluate(f"[{_CUE}[0].kind, {_CUE}[0].label]") == ["captions", "Español (sonidos descritos)"]
    assert reader.evaluate(f"{_CUE}[0].activeCues[0].text").startswith(APPLAUSE)
    choose(reader, "first", "es-x-sdh")
    reader.wait(f"document.querySelector('.line').textContent.startsWith('{APPLAUSE}')")
    assert reader.evaluate("document.querySelector('.para p').lang") == "es"


def test_a_hit_is_found_once_though_captions_say_it_too(reader: Reader, site: Path) -> None:
    reader.open((site / "index.html").as_uri())
    assert reader.search("Frase 7 sobre") == "Resultados: 3"


def test_a_version_takes_moment_subtitles_and_what_is_kept_along(reader: Reader, site: Path) -> None:
    open_at(reader, site / PAGE, 20)
    choose(reader, "version", "sign-language")
    reader.wait(f"{_FILE} === '{SIGNED}' && {_NOW} === 20")
    reader.wait(f"{_CUE}.length === 1 && {_CUE}[0].activeCues.length === 1")
    assert reader.evaluate("document.querySelector('.line.now').textContent").startswith("Frase 5")
    assert reader.evaluate("usbkit.player.file") == SIGNED


def test_a_version_is_remembered_and_reached_by_hits(reader: Reader, site: Path) -> None:
    open_at(reader, site / PAGE, 20)
    choose(reader, "version", "audio-description")
    reader.open(f"{(site / PAGE).as_uri()}#t=30")
    reader.wait(f"{_FILE}.includes('audio-description') && {_NOW} === 30")
    assert reader.evaluate("document.getElementById('version').value") == "audio-description"
    reader.open((site / "pages/es/02-opening.html").as_uri())
    reader.wait(f"{_FILE} === 'videos/02-opening.mp4'")
    assert reader.evaluate("usbkit.player.file") == "videos/02-opening.mp4"


def test_a_version_plays_on_where_the_recording_played(reader: Reader, site: Path) -> None:
    open_at(reader, site / PAGE, 20)
    reader.evaluate("(document.querySelector('video').muted = true, document.querySelector('video').play())")
    choose(reader, "version", "sign-language")
    reader.wait(f"{_FILE} === '{SIGNED}' && {_NOW} > 20.2 && !document.querySelector('video').paused")
    choose(reader, "version", "")
    reader.wait(f"{_FILE} === 'videos/01-id-cards.mp4' && {_NOW} > 20.4")


def test_a_version_that_is_missing_is_said_and_the_recording_still_plays(reader: Reader, site: Path) -> None:
    lost = site / SIGNED
    lost.rename(lost.with_suffix(".away"))
    try:
        open_at(reader, site / PAGE, 20)
        choose(reader, "version", "sign-language")
        reader.wait("!document.getElementById('trouble').hidden")
        assert reader.evaluate("document.querySelector('#trouble a').href").endswith(SIGNED)
        choose(reader, "version", "")
        reader.wait("document.getElementById('trouble').hidden")
        assert reader.evaluate(_FILE) == "videos/01-id-cards.mp4"
    finally:
        lost.with_suffix(".away").rename(lost)


def violations(reader: Reader, judges: Path) -> Any:
    axe = (judges / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    reader.evaluate(f"(() => {{ {axe}; return 1; }})()")
    run = "axe.run(document, {resultTypes: ['violations'], preload: false})"
    return reader.evaluate(f"{run}.then((found) => found.violations.map((v) => v.id))")


@pytest.mark.needs("node")
@pytest.mark.parametrize(
    "page", ["transcripts/01-id-cards.es.html", "transcripts/02-opening.ar.html", PAGE, "pages/ar/01-id-cards.html"]
)
def test_no_violation(reader: Reader, site: Path, judges: Path, page: str) -> None:
    reader.open((site / page).as_uri())
    assert violations(reader, judges) == []
    assert reader.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_transcript_leads_back_to_the_moment(reader: Reader, site: Path) -> None:
    reader.open((site / "transcripts/01-id-cards.es.html").as_uri())
    assert reader.evaluate("document.scripts.length") == 0
    reader.open(str(reader.evaluate("document.querySelectorAll('.at')[1].href")))
    reader.wait(f"{_NOW} === 25")
