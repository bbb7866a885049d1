"""Writing a folder again keeps exactly the files that are unchanged."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from usbkit.bundle.folder_stamp import OldFile, find_old_files, is_as_written, note_written
from usbkit.bundle.plan import PlannedFile, Role, made
from usbkit.bundle.write_folder import fill_folder
from usbkit.core.cache import Cache
from usbkit.core.content import FileRange
from usbkit.core.errors import SourceError
from usbkit.core.progress import Silence

WHEN = 1_604_059_200
VIDEO = b"v" * 3_000_000


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "guatemala"


@pytest.fixture
def video(tmp_path: Path) -> PlannedFile:
    path = tmp_path / "library.mp4"
    path.write_bytes(VIDEO)
    content = FileRange(path, 0, len(VIDEO), path.stat().st_mtime_ns)
    return dataclasses.replace(made("videos/01.mp4", Role.VIDEO, VIDEO), content=content)


def bundle(video: PlannedFile, page: bytes = b"page") -> list[PlannedFile]:
    return [
        video,
        made("index.html", Role.PAGE, page),
        made("same.html", Role.PAGE, b"same"),
        made("SHA256SUMS", Role.SEAL, b"seal of " + page),
    ]


def fill(files: list[PlannedFile], target: Path, old: Mapping[str, OldFile] | None = None, when: int = WHEN) -> None:
    fill_folder(files, target, when, Silence(), key="x", old=old)


def build(files: list[PlannedFile], target: Path, cache: Cache, when: int = WHEN) -> None:
    fill(files, target, find_old_files(cache, target), when)
    note_written(cache, target, files, when)


def inode(path: Path) -> int:
    return path.stat().st_ino


def test_what_did_not_change_is_kept_and_the_rest_is_made(cache: Cache, target: Path, video: PlannedFile) -> None:
    build(bundle(video), target, cache)
    before = {name: inode(target / name) for name in ("videos/01.mp4", "same.html", "index.html")}
    build(bundle(video, b"another page"), target, cache)
    assert inode(target / "videos/01.mp4") == before["videos/01.mp4"]
    assert inode(target / "same.html") == before["same.html"]
    assert (target / "index.html").read_bytes() == b"another page"
    assert [p.stat().st_nlink for p in target.rglob("*") if p.is_file()] == [1] * 4, "the old folder is gone"
    assert is_as_written(cache, target, bundle(video, b"another page"))
    assert [p.name for p in target.parent.iterdir()] == ["guatemala"]


def test_what_is_kept_is_read_from_no_source(cache: Cache, target: Path, video: PlannedFile, tmp_path: Path) -> None:
    build(bundle(video), target, cache)
    (tmp_path / "library.mp4").unlink()
    build(bundle(video, b"another page"), target, cache)
    assert (target / "videos/01.mp4").read_bytes() == VIDEO


def test_a_source_has_never_a_second_name(cache: Cache, target: Path, video: PlannedFile, tmp_path: Path) -> None:
    for page in (b"one", b"two", b"three"):
        build(bundle(video, page), target, cache)
    source = (tmp_path / "library.mp4").stat()
    assert source.st_nlink == 1
    assert inode(target / "videos/01.mp4") != source.st_ino


def test_a_file_under_another_name_is_kept_too(cache: Cache, target: Path, video: PlannedFile) -> None:
    build(bundle(video), target, cache)
    before = inode(target / "videos/01.mp4")
    moved = dataclasses.replace(video, path="videos/02.mp4")
    build(bundle(moved), target, cache)
    assert inode(target / "videos/02.mp4") == before
    assert not (target / "videos/01.mp4").exists()


def test_two_files_alike_never_become_one(cache: Cache, target: Path, video: PlannedFile) -> None:
    build(bundle(video), target, cache)
    twice = [*bundle(video, b"another"), dataclasses.replace(video, path="videos/02.mp4")]
    build(twice, target, cache)
    assert inode(target / "videos/01.mp4") != inode(target / "videos/02.mp4")
    assert (target / "videos/02.mp4").read_bytes() == VIDEO


def _edit(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"edited")


def _edit_and_set_its_time_back(path: Path) -> None:
    _edit(path)
    os.utime(path, (WHEN, WHEN))


def _replace(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"w" * len(VIDEO))
    os.utime(path, (WHEN, WHEN))


def _link_elsewhere(path: Path) -> None:
    os.link(path, path.parents[3] / "somebody's")


def _make_executable(path: Path) -> None:
    path.chmod(0o755)


def _replace_by_a_link(path: Path) -> None:
    path.rename(path.parents[3] / "moved.mp4")
    path.symlink_to(path.parents[3] / "moved.mp4")


@pytest.mark.parametrize(
    "disturb",
    [_edit, _edit_and_set_its_time_back, _replace, _link_elsewhere, _make_executable, _replace_by_a_link],
    ids=lambda f: f.__name__.strip("_"),
)
def test_what_somebody_touched_is_made_anew(
    cache: Cache, target: Path, video: PlannedFile, disturb: Callable[[Path], None]
) -> None:
    build(bundle(video), target, cache)
    before = inode(target / "videos/01.mp4")
    disturb(target / "videos/01.mp4")
    build(bundle(video, b"another page"), target, cache)
    made_anew = target / "videos/01.mp4"
    assert made_anew.read_bytes() == VIDEO
    assert (made_anew.lstat().st_ino, made_anew.stat().st_mode & 0o777) != (before, 0o755)
    assert made_anew.lstat().st_ino != before
    assert made_anew.lstat().st_nlink == 1


def test_a_file_that_is_changed_between_is_not_kept(
    cache: Cache, target: Path, video: PlannedFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(bundle(video), target, cache)
    real = os.link

    def link_late(source: Path, place: Path) -> None:
        _edit(Path(source))
        real(source, place)

    monkeypatch.setattr("usbkit.bundle.write_folder.os.link", link_late)
    fill(bundle(video, b"another page"), target, find_old_files(cache, target))
    assert (target / "videos/01.mp4").read_bytes() == VIDEO


def test_a_disk_without_second_names_gets_copies(
    cache: Cache, target: Path, video: PlannedFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(bundle(video), target, cache)

    def refuse(source: Path, place: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("usbkit.bundle.write_folder.os.link", refuse)
    build(bundle(video, b"another page"), target, cache)
    assert (target / "videos/01.mp4").read_bytes() == VIDEO


def test_another_edition_s_date_is_on_every_file(cache: Cache, target: Path, video: PlannedFile) -> None:
    build(bundle(video), target, cache)
    build(bundle(video), target, cache, WHEN + 86_400)
    assert {p.stat().st_mtime for p in target.rglob("*")} == {WHEN + 86_400}


def test_a_folder_that_somebody_wrote_to_is_not_remembered(cache: Cache, target: Path, video: PlannedFile) -> None:
    fill(bundle(video), target)
    _edit(target / "index.html")
    note_written(cache, target, bundle(video), WHEN)
    assert not is_as_written(cache, target, bundle(video))
    assert find_old_files(cache, target) == {}


@pytest.mark.parametrize("what", ["file", "folder"])
def test_something_more_in_it_is_seen(cache: Cache, target: Path, video: PlannedFile, what: str) -> None:
    build(bundle(video), target, cache)
    assert is_as_written(cache, target, bundle(video))
    more = target / "videos/more"
    more.mkdir() if what == "folder" else more.touch()
    assert not is_as_written(cache, target, bundle(video))


def test_other_files_are_seen(cache: Cache, target: Path, video: PlannedFile) -> None:
    build(bundle(video), target, cache)
    assert not is_as_written(cache, target, bundle(video, b"another page"))
    assert not is_as_written(cache, target, bundle(video)[1:])


def test_nothing_is_kept_of_a_folder_that_we_did_not_write(cache: Cache, target: Path) -> None:
    assert find_old_files(cache, target) == {}


def test_what_another_version_remembered_is_nothing(cache: Cache, target: Path, video: PlannedFile) -> None:
    build(bundle(video), target, cache)
    cache.remember(b"folder 2\0" + os.fsencode(target.absolute()), b'["other"]')
    assert find_old_files(cache, target) == {}


def test_a_source_that_changed_leaves_the_old_folder_as_it_was(
    cache: Cache, target: Path, video: PlannedFile, tmp_path: Path
) -> None:
    build(bundle(video), target, cache)
    other = tmp_path / "other.mp4"
    other.write_bytes(b"x" * 100)
    wrong = dataclasses.replace(made("videos/02.mp4", Role.VIDEO, b"y" * 100), content=FileRange(other, 0, 100))
    with pytest.raises(SourceError):
        build([*bundle(video, b"another page"), wrong], target, cache)
    assert (target / "index.html").read_bytes() == b"page"
    assert (target / "videos/01.mp4").stat().st_nlink == 1
