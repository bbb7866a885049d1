"""Parts that are missing, damaged, swapped or from another pack: all are reported at once, each with its fault."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.archive.packs import make_bundle, pack, tree, unpack
from usbkit.archive.index import PackIndex
from usbkit.archive.parts import PartsReader, PartsWriter, open_parts
from usbkit.core.errors import InputError

PARTS = ("--archive-size", "1MB", "--part-size", "200kB")


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    pack(make_bundle(folder / "guatemala"), folder / "out", *PARTS)[0].expect(0)
    return folder / "out"


@pytest.fixture
def sent(packed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(packed, tmp_path / "sent"))


def findings(folder: Path) -> list[tuple[str, str]]:
    """Unpack and fail; id and file's name of each finding. Nothing may be left behind."""
    done = unpack(folder, folder.parent / "back", "--json")
    assert done.code in (1, 2), done.out
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]
    said = json.loads(done.out[done.out.index('{\n  "error"') :])["error"]["findings"]
    return [(f["id"], Path(f["file"]).name) for f in said]


def flip(path: Path, at: int = 1000) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def swap(one: Path, other: Path) -> None:
    between = one.with_name("between")
    one.rename(between)
    other.rename(one)
    between.rename(other)


def test_missing_parts_are_named_at_once(sent: Path) -> None:
    (sent / "guatemala-002.7z.002").unlink()
    (sent / "guatemala-003.7z.001").unlink()
    assert findings(sent) == [("part-missing", "guatemala-002.7z.002"), ("part-missing", "guatemala-003.7z.001")]


def test_damaged_parts_are_named_at_once(sent: Path) -> None:
    flip(sent / "guatemala-002.7z.003")
    flip(sent / "guatemala-004.7z.002")
    assert findings(sent) == [("part-damaged", "guatemala-002.7z.003"), ("part-damaged", "guatemala-004.7z.002")]


def test_parts_of_the_wrong_size(sent: Path) -> None:
    short, long = sent / "guatemala-002.7z.001", sent / "guatemala-002.7z.002"
    short.write_bytes(short.read_bytes()[:-1])
    long.write_bytes(long.read_bytes() + b"x")
    assert findings(sent) == [("part-cut-short", short.name), ("part-other", long.name)]


def test_swapped_parts(sent: Path) -> None:
    swap(sent / "guatemala-002.7z.001", sent / "guatemala-003.7z.002")
    assert findings(sent) == [("part-swapped", "guatemala-002.7z.001"), ("part-swapped", "guatemala-003.7z.002")]


def test_an_archive_of_another_pack(tmp_path: Path) -> None:
    for words in ("hola", "adio"):
        pack(make_bundle(tmp_path / words / "guatemala", words=words), tmp_path / f"{words}-out")[0].expect(0)
    shutil.copy(tmp_path / "adio-out/guatemala-000.7z", tmp_path / "hola-out/guatemala-000.7z")
    sent = tmp_path / "alone/sent"
    shutil.copytree(tmp_path / "hola-out", sent)
    assert findings(sent) == [("part-foreign", "guatemala-000.7z")]


def test_a_stranger_is_said_and_left_alone(sent: Path, tmp_path: Path) -> None:
    shutil.copy(sent / "guatemala-002.7z.001", sent / "peru-002.7z.001")
    done = unpack(sent, tmp_path / "back").expect(0)
    assert "peru-002.7z.001 is not of this pack" in done.err


def test_parts_without_an_index(sent: Path, tmp_path: Path) -> None:
    (sent / "guatemala.pack.json").unlink()
    unpack(sent, tmp_path / "back").expect(0)
    shutil.rmtree(tmp_path / "back")
    (sent / "guatemala-002.7z.002").unlink()
    assert findings(sent) == [("part-missing", "guatemala-002.7z.002")]


def test_two_packs_in_one_folder(sent: Path) -> None:
    shutil.copy(sent / "guatemala.pack.json", sent / "peru.pack.json")
    assert findings(sent) == [("no-pack", "sent")]


def test_the_index_or_a_part_names_the_pack(sent: Path, tmp_path: Path) -> None:
    for number, name in enumerate(("guatemala.pack.json", "guatemala-002.7z.001")):
        unpack(sent / name, tmp_path / f"back{number}").expect(0)
    assert tree(tmp_path / "back0") == tree(tmp_path / "back1")


def _set(*keys: Any, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(values: dict[str, Any]) -> None:
        place: Any = values
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("format", to="usbkit pack v2"),
        _set("name", to="../x"),
        _set("seal", to="00"),
        _set("since", to="x"),
        _set("encrypted", to=1),
        _set("encrypted", to=True),
        _set("method", to="zip"),
        _set("part_size", to=-1),
        _set("bytes", to=10**15),
        _set("bytes", to=5),
        _set("planned", to=10**6),
        _set("planned", to=1),
        _set("complete", to=False),
        _set("archives", to={}),
        _set("archives", 0, "parts", to=[]),
        _set("archives", 0, "files", to=77),
        _set("archives", 0, "bytes", to=77),
        _set("archives", 0, "contents", to=None),
        _set("archives", 0, "parts", 0, "name", to="../../etc/passwd"),
        _set("archives", 0, "parts", 0, "name", to="guatemala-002.7z.001"),
        _set("archives", 0, "parts", 0, "size", to=True),
        _set("archives", 0, "parts", 0, "sha256", to="zz"),
        _set("archives", 0, "contents", 0, "path", to="/etc/passwd"),
        _set("archives", 0, "contents", 0, "path", to="drive.JS"),
    ],
)
def test_an_index_that_is_none(sent: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = sent / "guatemala.pack.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))
    assert findings(sent) == [("index-unreadable", path.name)]


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b"\xff", b"null", b'{"format": "usbkit pack v1"}'])
def test_an_index_of_nonsense(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        PackIndex.from_json(data, "x.pack.json")
    assert caught.value.findings[0].id == "index-unreadable"


def test_an_index_with_other_contents(sent: Path) -> None:
    path = sent / "guatemala.pack.json"
    values = json.loads(path.read_text())
    values["archives"][0]["contents"][0]["path"] = "other.txt"
    path.write_text(json.dumps(values))
    assert findings(sent) == [("archive-other", "guatemala-000.7z.001")]


def test_an_index_goes_both_ways(packed: Path) -> None:
    data = (packed / "guatemala.pack.json").read_bytes()
    assert PackIndex.from_json(data, "x").to_json() == data


def test_parts_are_one_file(tmp_path: Path) -> None:
    data = bytes(range(256)) * 40
    with PartsWriter(tmp_path, "", "x.7z", 1000) as out:
        out.write(b"....")
        out.write(data)
        out.seek(0)
        out.write(b"7z!!")
    parts = [tmp_path / name for name in out.names]
    assert [p.stat().st_size for p in parts] == [1000] * 10 + [244]
    with open_parts(parts) as file:
        assert file.read() == b"7z!!" + data
        file.seek(998)
        assert file.read(4) == (b"7z!!" + data)[998:1002]
        file.seek(-3, 2)
        assert file.read() == data[-3:]
    with PartsReader(parts[:1]) as short:
        assert short.size == 1000
