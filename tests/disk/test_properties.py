"""Any tree: checkers report nothing, and other people's readers return every file.

``make long`` tries each format with more trees. What was compared is printed and, with ``USBKIT_TREES_REPORT``,
appended to that file as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.disk.judges import (
    check_exfat,
    check_fat32,
    read_by_7zip,
    read_by_exfat_fuse,
    read_by_mtools,
    read_by_sleuthkit,
    read_by_us,
    spell_by_mtools,
)
from tests.disk.strategies import trees
from tests.disk.trees import options, write
from tests.support.sample import is_long, sample
from usbkit.disk.image import TreeFile
from usbkit.disk.layout import lay_out
from usbkit.trust.verdict import Structure

TREES = sample("properties: trees of each format", 8, 300)


@dataclass(frozen=True)
class Kind:
    """A format on a drive of ``capacity`` bytes, with its checker and the readers that others wrote."""

    filesystem: str
    sector_size: int
    capacity: int
    cluster: int
    check: Callable[[Path], list[str]]
    readers: Mapping[str, Callable[[Path, Path], Mapping[str, str]]]

    def __str__(self) -> str:
        return f"{self.filesystem}-{self.sector_size}"


def _sleuthkit(sector_size: int) -> Callable[[Path, Path], Mapping[str, str]]:
    return lambda image, _folder: read_by_sleuthkit(image, sector_size)


def _exfat_fuse(sector_size: int) -> Callable[[Path, Path], Mapping[str, str]]:
    return lambda image, folder: read_by_exfat_fuse(image, folder, sector_size)


def _7zip(image: Path, _folder: Path) -> Mapping[str, str]:
    return read_by_7zip(image)


KINDS = [
    Kind(
        "fat32",
        512,
        256 * 10**6,
        512,
        check_fat32,
        {"mtools": read_by_mtools, "sleuthkit": _sleuthkit(512), "7-Zip": _7zip},
    ),
    Kind(
        "fat32",
        4096,
        400 * 10**6,
        4096,
        check_fat32,
        {"mtools": read_by_mtools, "sleuthkit": _sleuthkit(4096), "7-Zip": _7zip},
    ),
    Kind("exfat", 512, 256 * 10**6, 4096, check_exfat, {"sleuthkit": _sleuthkit(512), "exfat-fuse": _exfat_fuse(512)}),
    Kind(
        "exfat", 4096, 256 * 10**6, 4096, check_exfat, {"sleuthkit": _sleuthkit(4096), "exfat-fuse": _exfat_fuse(4096)}
    ),
]
_compared: Counter[tuple[str, str, str]] = Counter()


@pytest.fixture(scope="module", autouse=True)
def _report() -> Iterator[None]:
    yield
    rows = [{"kind": k, "reader": r, "what": w, "count": n} for (k, r, w), n in sorted(_compared.items())]
    print("\ncompared:", json.dumps(rows))
    if report := os.environ.get("USBKIT_TREES_REPORT"):
        with Path(report).open("a") as file:
            file.write(json.dumps(rows) + "\n")


@pytest.mark.needs("fat-tools", "exfat-tools", "exfat-fuse", "sleuthkit", "7zip")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", KINDS, ids=str)
@settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    max_examples=TREES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=not is_long(),
)
@given(data=st.data())
def test_every_reader_gives_every_tree_back(kind: Kind, data: st.DataObject) -> None:
    files = data.draw(trees(kind.cluster))
    folder = Path(tempfile.mkdtemp(prefix="usbkit-trees-"))
    try:
        _judge(kind, files, folder)
    finally:
        shutil.rmtree(folder)


def _judge(kind: Kind, files: list[TreeFile], folder: Path) -> None:
    image = lay_out(files, options(kind.capacity, filesystem=kind.filesystem, sector_size=kind.sector_size))
    path = write(image, folder)
    assert kind.check(path) == []
    expected = {f.path: f.sha256 for f in files}
    found, examination = read_by_us(path)
    assert (found, examination.troubles) == (expected, ())
    assert examination.judge(image.metadata_digest()) is Structure.UNTOUCHED
    for name, read in kind.readers.items():
        wanted = {spell_by_mtools(p): d for p, d in expected.items()} if name == "mtools" else expected
        if len(wanted) < len(expected):
            continue  # mtools would write two files to one name
        assert read(path, folder / name) == wanted, name
        _compared[str(kind), name, "trees"] += 1
        _compared[str(kind), name, "files"] += len(files)
        _compared[str(kind), name, "bytes"] += sum(f.size for f in files)
