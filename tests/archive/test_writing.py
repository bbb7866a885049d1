"""Writing one archive: the caller gets the error that interrupts it."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from usbkit.archive import writing
from usbkit.archive.parts import PartsWriter
from usbkit.archive.plan import BundleFile, Method
from usbkit.archive.writing import write_archive
from usbkit.core.errors import InputError

MOMENT = dt.datetime(2020, 10, 30, 12, tzinfo=dt.UTC)


def write(folder: Path, files: list[BundleFile]) -> None:
    with PartsWriter(folder, ".new-", "x.7z", None) as out:
        write_archive(folder, files, out, Method.STORE, MOMENT, None, lambda count: None)


def bundle_file(folder: Path, name: str, data: bytes) -> BundleFile:
    (folder / name).write_bytes(data)
    return BundleFile(name, len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("after", [0, 1])
def test_an_interruption_comes_through_however_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    files = [bundle_file(tmp_path, name, b"x" * 5_000_000) for name in ("a.mp4", "b.mp4")]
    opened = list[Path]()

    class Interrupted(writing._Source):
        def __init__(self, path: Path, *more: object) -> None:
            if len(opened) == after:
                raise KeyboardInterrupt
            opened.append(path)
            super().__init__(path, *more)  # type: ignore[arg-type]

    def close(self: object) -> None:
        raise AttributeError("'NoneType' object has no attribute 'unpackinfo'")  # py7zr, interrupted at its beginning

    monkeypatch.setattr(writing, "_Source", Interrupted)
    monkeypatch.setattr(writing._Archive, "close", close)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, files)


def test_a_file_that_is_not_the_seal_s_is_named(tmp_path: Path) -> None:
    right = bundle_file(tmp_path, "a.mp4", b"x" * 3_000_000)
    wrong = bundle_file(tmp_path, "b.mp4", b"y" * 3_000_000)
    (tmp_path / "b.mp4").write_bytes(b"y" * 2_999_999 + b"z")
    with pytest.raises(InputError) as caught:
        write(tmp_path, [right, wrong])
    assert str(caught.value.findings[0].place) == str(tmp_path / "b.mp4")
