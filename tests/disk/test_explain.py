"""The map of an image: the whole drive without gaps, consistent with the extents."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from tests.disk.reader.drives import TREE
from tests.disk.trees import options
from usbkit.disk.explain import explain_image, explanation_json, map_rows
from usbkit.disk.layout import lay_out

FORMATS = ("fat32", "exfat")


@pytest.mark.parametrize("filesystem", FORMATS)
def test_map_covers_the_drive_without_a_gap(filesystem: str) -> None:
    image = lay_out(TREE, options(filesystem=filesystem))
    rows = list(map_rows(image))
    assert rows[0].offset == 0
    assert rows[-1].end == image.size
    assert all(one.end == other.offset for one, other in pairwise(rows))
    assert sum(r.size + r.slack for r in rows if r.kind != "free") == image.written


@pytest.mark.parametrize("filesystem", FORMATS)
def test_map_says_where_each_file_is(filesystem: str) -> None:
    image = lay_out(TREE, options(filesystem=filesystem))
    rows = {r.what: r for r in map_rows(image)}
    for placed in image.files:
        if placed.size:
            row = rows[placed.path]
            assert (row.offset, row.size) == (placed.offset, placed.size)
            assert row.slack == -placed.size % image.cluster_size
            assert row.cluster == (placed.offset - image.heap_offset) // image.cluster_size + 2
    assert rows["partition table"].cluster is None
    assert rows["/"].cluster == (2 if filesystem == "fat32" else rows["/"].cluster)


@pytest.mark.parametrize("filesystem", FORMATS)
def test_map_as_text_and_json(filesystem: str) -> None:
    image = lay_out(TREE, options(filesystem=filesystem))
    text, document = explain_image(image), json.loads(json.dumps(explanation_json(image)))
    for row in map_rows(image):
        assert f"{row.offset:,}" in text
        assert row.what in text
    assert f"written {image.written:,} of 64,000,000 bytes" in text
    assert sum(document["written"].values()) == image.written
    assert document["metadata_digest"] == image.metadata_digest()
    assert document["weights"][0]["cluster_size"] == image.cluster_size


def test_each_cluster_size_is_weighed_for_this_tree() -> None:
    image = lay_out(TREE, options(8 * 10**9))
    assert [w.cluster_size for w in image.weights] == [4096, 2048, 1024, 512]
    for weight in image.weights:
        assert weight.slack == sum(-f.size % weight.cluster_size for f in TREE)
    assert image.weights[0].fats < image.weights[1].fats


def test_names_cannot_steer_the_terminal() -> None:
    tree = [TREE[0].__class__("a\u202eb.txt", TREE[0].content, "", False)]
    assert "\u202e" not in explain_image(lay_out(tree, options()))
