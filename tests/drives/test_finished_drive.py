"""What a finished drive states: read if it is sound, otherwise nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.disk.reader.drives import START, Drive, make_drive
from tests.disk.trees import file
from tests.drives.fakes import FakeDrive
from usbkit.core.content import Zeros
from usbkit.disk.image import ExtentKind
from usbkit.disk.reader import Run
from usbkit.disk.structures import fat
from usbkit.drives.device import OURS
from usbkit.drives.finished_drive import FinishedDrive, find_structures, read_finished
from usbkit.drives.resume_state import claim_finished
from usbkit.drives.signatures import judge_content
from usbkit.trust.passport import MAX_BYTES, DriveNumber, Passport
from usbkit.trust.sums import MAX_SUMS, format_sums

BOTH = ("fat32", "exfat")
VIDEO, README = b"v" * 9_000_000, b"read me"
SEALED = {"videos/01.mp4": VIDEO, "README.txt": README, "documents/a.txt": b"a" * 5000}
SUMS = format_sums({path: hashlib.sha256(data).hexdigest() for path, data in SEALED.items()})
PASSPORT = Passport(
    "forum-2020", "GT", 3, dt.date(2020, 10, 30), "corps", hashlib.sha256(SUMS).hexdigest(), "cd" * 32,
    DriveNumber(2, 20), "0a" * 16,
)  # fmt: skip


def make(filesystem: str, **files: bytes | None) -> Drive:
    """A finished drive; ``files`` replaces some of its files by name, or leaves them out."""
    found = {**SEALED, "passport.json": PASSPORT.to_json(), "SHA256SUMS": SUMS}
    found |= {name.replace("__", "."): data for name, data in files.items() if data is not None}
    gone = {name.replace("__", ".") for name, data in files.items() if data is None}
    return make_drive(filesystem, [file(path, data) for path, data in found.items() if path not in gone])


def read(drive: Drive) -> FinishedDrive | None:
    return read_finished(drive.read_at, len(drive.data))


@pytest.mark.parametrize("filesystem", BOTH)
def test_passport_and_places_are_read(filesystem: str) -> None:
    drive = make(filesystem)
    found = read(drive)
    assert found is not None and found.passport == PASSPORT
    placed = {f.path: f for f in drive.image.files}
    assert found.files == {(placed[path].offset, len(data), placed[path].sha256) for path, data in SEALED.items()}


@pytest.mark.parametrize("filesystem", BOTH)
@pytest.mark.parametrize(
    "files",
    [
        {"passport__json": None},
        {"SHA256SUMS": None},
        {"passport__json": b""},
        {"passport__json": b"{}"},
        {"passport__json": PASSPORT.to_json().ljust(MAX_BYTES + 1, b"\n")},
        {"SHA256SUMS": b""},
        {"SHA256SUMS": SUMS[:-1]},
        {"SHA256SUMS": SUMS + b"\xff"},
    ],
    ids=str,
)
def test_without_both_it_is_none_of_ours(filesystem: str, files: dict[str, bytes | None]) -> None:
    assert read(make(filesystem, **files)) is None


@pytest.mark.parametrize("filesystem", BOTH)
def test_a_passport_of_the_largest_size_is_read(filesystem: str) -> None:
    largest = PASSPORT.to_json().ljust(MAX_BYTES, b"\n")
    found = read(make(filesystem, passport__json=largest))
    assert found is not None and found.passport == PASSPORT


@pytest.mark.parametrize("name", ["passport__json", "SHA256SUMS"])
def test_what_is_too_large_to_be_one_is_not_read_at_all(name: str) -> None:
    """It would take the memory of whoever looks at a strange stick."""
    drive = make("fat32", **{name: b"\n" * (MAX_SUMS + 1)})
    path = name.replace("__", ".")
    inside = next(Run(f.offset, f.size) for f in drive.image.files if f.path == path)
    asked = list[Run]()

    def read_at(offset: int, length: int) -> bytes:
        asked.append(Run(offset, length))
        return drive.read_at(offset, length)

    assert read_finished(read_at, len(drive.data)) is None
    assert not [run for run in asked if run.offset < inside.end and inside.offset < run.end]


def _folder_for(name: str) -> Drive:
    files = {**SEALED, "passport.json": PASSPORT.to_json(), "SHA256SUMS": SUMS}
    del files[name]
    return make_drive("fat32", [*(file(p, d) for p, d in files.items()), file(f"{name}/x", b"x")])


@pytest.mark.parametrize("name", ["passport.json", "SHA256SUMS"])
def test_a_folder_in_its_place_is_none(name: str) -> None:
    assert read(_folder_for(name)) is None


@pytest.mark.parametrize("filesystem", BOTH)
def test_what_is_missing_or_cut_off_has_no_place(filesystem: str) -> None:
    found = read(make(filesystem, README__txt=None))
    assert found is not None
    assert {size for _at, size, _digest in found.files} == {len(VIDEO), 5000}


def test_a_file_in_two_pieces_has_no_place() -> None:
    drive = make("fat32")
    cluster = drive.cluster_of("documents/a.txt")
    spare = drive.image.clusters - 100
    count = -(-5000 // drive.image.cluster_size)
    assert count > 1
    drive.link(cluster, spare)
    for n in range(count - 1):
        drive.link(spare + n, spare + n + 1 if n < count - 2 else 0x0FFF_FFFF)
    for n in range(1, count):
        drive.link(cluster + n, 0)
    found = read(drive)
    assert found is not None
    assert {size for _at, size, _digest in found.files} == {len(VIDEO), len(README)}


@pytest.mark.parametrize("filesystem", BOTH)
@pytest.mark.parametrize("at", [510, START, START + 510], ids=["table", "jump", "boot signature"])
def test_a_damaged_one_says_nothing(filesystem: str, at: int) -> None:
    drive = make(filesystem)
    drive.put(at, b"\x11\x22")
    assert read(drive) is None


def _unreadable(drive: Drive, path: str) -> Callable[[int, int], bytes]:
    bad = next(f.offset for f in drive.image.files if f.path == path)

    def read_at(offset: int, length: int) -> bytes:
        if offset <= bad < offset + length:
            raise OSError(5, "Input/output error")
        return drive.read_at(offset, length)

    return read_at


@pytest.mark.parametrize("filesystem", BOTH)
@pytest.mark.parametrize("path", ["passport.json", "SHA256SUMS"])
def test_what_cannot_be_read_ends_in_no_error(filesystem: str, path: str) -> None:
    drive = make(filesystem)
    assert read_finished(_unreadable(drive, path), len(drive.data)) is None
    assert read_finished(_unreadable(drive, "README.txt"), len(drive.data)) is not None, "nobody asked for that one"


@pytest.mark.parametrize("filesystem", BOTH)
def test_structures_are_all_that_shows_old_names(filesystem: str) -> None:
    drive = make(filesystem)
    extents = find_structures(drive.read_at, len(drive.data))
    assert {e.kind for e in extents} == {ExtentKind.GAP}
    assert all(e.content == Zeros(e.length) and e.length > 0 for e in extents)
    runs = [Run(e.offset, e.length) for e in extents]
    assert tuple(runs) == drive.examine().metadata
    for extent in extents:
        drive.put(extent.offset, bytes(extent.length))
    for name in ("documents".encode("utf-16-le"), b"README  TXT", b"DOCUME~1", "README.txt".encode("utf-16-le")):
        is_left = name in drive.data
        assert not is_left, name
    assert find_structures(drive.read_at, len(drive.data)) == []


@pytest.mark.parametrize("filesystem", BOTH)
def test_only_what_stands_in_its_place_is_claimed(filesystem: str) -> None:
    """A refresh keeps chunks of which every byte belongs to a sealed file that stands there already, or to none."""
    drive = make(filesystem)
    target = FakeDrive(bytearray(drive.data))
    record = claim_finished(target, drive.image, PASSPORT.fingerprint, "guatemala")
    assert record is not None and record.sequence == 0 and record.stem == "guatemala"
    video = next(f for f in drive.image.files if f.path == "videos/01.mp4")
    other = replace(
        drive.image,
        files=tuple(replace(f, sha256="0" * 64) if f is video else f for f in drive.image.files),
    )
    changed = claim_finished(target, other, PASSPORT.fingerprint, "guatemala")
    assert changed is not None
    touched = {n for n in range(len(drive.data) // record.chunk + 1) if record.has(n) and not changed.has(n)}
    inside = range(video.offset // record.chunk, -(-(video.offset + video.size) // record.chunk))
    assert touched and touched <= set(inside)
    assert not any(changed.has(n) for n in inside)
    unsealed = next(f for f in drive.image.files if f.path == "passport.json").offset
    assert not record.has(unsealed // record.chunk), "the passport is no sealed file"
    assert claim_finished(FakeDrive(bytearray(len(drive.data))), drive.image, PASSPORT.fingerprint, "x") is None


@pytest.mark.parametrize("filesystem", BOTH)
@pytest.mark.parametrize(
    ("path", "data", "is_stranger"),
    [
        ("thesis.txt", b"three years of work", True),
        ("videos/holiday.mp4", b"x" * 9000, True),
        ("documents/a.txt.bak", b"", True),
        ("Open me.exe", b"MZ", True),
        ("System Volume Information/WPSettings.dat", b"w" * 12, False),
        ("System Volume Information/WPSettings.dat", b"w" * 13, True),
        ("videos/._01.mp4", b"m" * 4096, False),
        ("._thesis.txt", b"m" * 4096, True),
        ("drive.js", b"w", False),
        ("videos", b"my own film", True),
        ("SHA256SUMS.minisig", b"w", False),
    ],
)
def test_somebody_s_files_are_told_from_ours_and_a_system_s(
    filesystem: str, path: str, data: bytes, is_stranger: bool
) -> None:
    drive = make_drive(
        filesystem,
        [
            file(p, d)
            for p, d in {**SEALED, "passport.json": PASSPORT.to_json(), "SHA256SUMS": SUMS, path: data}.items()
            if not p.startswith(f"{path}/")
        ],
    )
    found = read(drive)
    assert found is not None and found.strangers == ((path,) if is_stranger else ())
    content = judge_content(drive.read_at, len(drive.data))
    assert (content.name, content.finished) == (OURS, found)


@pytest.mark.parametrize("filesystem", BOTH)
@pytest.mark.parametrize(("path", "short"), [("README.txt", b"README  TXT"), ("passport.json", b"PASSPO~1JSO")])
def test_a_file_of_ours_that_its_owner_changed_is_somebody_s(filesystem: str, path: str, short: bytes) -> None:
    """A system marks what it writes for archiving; one that clears the read-only attribute has written nothing yet."""
    drive = make(filesystem)
    changes: list[tuple[int, tuple[str, ...]]] = [(fat.ATTR_ARCHIVE, (path,)), (0, ())]
    for attributes, changed in changes:
        if filesystem == "fat32":
            drive.change_entry(drive.find_short(short), attributes=attributes)
        else:
            at = drive.find_set(path)
            drive.data[at + 4] = attributes
            drive.mend_set(at)
        found = read(drive)
        assert found is not None and found.strangers == changed
