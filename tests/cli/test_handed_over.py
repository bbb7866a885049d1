"""Endless input files: each command that reads one reports it, and its memory stays bounded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.calls import call

_ENDLESS = "/dev/zero"


@pytest.mark.parametrize(
    "arguments",
    [
        ("order", "take", _ENDLESS),
        ("receipt", "enter", "--batch", _ENDLESS),
        ("ledger", "check", "--head", _ENDLESS),
        ("seal", "show", "guatemala", "--sums", _ENDLESS),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_it_is_too_large(demo: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ledger = shutil.copyfile(demo / "tour/ledger.sqlite", tmp_path / "ledger.sqlite")
    shared = ("--json", "--manifests", demo / "manifests", "--ledger", ledger)
    (finding,) = call(*shared, *arguments).expect(2).json["error"]["findings"]
    assert (finding["id"], finding["file"]) == ("file-too-large", _ENDLESS)
