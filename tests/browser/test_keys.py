"""Every key on a video of ninety minutes acts once, in Chromium and Firefox, wherever the focus is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.readers import Reader
from tests.browser.sites import long_clip, make_site, poster
from tests.site.plans import make_plan

pytestmark = pytest.mark.needs("browser", "ffmpeg")

RECORDING = "pages/en/01-id-cards.html"
_LENGTH = 5400
_NOW = "document.getElementById('video').currentTime"


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of recordings that last ninety minutes."""
    folder = tmp_path_factory.mktemp("long")
    plan = make_plan(folder / "library", video=long_clip(folder), poster=poster(), duration=_LENGTH * 1000)
    return make_site(plan, tmp_path_factory.mktemp("long-site"))


def open_at(reader: Reader, site: Path, second: int, focus: str) -> None:
    reader.open(f"{(site / RECORDING).as_uri()}#t={second}")
    reader.wait(f"{_NOW} === {second} && !document.getElementById('video').seeking")
    reader.evaluate(f"document.querySelector({focus!r}).focus()")


def settle(reader: Reader) -> None:
    reader.wait("!document.getElementById('video').seeking")


#: Key, and the second to which it leads from 1000.
MOVES = {
    "ArrowLeft": 995,
    "ArrowRight": 1005,
    "j": 990,
    "l": 1010,
    "0": 0,
    "3": 1620,
    "9": 4860,
    "Home": 0,
    "End": _LENGTH,
}


@pytest.mark.parametrize("focus", ["#video", "#link", "#main"])
def test_keys_that_move_move_once(reader: Reader, long: Path, focus: str) -> None:
    open_at(reader, long, 1000, focus)
    for key, second in MOVES.items():
        reader.evaluate("usbkit.player.seek(1000000, false)")
        settle(reader)
        reader.press(key)
        settle(reader)
        assert abs(reader.evaluate(_NOW) - second) < 1, key


@pytest.mark.parametrize("focus", ["#video", "#main"])
@pytest.mark.parametrize("key", [" ", "k"])
def test_a_key_plays_and_pauses(reader: Reader, long: Path, focus: str, key: str) -> None:
    open_at(reader, long, 100, focus)
    reader.evaluate("(document.getElementById('video').muted = true)")
    reader.press(key)
    reader.wait(f"!document.getElementById('video').paused && {_NOW} > 100.2")
    reader.press(key)
    reader.wait("document.getElementById('video').paused")
    assert reader.evaluate(_NOW) < 130


@pytest.mark.parametrize("focus", ["#video", "#main"])
def test_keys_that_change_the_sound_the_speed_and_the_subtitles(reader: Reader, long: Path, focus: str) -> None:
    open_at(reader, long, 100, focus)
    state = "(({ volume, muted, playbackRate }) => [volume, muted, playbackRate])(document.getElementById('video'))"
    reader.press("ArrowDown", "ArrowDown")
    assert reader.evaluate(state) == [0.9, False, 1]
    reader.press("ArrowUp", "m")
    assert reader.evaluate(state) == [0.95, True, 1]
    reader.press(">", ">")
    assert reader.evaluate(state) == [0.95, True, 1.5]
    reader.press("<")
    assert reader.evaluate(state) == [0.95, True, 1.25]
    reader.press("c")
    assert reader.evaluate("document.getElementById('subtitles').value") == ""
    reader.press("c")
    assert reader.evaluate("document.getElementById('subtitles').value") == "en"
    assert reader.evaluate(_NOW) == 100


def test_faster_and_slower_lead_to_the_nearest_speed(reader: Reader, long: Path) -> None:
    """From those of the browser's own menu, too, which has speeds between ours and beyond them."""
    open_at(reader, long, 100, "#main")
    rate = "document.getElementById('video').playbackRate"
    for speed, slower, faster in (
        *((0.25, 0.25, 0.5), (0.5, 0.5, 0.75), (0.75, 0.5, 1), (1.1, 1, 1.25)),
        *((1.75, 1.5, 2), (2, 1.5, 2), (3, 2, 3)),
    ):
        for key, expected in (("<", slower), (">", faster)):
            reader.evaluate(f"({rate} = {speed})")
            reader.press(key)
            assert reader.evaluate(rate) == expected, (speed, key)


def test_f_fills_the_screen_once(reader: Reader, long: Path) -> None:
    open_at(reader, long, 100, "#video")
    # A Firefox without a screen has no window in front and fills none: it is enough that the page asks for it.
    asked = "(window.asked = 0, document.getElementById('video').requestFullscreen = () => { window.asked += 1; }, 0)"
    reader.evaluate(asked)
    reader.press("f")
    assert reader.evaluate("window.asked") == 1


def test_a_letter_typed_into_a_field_is_a_letter(reader: Reader, long: Path) -> None:
    open_at(reader, long, 100, "#main")
    reader.press("/", *"jl 0")
    assert reader.evaluate("document.getElementById('q').value") == "jl 0"
    assert reader.evaluate(_NOW) == 100


def test_shift_makes_signs_and_capitals_and_selects_text(reader: Reader, long: Path) -> None:
    open_at(reader, long, 100, "#main")
    press = (
        "((key, shiftKey) => !document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', { key, shiftKey, bubbles: true, cancelable: true })))"
    )
    video = "document.getElementById('video')"
    assert reader.evaluate(f"[{press}('>', true), {video}.playbackRate]") == [True, 1.25]
    assert reader.evaluate(f"[{press}('<', true), {video}.playbackRate]") == [True, 1]
    assert reader.evaluate(f"[{press}('M', true), {video}.muted]") == [True, True]
    assert reader.evaluate(f"[{press}('M', false), {video}.muted]") == [True, False]  # with Caps Lock
    assert reader.evaluate(f"[{press}('ArrowRight', true), {_NOW}]") == [False, 100]


def test_keys_are_not_the_video_s_while_results_are_open(reader: Reader, long: Path) -> None:
    open_at(reader, long, 100, "#main")
    reader.search("sentence")
    reader.press("ArrowDown", "m", "l")
    assert reader.evaluate("document.activeElement.closest('.hit') !== null")
    assert reader.evaluate(f"[document.getElementById('video').muted, {_NOW}]") == [False, 100]


def test_space_on_a_button_is_left_to_the_button(reader: Reader, long: Path) -> None:
    open_at(reader, long, 100, "#link")
    heard = "document.getElementById('link').addEventListener('keydown', (e) => { window.left = !e.defaultPrevented; })"
    reader.evaluate(heard)
    reader.press(" ")
    assert reader.evaluate("window.left")
    assert reader.evaluate("document.getElementById('video').paused")
