"""Using ``verify.html``: focus stays, the verdict is announced, mistakes are named; in Chromium and Firefox."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.pictures import render_page
from tests.browser.readers import ChromiumReader, FirefoxReader, Reader
from tests.browser.test_verify_page import choose_in_firefox
from tests.verify.cases import CASES, letter_of, make_case

pytestmark = pytest.mark.needs("browser")

_FOCUS = "document.activeElement.id"
_SAID = "document.getElementById('announce').textContent"
_ALERT = "document.querySelector('.fingerprint [role=alert]').textContent"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole drive."""
    return make_case(CASES[0], tmp_path_factory.mktemp("use") / "drive", render_page())


def check(reader: Reader, root: Path, language: str = "en") -> None:
    reader.open(f"{(root / 'verify.html').as_uri()}#{language}")
    choose(reader, root)
    reader.wait("document.body.dataset.stage === 'done'")


def choose(reader: Reader, folder: Path) -> None:
    """Choose ``folder`` on the page that is open."""
    if isinstance(reader, ChromiumReader):
        reader.page.set_input_files("#folder", folder)
    else:
        assert isinstance(reader, FirefoxReader)
        choose_in_firefox(reader.fox, folder)


def compare(reader: Reader, text: str) -> None:
    reader.evaluate(f"(document.getElementById('typed').value = {text!r}, document.getElementById('compare').focus())")
    reader.evaluate("document.getElementById('compare').click()")


def test_a_tick_keeps_the_focus_and_the_verdict_is_said(reader: Reader, root: Path) -> None:
    check(reader, root)
    assert "Not checked" in reader.evaluate(_SAID)
    for row in range(1, 5):
        reader.evaluate(f"(document.getElementById('row-{row}').focus(), document.getElementById('row-{row}').click())")
        assert reader.evaluate(_FOCUS) == f"row-{row}"
        assert reader.evaluate(f"document.getElementById('row-{row}').checked")
    assert "Agrees with the letter" in reader.evaluate(_SAID)


def test_a_tick_leaves_the_page_where_it_is(reader: Reader, root: Path) -> None:
    check(reader, root)
    row = "document.getElementById('row-1')"
    place = f"{row}.getBoundingClientRect().top > innerHeight && scrollY === 0"
    assert reader.evaluate(f"({row}.focus(), window.scrollTo(0, 0), {place})")
    assert reader.evaluate(f"({row}.click(), {row}.checked && {place})")
    assert reader.evaluate(_FOCUS) == "row-1"


def test_compare_leads_to_the_verdict(reader: Reader, root: Path) -> None:
    check(reader, root)
    compare(reader, letter_of(render_page()))
    assert reader.evaluate(_FOCUS) == "result-heading"
    seen = "(({ top, bottom }) => top >= 0 && bottom <= innerHeight)"
    assert reader.evaluate(f"{seen}(document.getElementById('result-heading').getBoundingClientRect())")
    assert "Agrees with the letter" in reader.evaluate(_SAID)
    assert reader.evaluate("document.querySelectorAll('.typed-rows .green').length") == 4
    assert reader.evaluate("document.getElementById('open-index').getAttribute('href')") == "index.html#language=en"


def test_a_letter_that_is_no_digit_is_named(reader: Reader, root: Path) -> None:
    check(reader, root)
    letter = letter_of(render_page())
    compare(reader, "O" + letter[1:])
    assert reader.evaluate(_ALERT) == "“O” does not occur in a fingerprint: only 0–9 and a–f."
    assert reader.evaluate(_FOCUS) == "compare"
    compare(reader, letter[:-1])
    assert reader.evaluate(_ALERT) == "63 of 64 characters were typed."
    compare(reader, " ")
    assert reader.evaluate(_ALERT) == "0 of 64 characters were typed."


def test_the_wrong_character_is_named(reader: Reader, root: Path) -> None:
    check(reader, root)
    letter = letter_of(render_page())
    wrong = "0" if letter[20] != "0" else "1"
    compare(reader, letter[:20] + wrong + letter[21:])
    assert "Does not match" in reader.evaluate(_SAID)
    assert reader.evaluate("document.querySelector('.typed-rows .red').textContent").endswith(
        f"Row 2, character 5: the letter has {wrong}, the drive has {letter[20]}."
    )
    assert reader.evaluate("document.querySelectorAll('.typed-rows .green').length") == 3


def test_arabic_reads_from_the_right(reader: Reader, root: Path) -> None:
    check(reader, root, "ar")
    assert reader.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    assert reader.evaluate("document.getElementById('back').textContent") == "العودة إلى التسجيلات"
    said = reader.evaluate("document.querySelector('.result').textContent")
    assert "\u20664\u00a0MB\u2069" in said and "\u20662020-11-02\u2069" in said


def test_letters_grow_with_the_screen_as_on_the_other_pages(reader: Reader, root: Path) -> None:
    sizes = []
    for width, height in ((1366, 768), (3840, 2160)):
        reader.resize(width, height)
        reader.open((root / "verify.html").as_uri())
        sizes.append(float(reader.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")))
    reader.resize(1366, 768)
    assert sizes[1] == pytest.approx(1.95 * sizes[0])


#: Holds back what the worker says until `window.go()`, as on a slow computer.
_SLOW_WORKER = """(() => {
  const Own = window.Worker;
  window.go = null;
  window.Worker = function (address) {
    const worker = new Own(address);
    const slow = { postMessage: (said) => worker.postMessage(said), terminate: () => worker.terminate() };
    const kept = [];
    worker.onmessage = (event) => (window.gone ? slow.onmessage(event) : kept.push(event));
    window.go = () => { window.gone = true; kept.splice(0).forEach((event) => slow.onmessage(event)); };
    return slow;
  };
})()"""


def test_pause_and_stop_are_heard_before_anything_is_read(reader: Reader, root: Path) -> None:
    reader.open(f"{(root / 'verify.html').as_uri()}#en")
    reader.evaluate(_SLOW_WORKER)
    choose(reader, root)
    reader.wait("document.getElementById('pause') !== null")
    assert reader.evaluate(_FOCUS) == "checking-heading"
    button = "document.getElementById('pause')"
    assert reader.evaluate(f"({button}.click(), {button}.textContent)") == "Continue"
    assert reader.evaluate(f"({button}.click(), {button}.textContent)") == "Pause"
    reader.evaluate("(document.getElementById('stop').click(), window.go())")
    reader.wait("document.body.dataset.stage === 'stopped'")
    assert reader.evaluate(_FOCUS) == "choose-button"
    assert reader.evaluate("window.usbkitVerdict === undefined")
    # The same folder can be chosen again: a browser says nothing of a choice that changes nothing.
    assert reader.evaluate("document.getElementById('folder').files.length") == 0
    reader.evaluate("(window.gone = false, 0)")
    choose(reader, root)
    reader.wait("document.getElementById('pause') !== null")
    reader.evaluate("(document.getElementById('pause').click(), window.go())")
    reader.let_draw()
    assert reader.evaluate("document.body.dataset.stage") == "checking"
    reader.evaluate("document.getElementById('pause').click()")
    reader.wait("document.body.dataset.stage === 'done'")
    assert reader.evaluate(_FOCUS) == "result-heading"
    reader.evaluate("document.getElementById('again').click()")
    assert reader.evaluate(_FOCUS) == "choose-button"


#: A clock that stands at `window.clock`, and a worker that says what `window.worker.onmessage` is made to say.
_CLOCK = """(() => {
  window.clock = 1e12;
  Date.now = () => window.clock;
  window.Worker = function () {
    window.worker = this;
    this.postMessage = () => 0;
    this.terminate = () => 0;
  };
})()"""


def test_the_time_left_is_of_the_time_that_was_spent_reading(reader: Reader, root: Path) -> None:
    """Neither what a pause took counts nor what passed before anything could be read."""
    reader.open(f"{(root / 'verify.html').as_uri()}#en")
    reader.evaluate(_CLOCK)
    choose(reader, root)
    reader.wait("document.getElementById('pause') !== null && window.worker !== undefined")
    sealed = [line.split("  ")[1] for line in (root / "SHA256SUMS").read_text().splitlines()]
    total = sum((root / path).stat().st_size for path in sealed)
    left, pause = "document.getElementById('left').textContent", "document.getElementById('pause').click()"
    reader.evaluate("(window.clock += 50000, window.worker.onmessage({ data: { ready: true, wasm: true } }))")
    reader.wait("document.getElementById('current').textContent !== ''")

    def pass_time(seconds: float, share: float) -> str:
        say = f"window.worker.onmessage({{ data: {{ done: {total * share} }} }})"
        return str(reader.evaluate(f"(window.clock += {seconds * 1000}, {say}, {left})"))

    assert pass_time(2.5, 0.125) == ""
    assert pass_time(7.5, 0) == "about 2 minutes left"  # 70 seconds
    assert reader.evaluate(f"({pause}, window.clock += 600000, {pause}, {left})") == "about 2 minutes left"
    assert pass_time(10, 0.125) == "about 1 minutes left"  # 60 seconds
    assert pass_time(1, 0.25) == "less than a minute left"
    assert reader.evaluate("document.getElementById('percent').textContent") == "50\u00a0%"
    assert reader.evaluate("document.getElementById('bar').value") == 0.5
    reader.evaluate("document.getElementById('stop').click()")


def test_a_fault_of_the_page_ends_the_check(reader: Reader, root: Path) -> None:
    reader.open(f"{(root / 'verify.html').as_uri()}#en")
    reader.evaluate("(Uint8Array.prototype.subarray = () => { throw new Error('a fault'); }, 0)")
    choose(reader, root)
    reader.wait("document.body.dataset.stage === 'stopped'")
    assert "Nothing is known" in reader.evaluate("document.getElementById('stage').textContent")


def test_never_more_than_all_is_read(reader: Reader, tmp_path: Path) -> None:
    """A file that is missing and one too many: whether this is that is found by reading it."""
    folder = make_case(CASES[0], tmp_path / "drive", render_page())
    (folder / "videos/01-opening.mp4").rename(folder / "elsewhere.mp4")
    reader.open(f"{(folder / 'verify.html').as_uri()}#en")
    reader.evaluate(
        """(window.said = [], new MutationObserver(() => {
          const percent = document.getElementById('percent');
          if (percent) window.said.push(parseInt(percent.textContent, 10), document.getElementById('bar').value);
        }).observe(document.getElementById('stage'), { childList: true, subtree: true, characterData: true }))"""
    )
    choose(reader, folder)
    reader.wait("document.body.dataset.stage === 'done'")
    assert "It is videos/01-opening.mp4 under another name." in reader.evaluate("document.body.innerText")
    assert reader.evaluate("window.said.length") > 0
    assert max(reader.evaluate("window.said")) <= 100


def test_a_folder_whose_name_is_no_utf_8_is_checked(reader: Reader, tmp_path: Path) -> None:
    if reader.name == "Firefox":
        pytest.skip("its driver takes only paths that are UTF-8")
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    make_case(CASES[0], Path(os.fsdecode(folder)), render_page())
    reader.open(f"{tmp_path.as_uri()}/caf%E9/verify.html#en")
    assert isinstance(reader, ChromiumReader)
    reader.page.set_input_files("#folder", make_case(CASES[0], tmp_path / "drive", render_page()))
    reader.wait("document.body.dataset.stage === 'done'")
    compare(reader, letter_of(render_page()))
    assert reader.evaluate("window.usbkitVerdict.origin") == "proven"
    assert reader.evaluate("document.getElementById('open-index')") is None


def test_the_language_asked_for_goes_before_the_browser_s(chromium: Browser, root: Path) -> None:
    context = chromium.new_context(locale="ko-KR")
    page = context.new_page()
    for asked, language in (("", "ko"), ("#en", "en"), ("#es", "es"), ("#xx", "ko")):
        page.goto("about:blank")
        page.goto((root / "verify.html").as_uri() + asked)
        assert page.evaluate("document.documentElement.lang") == language
    context.close()


def test_a_language_is_known_by_all_of_its_code(reader: Reader, root: Path) -> None:
    for code, language in (("es-GT", "es"), ("kok", "en"), ("constructor", "en"), ("KO", "ko")):
        reader.open(f"{(root / 'verify.html').as_uri()}#{code}")
        said = reader.evaluate("[document.documentElement.lang, document.getElementById('language').value]")
        assert said == [language, language], code


@pytest.mark.needs("ffmpeg")
def test_the_way_back_keeps_the_language_where_the_drive_has_it(reader: Reader, drive: Path) -> None:
    """Spanish is the first language of this drive, English its second; it has no Arabic."""
    menu = "document.getElementById('language')"
    back = "(document.getElementById('back').click(), 0)"
    for asked, chosen, index, language in (
        ("en", "en", "pages/en/index.html", "en"),
        ("en", "es", "index.html", "es"),
        ("es", "en", "pages/en/index.html", "en"),
        ("es", "es", "index.html", "es"),
        ("es", "ar", "index.html", "es"),
    ):
        reader.open(f"{(drive / 'verify.html').as_uri()}#{asked}")
        if chosen != asked:
            reader.evaluate(f"({menu}.value = '{chosen}', {menu}.dispatchEvent(new Event('change')))")
        reader.evaluate(back)
        reader.wait(f"location.href === '{(drive / index).as_uri()}' && document.readyState === 'complete'")
        assert reader.evaluate("document.documentElement.lang") == language


def test_another_language_in_the_address_of_an_open_page_is_followed(reader: Reader, root: Path) -> None:
    reader.open(f"{(root / 'verify.html').as_uri()}#en")
    reader.evaluate("(location.hash = '#ar', 0)")
    reader.wait("document.documentElement.lang === 'ar' && document.documentElement.dir === 'rtl'")
    assert reader.evaluate("document.getElementById('language').value") == "ar"
    reader.evaluate("(location.hash = '#xx', 0)")
    reader.let_draw()
    assert reader.evaluate("document.documentElement.lang") == "ar"
