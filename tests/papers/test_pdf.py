"""Printing by a browser: reproducible bytes, a guaranteed end, and no character silently printed as a box."""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from pathlib import Path

import pytest

from tests.support.cli import run
from usbkit.core.errors import BrokenOffError, DeviceError
from usbkit.papers import browser
from usbkit.papers.browser import find_browser, print_page, require_browser
from usbkit.papers.output import Press
from usbkit.papers.paper_templates import Paper
from usbkit.papers.pdf import find_undrawn, letters_of, print_pdf

WHEN = dt.datetime(2020, 10, 30, 12, tzinfo=dt.UTC)
PAGE = """<!doctype html><html lang="ko"><meta charset="utf-8"><title>안녕</title>
<style>@page { size: 90mm 50mm; margin: 5mm } p::after { content: "漢" }</style><p>안녕하세요 &amp; 你好 Привет</p>"""


def fake(folder: Path, script: str) -> Path:
    program = folder / "chromium"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


@pytest.mark.needs("browser", "poppler")
def test_the_same_page_is_the_same_bytes_and_bears_the_edition_s_date(tmp_path: Path) -> None:
    found = require_browser(os.environ)
    once, again = (print_pdf(PAGE, found, WHEN) for _n in range(2))
    assert once == again
    (tmp_path / "a.pdf").write_bytes(once)
    told = run("pdfinfo", "-rawdates", tmp_path / "a.pdf")
    assert told.count("D:20201030120000+00'00'") == 2
    assert "Title:           안녕" in told
    assert "Pages:           1" in told
    size = re.search(r"Page size: +([\d.]+) x ([\d.]+) pts", told)
    assert size and (float(size[1]), float(size[2])) == pytest.approx((90 / 25.4 * 72, 50 / 25.4 * 72), abs=0.75)


@pytest.mark.needs("browser")
def test_letters_without_a_font_are_an_error_and_not_boxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = require_browser(os.environ)
    assert letters_of(PAGE) == set("안녕하세요你好Привет")
    assert find_undrawn([PAGE], found) == set()
    config = tmp_path / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))
    paper, latin = Paper("a", PAGE, WHEN), Paper("b", "<p>Tiếng Việt</p>", WHEN)
    press = Press.prepare(found, [paper, latin])
    assert press.undrawn == set("안녕하세요你好")
    with pytest.raises(DeviceError, match="no font for: 你好녕세안요하") as caught:
        press.print(paper)
    assert "fonts-noto-cjk" in str(caught.value.findings[0].todo)
    assert press.print(latin).startswith(b"%PDF")


def test_a_browser_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    child = tmp_path / "child"
    hanging = fake(tmp_path, f"sleep 600 & echo $! > {child}; wait")
    with pytest.raises(BrokenOffError, match="printed nothing"):
        print_page(PAGE, hanging, patience=1)
    with pytest.raises(ProcessLookupError):
        for _attempt in range(50):
            os.kill(int(child.read_text()), 0)
            if Path(f"/proc/{child.read_text().strip()}/stat").read_text().split()[2] == "Z":
                raise ProcessLookupError  # dead; whoever adopted it has not looked yet
            time.sleep(0.1)


def test_a_browser_that_prints_nothing_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(BrokenOffError, match="cannot open display") as caught:
        print_page(PAGE, fake(tmp_path, "echo cannot open display >&2; exit 1"))
    assert "any browser" in str(caught.value.findings[0].todo)


def test_what_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "_APPLICATIONS", ())
    here = {"PATH": str(tmp_path)}
    assert find_browser(here) is None
    with pytest.raises(DeviceError, match="no Chromium, Chrome or Edge") as caught:
        require_browser(here)
    assert "from any browser" in str(caught.value.findings[0].todo)
    with pytest.raises(DeviceError, match="there is no browser firefox"):
        find_browser(here, "firefox")
    program = fake(tmp_path, "")
    assert find_browser(here) == program == find_browser({"PATH": ""}, str(program))
    edge = tmp_path / "Microsoft/Edge/Application/msedge.exe"
    edge.parent.mkdir(parents=True)
    edge.touch()
    assert find_browser({"PATH": "", "PROGRAMFILES(X86)": str(tmp_path)}) == edge
