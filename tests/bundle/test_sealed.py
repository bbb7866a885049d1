"""A sealed bundle, planned here or read from a folder, gives the same drive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.station.small import MIB, make_bundle
from tests.support import plans
from usbkit.bundle.assembly import Bundle, assemble, files_of_folder, write_folder
from usbkit.bundle.plan import Role, plan_bundle
from usbkit.bundle.read_folder import read_sealed_folder
from usbkit.bundle.sealed import is_video
from usbkit.core.content import Content, FileRange, Made
from usbkit.core.progress import Silence
from usbkit.disk.image import Image, TreeFile
from usbkit.disk.imagefile import write_image
from usbkit.sources.inventory import SourceFile
from usbkit.trust.passport import DriveNumber
from usbkit.trust.sums import SUMS_NAME

DRIVE, NONCE = DriveNumber(2, 3), "ab" * 16


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return make_bundle(tmp_path)


def bytes_of(image: Image, at: Path) -> bytes:
    write_image(image, at, Silence())
    return at.read_bytes()


@pytest.mark.parametrize("is_signed", [True, False])
@pytest.mark.parametrize("filesystem", ["fat32", "exfat"])
def test_a_folder_and_what_it_was_made_of_come_to_the_same_drive(
    bundle: Bundle, tmp_path: Path, filesystem: str, *, is_signed: bool
) -> None:
    if is_signed:
        bundle = replace(bundle, signature=b"as it stands there")
    planned = bundle.for_drives(filesystem)  # type: ignore[arg-type]
    write_folder(replace(bundle, signature=None), tmp_path / "unpacked", Silence())
    folder = replace(read_sealed_folder(tmp_path / "unpacked"), beside={**dict(planned.beside(planned.identity))})
    there = folder.for_drives(filesystem, "FORUMTEST")  # type: ignore[arg-type]
    assert (there.identity, there.fingerprint) == (planned.identity, bundle.fingerprint)
    assert there.smallest(512) == planned.smallest(512)
    for drive, nonce in ((None, None), (DRIVE, NONCE)):
        one = planned.make(64 * MIB, 512, drive, nonce)
        other = there.make(64 * MIB, 512, drive, nonce)
        assert other.metadata_digest() == one.metadata_digest()
        assert bytes_of(other, tmp_path / "there.img") == bytes_of(one, tmp_path / "here.img")


def test_without_manifest_or_order_a_label_follows_from_the_passport(bundle: Bundle, tmp_path: Path) -> None:
    write_folder(bundle, tmp_path / "unpacked", Silence())
    folder = read_sealed_folder(tmp_path / "unpacked")
    assert (folder.for_drives().label, folder.for_drives(label="FORUMTEST").label) == ("GT-ED3", "FORUMTEST")
    assert bundle.for_drives().label == "FORUMTEST"
    assert folder.for_drives().filesystem == "auto" and folder.for_drives("exfat").filesystem == "exfat"


def test_a_numbered_passport_in_a_folder_is_nobody_s(bundle: Bundle, tmp_path: Path) -> None:
    write_folder(bundle, tmp_path / "unpacked", Silence())
    folder = read_sealed_folder(tmp_path / "unpacked")
    numbered = replace(folder, passport=replace(folder.passport, drive=DRIVE, nonce=NONCE, metadata="0" * 64))
    assert numbered.for_drives().identity == bundle.passport()


def test_videos_are_told_by_their_place_as_the_plan_tells_them(tmp_path: Path) -> None:
    values = {"demos": [{"file": "demos/a.mov", "title": {"en": "A"}}], "source": "videos/opening.M4V"}
    programme = plans.programme(recording=[plans.recording("opening", **values), plans.recording("id-cards")])
    country = plans.country(document=[{"file": "clip.mp4", "title": {"en": "A clip as a document"}}])
    sources = plans.inventory(tmp_path, programme, country)
    demo = tmp_path / "demos/a.mov"
    demo.parent.mkdir()
    demo.write_bytes(b"video")
    files = {**sources.files, "demos/a.mov": SourceFile(demo, 5, demo.stat().st_mtime_ns, "d" * 64)}
    media = {**sources.media, "demos/a.mov": sources.media["videos/id-cards.mp4"]}
    plan = plan_bundle(programme, country, "guatemala", replace(sources, files=files, media=media))
    told = {f.path: is_video(f.path) for f in assemble(plan, ()).sealed}
    assert told == {f.path: f.role is Role.VIDEO for f in plan.files}
    assert sum(told.values()) == 3 and not told["documents/01-clip.mp4"]


def test_the_files_beside_the_seal_are_those_of_a_folder(bundle: Bundle) -> None:
    drives = bundle.for_drives()
    beside = {f.path: f.content for f in files_of_folder(bundle) if f.role is Role.SEAL}
    assert set(beside) == set(drives.beside(drives.identity)) == {SUMS_NAME, "passport.json", "drive.js"}


SAYS_IT, OLDER = b"if (drive.replaces) show();", b"if (drive.number) show();"


@pytest.mark.parametrize(
    ("page", "text", "is_read", "says_it"),
    [
        ("verify.html", SAYS_IT, True, True),
        ("verify.html", SAYS_IT, False, True),
        ("verify.html", OLDER, True, False),
        ("welcome.html", SAYS_IT, False, False),
    ],
)
def test_what_a_drive_replaces_is_said_where_its_check_page_knows_of_it(
    bundle: Bundle, tmp_path: Path, page: str, text: bytes, *, is_read: bool, says_it: bool
) -> None:
    """The check page of an older usbkit would call the passport a changed one."""
    content: Content = Made(text)
    if is_read:
        (tmp_path / page).write_bytes(text)
        content = FileRange(tmp_path / page, 0, len(text), 0)
    drives = bundle.for_drives()
    drives = replace(drives, sealed=(*drives.sealed, TreeFile(page, content, "0" * 64, leads=False)))
    successor = replace(DRIVE, replaces="3PKQ7")
    data = b"".join(f.content.data for f in drives.tree("0" * 64, successor, NONCE) if isinstance(f.content, Made))
    assert (b'"replaces": "3PKQ7"' in data) == says_it
    assert b'"number": 2' in data
    same = drives.make(64 * MIB, 512, successor, NONCE) == drives.make(64 * MIB, 512, DRIVE, NONCE)
    assert same != says_it


def test_videos_are_placed_before_all_else(bundle: Bundle) -> None:
    image = bundle.for_drives().make(64 * MIB, 512, DRIVE, NONCE)
    places = {f.path: f.offset for f in image.files}
    videos = [offset for path, offset in places.items() if is_video(path)]
    assert max(videos) < min(offset for path, offset in places.items() if not is_video(path))
