"""Changes to a demo are detected, so that the next run does not overwrite them."""

from __future__ import annotations

from pathlib import Path

import pytest

from usbkit.demo.edited_files import STAMP, changed_since, note_made


@pytest.fixture
def made(tmp_path: Path) -> Path:
    for name in ("manifests/forum/gt.toml", "tour/manifests/forum/gt.toml", "library/videos/a.mp4"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("made")
    note_made(tmp_path, "head 9")
    return tmp_path


def test_as_it_was_left_nothing_is_changed(made: Path) -> None:
    assert changed_since(made, "head 9") == []


@pytest.mark.parametrize("name", ["manifests/forum/gt.toml", "tour/manifests/forum/gt.toml", "manifests/forum/pe.toml"])
def test_a_manifest_that_was_edited_or_added_is_named(made: Path, name: str) -> None:
    (made / name).write_text("edited")
    assert changed_since(made, "head 9") == [made / name]


def test_a_ledger_that_went_on_is_named_by_its_folder(made: Path) -> None:
    assert changed_since(made, "head 10") == [made / "tour"]
    assert changed_since(made, None) == [made / "tour"]


def test_what_nobody_edits_may_be_made_again(made: Path) -> None:
    (made / "library/videos/a.mp4").write_text("other")
    (made / "manifests/forum/gt.toml").unlink()
    assert changed_since(made, "head 9") == []


def test_of_a_demo_that_wrote_nothing_down_nobody_knows_what_was_changed(made: Path, tmp_path: Path) -> None:
    """As those of 1.0.0rc1."""
    (made / STAMP).unlink()
    assert changed_since(made, None) == [made]
    assert changed_since(tmp_path / "interrupted before it made anything", None) == []


def test_a_demo_that_was_interrupted_goes_on_with_what_it_put_there_itself(made: Path) -> None:
    note_made(made, is_finished=False)
    (made / "manifests/seals").mkdir()
    (made / "manifests/seals/SHA256SUMS").write_text("its own")
    assert changed_since(made, "head 3") == []
    (made / "manifests/forum/gt.toml").write_text("edited")
    assert changed_since(made, "head 3") == [made / "manifests/forum/gt.toml"]


def test_what_was_written_down_and_cannot_be_read_counts_as_changed(made: Path) -> None:
    (made / STAMP).write_text("{")
    assert changed_since(made, "head 9") == [made / STAMP]
