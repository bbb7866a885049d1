"""The output of ``usbkit drives`` for each image made by others; ``write --yes`` changes no byte of a foreign one.

``tests/writing/shown.txt`` is the whole table, one line per image: its content, whether it may be written, and by which
row of the safety table. Images are used as they are, unpadded, behind loop devices. After an intended change:
``USBKIT_SHOWN=write python -m pytest tests/writing/test_shown.py``.
"""

from __future__ import annotations

import hashlib
import lzma
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.drives.layouts import BLANK, FOREIGN
from tests.support.capabilities import util_linux_images
from tests.support.loop import loop_device
from tests.support.sample import sample
from tests.writing.bundles import make_bundle_folder
from usbkit.cli.output.drive_listing import listed_json, row
from usbkit.core.messages import use_language
from usbkit.drives.inspection import Inspection, inspect_drive
from usbkit.writing.listing import Listed

SHOWN = Path(__file__).with_name("shown.txt")
Maker = Callable[[Path], None]

pytestmark = pytest.mark.needs("loop", "partition-tools", "fat-tools", "exfat-tools")


def unpack(packed: Path, disk: Path) -> None:
    """An image of util-linux's, holes for zeros, to the whole sectors that a loop device has of it."""
    with lzma.open(packed) as source, disk.open("wb") as target:
        while data := source.read(2**20):
            if data.count(0) == len(data):
                target.seek(len(data), os.SEEK_CUR)
            else:
                target.write(data)
        target.truncate(target.tell() // 512 * 512)


LAYOUTS: Mapping[str, Maker] = {f"layout {name}": maker for name, maker in {**FOREIGN, **BLANK}.items()}


def images_of_others() -> Mapping[str, Maker]:
    found = {f"util-linux {path.name.removesuffix('.img.xz')}": path for path in util_linux_images()}
    return {name: partial(unpack, path) for name, path in found.items()}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle_folder(tmp_path_factory.mktemp("bundle") / "guatemala")


def look_and_write(name: str, maker: Maker, disk: Path, bundle: Path) -> str:
    """The image's line of the table; fails where a byte of one that is not blank was changed."""
    maker(disk)
    with loop_device(disk) as node:
        before = digest(node)
        look = inspect_drive(node)
        assert isinstance(look, Inspection), (name, look)
        listed = Listed(node, look)
        holds, may = map(str, row(listed, None)[6:8])
        shown = listed_json(listed, None)
        if shown["content"] is not None or shown["size"] < 2**20:
            call("write", "--bundle", bundle, "--drive", node, "--yes").expect(2)
        assert digest(node) == before, name
    disk.unlink()
    return f"{name:50}  {holds:24}  {may:22}  {shown['rule']}".rstrip()


def digest(node: Path) -> str:
    with node.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def spread(makers: Mapping[str, Maker], what: str, some: int) -> Mapping[str, Maker]:
    """All in the long form, else ``some`` at equal distances: what decides about each is asked of all of them by
    tests/drives, without a device.
    """
    count = sample(f"drives and write over {what}", some, len(makers))
    listed = list(makers.items())
    return dict(listed[index * len(listed) // count] for index in range(count))


def compare(lines: list[str]) -> None:
    known = SHOWN.read_text(encoding="utf-8").splitlines() if SHOWN.exists() else []
    if os.environ.get("USBKIT_SHOWN") == "write":
        names = {name_in(line) for line in lines}
        others = [line for line in known if name_in(line) not in names]
        SHOWN.write_text("".join(f"{line}\n" for line in sorted([*others, *lines])), encoding="utf-8")
        return
    table = {name_in(line): line for line in known}
    assert lines == [table.get(name_in(line)) for line in lines]


def name_in(line: str) -> str:
    """The image that a line of the table is of."""
    return line[:50].rstrip()


def test_the_table_has_every_layout() -> None:
    known = {name_in(line) for line in SHOWN.read_text(encoding="utf-8").splitlines()}
    assert {name for name in known if name.startswith("layout ")} == set(LAYOUTS)


@pytest.mark.timeout(1200)
def test_layouts(bundle: Path, tmp_path: Path) -> None:
    use_language("en")
    makers = spread(LAYOUTS, "layouts", 30)
    compare([look_and_write(name, maker, tmp_path / "disk", bundle) for name, maker in makers.items()])


@pytest.mark.needs("util-linux-images")
@pytest.mark.timeout(1200)
def test_images_of_util_linux(bundle: Path, tmp_path: Path) -> None:
    use_language("en")
    images = images_of_others()
    assert len(images) >= 100
    makers = spread(images, "images of util-linux", 40)
    compare([look_and_write(name, maker, tmp_path / "disk", bundle) for name, maker in makers.items()])
