"""The manual, page by page: every command line runs as for a newcomer, and every link and picture exists."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.support.cli import TOP
from tests.support.loop import loop_device
from tests.support.pages import blocks_of, commands_of, script_of
from usbkit.core.messages import read_catalogue
from usbkit.station.port_styles import PORT_STYLES

DOCS = TOP / "docs"
#: Pages in two languages, which print the same commands: they are run from the English one.
TRANSLATED = ("desk", "operator", "when")
#: Pages with a journey, each from its own beginning.
RUN = (*(f"{name}.en.md" for name in TRANSLATED), "helpdesk.md", "headquarters.md")
JOURNEYS = (*RUN, *(f"{name}.ko.md" for name in TRANSLATED))
PAGES = sorted(DOCS.glob("*.md"))


@pytest.mark.needs("loop")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", RUN)
def test_a_newcomer_follows_the_page(name: str, demo: Path, tmp_path: Path) -> None:
    """``usbkit demo demo`` is a copy of the folder that this very command made; sticks are loop devices."""
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    blocks = blocks_of(DOCS / name)
    assert any(b.is_run for b in blocks)
    with loop_device(tmp_path / "x", 10**9) as one, loop_device(tmp_path / "y", 10**9) as other:
        replaced = {
            "/dev/sdX": str(one),
            "/dev/sdY": str(other),
            "usbkit demo demo": f"cp --recursive --sparse=always {demo} demo",
        }
        done = subprocess.run(
            ["bash", "-c", script_of(blocks, replaced)],
            cwd=work,
            env={
                **os.environ,
                "HOME": str(home),
                "XDG_DATA_HOME": str(home / "data"),  # a ledger of its own: a second order is asked about
                "PYTHONPATH": str(TOP),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "USBKIT_LANG": "en",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    for block in blocks:
        print(block.where, block.how or "as printed")


def test_both_languages_print_the_same_commands() -> None:
    for name in TRANSLATED:
        english, korean = (blocks_of(DOCS / f"{name}.{language}.md") for language in ("en", "ko"))
        assert [(b.commands, b.how) for b in english] == [(b.commands, b.how) for b in korean]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_operator_reads_the_words_of_the_board(language: str) -> None:
    page = (DOCS / f"operator.{language}.md").read_text(encoding="utf-8")
    catalogue = read_catalogue(language) if language != "en" else {}
    for look in PORT_STYLES.values():
        assert f"{look.symbol} {catalogue.get(look.word.id, look.word.id)}" in page, look.word


@pytest.mark.parametrize("page", [*PAGES, TOP / "README.md"], ids=lambda p: p.name)
def test_what_is_not_run_says_why(page: Path) -> None:
    for block in blocks_of(page):
        if page.name not in JOURNEYS:
            assert block.how.startswith(("not, ", "on ")), f"{block.where}: say which page runs it, or why none does"
        if block.how.startswith("on tests/"):
            assert (TOP / block.how.removeprefix("on ")).is_file()
        elif block.how.startswith("on "):
            other = DOCS / block.how.removeprefix("on ")
            known = {_command(c) for b in blocks_of(other) if b.is_run for c in b.commands}
            for command in block.commands:
                assert _command(command) in known, f"{block.where}: {other.name} does not run {command}"


def _command(line: str) -> tuple[str, ...]:
    """``usbkit seal sign`` of a whole line: which command it is."""
    words = line.removeprefix("sudo ").split()
    groups = {"key", "seal", "order", "station", "ledger", "letter", "receipt", "cache", "new"}
    return tuple(words[: 3 if len(words) > 2 and words[1] in groups and words[2].isalpha() else 2])


@pytest.mark.parametrize("page", [*PAGES, TOP / "README.md"], ids=lambda p: p.name)
def test_links_and_pictures_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        assert target.startswith("https://") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_pictures_are_small_and_shown() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(pictures/([\w.-]+)\)", (DOCS / "helpdesk.md").read_text(encoding="utf-8"))
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    shown += re.findall(r"!\[[^\]]+\]\(docs/pictures/([\w.-]+)\)", readme)
    assert sorted(shown) == sorted(p.name for p in (DOCS / "pictures").iterdir())
    for name in shown:
        assert (DOCS / "pictures" / name).stat().st_size < 50_000
        with Image.open(DOCS / "pictures" / name) as picture:
            picture.verify()


def test_words_that_promise_too_much_stand_nowhere() -> None:
    for page in PAGES:
        found = re.findall(r"\b(safe|secure|virus-free|certified|tamper-proof)\b", page.read_text(encoding="utf-8"))
        assert found == [], page.name


def test_commands_are_found_where_they_stand() -> None:
    """The reader of pages misses none: each line of code that begins with our name is one of its commands."""
    for page in PAGES:
        found = set(commands_of(page))
        for line in page.read_text(encoding="utf-8").splitlines():
            if re.match(r"^    (sudo )?usbkit [a-z]", line):
                assert re.sub(r"\s{2,}#.*$", "", line[4:]) in found, f"{page.name}: {line}"


@pytest.mark.parametrize("page", [TOP / "README.md", *(DOCS / f"{n}.{x}.md" for n in TRANSLATED for x in ("en", "ko"))])
def test_a_page_that_one_begins_with_says_how_usbkit_is_called(page: Path) -> None:
    """Once, before the first command of ours: `make` leaves it in a folder of its own."""
    text = page.read_text(encoding="utf-8")
    begin = re.search(r"^    (?:sudo )?usbkit ", text, re.M)
    said = text[: begin.start()] if begin else text
    assert said.count(". .venv/bin/activate") == 1 and said.count("$(command -v usbkit)") == 1


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_change_is_signed_again_and_next_year_has_its_page(language: str) -> None:
    for name in ("desk", "when"):
        assert "usbkit seal sign guatemala --demo-key" in commands_of(DOCS / f"{name}.{language}.md")
    assert "headquarters.md#next-year" in (DOCS / f"when.{language}.md").read_text(encoding="utf-8")
    assert f"docs/when.{language}.md" in (TOP / "README.md").read_text(encoding="utf-8")
