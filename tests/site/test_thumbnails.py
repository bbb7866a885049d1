from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from tests.site.plans import make_plan
from usbkit.bundle.plan import Role
from usbkit.core.content import FileRange
from usbkit.site.thumbnails import make_thumbnails
from usbkit.sources.attachments.pictures import WIDTH, shrink


def test_a_photo_is_made_small_and_turned_upright(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    Image.new("RGB", (2000, 1000), "red").save(path, "JPEG", exif=exif)
    small = Image.open(io.BytesIO(shrink(path)))
    assert small.size == (WIDTH, 2 * WIDTH)
    assert not small.getexif()
    assert shrink(path) == shrink(path)


def test_what_is_no_picture_has_no_small_copy(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"not a picture")
    assert shrink(path) == b""


def test_each_photo_of_a_plan_has_its_small_copy(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    [(photo, small)] = make_thumbnails(plan, None).items()
    assert (photo, small.path) == ("photos/01-id-cards-1.jpg", "assets/photos/01-id-cards-1.jpg")


def test_a_photo_that_cannot_be_read_has_none(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    (photo,) = [f.content for f in plan.files if f.role is Role.PHOTO]
    assert isinstance(photo, FileRange)
    photo.path.write_bytes(b"no picture")
    assert make_thumbnails(plan, None) == {}
