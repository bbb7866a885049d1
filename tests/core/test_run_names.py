"""The one list of names that some computer runs, obeys or opens as a page."""

from __future__ import annotations

import pytest

from usbkit.core.portable_names import why_unfit
from usbkit.core.run_names import is_run_name


@pytest.mark.parametrize(
    "name",
    ["a.exe", "A.EXE", "a.exe. ", "autorun.inf", "a.url", "a.svg", "a.docm", "a.iso", "a.desktop", "a.reg", "a.html"],
)
def test_what_a_computer_runs_is_known(name: str) -> None:
    assert is_run_name(name)


@pytest.mark.parametrize("name", ["a.mp4", "a.pdf", "a.jpg", "readme.txt", "a.docx", "a.exe.pdf"])
def test_what_it_shows_is_not_run(name: str) -> None:
    assert not is_run_name(name)


@pytest.mark.parametrize("name", ["a.exe", "autorun.inf", "a.svg", "a.docm", "a.iso", "thumbs.db"])
def test_a_bundle_carries_none_of_it(name: str) -> None:
    assert why_unfit(f"documents/{name}") is not None


@pytest.mark.parametrize("name", ["index.html", "drive.js"])
def test_our_own_pages_are_carried(name: str) -> None:
    assert why_unfit(name) is None
