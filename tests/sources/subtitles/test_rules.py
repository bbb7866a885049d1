"""Allowances, long repetitions, and that the table of ids matches the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import usbkit.sources.subtitles
from tests.sources.subtitles.words import sentences, srt
from usbkit.core.errors import Place
from usbkit.core.messages import _
from usbkit.sources.subtitles import parse_track
from usbkit.sources.subtitles.rules import ALLOWABLE, ERRORS, FATAL, REMARKS, find, settle


def _empty_cue() -> bytes:
    return srt(sentences("en")).replace(sentences("en")[2], "").encode()


def test_an_allowed_error_stays_as_a_remark_with_its_reason() -> None:
    track = parse_track(_empty_cue(), "en", "x.srt", allow={"subtitle-empty": "a pause in the speech"})
    (finding,) = track.findings
    assert (finding.id, finding.is_error) == ("subtitle-empty", False)
    assert "a pause in the speech" in str(finding.todo)


def test_an_allowed_remark_goes() -> None:
    text = srt(sentences("en")).replace("\n3\n", "\n7\n")
    assert {f.id for f in parse_track(text.encode(), "en", "x.srt").findings} == {"subtitle-number-order"}
    assert parse_track(text.encode(), "en", "x.srt", allow={"subtitle-number-order": "renumbered"}).findings == ()


def test_an_allowance_that_nothing_needs_is_said() -> None:
    track = parse_track(srt(sentences("en")).encode(), "en", "x.srt", allow={"subtitle-empty": "old"})
    assert [f.id for f in track.findings] == ["subtitle-allowance-unused"]


@pytest.mark.parametrize(
    ("id", "todo"),
    [
        ("subtitle-emtpy", "Did you mean subtitle-empty?"),
        ("subtitle-empty", "Take it out of the manifest."),
        ("nonsense", "Take it out of the manifest."),
    ],
)
def test_an_allowance_misspelt_is_told_what_is_near(id: str, todo: str) -> None:
    (finding,) = parse_track(srt(sentences("en")).encode(), "en", "x.srt", allow={id: "because"}).findings
    assert str(finding.todo) == todo


@pytest.mark.parametrize(("id", "most"), [("subtitle-fast", 3), ("subtitle-empty", 20)])
def test_long_rows_are_cut_short_and_counted(id: str, most: int) -> None:
    findings = [find(id, _("here"), Place("x.srt", line)) for line in range(1, 101)]
    settled = settle(findings, {}, "x.srt")
    assert len(settled) == most + 1
    assert str(settled[-1].what) == f"here (and {100 - most - 1} more of the kind)"


def test_the_table_has_every_id_of_the_code_and_no_other() -> None:
    folder = Path(usbkit.sources.subtitles.__file__).parent
    code = "".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.py") if p.name != "rules.py")
    code += (folder.parent / "library.py").read_text(encoding="utf-8")
    used = set(re.findall(r'"(subtitle-[a-z-]+)"', code)) | {"subtitle-allowance-unused"}
    assert used == ERRORS | REMARKS | FATAL
    assert not ERRORS & REMARKS
    assert ALLOWABLE < ERRORS | REMARKS


def test_no_subtitle_at_all_is_not_said_beside_the_timing_lines_that_are_why() -> None:
    """One cause, one finding."""
    text = "1\n0:00:00 --> 0:00:05\nOne\n\n2\n0:00:05 --> 0:00:09\nTwo\n"
    assert [f.id for f in parse_track(text.encode(), "en", "x.srt").findings] == ["subtitle-timing"] * 2
