"""What ``verify.html`` shows, to the letter, while it reads and after; with a worker and without; in both browsers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.browser.pictures import render_page
from tests.browser.readers import Reader
from tests.browser.test_verify_use import choose, compare
from tests.verify.cases import CASES, files_with, make_case
from tests.verify.folders import flip, make_companions
from usbkit.trust.passport import DriveNumber
from usbkit.trust.sums import fingerprint

pytestmark = pytest.mark.needs("browser")

PIECE = 4 * 2**20
_FOCUS = "document.activeElement.id"
_STAGE = "document.body.dataset.stage"
_TEXT = "document.getElementById('stage').innerText"
_CHOICE = "!document.getElementById('before').hidden"
_ROWS = "Array.from(document.querySelectorAll('.answers .row'), (row) => row.className.replace('row ', ''))"

#: Presses `window.button` as soon as it is there.
_PRESS = """(window.button = 'pause', new MutationObserver(() => {
  const button = document.getElementById(window.button);
  if (button) { window.button = 'none'; button.click(); }
}).observe(document.getElementById('stage'), { childList: true }))"""


def make_numbered(root: Path, files: Mapping[str, bytes]) -> str:
    """A sealed drive with a number of its own in ``root``; its letter's fingerprint."""
    made = make_companions(files, drive=DriveNumber(1, 3), nonce="5e" * 16, metadata="0" * 64)
    for path, data in {**files, **made}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return fingerprint(made["SHA256SUMS"])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole drive with files of one piece, of two to the byte, of more, and of none."""
    folder = tmp_path_factory.mktemp("shown") / "drive"
    pattern = bytes(range(256)) * (PIECE // 128)
    more = {"videos/03-two.mp4": pattern, "videos/04-three.mp4": pattern + pattern + b"x", "videos/05-none.mp4": b""}
    make_numbered(folder, {**files_with(render_page()), **more})
    return folder


def letter(root: Path) -> str:
    return fingerprint((root / "SHA256SUMS").read_bytes())


def open_page(reader: Reader, root: Path, language: str = "en", *, without_worker: bool = False) -> None:
    reader.open(f"{(root / 'verify.html').as_uri()}#{language}")
    if without_worker:
        reader.evaluate("(delete window.Worker, 0)")


def check(reader: Reader, root: Path, language: str = "en", *, without_worker: bool = False) -> None:
    open_page(reader, root, language, without_worker=without_worker)
    choose(reader, root)
    reader.wait(f"{_STAGE} === 'done'")


@pytest.mark.parametrize("without_worker", [False, True])
def test_a_whole_drive(reader: Reader, root: Path, without_worker: bool) -> None:
    check(reader, root, without_worker=without_worker)
    assert reader.evaluate("document.title") == "Check this drive · The forum"
    assert reader.evaluate(_ROWS) == ["green", "amber", "none"]
    assert reader.evaluate("document.querySelector('section.result').className") == "result amber"
    text, verdict = reader.evaluate(_TEXT), reader.evaluate("window.usbkitVerdict")
    assert f"{verdict['files']} files, 29\u00a0MB, are as sealed." in text
    assert "Not signed." not in text and "is newer than" not in text and "an older edition" not in text
    assert "Left by an operating system" not in text and "What is wrong" not in text
    mains = "Array.from(document.querySelectorAll('.answers .main'), (p) => p.textContent)"
    assert reader.evaluate(mains) == [
        "Whole: every file is exactly as sealed, and nothing was added.",
        "Not checked: compare the fingerprint with the verification letter.",
        "Not checked here: a browser sees the files, not how the drive stores them.",
    ]
    said = "document.getElementById('announce').textContent"
    assert reader.evaluate(said) == f"{reader.evaluate(mains)[0]} {reader.evaluate(mains)[1]}"
    compare(reader, letter(root))
    assert reader.evaluate(_ROWS) == ["green", "green", "none"]
    assert reader.evaluate("document.querySelector('section.result').className") == "result green"
    assert reader.evaluate("document.getElementById('open-index') !== null")


@pytest.mark.parametrize("without_worker", [False, True])
def test_a_check_stands_still_goes_on_and_ends(reader: Reader, root: Path, without_worker: bool) -> None:
    open_page(reader, root, without_worker=without_worker)
    assert reader.evaluate(_CHOICE)
    reader.evaluate(_PRESS)
    choose(reader, root)
    reader.wait("window.button === 'none'")
    reader.let_draw()
    assert reader.evaluate(f"[{_STAGE}, document.getElementById('pause').textContent]") == ["checking", "Continue"]
    assert not reader.evaluate(_CHOICE)
    assert reader.evaluate("document.getElementById('slow').hidden") is not without_worker
    reader.evaluate("document.getElementById('pause').click()")
    reader.wait(f"{_STAGE} === 'done'")
    assert reader.evaluate("window.usbkitVerdict.content") == "whole"
    assert not reader.evaluate(_CHOICE)
    reader.evaluate(
        "(window.usbkitVerdict = null, document.getElementById('again').click(), window.button = 'pause', 0)"
    )
    choose(reader, root)
    reader.wait("window.button === 'none'")
    reader.evaluate("document.getElementById('stop').click()")
    reader.wait(f"{_STAGE} === 'stopped'")
    reader.let_draw()
    assert reader.evaluate(f"[{_STAGE}, window.usbkitVerdict, {_FOCUS}]") == ["stopped", None, "choose-button"]
    assert "Nothing is known" in reader.evaluate(_TEXT)
    assert reader.evaluate(_CHOICE)


@pytest.mark.parametrize("without_worker", [False, True])
def test_a_file_that_goes_away_meanwhile_cannot_be_read(reader: Reader, tmp_path: Path, without_worker: bool) -> None:
    folder = tmp_path / "E"
    make_numbered(folder, files_with(render_page()))
    open_page(reader, folder, without_worker=without_worker)
    reader.evaluate(_PRESS)
    choose(reader, folder)
    reader.wait("window.button === 'none'")
    (folder / "videos/02-id-cards.mp4").unlink()
    reader.evaluate("document.getElementById('pause').click()")
    reader.wait(f"{_STAGE} === 'done'")
    troubles = reader.evaluate("window.usbkitVerdict.troubles.map((t) => [t.path, t.trouble])")
    assert troubles == [["videos/02-id-cards.mp4", "unreadable"]]
    assert "cannot be read: videos/02-id-cards.mp4" in reader.evaluate(_TEXT)
    assert reader.evaluate(_ROWS)[0] == "red"


@pytest.mark.parametrize(("at", "row", "place"), [(0, 1, 1), (20, 2, 5), (24, 2, 9), (63, 4, 16)])
def test_the_first_wrong_character_of_a_row_is_named(reader: Reader, root: Path, at: int, row: int, place: int) -> None:
    check(reader, root)
    right = letter(root)
    wrong = "0" if right[at] != "0" else "1"
    compare(reader, right[:at] + wrong + right[at + 1 :])
    line = f"document.querySelectorAll('.typed-rows li')[{row - 1}]"
    typed = (right[:at] + wrong + right[at + 1 :])[16 * (row - 1) : 16 * row]
    assert reader.evaluate(f"{line}.querySelector('code').textContent.replace(/ /g, '')") == typed
    assert reader.evaluate(f"{line}.querySelector('mark').textContent") == wrong
    said = f"Row {row}, character {place}: the letter has {wrong}, the drive has {right[at]}."
    assert reader.evaluate(f"{line}.querySelector('.main').textContent") == said
    assert reader.evaluate("document.querySelectorAll('.typed-rows .green').length") == 3
    assert reader.evaluate(_ROWS) == ["green", "red", "none"]


def test_a_row_that_differs_takes_every_tick_back(reader: Reader, root: Path) -> None:
    check(reader, root)
    ticks = "Array.from(document.querySelectorAll('.fingerprint input'), (box) => box.checked)"
    reader.evaluate("(document.getElementById('row-1').click(), document.getElementById('row-3').click())")
    assert reader.evaluate(ticks) == [True, False, True, False]
    reader.evaluate("document.getElementById('differs').click()")
    assert reader.evaluate(ticks) == [False] * 4
    assert reader.evaluate(_ROWS) == ["green", "red", "none"]
    assert "Does not match" in reader.evaluate("document.getElementById('announce').textContent")


def test_the_code_in_a_square_stands_in_the_middle_of_its_margin(reader: Reader, root: Path) -> None:
    """Four modules on each side, as ISO/IEC 18004 wants them."""
    check(reader, root)
    size = int(reader.evaluate("document.querySelector('.qr').getAttribute('viewBox')").split()[2])
    box = "(({ x, y, width, height }) => [x, y, width, height])(document.querySelector('.qr path').getBBox())"
    assert reader.evaluate(box) == [4, 4, size - 8, size - 8]
    assert reader.evaluate("document.querySelectorAll('.spelling li').length") == 5
    # The mark of a corner: seven dark modules, and a light one beside and below them.
    squares = reader.evaluate("document.querySelector('.qr path').getAttribute('d')")
    assert all(f"M{4 + n} 4h" in squares and f"M4 {4 + n}h" in squares for n in range(7))
    assert "M11 4h" not in squares and "M4 11h" not in squares
    code = reader.evaluate("document.getElementById('code').textContent")
    sentence = reader.evaluate("document.getElementById('sentence').textContent")
    assert sentence.endswith(f": whole. Receipt: {code}") and "drive 1 of 3" in sentence


def test_a_word_that_is_typed_stays_while_the_language_changes(reader: Reader, root: Path) -> None:
    check(reader, root)
    code = "document.getElementById('code').textContent"
    before = reader.evaluate(code)
    reader.evaluate("(document.getElementById('word').value = 'garden', 0)")
    reader.evaluate(
        "(document.getElementById('language').value = 'ko',"
        " document.getElementById('language').dispatchEvent(new Event('change')))"
    )
    assert reader.evaluate("[document.documentElement.lang, document.getElementById('word').value]") == ["ko", "garden"]
    # A programme without a title in that language has its English one.
    assert reader.evaluate("document.getElementById('programme').textContent") == "The forum"
    assert reader.evaluate(code) == before
    reader.evaluate("document.getElementById('use-word').click()")
    assert reader.evaluate(f"{code} !== {before!r} && {_FOCUS} === 'code' || {code} !== {before!r}")


def test_what_is_wrong_is_said_of_each_file(reader: Reader, tmp_path: Path) -> None:
    folder = make_case(CASES[0], tmp_path / "E", render_page())
    flip(folder / "videos/01-opening.mp4")
    (folder / "slides/01-id-cards.pdf").rename(folder / "slides/x.pdf")
    (folder / ".DS_Store").write_bytes(b"\0\0\0\x01Bud1")
    (folder / "System Volume Information").mkdir()
    (folder / "System Volume Information/WPSettings.dat").write_bytes(b"twelve bytes")
    (folder / "slides/z.exe").write_bytes(b"MZ")
    (folder / "a\U0001f600b\u202ec\U0001f600\u2066d.txt").write_bytes(b"x")
    check(reader, folder)
    items = "Array.from(document.querySelectorAll('.troubles li'), (li) => li.textContent)"
    assert reader.evaluate(items) == [
        "not ours: slides/z.exeA computer could run this file. Do not open it.",
        "not ours: a\U0001f600b\\u202ec\U0001f600\\u2066d.txt",
        "missing: slides/01-id-cards.pdf",
        "not ours: slides/x.pdfIt is slides/01-id-cards.pdf under another name.",
        "damaged: videos/01-opening.mp4",
    ]
    debris = reader.evaluate("document.querySelector('.debris').textContent")
    assert debris.startswith("Left by an operating system") and ".DS_Store" in debris and "WPSettings.dat" in debris
    assert reader.evaluate("document.querySelectorAll('.todo > p').length") == 4
    assert reader.evaluate("document.querySelector('.below')") is None


def test_one_file_of_an_operating_system_is_named_and_nothing_is_to_be_done_about_it(
    reader: Reader, tmp_path: Path
) -> None:
    folder = make_case(CASES[0], tmp_path / "E", render_page())
    (folder / ".DS_Store").write_bytes(b"\0\0\0\x01Bud1")
    check(reader, folder)
    assert ".DS_Store" in reader.evaluate("document.querySelector('.debris').textContent")
    assert reader.evaluate("document.querySelectorAll('.todo > p').length") == 2
    assert reader.evaluate("window.usbkitVerdict.content") == "whole"


def test_what_cannot_be_had_of_a_drop_is_said(reader: Reader, root: Path) -> None:
    open_page(reader, root)
    failed = "document.getElementById('drop-failed').hidden"
    drop = (
        "((items) => { const event = new Event('drop', { bubbles: true, cancelable: true });"
        " event.dataTransfer = { items }; document.body.dispatchEvent(event); return event.defaultPrevented; })"
    )
    assert reader.evaluate(failed)
    assert reader.evaluate(f"{drop}([{{ kind: 'string' }}])")
    reader.wait(f"!{failed}")
    assert reader.evaluate(_STAGE) == "start"
    reader.evaluate("(document.getElementById('drop-failed').hidden = true)")
    refused = "{ kind: 'file', getAsFileSystemHandle: () => Promise.reject(new Error('refused')) }"
    assert reader.evaluate(f"{drop}([{refused}])")
    reader.wait(f"!{failed}")
    assert reader.evaluate(_STAGE) == "start"


def test_what_nobody_compared_is_not_said_to_differ(reader: Reader, tmp_path: Path) -> None:
    unsigned = next(case for case in CASES if case.name == "all made again, not signed")
    folder = make_case(unsigned, tmp_path / "E", render_page())
    check(reader, folder)
    main = "document.querySelectorAll('.answers .main')[1].textContent"
    reason = "It is not signed. This page knows a key of this programme, so its drives are signed."
    differs = "Does not match: this is not the seal that your letter names."
    assert reader.evaluate(main) == reason
    assert reader.evaluate("document.getElementById('announce').textContent").endswith(reason)
    assert differs not in reader.evaluate(_TEXT) and "\nNot signed." in reader.evaluate(_TEXT)
    assert reader.evaluate(_ROWS) == ["green", "red", "none"]
    reader.evaluate("document.getElementById('differs').click()")
    assert reader.evaluate(main) == differs
    assert reason in reader.evaluate(_TEXT)
