"""The table of tags: what it verifies, what it does not, and what it ignores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drives.images import MIB, make_image, noise
from usbkit.core.content import FileRange
from usbkit.core.errors import SourceError
from usbkit.disk.image import Image
from usbkit.drives import tag_table
from usbkit.drives.runs import Run, cut_runs
from usbkit.drives.source import Sources
from usbkit.drives.tag_table import DriveTags, TagTable, fill
from usbkit.trust.piece_tags import PIECE, TAG

VIDEO = 6 * MIB + 321


@pytest.fixture
def image(tmp_path: Path) -> Image:
    return make_image(tmp_path, size=32 * MIB, video=VIDEO)


@pytest.fixture
def data(tmp_path: Path, image: Image) -> bytes:
    return (tmp_path / "video.mp4").read_bytes()


def digest_of(image: Image) -> str:
    return next(f.sha256 for f in image.files if f.path == "videos/01.mp4")


def filled(*images: Image) -> DriveTags:
    table = TagTable.of(images, 1)
    table.reach_end(0)
    fill(table, lambda: False)
    return DriveTags(table, 0)


def proves(tags: DriveTags, digest: str, data: bytes, step: int = PIECE) -> str:
    proof = tags.begin(digest)
    assert proof is not None
    for start in range(0, len(data), step):
        proof.update(start, memoryview(data)[start : start + step])
    return proof.hexdigest()


@pytest.mark.parametrize("step", [PIECE, 1_000_003, 65_536, PIECE + 4096, 5 * MIB])
def test_a_file_as_it_was_has_the_seal_s_digest_however_it_is_read(image: Image, data: bytes, step: int) -> None:
    assert proves(filled(image), digest_of(image), data, step) == digest_of(image)


@pytest.mark.parametrize("place", [0, 1, PIECE - 1, PIECE, 3 * MIB, 3 * PIECE - 1, 3 * PIECE, VIDEO - 1])
def test_one_bit_anywhere_shows(image: Image, data: bytes, place: int) -> None:
    other = bytearray(data)
    other[place] ^= 1
    assert proves(filled(image), digest_of(image), bytes(other)) == ""


def test_a_right_piece_at_another_place_is_wrong(image: Image, data: bytes) -> None:
    swapped = data[PIECE : 2 * PIECE] + data[:PIECE] + data[2 * PIECE :]
    assert proves(filled(image), digest_of(image), swapped) == ""


def test_pieces_of_another_file_are_wrong(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    one, other = make_image(tmp_path, seed=1), make_image(tmp_path / "other", seed=2)
    tags = filled(one, other)
    theirs = (tmp_path / "other/video.mp4").read_bytes()
    assert proves(tags, digest_of(other), theirs) == digest_of(other)
    assert proves(tags, digest_of(one), theirs) == ""


@pytest.mark.parametrize("end", [0, PIECE, VIDEO - 1])
def test_what_was_not_read_is_not_proven(image: Image, data: bytes, end: int) -> None:
    assert proves(filled(image), digest_of(image), data[:end]) == ""


def test_what_is_read_behind_its_end_is_wrong(image: Image, data: bytes) -> None:
    assert proves(filled(image), digest_of(image), data + b"\0") == ""


@pytest.mark.parametrize("hole", [(0, 4096), (PIECE, 2 * PIECE), (3 * MIB, 3 * MIB + 512)])
def test_a_hole_in_the_middle_is_not_proven(image: Image, data: bytes, hole: tuple[int, int]) -> None:
    proof = filled(image).begin(digest_of(image))
    assert proof is not None
    for start, end in ((0, hole[0]), (hole[1], VIDEO)):
        proof.update(start, memoryview(data)[start:end])
    assert proof.hexdigest() == ""


def test_a_file_read_twice_is_not_proven(image: Image, data: bytes) -> None:
    proof = filled(image).begin(digest_of(image))
    assert proof is not None
    for _time in range(2):
        proof.update(0, memoryview(data))
    assert proof.hexdigest() == ""


def test_without_its_tags_a_file_is_not_proven_by_them(image: Image) -> None:
    table = TagTable.of([image], 1)
    assert DriveTags(table, 0).begin(digest_of(image)) is None
    assert DriveTags(table, 0).begin("0" * 64) is None


@pytest.mark.parametrize("at", [0, TAG, 3 * TAG + 15, 4 * TAG])
def test_tags_that_are_not_as_they_were_put_down_are_none(image: Image, at: int) -> None:
    tags = filled(image)
    (file,) = tags.table.files
    tags.table._memory[file.at + at] ^= 1
    assert tags.begin(digest_of(image)) is None


def test_a_source_without_the_seal_s_digest_is_refused(image: Image, tmp_path: Path) -> None:
    source = tmp_path / "video.mp4"
    state = source.stat()
    with source.open("r+b") as file:
        file.seek(PIECE + 5)
        file.write(b"other")
    os.utime(source, ns=(state.st_atime_ns, state.st_mtime_ns))
    tags = filled(image)
    assert tags.begin(digest_of(image)) is None
    with pytest.raises(SourceError) as caught:
        tags.require_sources()
    assert caught.value.findings[0].id == "source-changed"
    assert str(caught.value.findings[0].place) == str(source)


@pytest.mark.parametrize("what", ["gone", "shorter", "newer"])
def test_of_a_source_that_cannot_be_read_as_planned_there_are_no_tags(image: Image, tmp_path: Path, what: str) -> None:
    source = tmp_path / "video.mp4"
    if what == "gone":
        source.unlink()
    elif what == "shorter":
        os.truncate(source, MIB)
    else:
        os.utime(source)
    tags = filled(image)
    assert tags.begin(digest_of(image)) is None
    tags.require_sources()


def test_a_right_source_stops_nobody(image: Image) -> None:
    filled(image).require_sources()


def test_a_file_that_is_there_twice_is_read_once(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list(_reads(monkeypatch, lambda: filled(image, image)))
    assert sum(run.length for run in asked) == VIDEO


def _reads(monkeypatch: pytest.MonkeyPatch, work: object) -> Iterator[Run]:
    seen, real = list[Run](), Sources.fill

    def spy(self: Sources, run: Run, buffer: memoryview) -> None:
        seen.append(run)
        real(self, run, buffer)

    monkeypatch.setattr(Sources, "fill", spy)
    assert callable(work)
    work()
    yield from seen


def test_sources_are_read_little_ahead_of_the_drive_that_is_furthest(
    image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_table, "_LEAD", MIB)
    monkeypatch.setattr(tag_table, "_LOOK", 0)
    table = TagTable.of([image], 3)
    (video,) = [e for e in image.extents if isinstance(e.content, FileRange)]
    run = next(cut_runs([video], 1))
    DriveTags(table, 1).wrote(run, {"videos/01.mp4": digest_of(image)})
    looks = iter(range(100))
    asked = list(_reads(monkeypatch, lambda: fill(table, lambda: next(looks) > 50)))
    assert [r.offset for r in asked] == [0, PIECE]
    assert DriveTags(table, 0).begin(digest_of(image)) is None, "stopped before its end"
    DriveTags(table, 2).wrote_all()
    fill(table, lambda: False)
    assert DriveTags(table, 0).begin(digest_of(image)) is not None


def test_two_files_have_places_of_their_own(tmp_path: Path) -> None:
    sources = []
    for number, size in enumerate((1, PIECE, 3 * PIECE + 1)):
        path = tmp_path / str(number)
        path.write_bytes(noise(size, number))
        sources.append(FileRange(path, 0, size))
    table = TagTable([(f"{n:064x}", source) for n, source in enumerate(sources)], 2)
    assert [f.pieces for f in table.files] == [1, 1, 4]
    assert [f.begins for f in table.files] == [0, 1, 1 + PIECE]
    for file in table.files:
        table.close_file(file, bytes([file.number]) * TAG * file.pieces)
    assert [table.tags_of(f) for f in table.files] == [bytes([f.number]) * TAG * f.pieces for f in table.files]
