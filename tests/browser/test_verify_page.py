"""``verify.html`` as recipients run it, over file:// in three engines: every case gives the command line's answer."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium69 import HERE, Job, prepare, run
from tests.browser.firefox import Firefox
from tests.browser.pictures import render_page
from tests.browser.tabs import Tab, let_draw
from tests.support.sample import sample
from tests.verify.cases import CASES, Case, files_with, letter_of, make_case
from tests.verify.drives import befall_on_image, can_be_named, make_drive, take_out
from tests.verify.folders import KEY
from tests.verify.mutations import LETTER, Drive, make_drives
from tests.verify.report import note
from usbkit.core import package_data
from usbkit.site.verify_page import SCRIPTS, WORKER_SCRIPTS
from usbkit.verify import Trust, verify_directory

NAMES = [case.name for case in CASES]

#: What an engine of 2018 says about a source expression that it does not know, and rightly ignores.
KNOWN_IN_2018 = "'wasm-unsafe-eval''. It will be ignored."

_VERDICT = """(() => {
  const { content, origin, troubles } = window.usbkitVerdict;
  return { content, origin, troubles: troubles.map((t) => [t.path, t.trouble, Boolean(t.runs)]) };
})()"""


@pytest.fixture(scope="session")
def page() -> bytes:
    """The page of a programme that signs with the tests' key and is at edition 3."""
    return render_page()


@pytest.fixture(scope="session")
def folders(page: bytes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The drive of each case as a folder: taken out of a real image, but for names that mtools cannot write."""
    top = tmp_path_factory.mktemp("cases")
    make_drive(top / "drive.img", files_with(page))
    taken = take_out(top / "drive.img", top / "taken")
    return {case.name: make_folder(case, top / f"{n:02}", taken, page) for n, case in enumerate(CASES)}


def make_folder(case: Case, root: Path, taken: Path, page: bytes) -> Path:
    if not all(map(can_be_named, case.named)):
        return make_case(case, root, page)
    image, befallen = root.with_suffix(".img"), root.with_suffix(".befallen")
    subprocess.run(["cp", "-a", taken, befallen], check=True)
    case.befall(befallen)
    subprocess.run(["cp", "--sparse=always", taken.parent / "drive.img", image], check=True)
    befall_on_image(image, taken, befallen)
    take_out(image, root)
    image.unlink()
    return root


def expected(case: Case) -> dict[str, Any]:
    troubles = sorted([path, how, path in case.alarming] for path, how in case.named.items())
    return {"content": case.content.value, "origin": case.origin.value, "troubles": troubles}


def found(verdict: dict[str, Any]) -> dict[str, Any]:
    return {**verdict, "troubles": sorted(verdict["troubles"])}


def say(case: Case, engine: str, verdict: dict[str, Any]) -> None:
    note(case.name, engine, verdict["content"], verdict["origin"], [path for path, _how, _runs in verdict["troubles"]])


def check_in_chromium(tab: Tab, root: Path, letter: str, chosen: Path | None = None) -> dict[str, Any]:
    """Open the drive's own page, choose the drive, type the letter's fingerprint; what the page says."""
    tab.page.goto((root / "verify.html").as_uri())
    tab.page.set_input_files("#folder", chosen or root)
    tab.page.wait_for_selector("#result-heading")
    tab.page.evaluate(type_letter(letter))
    verdict: dict[str, Any] = tab.page.evaluate(_VERDICT)
    return verdict


@pytest.fixture(scope="module")
def one_tab(chromium: Browser) -> Iterator[Tab]:
    """One tab for all cases: a tab of its own is half of what a case costs."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    yield Tab(context)
    context.close()


@pytest.mark.needs("browser")
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_chromium(case: Case, folders: dict[str, Path], page: bytes, one_tab: Tab) -> None:
    one_tab.messages.clear()
    one_tab.requests.clear()
    verdict = check_in_chromium(one_tab, folders[case.name], letter_of(page))
    say(case, "Chromium", verdict)
    assert found(verdict) == expected(case)
    assert one_tab.messages == [] and one_tab.went_out == []


def choose_in_firefox(fox: Firefox, root: Path) -> None:
    """Give Firefox the folder's files. Its driver cannot choose a folder, so each file is told its path in it."""
    files = sorted(p for p in root.rglob("*") if p.is_file())
    located = fox.command(
        "browsingContext.locateNodes", {"context": fox.context, "locator": {"type": "css", "value": "#folder"}}
    )
    fox.evaluate(
        "document.getElementById('folder').addEventListener('change', (event) => {"
        f"const paths = {json.dumps([f'drive/{p.relative_to(root).as_posix()}' for p in files])};"
        "Array.from(event.target.files).forEach((file, n) =>"
        "Object.defineProperty(file, 'webkitRelativePath', { value: paths[n] })); }, true)"
    )
    fox.command(
        "input.setFiles",
        {"context": fox.context, "element": {"sharedId": located["nodes"][0]["sharedId"]}, "files": [*map(str, files)]},
    )


def wait_in_firefox(fox: Firefox, expression: str) -> None:
    for _attempt in range(600):
        if fox.evaluate(f"({expression}) || new Promise((done) => setTimeout(() => done(false), 50))"):
            return
    raise AssertionError(expression)


def check_in_firefox(fox: Firefox, root: Path, letter: str) -> dict[str, Any]:
    fox.open((root / "verify.html").as_uri())
    choose_in_firefox(fox, root)
    wait_in_firefox(fox, "document.body.dataset.stage === 'done'")
    fox.evaluate(type_letter(letter))
    verdict: dict[str, Any] = fox.evaluate(_VERDICT)
    return verdict


def type_letter(letter: str) -> str:
    """An expression that types the letter's fingerprint where the page asks for one."""
    return (
        f"document.getElementById('typed') && (document.getElementById('typed').value = {json.dumps(letter)},"
        "document.getElementById('compare').click())"
    )


@pytest.mark.needs("firefox")
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_firefox(case: Case, folders: dict[str, Path], page: bytes, fox: Firefox) -> None:
    before = len(fox.console), len(fox.requests)
    verdict = check_in_firefox(fox, folders[case.name], letter_of(page))
    say(case, "Firefox", verdict)
    assert found(verdict) == expected(case)
    assert fox.console[before[0] :] == []
    assert [r for r in fox.requests[before[1] :] if not r.startswith(("file:", "data:", "blob:"))] == []


_DONE = "new Promise((y) => { const t = setInterval(() => window.usbkitVerdict && (clearInterval(t), y(true)), 50); })"


@pytest.fixture(scope="session")
def old_answers(folders: dict[str, Path], page: bytes) -> Iterator[dict[str, Any]]:
    """What Chromium 69 says of every case, in one run of it."""
    letter = letter_of(page)
    jobs = [
        Job(
            (folders[name] / "verify.html").as_uri(),
            (_DONE, type_letter(letter), _VERDICT),
            click="#choose-button",
            choose=str(folders[name]),
        )
        for name in NAMES
    ]
    yield dict(zip(NAMES, run(prepare(), jobs), strict=True))


@pytest.mark.needs("browser", "registry")
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_chromium_69(case: Case, old_answers: dict[str, Any]) -> None:
    answer = old_answers[case.name]
    say(case, "Chromium 69", answer.values[-1])
    assert found(answer.values[-1]) == expected(case)
    assert [m for m in answer.messages if not m.endswith(KNOWN_IN_2018)] == []
    assert [r for r in answer.requests if not r.startswith(("file:", "data:", "blob:"))] == []


@pytest.mark.needs("browser")
def test_a_page_that_lies_is_found_from_elsewhere_only(
    folders: dict[str, Path], page: bytes, tmp_path: Path, tab: Tab
) -> None:
    """A page of theirs shows the genuine fingerprint over other contents: the letter's digest and usbkit find it."""
    letter = letter_of(page)
    lie = f"<!doctype html><title>Check</title><p>Whole. Proven. {letter}".encode()
    root = make_case(next(c for c in CASES if c.name == "all made again, not signed"), tmp_path / "theirs", lie)
    tab.page.goto((root / "verify.html").as_uri())
    assert "Proven" in tab.page.inner_text("body")
    assert hashlib.sha256((root / "verify.html").read_bytes()).digest() != hashlib.sha256(page).digest()
    assert verify_directory(root, Trust(letter)).origin == "refused"
    ours = tmp_path / "from-the-website"
    ours.mkdir()
    (ours / "verify.html").write_bytes(page)
    assert check_in_chromium(tab, ours, letter, chosen=root)["origin"] == "refused"


@pytest.mark.needs("browser")
def test_hostile_names_are_shown_and_do_nothing(folders: dict[str, Path], page: bytes, tab: Tab) -> None:
    for name, shown in (
        ("a name with an escape character", "\\u001b[2J"),
        ("a name with a right-to-left override", "\\u202egpj.exe"),
        ("a name that is markup", "<img src=x onerror=alert(1)>.txt"),
    ):
        check_in_chromium(tab, folders[name], letter_of(page))
        assert shown in tab.page.inner_text(".troubles")
        assert tab.page.locator(".troubles img").count() == 0


@pytest.mark.needs("browser")
def test_rows_compared_by_eye(folders: dict[str, Path], page: bytes, tab: Tab) -> None:
    tab.page.goto((folders["whole"] / "verify.html").as_uri())
    tab.page.set_input_files("#folder", folders["whole"])
    tab.page.wait_for_selector("#result-heading")
    assert tab.page.locator(".fingerprint code").all_inner_texts() == [
        " ".join(letter_of(page)[at : at + 16][i : i + 4] for i in range(0, 16, 4)) for at in range(0, 64, 16)
    ]
    for row in range(4):
        assert tab.page.evaluate("usbkitVerdict.origin") == "not checked"
        tab.page.locator(".fingerprint input[type=checkbox]").nth(row).check()
    assert tab.page.evaluate("usbkitVerdict.origin") == "proven"
    tab.page.click("#differs")
    assert tab.page.evaluate("usbkitVerdict.origin") == "refused"
    tab.page.fill("#typed", "12ab")
    tab.page.click("#compare")
    assert "4" in tab.page.inner_text(".fingerprint [role=alert]")
    assert tab.page.evaluate("usbkitVerdict.origin") == "not checked"


@pytest.mark.needs("browser")
def test_a_result_speaks_every_language(folders: dict[str, Path], page: bytes, tab: Tab) -> None:
    check_in_chromium(tab, folders["one byte changed"], letter_of(page))
    said = set()
    for option in tab.page.locator("#language option").all():
        code = option.get_attribute("value")
        assert code is not None
        tab.page.select_option("#language", code)
        assert tab.page.evaluate("document.documentElement.lang") == code
        said.add(tab.page.inner_text(".row.red .main"))
        assert "{" not in tab.page.inner_text("main")
    assert len(said) == 13


@pytest.mark.needs("browser", "node")
def test_the_page_can_be_used_by_everyone(folders: dict[str, Path], page: bytes, tab: Tab, judges: Path) -> None:
    axe = (judges / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    check_in_chromium(tab, folders["one byte changed"], letter_of(page))
    for _stage in ("result", "start"):
        tab.page.evaluate(axe)
        result = tab.page.evaluate("axe.run()")
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in result["violations"]] == []
        if tab.page.locator("#again").count():
            tab.page.click("#again")


@pytest.mark.needs("browser")
def test_a_check_can_be_paused_and_stopped(
    folders: dict[str, Path], page: bytes, tmp_path: Path, chromium: Browser, tab: Tab
) -> None:
    root = make_case(next(c for c in CASES if c.name == "whole"), tmp_path / "large", page)
    with (root / "videos/01-opening.mp4").open("r+b") as file:
        file.truncate(3 * 2**30)  # a hole: nothing on the disk, all of it to be hashed
    tab.page.goto((root / "verify.html").as_uri())
    tab.page.set_input_files("#folder", root)
    tab.page.wait_for_selector("#pause")
    tab.page.click("#pause")
    let_draw(tab.page, 30)  # what was being hashed is told
    paused = tab.page.inner_text("#amount")
    let_draw(tab.page, 40)
    assert tab.page.inner_text("#amount") == paused
    tab.page.click("#pause")
    tab.wait(f"document.getElementById('amount').innerText !== {json.dumps(paused)}")
    tab.page.click("#stop")
    tab.wait("document.body.dataset.stage === 'stopped'")
    assert tab.page.evaluate("window.usbkitVerdict === undefined")


@pytest.mark.needs("browser")
def test_a_paper_says_only_what_was_found(folders: dict[str, Path], page: bytes, tab: Tab) -> None:
    check_in_chromium(tab, folders["one byte changed"], letter_of(page))
    on_screen = tab.page.inner_text("main")
    tab.page.emulate_media(media="print")
    printed = tab.page.inner_text("main")
    assert "Row 1 is the same" in on_screen and "Row 1 is the same" not in printed
    assert "Checked by" in printed and "Checked by" not in on_screen
    for said in ("videos/01-opening.mp4", "Damaged: files differ", "Agrees with the letter"):
        assert said in printed


@pytest.mark.needs("browser")
def test_editions_and_countries_are_named(folders: dict[str, Path], page: bytes, tab: Tab) -> None:
    check_in_chromium(tab, folders["an older edition than the letter's"], letter_of(page))
    assert "This is an older edition (2); edition 3 is known to this page." in tab.page.inner_text(".result")
    check_in_chromium(tab, folders["Honduras' drive, Guatemala's letter"], letter_of(page))
    assert "The forum, Honduras (HN), edition 3" in tab.page.inner_text(".result")
    check_in_chromium(tab, folders["all signed again with another key"], letter_of(page))
    assert "not with a key of this programme" in tab.page.inner_text(".result")
    check_in_chromium(tab, folders["all made again, not signed"], letter_of(page))
    assert "Not signed." in tab.page.inner_text(".result")


@pytest.mark.needs("browser")
def test_a_folder_is_dropped_and_its_empty_folders_are_seen(page: bytes, tmp_path: Path, tab: Tab) -> None:
    root = make_case(CASES[0], tmp_path / "drive", page)
    (root / "call us").mkdir()
    for n in range(250):  # more than a browser hands out at a time
        (root / f"extra-{n:03}.txt").write_bytes(b"x")
    tab.page.goto((root / "verify.html").as_uri())
    session = tab.page.context.new_cdp_session(tab.page)
    data = {"items": [], "files": [str(root)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})
    tab.page.wait_for_selector("#result-heading")
    verdict = tab.page.evaluate(_VERDICT)
    assert verdict["content"] == "added to"
    assert ["call us/", "extra", False] in verdict["troubles"] and len(verdict["troubles"]) == 251
    assert "and 151 more" in tab.page.inner_text(".troubles")


@pytest.mark.needs("browser")
def test_without_workers_the_page_hashes_itself(folders: dict[str, Path], page: bytes, tab: Tab) -> None:
    tab.page.add_init_script("delete window.Worker")
    verdict = check_in_chromium(tab, folders["one byte changed"], letter_of(page))
    assert found(verdict) == expected(next(case for case in CASES if case.name == "one byte changed"))


@pytest.mark.needs("browser")
def test_a_folder_above_the_drive_and_one_beside_it(page: bytes, tmp_path: Path, tab: Tab) -> None:
    root = make_case(CASES[0], tmp_path / "above" / "drive", page)
    (tmp_path / "above" / "mine.txt").write_bytes(b"x")
    verdict = check_in_chromium(tab, root, letter_of(page), chosen=tmp_path / "above")
    assert (verdict["content"], verdict["origin"]) == ("no seal", "not checked")
    assert "You chose: above. Is this the drive itself" in tab.page.inner_text(".result")
    assert "A seal stands in this folder" in tab.page.inner_text(".troubles")
    assert tab.page.inner_text(".troubles .below .path") == "drive"
    tab.page.goto((root / "verify.html").as_uri())
    tab.page.set_input_files("#folder", root / "videos")
    tab.page.wait_for_selector("#result-heading")
    assert tab.page.evaluate(_VERDICT)["content"] == "no seal"
    assert "Did you choose the whole drive?" in tab.page.inner_text(".result")


@pytest.mark.needs("browser")
def test_the_index_beside_the_page_is_offered_only_where_it_was_checked(page: bytes, tmp_path: Path, tab: Tab) -> None:
    """A genuine drive in a folder below, and somebody's index.html beside the page."""
    root = make_case(CASES[0], tmp_path / "E" / "backup", page)
    for name, data in (("verify.html", page), ("index.html", b"<h1>theirs</h1>")):
        (tmp_path / "E" / name).write_bytes(data)
    for place, is_offered in ((root, True), (tmp_path / "E", False)):
        tab.page.goto((place / "verify.html").as_uri())
        tab.page.set_input_files("#folder", root)
        tab.page.wait_for_selector("#result-heading")
        tab.page.fill("#typed", letter_of(page))
        tab.page.click("#compare")
        assert tab.page.evaluate(_VERDICT)["origin"] == "proven"
        assert (tab.page.locator("#open-index").count() == 1) == is_offered


@pytest.mark.needs("browser")
def test_unsigned_contents_are_refused_without_any_letter(folders: dict[str, Path], page: bytes, tab: Tab) -> None:
    """The attacker's own contents under the programme's name, the signature taken away: the page knows the keys."""
    check_in_chromium(tab, folders["all made again, not signed"], "")
    assert tab.page.get_attribute("section.result", "data-origin") == "refused"
    assert "This page knows a key of this programme" in tab.page.inner_text(".result")
    assert "were then not checked" in tab.page.inner_text(".troubles")


@pytest.mark.needs("browser")
@pytest.mark.parametrize("seed", range(sample("verify.html: seeds of a hundred mutated drives", 1, 10)))
def test_mutated_drives_as_the_program_sees_them(seed: int, page: bytes, tmp_path: Path, tab: Tab) -> None:
    """What the browser lists of a real folder, against what the program reads in it."""
    (tmp_path / "verify.html").write_bytes(page)
    tab.page.goto((tmp_path / "verify.html").as_uri())
    for number, drive in enumerate(make_drives(40 + seed, 100)):
        root = put_down(drive, tmp_path / f"{number:03}")
        said = verify_directory(root, Trust(LETTER, (KEY.public,))).to_json()
        tab.page.set_input_files("#folder", root)
        tab.page.wait_for_selector("#result-heading")
        tab.page.evaluate(type_letter(LETTER))
        found = tab.page.evaluate(_VERDICT)
        is_other = said["claims"] and said["claims"]["programme"] != "forum-2020" and said["fingerprint"]
        assert found["content"] == said["content"], (number, drive.done)
        assert found["origin"] == ("refused" if is_other else said["origin"]), (number, drive.done)
        troubles = [[t["path"], t["trouble"], t["runs"]] for t in said["troubles"]]
        assert sorted(found["troubles"]) == sorted(troubles), (number, drive.done)
        tab.page.click("#again")


def put_down(drive: Drive, root: Path) -> Path:
    """A drive as a folder; what a browser does not list is left out, so that both see the same."""
    for path, data in drive.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    root.mkdir(exist_ok=True)
    (root / "README.txt").touch()  # a folder without any file cannot be chosen
    return root


@pytest.mark.needs("node")
def test_scripts_are_of_2017(judges: Path) -> None:
    """Linted as they run: joined, with what is vendored only named."""
    assets = package_data.templates() / "assets" / "verify"
    for names, vendored in ((SCRIPTS, ("vendored", "vendoredQr")), (WORKER_SCRIPTS, ("hashwasm",))):
        own = [(assets / name).read_text(encoding="utf-8") for name in names if not name.startswith("vendor/")]
        named = "".join(f"const {name} = {{}};\n" for name in vendored)
        joined = f'"use strict";\n(function () {{\n{named}' + "\n".join(own) + "\n})();\n"
        file = HERE / f"{vendored[0]}.tmp.js"
        file.write_text(joined, encoding="utf-8")
        try:
            command = [str(judges / ".bin" / "eslint"), "-c", str(HERE / "eslint.verify.mjs"), str(file)]
            done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
        finally:
            file.unlink()
        assert done.returncode == 0, done.stdout + done.stderr
