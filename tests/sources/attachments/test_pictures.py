"""Photos as offices send them: what is said of them, and small copies that look as they do."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from usbkit.sources.attachments.pictures import MOST_PIXELS, WIDTH, examine_picture, shrink


def ids(path: Path) -> list[str]:
    return [f.id for f in examine_picture(path)]


def shown(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(shrink(path))).convert("RGB")


def near(pixel: object, wanted: tuple[int, int, int], most: int = 6) -> bool:
    return isinstance(pixel, tuple) and all(abs(a - b) <= most for a, b in zip(pixel, wanted, strict=True))


@pytest.mark.parametrize("suffix", ["jpg", "jpeg", "png"])
def test_whole_pictures_have_no_findings(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (40, 30), "red").save(path)
    assert ids(path) == []


def test_a_jpeg_with_further_pictures_in_it_is_a_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    Image.new("RGB", (40, 30), "red").save(path, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30))])
    assert Image.open(path).format == "MPO"
    assert ids(path) == []
    assert near(shown(path).getpixel((20, 15)), (254, 0, 0))


def test_a_cut_or_renamed_picture_is_named(tmp_path: Path) -> None:
    whole = io.BytesIO()
    Image.effect_noise((200, 200), 50).convert("RGB").save(whole, "PNG")
    cut, renamed, text = tmp_path / "cut.png", tmp_path / "renamed.jpg", tmp_path / "text.png"
    cut.write_bytes(whole.getvalue()[:2000])
    renamed.write_bytes(whole.getvalue())
    text.write_text("no picture")
    assert ids(cut) == ["file-truncated"]
    assert ids(renamed) == ["file-wrong-extension"]
    assert ids(text) == ["file-wrong-extension"]
    assert shrink(cut) == b"" and shrink(text) == b""


def test_a_picture_beyond_all_measure_is_named_and_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("usbkit.sources.attachments.pictures.MOST_PIXELS", 100)
    path = tmp_path / "a.png"
    Image.new("RGB", (11, 10)).save(path)
    assert ids(path) == ["picture-too-large"]
    assert shrink(path) == b""
    assert MOST_PIXELS > 200_000_000


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    logo = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    logo.paste((0, 0, 255, 255), (0, 0, 50, 100))
    path, palette = tmp_path / "logo.png", tmp_path / "palette.png"
    logo.save(path)
    logo.quantize(8).save(palette)
    for each in (path, palette):
        assert near(shown(each).getpixel((75, 50)), (255, 255, 255))
        assert near(shown(each).getpixel((20, 50)), (0, 0, 254))


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    Image.new("I;16", (60, 60), 32_896).save(path)
    assert near(shown(path).getpixel((30, 30)), (128, 128, 128))


def test_a_turned_photo_stands_upright(tmp_path: Path) -> None:
    photo = Image.new("RGB", (3000, 1500), "green")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees (Exif 2.32, 4.6.4, Orientation)
    path = tmp_path / "turned.jpg"
    photo.save(path, exif=exif)
    assert shown(path).size == (WIDTH, 2 * WIDTH)
    large = tmp_path / "turned.png"
    photo.save(large, exif=exif)
    assert shown(large).size == (WIDTH, 2 * WIDTH)


def test_printers_colours_become_the_screens(tmp_path: Path) -> None:
    path = tmp_path / "print.jpg"
    Image.new("CMYK", (60, 60), (0, 255, 255, 0)).save(path)
    red, green, blue = shown(path).getpixel((30, 30))  # type: ignore[misc]
    assert red > 200 and green < 60 and blue < 60


def test_a_colour_profile_is_applied_and_a_broken_one_passed_over(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    photo = Image.new("RGB", (60, 60), (10, 200, 30))
    for name, icc in (("lab.jpg", profile.tobytes()), ("broken.jpg", b"no profile")):
        photo.save(tmp_path / name, icc_profile=icc)
        assert near(shown(tmp_path / name).getpixel((30, 30)), (10, 200, 30), 12)
