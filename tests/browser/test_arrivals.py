"""Every way to jump to a moment shows player, subtitles and transcript there, paused too; in Chromium and Firefox."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.browser.readers import Reader
from tests.browser.sites import make_site, plan_with_clip
from tests.site.plans import COUNTRY, SUBTITLES, make_track, merged

pytestmark = pytest.mark.needs("browser", "ffmpeg")

RECORDING = "pages/es/01-id-cards.html"

#: Whether the lit line of the transcript stands within the part of it that is seen, and within the window.
_SEEN = """(() => {
  const line = document.querySelector('.line.now');
  const box = document.querySelector('#text').getBoundingClientRect();
  if (!line) return false;
  const { top, bottom } = line.getBoundingClientRect();
  return top >= box.top - 1 && bottom <= box.bottom + 1 && top >= 0 && bottom <= innerHeight;
})()"""
_LIT = "document.querySelector('.line.now').textContent"
_NOW = "document.querySelector('video').currentTime"
_MARKED = "Array.from(document.querySelectorAll('#text mark'), (m) => m.textContent)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages whose transcripts are much longer than what is seen of them."""
    languages = (*SUBTITLES, "ko")
    tracks = {
        name: {code: make_track(code, count=200, length=200, gap=100) for code in languages}
        for name in ("opening", "civil-registration", "id-cards")
    }
    country = merged(COUNTRY, subtitles=list(languages))
    plan = plan_with_clip(tmp_path_factory.mktemp("plan"), country=country, tracks=tracks)
    return make_site(plan, tmp_path_factory.mktemp("site"))


def assert_arrived(reader: Reader, second: float, line: str) -> None:
    reader.wait(f"{_NOW} === {second}")
    reader.wait(f"document.querySelector('.line.now') && {_LIT} === {line!r}")
    reader.wait(_SEEN)
    assert reader.evaluate("document.querySelector('#results').hidden")
    assert reader.evaluate("document.querySelector('#video').getBoundingClientRect().top < innerHeight / 2")


def test_an_address_with_a_moment(reader: Reader, site: Path) -> None:
    reader.open(f"{(site / RECORDING).as_uri()}#t=45")
    assert_arrived(reader, 45, "Frase 151 sobre la cédula nacional de identidad.")


def test_a_hit_in_the_recording_that_is_open(reader: Reader, site: Path) -> None:
    reader.open((site / RECORDING).as_uri())
    reader.search("171번째")
    reader.press("ArrowDown", "Enter")
    reader.wait(f"{_NOW} >= 51 && {_NOW} < 55")
    reader.evaluate("document.getElementById('video').pause()")
    reader.wait(_SEEN)
    assert reader.evaluate("document.querySelector('#results').hidden")
    assert reader.evaluate("[first.value, subtitles.value]") == ["ko", "ko"]
    assert reader.evaluate(_MARKED) == ["171번째"]
    assert reader.evaluate("document.querySelector('#q').value") == ""


def test_a_hit_in_another_recording_opens_in_its_language(reader: Reader, site: Path) -> None:
    reader.open((site / "index.html").as_uri())
    reader.search("предложение 171")
    reader.press("ArrowDown", "Enter")
    reader.wait("document.getElementById('video') !== null")
    assert_arrived(reader, 51, "Предложение 171 о национальном удостоверении личности.")
    assert reader.evaluate("[first.value, subtitles.value]") == ["ru", "ru"]
    assert reader.evaluate(_MARKED) == ["Предложение 171"]


def test_a_chapter_and_an_answer(reader: Reader, site: Path) -> None:
    reader.open((site / RECORDING).as_uri())
    for link in ("#chapters-h", "#answered-h"):
        reader.evaluate("document.querySelector('#video').currentTime = 0")
        reader.wait(f"{_NOW} === 0")
        reader.evaluate(
            f"Array.from(document.querySelector('{link}').parentNode.querySelectorAll('a.jump')).pop().click()"
        )
        reader.evaluate("document.querySelector('#video').pause()")
        reader.wait(f"Math.floor({_NOW}) === 30")
        reader.wait(_SEEN)


def test_another_language_in_the_address_of_the_same_page(reader: Reader, site: Path) -> None:
    reader.open(f"{(site / RECORDING).as_uri()}#t=45")
    assert_arrived(reader, 45, "Frase 151 sobre la cédula nacional de identidad.")
    reader.evaluate("(location.hash = '#t=51&sub=ru', 0)")
    assert_arrived(reader, 51, "Предложение 171 о национальном удостоверении личности.")
    assert reader.evaluate("[first.value, subtitles.value]") == ["ru", "ru"]


def test_another_language_of_the_page(reader: Reader, site: Path) -> None:
    reader.open(f"{(site / RECORDING).as_uri()}#t=45")
    reader.wait(f"{_NOW} === 45")
    link = "document.querySelector('nav.languages a[lang=en]')"
    stay = f"{link}.addEventListener('click', (event) => event.preventDefault())"
    reader.open(reader.evaluate(f"({stay}, {link}.click(), {link}.href)"))
    assert_arrived(reader, 45, "Sentence 151 about the national identity card.")


def test_a_missing_file_takes_only_its_own_language_away(reader: Reader, site: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(site, tmp_path / "copy")
    (copy / "assets/data/cues/01-id-cards.ru.js").unlink()
    reader.open((copy / RECORDING).as_uri())
    reader.wait("document.querySelector('.line.now') !== null")
    reader.evaluate("(second.value = 'ru', second.dispatchEvent(new Event('change')), 0)")
    reader.wait("!document.getElementById('absent').hidden")
    assert "Русский" in reader.evaluate("document.getElementById('absent').textContent")
    assert reader.evaluate("document.querySelectorAll('.line').length") == 200


def test_data_that_cannot_be_loaded_is_said(reader: Reader, site: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(site, tmp_path / "copy")
    for file in (copy / "assets/data/cues").iterdir():
        file.unlink()
    reader.open((copy / "pages/en/index.html").as_uri())
    said = reader.search("sentence 171")
    assert "Nothing was found" not in said
    assert "could not be loaded" in reader.evaluate("document.querySelector('#results .partial').textContent")
    assert reader.search("identity cards").startswith("Results")
