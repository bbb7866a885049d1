"""Using ``verify.html``: the focus stays, the verdict is heard, a mistake is named; in Chromium and Firefox."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    if isinstance(reader, ChromiumReader):
        reader.page.set_input_files("#folder", root)
    else:
        assert isinstance(reader, FirefoxReader)
        choose_in_firefox(reader.fox, root)
    reader.wait("document.body.dataset.stage === 'done'")


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


def test_compare_leads_to_the_verdict(reader: Reader, root: Path) -> None:
    check(reader, root)
    compare(reader, letter_of(render_page()))
    assert reader.evaluate(_FOCUS) == "result-heading"
    seen = "(({ top, bottom }) => top >= 0 && bottom <= innerHeight)"
    assert reader.evaluate(f"{seen}(document.getElementById('result-heading').getBoundingClientRect())")
    assert "Agrees with the letter" in reader.evaluate(_SAID)
    assert reader.evaluate("document.querySelectorAll('.typed-rows .green').length") == 4
    assert reader.evaluate("document.getElementById('open-index').getAttribute('href')") == "index.html"


def test_a_letter_that_is_no_digit_is_named(reader: Reader, root: Path) -> None:
    check(reader, root)
    letter = letter_of(render_page())
    compare(reader, "O" + letter[1:])
    assert reader.evaluate(_ALERT) == "“O” does not occur in a fingerprint: only 0–9 and a–f."
    assert reader.evaluate(_FOCUS) == "compare"
    compare(reader, letter[:-1])
    assert reader.evaluate(_ALERT) == "63 of 64 characters were typed."


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
