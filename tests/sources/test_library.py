"""The inventory of a real media library: complete, from the cache if unchanged, and without exceptions."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from usbkit.core.cache import Cache, FileIdentity
from usbkit.core.messages import Text
from usbkit.core.progress import Silence
from usbkit.manifest.finding import find_programme
from usbkit.manifest.load import Manifests, load_programme
from usbkit.sources.inventory import Inventory
from usbkit.sources.library import Library, take_inventory

_opened: list[str] | None = None


def _note_opening(event: str, arguments: tuple[Any, ...]) -> None:
    if _opened is not None and event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        _opened.append(os.fsdecode(arguments[0]))


sys.addaudithook(_note_opening)


@contextmanager
def _openings() -> Iterator[list[str]]:
    """Every file that Python opens meanwhile."""
    global _opened  # noqa: PLW0603 - an audit hook cannot be taken out again
    _opened = []
    try:
        yield _opened
    finally:
        _opened = None


@pytest.fixture
def manifests(demo: Path) -> Manifests:
    return load_programme(find_programme(demo / "manifests"))


@pytest.fixture
def library(demo: Path, tmp_path: Path) -> Library:
    """A copy of the demonstration's library, an hour old."""
    root = Path(shutil.copytree(demo / "library", tmp_path / "library"))
    then = time.time_ns() - 3600 * 10**9
    for path in root.rglob("*"):
        os.utime(path, ns=(then, then))
    while any(FileIdentity.of(path).is_young for path in root.rglob("*")):
        pass
    return Library(root, Cache(tmp_path / "cache"))


def _take(manifests: Manifests, library: Library, stem: str = "guatemala") -> Inventory:
    return take_inventory(manifests, stem, dataclasses.replace(library, found={}), Silence())


def _ids(inventory: Inventory) -> set[str]:
    return {f.id for f in inventory.findings}


def test_everything_a_country_needs_is_there(manifests: Manifests, library: Library) -> None:
    inventory = _take(manifests, library)
    country = manifests.countries["guatemala"]
    chosen = [r for r in manifests.programme.recording if r.id in country.recordings]
    assert not inventory.findings
    assert set(inventory.posters) == {r.source for r in chosen}
    assert len(inventory.tracks) == len(chosen) * len(country.subtitles)
    assert all(m.plays for m in inventory.media.values())
    for name, file in inventory.files.items():
        data = file.path.read_bytes()
        assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest()), name


def test_what_has_not_changed_is_not_read_again(manifests: Manifests, library: Library) -> None:
    documents = Library(library.root, library.cache)
    first = {stem: _take(manifests, documents, stem) for stem in manifests.countries}
    with _openings() as opened:
        second = {stem: _take(manifests, library, stem) for stem in manifests.countries}
    assert [p for p in opened if p.startswith(str(library.root))] == []
    assert second == first


def test_a_changed_file_alone_is_read_again(manifests: Manifests, library: Library) -> None:
    before = _take(manifests, library)
    changed = library.root / "subtitles" / "opening.es.srt"
    changed.write_bytes(changed.read_bytes().replace(b"foro", b"FORO"))
    then = time.time_ns() - 1800 * 10**9
    os.utime(changed, ns=(then, then))
    with _openings() as opened:
        after = _take(manifests, library)
    assert {p for p in opened if p.startswith(str(library.root))} == {str(changed)}
    assert after.tracks["subtitles/opening.es.srt"] != before.tracks["subtitles/opening.es.srt"]
    assert after.media == before.media


def test_a_damaged_cache_changes_no_answer(manifests: Manifests, library: Library) -> None:
    before = _take(manifests, library)
    for number, entry in enumerate(sorted(p for p in library.cache.folder.rglob("*") if p.is_file())):
        data = entry.read_bytes()
        entry.write_bytes(data[: len(data) // 2] if number % 2 else data[:-1] + bytes([data[-1] ^ 1]))
    assert _take(manifests, library) == before


def _replace(name: str, data: bytes) -> Callable[[Path], object]:
    return lambda root: (root / name).write_bytes(data)


@pytest.mark.parametrize(
    ("change", "id", "key"),
    [
        (lambda root: (root / "videos/opening.mp4").unlink(), "file-missing", "videos/opening.mp4"),
        (_replace("videos/opening.mp4", b""), "media-empty", None),
        (lambda root: os.truncate(root / "photos/opening.jpg", 20_000), "file-truncated", None),
        (_replace("photos/opening.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1"), "file-wrong-extension", None),
        (_replace("photos/opening.jpg", b"GIF89a"), "file-wrong-extension", None),
        (_replace("slides/id-cards.pdf", b"%PDF-1.7\n"), "file-truncated", None),
        (_replace("slides/id-cards.pdf", b"<html>"), "file-wrong-extension", None),
        (_replace("slides/id-cards.pdf", b""), "file-empty", None),
        (_replace("subtitles/opening.es.srt", b"\xff\xfe"), "subtitle-encoding-broken", None),
    ],
)
def test_a_bad_source_is_a_finding(
    manifests: Manifests, library: Library, change: Callable[[Path], object], id: str, key: str | None
) -> None:
    change(library.root)
    inventory = _take(manifests, library)
    if id == "subtitle-encoding-broken":
        assert "subtitles/opening.es.srt" not in inventory.tracks
        return
    assert id in _ids(inventory)
    if key is not None:
        assert key not in inventory.files


def test_a_folder_where_a_file_belongs(manifests: Manifests, library: Library) -> None:
    path = library.root / "videos" / "opening.mp4"
    path.unlink()
    path.mkdir()
    inventory = _take(manifests, library)
    assert "file-unreadable" in _ids(inventory)
    assert "videos/opening.mp4" not in inventory.media


def test_a_name_that_differs_in_case_is_suggested(manifests: Manifests, library: Library) -> None:
    path = library.root / "videos" / "opening.mp4"
    path.rename(path.with_name("Opening.MP4"))
    (finding,) = [f for f in _take(manifests, library).findings if f.id == "file-missing"]
    assert "Opening.MP4" in str(finding.todo)


def test_a_missing_library_is_said_as_such(manifests: Manifests, tmp_path: Path) -> None:
    inventory = _take(manifests, Library(tmp_path / "nowhere", Cache(tmp_path / "cache")))
    assert "library-missing" in _ids(inventory)
    assert not inventory.media


def test_a_track_with_far_fewer_cues_is_said(manifests: Manifests, library: Library) -> None:
    path = library.root / "subtitles" / "opening.es.srt"
    text = path.read_text(encoding="utf-8-sig")
    path.write_text("\n\n".join(text.split("\n\n")[:3]) + "\n", encoding="utf-8")
    (finding,) = [f for f in _take(manifests, library).findings if f.id == "subtitle-fewer-cues"]
    assert finding.place is not None
    assert finding.place.file == str(path)
    assert not finding.is_error


def test_allowances_and_encodings_of_the_manifest_reach_the_reader(manifests: Manifests, library: Library) -> None:
    from usbkit.manifest.models import SubtitleFile

    path = library.root / "subtitles" / "opening.ru.srt"
    text = path.read_text(encoding="utf-8-sig").replace("Образец текста: эта запись открывает форум.", "")
    path.write_bytes(text.encode("koi8-r", "replace"))
    entry = SubtitleFile(file="subtitles/opening.ru.srt", encoding="koi8-r", allow={"subtitle-empty": "a pause"})
    recordings = [
        r.model_copy(update={"subtitles": {**r.subtitles, "ru": entry}}) if r.id == "opening" else r
        for r in manifests.programme.recording
    ]
    programme = manifests.programme.model_copy(update={"recording": recordings})
    stem = next(s for s, c in manifests.countries.items() if "ru" in c.subtitles and "opening" in c.recordings)
    track = _take(dataclasses.replace(manifests, programme=programme), library, stem).tracks[entry.file]
    assert (track.encoding, track.certainty) == ("koi8-r", "stated")
    assert [f.id for f in track.findings if f.is_error] == []
    assert "subtitle-empty" in {f.id for f in track.findings}


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_link_that_leads_out_is_refused_by_its_name(
    manifests: Manifests, library: Library, tmp_path: Path, is_folder: bool
) -> None:
    """The file itself or a folder above it; one that stays inside is as good as a file."""
    video = library.root / manifests.programme.recording[0].source
    moved = video.parent if is_folder else video
    outside, inside = tmp_path / "elsewhere", library.root / "moved"
    shutil.move(moved, inside)
    moved.symlink_to(inside)
    assert "file-outside" not in _ids(_take(manifests, library))
    shutil.move(inside, outside)
    moved.unlink()
    moved.symlink_to(outside)
    found = [f for f in _take(manifests, library).findings if f.id == "file-outside"]
    assert str(video) in {f.place.file for f in found if f.place}
    assert str(outside) in str(found[0].what)


def test_a_countrys_document_stays_in_its_folder(manifests: Manifests, library: Library, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(manifests.folder, tmp_path / "manifests"))
    elsewhere = dataclasses.replace(manifests, folder=folder)
    document = folder / "guatemala" / elsewhere.countries["guatemala"].document[0].file
    secret = tmp_path / "secret.pdf"
    shutil.move(document, secret)
    document.symlink_to(secret)
    assert "file-outside" in _ids(_take(elsewhere, library))


def test_a_file_that_several_countries_need_is_looked_at_once(manifests: Manifests, library: Library) -> None:
    """What one look found holds for all of its countries, what is wrong too; the next look looks again."""
    broken = library.root / manifests.programme.recording[0].source
    broken.write_bytes(b"no video")
    first = take_inventory(manifests, "guatemala", library, Silence())
    shutil.rmtree(library.root)
    with _openings() as opened:
        second = take_inventory(manifests, "honduras", library, Silence())
    assert not [name for name in opened if name.startswith(str(library.root))]
    shared = first.files.keys() & second.files.keys()
    assert len(shared) > 20 and all(first.files[name] == second.files[name] for name in shared)
    wrong = [f for f in first.findings if f.place and f.place.file == str(broken)]
    assert wrong and set(wrong) <= set(second.findings)
    assert _ids(_take(manifests, library)) >= {"library-missing"}


class _Counting(Silence):
    """Notes what is said to be read, and what is."""

    def __init__(self) -> None:
        self.totals: list[int | None] = []
        self.done = 0

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
        self.totals.append(total)

    def advance(self, key: str, amount: int) -> None:
        self.done += amount


def test_what_is_said_to_be_read_is_read_and_no_more(demo: Path, tmp_path: Path) -> None:
    """The documents of a country too, which do not stand in the library."""
    folder = Path(shutil.copytree(find_programme(demo / "manifests"), tmp_path / "programme"))
    (folder / "guatemala").mkdir(exist_ok=True)
    (folder / "guatemala/more.txt").write_text("words" * 9999)
    country = folder / "guatemala.toml"
    country.write_text(f'{country.read_text()}\n[[document]]\nfile = "more.txt"\ntitle = {{ en = "More" }}\n')
    loaded = load_programme(folder)
    for stem, said in (("guatemala", 1), ("guatemala", 0)):
        counted = _Counting()
        inventory = take_inventory(loaded, stem, Library(demo / "library", Cache(tmp_path / "cache")), counted)
        assert len(counted.totals) == said
        assert counted.done == sum(total or 0 for total in counted.totals)
        assert "guatemala/more.txt" in inventory.files
