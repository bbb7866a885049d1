"""Laying out with either file system: places, capacities, choices and refusals."""

from __future__ import annotations

import datetime as dt
import random
import struct
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.disk.strategies import trees
from tests.disk.trees import MIB, file, options
from tests.support.sample import sample
from usbkit.core.content import FileRange, Made, Zeros
from usbkit.core.errors import InputError
from usbkit.disk.fat32 import LARGEST_FILE
from usbkit.disk.image import ALIGNMENT, JOB_RECORD_LENGTH, JOB_RECORD_OFFSET, ExtentKind, Image, TreeFile
from usbkit.disk.layout import LARGEST_AUTO_FAT32, filesystem_named, lay_out, smallest_capacity
from usbkit.disk.placement import classify

FORMATS = ("fat32", "exfat")
SECTORS = (512, 4096)
GIB = 2**30
ROOMY = 10 * 10**9


def virtual(path: str, size: int, *, leads: bool = False) -> TreeFile:
    """A file of any size that nobody reads."""
    return TreeFile(path, Zeros(size), "0" * 64, leads)


def some_tree(extra: int = 0) -> list[TreeFile]:
    """Videos, and small files that are ``extra`` bytes larger than at first."""
    videos = [virtual(f"videos/{n:02}-video.mp4", n * 7 * MIB + n, leads=True) for n in range(1, 9)]
    small = [
        virtual(f"{folder}/{n:02} 자료.pdf", n * 1000 + extra) for folder in ("문서", "slides") for n in range(1, 41)
    ]
    return [*videos, *small, virtual("index.html", 30_000 + extra)]


def places(image: Image, suffix: str = "") -> dict[str, int]:
    return {f.path: f.offset for f in image.files if f.path.endswith(suffix)}


@pytest.mark.parametrize("filesystem", FORMATS)
@pytest.mark.parametrize("sector_size", SECTORS)
def test_everything_is_aligned_to_the_erase_unit(filesystem: str, sector_size: int) -> None:
    image = lay_out(some_tree(), options(ROOMY, filesystem=filesystem, sector_size=sector_size))
    assert image.partition_offset % ALIGNMENT == 0
    assert image.heap_offset % ALIGNMENT == 0
    fats = [e.offset for e in image.extents if e.what in ("FAT", "FAT 1")]
    assert min(fats) % ALIGNMENT == 0
    assert {offset % ALIGNMENT for offset in places(image, ".mp4").values()} == {0}


@pytest.mark.parametrize("filesystem", FORMATS)
@settings(max_examples=sample("layout: trees laid out", 40, 1000), deadline=None)
@given(data=st.data())
def test_extents_are_sorted_apart_and_whole_sectors(filesystem: str, data: st.DataObject) -> None:
    sector = data.draw(st.sampled_from(SECTORS))
    image = lay_out(data.draw(trees(4096)), options(ROOMY, filesystem=filesystem, sector_size=sector))
    assert image.extents[-1].end <= image.size
    for one, other in pairwise(image.extents):
        assert one.end <= other.offset
        if one.end < other.offset:
            assert one.end % sector == 0
            assert other.offset % sector == 0
    assert image.extents[0].offset == 0
    assert image.extents[-1].end % sector == 0


def test_table_is_first_and_gap_clears_the_job_record() -> None:
    image = lay_out(some_tree(), options(ROOMY))
    table = [e for e in image.extents if e.kind is ExtentKind.TABLE]
    assert [(e.offset, e.length) for e in table] == [(0, 512)]
    gap = [e for e in image.extents if e.kind is ExtentKind.GAP]
    assert all(isinstance(e.content, Zeros) for e in gap)
    assert (JOB_RECORD_OFFSET, JOB_RECORD_LENGTH) in {(e.offset, e.length) for e in gap}
    assert gap[0].offset == 512
    assert gap[-1].end <= image.partition_offset


@pytest.mark.parametrize("filesystem", FORMATS)
def test_slack_behind_every_file_is_written_to_its_clusters_end(filesystem: str) -> None:
    image = lay_out(some_tree(), options(ROOMY, filesystem=filesystem))
    by_start = {e.offset: e for e in image.extents}
    for placed in image.files:
        end = placed.offset + placed.size
        rest = -end % image.cluster_size
        if placed.size and rest:
            assert (by_start[end].kind, by_start[end].length) == (ExtentKind.SLACK, rest)


@pytest.mark.parametrize("filesystem", FORMATS)
def test_order_of_the_files_does_not_matter(filesystem: str) -> None:
    shuffled = some_tree()
    random.Random(5).shuffle(shuffled)
    assert lay_out(shuffled, options(ROOMY, filesystem=filesystem)) == lay_out(
        some_tree(), options(ROOMY, filesystem=filesystem)
    )


@pytest.mark.parametrize("filesystem", FORMATS)
def test_no_smaller_file_moves_a_video(filesystem: str) -> None:
    before = lay_out(some_tree(), options(ROOMY, filesystem=filesystem))
    grown = lay_out(some_tree(before.cluster_size), options(ROOMY, filesystem=filesystem))
    gone = lay_out(some_tree()[:8], options(ROOMY, filesystem=filesystem))
    assert places(before, ".mp4") == places(grown, ".mp4") == places(gone, ".mp4")
    assert places(before, ".pdf") != places(grown, ".pdf")


@pytest.mark.parametrize("filesystem", FORMATS)
def test_sticks_sold_under_one_size_get_the_same_places(filesystem: str) -> None:
    for sold in (8, 16, 32, 64, 128):
        capacities = [sold * 10**9 * percent // 100 for percent in (93, 96, 100)]
        images = [lay_out(some_tree(), options(c, filesystem=filesystem)) for c in capacities]
        assert places(images[0]) == places(images[1]) == places(images[2])
        assert len({i.cluster_size for i in images}) == 1


def test_videos_lie_before_everything_else() -> None:
    image = lay_out(some_tree(), options(ROOMY))
    videos = places(image, ".mp4")
    assert max(videos.values()) < min(offset for path, offset in places(image).items() if path not in videos)
    assert [p for p, _ in sorted(videos.items(), key=lambda item: item[1])] == sorted(videos)


@pytest.mark.parametrize("filesystem", FORMATS)
@pytest.mark.parametrize("sector_size", SECTORS)
@pytest.mark.parametrize("size", [0, 1, 40 * MIB, 300 * MIB, GIB - 20 * MIB, 8 * GIB, 31 * GIB, 64 * GIB - 50 * MIB])
def test_smallest_capacity_is_exact(filesystem: str, sector_size: int, size: int) -> None:
    most = 3 * GIB
    parts = [min(most, size - start) for start in range(0, max(size, 1), most)]
    tree = [
        *(virtual(f"videos/{n:03}.mp4", part, leads=True) for n, part in enumerate(parts)),
        virtual("index.html", 9),
    ]
    chosen = options(filesystem=filesystem, sector_size=sector_size)
    smallest = smallest_capacity(tree, chosen)
    assert lay_out(tree, replace(chosen, capacity=smallest)).size == smallest
    with pytest.raises(InputError) as caught:
        lay_out(tree, replace(chosen, capacity=smallest - 1))
    assert caught.value.findings[0].id == "drive-too-small"
    assert "1 B short" in str(caught.value)


@pytest.mark.parametrize("filesystem", FORMATS)
@pytest.mark.parametrize("power", [27, 28, 29, 30, 33, 34, 35, 36])
def test_what_fits_a_drive_fits_every_larger_one(filesystem: str, power: int) -> None:
    """Also just above a power of two, where the FAT for the larger class takes more room."""
    edge = 2**power
    tree = [virtual(f"{n}.bin", min(GIB, edge - start)) for n, start in enumerate(range(0, edge, GIB))]
    while smallest_capacity(tree, options(filesystem=filesystem)) > edge:
        last = tree.pop()
        if last.size > 2 * MIB:
            tree.append(virtual(last.path, last.size - 2 * MIB))
    smallest = smallest_capacity(tree, options(filesystem=filesystem))
    assert edge - 8 * MIB < smallest <= edge
    for more in (0, 512, 1024, 4096, MIB, 16 * MIB, 64 * MIB, edge // 2):
        image = lay_out(tree, options(edge + more, filesystem=filesystem))
        assert image.heap_offset + image.clusters * image.cluster_size <= edge + more


def test_auto_takes_fat32_until_it_cannot() -> None:
    auto = options(filesystem="auto")
    small = [virtual("a.mp4", LARGEST_FILE, leads=True)]
    large = [virtual("a.mp4", LARGEST_FILE + 1, leads=True)]
    assert lay_out(small, replace(auto, capacity=ROOMY)).filesystem == "fat32"
    assert lay_out(small, replace(auto, capacity=LARGEST_AUTO_FAT32)).filesystem == "fat32"
    assert lay_out(small, replace(auto, capacity=LARGEST_AUTO_FAT32 + 512)).filesystem == "exfat"
    image = lay_out(large, replace(auto, capacity=ROOMY))
    assert image.filesystem == "exfat"
    assert "a.mp4" in str(image.why)
    assert smallest_capacity(large, auto) == smallest_capacity(large, replace(auto, filesystem="exfat"))


def test_auto_passes_to_exfat_when_the_tree_outgrows_fat32() -> None:
    tree = [virtual(f"{n:03}.mp4", 4 * 10**9, leads=True) for n in range(65)]
    smallest = smallest_capacity(tree, options(filesystem="auto"))
    assert smallest > LARGEST_AUTO_FAT32
    assert lay_out(tree, options(smallest, filesystem="auto")).filesystem == "exfat"
    with pytest.raises(InputError):
        lay_out(tree, options(smallest - 512, filesystem="auto"))


def test_too_large_a_file_is_refused_on_fat32_with_the_way_out() -> None:
    with pytest.raises(InputError) as caught:
        lay_out([virtual("videos/a.mp4", LARGEST_FILE + 1)], options(ROOMY))
    (finding,) = caught.value.findings
    assert finding.id == "file-too-large"
    assert "videos/a.mp4" in str(caught.value)
    assert "exfat" in str(finding.todo)


@pytest.mark.parametrize("filesystem", FORMATS)
def test_two_terabytes(filesystem: str) -> None:
    image = lay_out(some_tree(), options(2 * 10**12, filesystem=filesystem))
    assert image.heap_offset + image.clusters * image.cluster_size > 2 * 10**12 - image.cluster_size - 512
    made = sum(len(e.content.data) for e in image.extents if hasattr(e.content, "data"))
    assert made < 2 * MIB


@pytest.mark.parametrize("sector_size", SECTORS)
def test_image_is_whole_sectors(sector_size: int) -> None:
    """Or it would not fit the very drive whose capacity was asked for."""
    image = lay_out([], options(500 * 10**6, sector_size=sector_size))
    assert image.size == 500 * 10**6 // sector_size * sector_size


def test_partition_ends_where_the_partition_table_does() -> None:
    image = lay_out(some_tree(), options(3 * 10**12))
    assert image.heap_offset + image.clusters * image.cluster_size <= (2**32 - 1) * 512


def test_all_findings_come_at_once() -> None:
    tree = [file("a:b"), file("con.txt"), file("ok")]
    with pytest.raises(InputError) as caught:
        lay_out(tree, options(label="TOO LONG A LABEL", sector_size=1024))
    assert [f.id for f in caught.value.findings] == ["name-unfit", "name-unfit", "label-unfit", "sector-size"]


@pytest.mark.parametrize("filesystem", FORMATS)
def test_a_folder_holds_no_more_than_its_format_lets_it(filesystem: str) -> None:
    tree = [virtual(f"many/{n:05} a name of thirty characters.txt", 0) for n in range(22_000)]
    if filesystem == "exfat":
        assert lay_out(tree, options(ROOMY, filesystem="exfat")).files[0].path == tree[0].path
        return
    with pytest.raises(InputError) as caught:
        lay_out(tree, options(ROOMY))
    assert [f.id for f in caught.value.findings] == ["folder-too-full"]


@pytest.mark.parametrize("filesystem", FORMATS)
def test_moments_outside_the_formats_reach(filesystem: str) -> None:
    for year in (1979, 2108):
        moment = dt.datetime(year, 6, 1, tzinfo=dt.UTC)
        with pytest.raises(InputError) as caught:
            lay_out([], options(ROOMY, filesystem=filesystem, timestamp=moment))
        assert caught.value.findings[0].id == "edition-date"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("sector_size", SECTORS)
def test_conventional_cluster_size_changes_at_the_stated_capacities_alone(
    name: Literal["fat32", "exfat"], sector_size: int
) -> None:
    filesystem = filesystem_named(name)
    table = {"fat32": [512, 4096, 8192, 16384, 32768], "exfat": [4096, 32768, 131072]}[name]
    edges = {"fat32": [256 * MIB, 8 * GIB, 16 * GIB, 32 * GIB], "exfat": [256 * MIB, 32 * GIB]}[name]
    for edge, (below, above) in zip(edges, pairwise(table), strict=True):
        chosen = [filesystem.cluster_sizes(classify(c), sector_size)[0] for c in (edge - 1, edge, edge + 1)]
        assert chosen == [max(s, sector_size) for s in (below, below, above)]


def test_sources_are_only_named_never_read() -> None:
    tree = [TreeFile("videos/a.mp4", FileRange(Path("/nowhere/a.mp4"), 0, 5 * MIB, 1), "0" * 64, True)]
    extents = {e.what: e for e in lay_out(tree, options(ROOMY)).extents if e.kind is ExtentKind.DATA}
    assert extents["videos/a.mp4"].content is tree[0].content


def test_sticks_are_sold_as_fat32_up_to_256_gb() -> None:
    auto = options(filesystem="auto")
    assert LARGEST_AUTO_FAT32 == 256_000_000_000
    assert [lay_out([], replace(auto, capacity=c * 10**9)).filesystem for c in (255, 256, 257)] == [
        "fat32", "fat32", "exfat",
    ]  # fmt: skip


def test_no_drive_holds_more_than_its_partition_table_can_say() -> None:
    """32-bit numbers of sectors: just below 2 TiB with sectors of 512 bytes, eight times as much with 4096."""
    most = (2**32 - 1) * 512
    fits = [virtual("a.mp4", most - 256 * MIB, leads=True)]
    assert smallest_capacity(fits, options(filesystem="exfat")) <= most
    beyond = [virtual("a.mp4", most, leads=True)]
    for sector_size, is_possible in ((512, False), (4096, True)):
        chosen = options(filesystem="exfat", sector_size=sector_size)
        if is_possible:
            assert smallest_capacity(beyond, chosen) > most
            continue
        with pytest.raises(InputError) as caught:
            smallest_capacity(beyond, chosen)
        assert [f.id for f in caught.value.findings] == ["no-drive-so-large"]


@pytest.mark.parametrize("filesystem", FORMATS)
@pytest.mark.parametrize("capacity", [ROOMY, ROOMY + 512 * 3, 2 * GIB + 512])
def test_the_partition_reaches_the_end_of_the_drive(filesystem: str, capacity: int) -> None:
    """But for the part of a cluster that is left, and where a smaller class was taken."""
    image = lay_out(some_tree(), options(capacity, filesystem=filesystem))
    table = image.extents[0].content
    assert isinstance(table, Made)
    start, count = struct.unpack_from("<II", table.data, 454)
    assert (start * 512, (start + count) * 512) == (ALIGNMENT, image.size)


@pytest.mark.parametrize(("power", "cluster_size"), [(31, 4096), (36, 32768)])
def test_a_partition_of_a_smaller_class_ends_with_its_last_cluster(power: int, cluster_size: int) -> None:
    """Just above a power of two, where the larger class's FAT would leave too little room."""
    edge = 2**power
    tree = [virtual(f"{n}.bin", min(GIB, edge - start)) for n, start in enumerate(range(0, edge, GIB))]
    while smallest_capacity(tree, options()) > edge:
        last = tree.pop()
        if last.size > 2 * MIB:
            tree.append(virtual(last.path, last.size - 2 * MIB))
    image = lay_out(tree, options(edge + MIB))
    assert image.cluster_size == cluster_size
    table = image.extents[0].content
    assert isinstance(table, Made)
    start, count = struct.unpack_from("<II", table.data, 454)
    assert (start + count) * 512 == image.heap_offset + image.clusters * cluster_size == edge


def test_the_gap_is_zeroed_from_the_table_to_the_job_record() -> None:
    for sector_size in SECTORS:
        image = lay_out(some_tree(), options(ROOMY, sector_size=sector_size))
        gap = [(e.offset, e.end) for e in image.extents if e.kind is ExtentKind.GAP]
        assert gap[:2] == [(sector_size, MIB), (MIB, MIB + JOB_RECORD_LENGTH)]


@pytest.mark.parametrize("filesystem", FORMATS)
def test_an_empty_file_stands_nowhere(filesystem: str) -> None:
    image = lay_out([virtual("empty", 0), virtual("a", 1)], options(ROOMY, filesystem=filesystem))
    assert {(f.path, f.offset > 0, f.size) for f in image.files} == {("empty", False, 0), ("a", True, 1)}
    assert [f.offset for f in image.files if f.path == "empty"] == [0]
    assert "empty" not in {e.what for e in image.extents}


def test_what_each_cluster_size_costs_this_very_tree() -> None:
    image = lay_out([virtual("a", 4097), virtual("b", 8192), virtual("c", 0)], options(4 * GIB))
    weights = {w.cluster_size: w for w in image.weights}
    assert sorted(weights, reverse=True) == [4096, 2048, 1024, 512]
    assert {size: w.slack for size, w in weights.items()} == {4096: 4095, 2048: 2047, 1024: 1023, 512: 511}
    assert [weights[size].fats for size in (4096, 2048, 1024, 512)] == sorted(w.fats for w in image.weights)
    fats = [e.offset for e in image.extents if e.what in ("FAT 1", "FAT 2")]
    assert weights[image.cluster_size].fats == image.heap_offset - min(fats)
