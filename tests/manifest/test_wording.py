"""What people write for true, false and days, and the corrected TOML line."""

from __future__ import annotations

import pytest

from usbkit.manifest.wording import correct_line, read_day, read_flag, undo_slips


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("True", "true"),
        (" YES ", "true"),
        ("예", "true"),
        ("No", "false"),
        ("아니요", "false"),
        ("maybe", None),
        ("", None),
    ],
)
def test_flags(text: str, flag: str | None) -> None:
    assert read_flag(text) == flag


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026.11.20", "2026-11-20"),
        ("2026/1/2", "2026-01-02"),
        ("2026년 11월 20일", "2026-11-20"),
        ("2026年11月20日", "2026-11-20"),
        ("20.11.2026", "2026-11-20"),
        ("11/20/2026", None),
        ("2026.13.20", None),
        ("soon", None),
    ],
)
def test_days(text: str, day: str | None) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("line", "corrected"),
    [
        ("sample = True", "sample = true"),
        ("  sample=yes # so far", "  sample=true # so far"),
        ("date = 2026.11.20", "date = 2026-11-20"),
        ("sample = true", None),
        ('title = "yes"', None),
        ("yes", None),
    ],
)
def test_lines(line: str, corrected: str | None) -> None:
    assert correct_line(line) == corrected


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ('name: "Guatemala"', ['name = "Guatemala"']),
        ("name: Guatemala", ["name = Guatemala", 'name = "Guatemala"']),
        ('name = "a";', ['name = "a"']),
        ("  drives = 2, # so far", ["  drives = 2 # so far"]),
        ("// who gets it", ["# who gets it"]),
        ('site = "http://a" // ours', ['site = "http://a" # ours']),
        ("drives = 1,000", ["drives = 1000"]),
        ("share = 100 %", ["share = 100"]),
        (r'file = "slides\new\id.pdf"', ['file = "slides/new/id.pdf"']),
        ('name = "Guatemala', ['name = "Guatemala"']),
        ('name = "Guatemala"', []),
        ('name = "Guatemala # so far', []),
        ('site = "http://a"', []),
        ("[recording]", []),
    ],
)
def test_slips(line: str, meant: list[str]) -> None:
    assert list(undo_slips(line)) == meant
