"""ZIP archives: what keeps them from being unpacked is named before anybody looks into them, or in its place."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import _
from usbkit.sources.attachments.zips import examine_zip

_FOUND = Finding("found", _("there is nothing new"), Place("x"))


def _nothing(_archive: zipfile.ZipFile) -> Iterator[Finding]:
    return iter(())


def ids(path: Path) -> list[str]:
    return [f.id for f in examine_zip(path, _nothing)]


def packed(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "something" * 100)
        archive.writestr("b.txt", "words")
    return path


def test_what_is_found_in_a_whole_one_is_said(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip")
    assert ids(path) == []
    assert examine_zip(path, lambda archive: [_FOUND] if "b.txt" in archive.namelist() else []) == (_FOUND,)


def test_a_damaged_one_is_named(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert ids(path) == ["file-truncated"]
    path.write_bytes(whole.replace(b"something", b"somewhere", 1))
    (finding,) = examine_zip(path, _nothing)
    assert (finding.id, "a.txt" in str(finding.what)) == ("file-truncated", True)


def test_a_password_is_named(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1  # APPNOTE 4.3.12: the flags of a member
    path.write_bytes(data)
    assert ids(path) == ["document-encrypted"]


@pytest.mark.parametrize(("name", "most"), [("_MOST_BYTES", 905), ("_MOST_PARTS", 2)])
def test_a_bomb_is_named_before_it_goes_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    path = packed(tmp_path / "a.zip")
    monkeypatch.setattr(f"usbkit.sources.attachments.zips.{name}", most)
    assert ids(path) == []
    monkeypatch.setattr(f"usbkit.sources.attachments.zips.{name}", most - 1)
    assert ids(path) == ["document-too-large"]
