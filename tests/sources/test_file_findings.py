"""Findings about a missing source."""

from __future__ import annotations

from pathlib import Path

from usbkit.sources.file_findings import missing


def test_another_languages_or_numbers_file_is_not_what_was_meant(tmp_path: Path) -> None:
    """Fault 6 of the issue: a missing Arabic subtitle was taken for the Khmer one misspelt."""
    for name in ("opening.km.srt", "photo-02.jpg", "openning.es.srt", "Closing.en.srt"):
        (tmp_path / name).touch()

    def meant(name: str) -> str:
        return str(missing(tmp_path / name, tmp_path).todo)

    assert meant("opening.ar.srt") == meant("photo-03.jpg") == "Put the file there."
    assert meant("opening.es.srt") == "Did you mean openning.es.srt?"
    assert meant("closing.en.srt") == "Did you mean Closing.en.srt?"
    assert meant("photo-2.jpg") == "Did you mean photo-02.jpg?"
