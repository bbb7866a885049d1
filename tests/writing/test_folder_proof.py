"""A bundle folder is proven by its seal: all that differs is named, and each byte is read once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.writing.bundles import make_bundle_folder, seal_folder
from usbkit.bundle.read_folder import read_sealed_folder
from usbkit.core.content import FileRange
from usbkit.core.errors import InputError
from usbkit.core.progress import Silence
from usbkit.disk.image import TreeFile
from usbkit.drives.tag_table import TagTable, fill
from usbkit.trust.piece_tags import PIECE
from usbkit.writing import folder_proof
from usbkit.writing.folder_proof import FolderProof, require_sealed

VIDEO = "videos/01-opening.mp4"


class Counting(Silence):
    def __init__(self) -> None:
        self.total = self.done = 0
        self.outcome = ""

    def begin(self, key: str, phase: str, what: object, total: int | None) -> None:
        self.total = total or 0

    def advance(self, key: str, amount: int) -> None:
        self.done += amount

    def end(self, key: str, outcome: str, what: object = None) -> None:
        self.outcome = outcome


def test_a_whole_one(tmp_path: Path) -> None:
    folder, progress = make_bundle_folder(tmp_path / "gt", video=3 * 2**20 + 5), Counting()
    require_sealed(folder, read_sealed_folder(folder).sealed, progress)
    assert progress.done == progress.total > 3 * 2**20 and progress.outcome == "whole"


def test_each_file_that_differs_is_named(tmp_path: Path) -> None:
    folder, progress = make_bundle_folder(tmp_path / "gt", video=9000), Counting()
    sealed = read_sealed_folder(folder).sealed
    (folder / "index.html").write_bytes(b"other")
    (folder / "photos/01.jpg").unlink()
    with pytest.raises(InputError) as refused:
        require_sealed(folder, sealed, progress)
    named = {str(f.place).removeprefix(f"{folder}/"): str(f.what) for f in refused.value.findings}
    assert named.keys() == {"index.html", "photos/01.jpg"} and progress.outcome == "damaged"
    assert "not what the seal says" in named["index.html"] and "No such file" in named["photos/01.jpg"]


def test_what_the_seal_does_not_name_is_known(tmp_path: Path) -> None:
    folder = make_bundle_folder(tmp_path / "gt", video=9000)
    assert read_sealed_folder(folder).unsealed() == []
    (folder / "photos/raw").mkdir()
    (folder / "photos/raw/2.jpg").touch()
    (folder / "nobody").symlink_to("nowhere")
    (folder / "all").symlink_to("photos")
    assert read_sealed_folder(folder).unsealed() == ["all", "nobody", "photos/raw/2.jpg"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_bundle_folder(tmp_path / "gt", video=PIECE + 5, more_videos=3)


def test_tags_are_those_of_the_same_bytes(folder: Path) -> None:
    sealed = read_sealed_folder(folder).sealed
    wanted = table_for_three(sealed)
    wanted.reach_end(0)
    fill(wanted, lambda: False)
    table = table_for_three(sealed)
    table.key = wanted.key
    with closing(FolderProof(folder, sealed, table)) as proof:
        proof.finish(Silence())
    assert {file.sha256 for file in table.files} == {file.sha256 for file in sealed}
    for file in table.files:
        tags = table.tags_of(file)
        assert tags is not None and len(tags) == 16 * -(-file.source.length // PIECE)
        assert tags == wanted.tags_of(file)


def test_a_file_that_differs_has_no_tags(folder: Path) -> None:
    sealed = read_sealed_folder(folder).sealed
    table = table_for_three(sealed)
    (folder / VIDEO).write_bytes((folder / VIDEO).read_bytes()[:-1] + b"?")
    with closing(FolderProof(folder, sealed, table)) as proof, pytest.raises(InputError):
        proof.finish(Silence())
    without = [file.source.path.name for file in table.files if table.tags_of(file) is None]
    assert without == [Path(VIDEO).name]


def test_a_file_that_grew_is_no_error_of_ours(folder: Path) -> None:
    sealed = read_sealed_folder(folder).sealed
    with (folder / VIDEO).open("ab") as file:
        file.write(bytes(3 * PIECE))
    with closing(FolderProof(folder, sealed, table_for_three(sealed))) as proof, pytest.raises(InputError) as refused:
        proof.finish(Silence())
    assert [str(f.place) for f in refused.value.findings] == [str(folder / VIDEO)]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_reader_did_not_read_to_its_end_is_read_here(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A part of the answer is no answer: the last file is the one that differs."""
    sealed = read_sealed_folder(folder).sealed
    (folder / sealed[-1].path).write_bytes(b"other")
    here, real = os.getpid(), folder_proof._prove_all

    def die(share: Any, table: Any, progress: Any, should_stop: Callable[[], bool]) -> Any:
        if os.getpid() != here:
            os.kill(os.getpid(), number)
        return real(share, table, progress, should_stop)

    monkeypatch.setattr(folder_proof, "_prove_all", die)
    table, progress = table_for_three(sealed), Counting()
    with closing(FolderProof(folder, sealed, table)) as proof, pytest.raises(InputError) as refused:
        proof.finish(progress)
    assert [str(f.place) for f in refused.value.findings] == [str(folder / sealed[-1].path)]
    assert sum(table.tags_of(file) is None for file in table.files) == 1


def test_a_reader_that_dies_once_is_begun_again_and_no_byte_is_told_twice(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = folder_proof._prove_all

    def die_once(share: Any, table: Any, progress: Any, should_stop: Callable[[], bool]) -> Any:
        died = tmp_path / f"died-{share[0][0]}"
        if died.exists():
            return real(share, table, progress, should_stop)
        died.touch()
        progress.advance("", 1234)
        progress.end("", "told")
        os._exit(9)

    monkeypatch.setattr(folder_proof, "_prove_all", die_once)
    sealed, progress = read_sealed_folder(folder).sealed, Counting()
    table = table_for_three(sealed)
    with closing(FolderProof(folder, sealed, table)) as proof:
        proof.finish(progress)
    assert (progress.done, progress.outcome) == (progress.total, "whole")
    assert all(table.tags_of(file) is not None for file in table.files)


@pytest.mark.parametrize("left", [0, PIECE + 1])
def test_of_two_alike_the_one_that_differs_is_named(folder: Path, left: int) -> None:
    """Both stand in the table under one digest, with the size of the first."""
    paths = [file.path for file in read_sealed_folder(folder).sealed]
    twin, other = folder / VIDEO, folder / next(p for p in paths if p.endswith(".mp4") and p != VIDEO)
    other.write_bytes(twin.read_bytes())
    seal_folder(folder, paths)
    os.truncate(twin, left)
    sealed = read_sealed_folder(folder).sealed
    assert len({f.sha256 for f in sealed}) < len(sealed)
    with closing(FolderProof(folder, sealed, table_for_three(sealed))) as proof, pytest.raises(InputError) as refused:
        proof.finish(Silence())
    assert [str(f.place) for f in refused.value.findings] == [str(twin)]


def test_a_file_that_was_still_arriving_is_named(folder: Path) -> None:
    """Its bytes are the seal's by now; the drive would be laid out for fewer."""
    data = (folder / VIDEO).read_bytes()
    os.truncate(folder / VIDEO, PIECE + 1)
    sealed = read_sealed_folder(folder).sealed
    (folder / VIDEO).write_bytes(data)
    table = table_for_three(sealed)
    with closing(FolderProof(folder, sealed, table)) as proof, pytest.raises(InputError) as refused:
        proof.finish(Silence())
    (finding,) = refused.value.findings
    assert (finding.id, str(finding.place)) == ("bundle-changing", str(folder / VIDEO))
    assert [file.source.path.name for file in table.files if table.tags_of(file) is None] == [Path(VIDEO).name]


def test_readers_end_with_their_proof(folder: Path) -> None:
    before = children()
    proof = FolderProof(folder, read_sealed_folder(folder).sealed)
    readers = children() - before
    assert len(readers) == min(4, os.cpu_count() or 1)
    proof.close()
    assert not readers & children()
    proof.close()


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_shares_are_of_one_size_and_whole(folder: Path, count: int) -> None:
    files = list(enumerate(read_sealed_folder(folder).sealed))
    shares = folder_proof._divide(files, count)
    assert sorted(file for share in shares for file in share) == sorted(files)
    assert all(share == sorted(share, key=lambda one: one[0]) for share in shares)
    sizes = [sum(file.size for _number, file in share) for share in shares]
    assert max(sizes) - min(sizes) <= max(file.size for _number, file in files)


def table_for_three(sealed: Sequence[TreeFile]) -> TagTable:
    return TagTable([(f.sha256, f.content) for f in sealed if isinstance(f.content, FileRange)], 3)
