"""Every case, checked by the command line's checker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.cases import CASES, Case, letter_of, make_case
from tests.verify.folders import KEY
from tests.verify.report import note
from usbkit.verify import Trust, verify_directory

PAGE = b"<!doctype html><title>stands for verify.html</title>"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, tmp_path: Path) -> None:
    root = make_case(case, tmp_path / "drive", PAGE)
    verdict = verify_directory(root, Trust(letter_of(PAGE), (KEY.public,)))
    note(case.name, "folder", verdict.content, verdict.origin, [t.path for t in verdict.troubles])
    assert (verdict.content, verdict.origin) == (case.content, case.origin)
    assert {t.path: str(t.trouble) for t in verdict.troubles} == dict(case.named)
    assert {t.path for t in verdict.troubles if t.is_run} == case.alarming
    alone = verify_directory(root, Trust(letter_of(PAGE)))
    assert alone.origin == (case.by_fingerprint or case.origin) and alone.content == case.content
    is_well = case.content == "whole" and case.origin != "refused"
    assert (verdict.exit_code == 0) == is_well


def test_names_are_unlike() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
