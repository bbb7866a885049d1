"""Photos as offices send them: their findings, and small copies that look like the originals."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

from usbkit.core.errors import InputError
from usbkit.sources.attachments.pictures import (
    MOST_PIXELS,
    WIDTH,
    _reduce,
    _turn_of,
    examine_picture,
    find_pages,
    load_pillow,
    shrink,
    to_jpeg,
)


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


@pytest.mark.parametrize("suffix", ["png", "jpg", "heic"])
def test_what_is_damaged_at_its_beginning_is_not_called_another_kind(tmp_path: Path, suffix: str) -> None:
    """Not: the name says JPEG, but it is JPEG picture."""
    picture, path = Image.effect_noise((60, 60), 50).convert("RGB"), tmp_path / f"a.{suffix}"
    heic(path, picture) if suffix == "heic" else picture.save(path)
    path.write_bytes(path.read_bytes()[:14] + bytes(200))
    if suffix != "heic":
        (finding,) = examine_picture(path)
        assert (finding.id, "damaged" in str(finding.what)) == ("file-truncated", True)
    with pytest.raises(InputError) as caught:
        to_jpeg(path)
    (finding,) = caught.value.findings
    assert (finding.id, "damaged" in str(finding.what)) == ("file-truncated", True)


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


@pytest.mark.parametrize(
    ("mode", "size", "seen_through", "kept", "looks"),
    [
        ("1", 100, 0, 1, (255, 255, 255)),
        ("L", 100, 0, 90, (90, 90, 90)),
        ("RGB", 100, (0, 0, 0), (0, 0, 255), (0, 0, 254)),
        ("RGB", 4 * WIDTH, (0, 0, 0), (0, 0, 255), (0, 0, 254)),  # made smaller in two steps
        ("I;16", 100, 0, 128 * 257, (128, 128, 128)),
        ("I;16", 100, 65_535, 128 * 257, (128, 128, 128)),
        ("I;16", 100, 100 * 257, 128 * 257, (128, 128, 128)),
        ("I;16", 100, 100 * 257, 50 * 257, (50, 50, 50)),
    ],
)
def test_one_colour_that_is_seen_through_is_white(
    tmp_path: Path, mode: str, size: int, seen_through: Any, kept: Any, looks: tuple[int, int, int]
) -> None:
    """PNG 11.3.2.1, tRNS."""
    logo, path = Image.new(mode, (size, size), seen_through), tmp_path / "logo.png"
    logo.paste(kept, (0, 0, size // 2, size))
    logo.save(path, transparency=seen_through)
    small = shown(path)
    assert near(small.getpixel((small.width * 3 // 4, small.height // 2)), (255, 255, 255))
    assert near(small.getpixel((small.width // 4, small.height // 2)), looks)


def test_fine_lines_on_a_colour_that_is_seen_through_are_mixed_with_white(tmp_path: Path) -> None:
    """Made smaller, each point is half of a blue line and half of the page; black is only what is seen through."""
    path, wide = tmp_path / "logo.png", Image.new("RGB", (4 * WIDTH, 4 * WIDTH))
    for x in range(0, wide.width, 2):
        wide.paste((0, 0, 255), (x, 0, x + 1, wide.height))
    wide.save(path, transparency=(0, 0, 0))
    assert near(shown(path).getpixel((WIDTH // 2, WIDTH // 2)), (127, 127, 255))


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


@pytest.mark.parametrize("turn", range(10))
def test_each_way_to_hold_a_camera_is_turned_upright(tmp_path: Path, turn: int) -> None:
    """As Pillow's own function does; 0 and 9 are no ways."""
    photo = Image.new("RGB", (300, 200), "white")
    photo.paste("blue", (0, 0, 150, 60))
    exif = Image.Exif()
    exif[0x0112] = turn
    photo.save(tmp_path / "a.png", exif=exif)
    with Image.open(tmp_path / "a.png") as again:
        wanted = ImageOps.exif_transpose(again)
    for made in (shown(tmp_path / "a.png"), Image.open(io.BytesIO(to_jpeg(tmp_path / "a.png").data))):
        assert made.size == wanted.size
        assert max(ImageStat.Stat(ImageChops.difference(made, wanted)).mean) < 2


def test_notes_of_the_camera_that_are_broken_keep_nobody_from_the_photo(tmp_path: Path) -> None:
    """A rational number that is a text: Pillow reads it and cannot write it again."""
    exif = Image.Exif()
    exif[0x0112], exif[0x011A] = 6, 72.0
    path = tmp_path / "a.jpg"
    Image.new("RGB", (90, 60), "blue").save(path, exif=exif)
    good = path.read_bytes()
    at = good.index(b"\x01\x1a\x00\x05")
    path.write_bytes(good[: at + 2] + b"\x00\x02" + good[at + 4 :])  # ASCII where a rational belongs
    assert ids(path) == []
    assert (shown(path).size, Image.open(io.BytesIO(to_jpeg(path).data)).size) == ((60, 90), (60, 90))
    path.write_bytes(good.replace(b"MM\x00*", b"MM\x00/"))  # no TIFF at all: not turned, and shown
    assert ids(path) == []
    assert (shown(path).size, Image.open(io.BytesIO(to_jpeg(path).data)).size) == ((90, 60), (90, 60))


def test_copies_carry_no_comment(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (90, 60), "blue").save(path, comment=b"taken at home")
    assert b"home" in path.read_bytes()
    assert b"home" not in shrink(path) + to_jpeg(path).data


def test_printers_colours_become_the_screens(tmp_path: Path) -> None:
    path = tmp_path / "print.jpg"
    Image.new("CMYK", (60, 60), (0, 255, 255, 0)).save(path)
    red, green, blue = shown(path).getpixel((30, 30))  # type: ignore[misc]
    assert red > 200 and green < 60 and blue < 60


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_a_colour_profile_is_applied(tmp_path: Path, name: str) -> None:
    """Of sRGB's own, with red's and green's names exchanged in its table (ICC.1 7.3.1): red is green."""
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exchanged = usual.replace(b"rXYZ", b"?XYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"?XYZ", b"gXYZ", 1)
    path = tmp_path / name
    Image.new("RGB", (60, 60), (220, 30, 10)).save(path, icc_profile=exchanged)
    for made in (shown(path), Image.open(io.BytesIO(to_jpeg(path).data))):
        assert near(made.getpixel((30, 30)), (30, 220, 10), 12)
    Image.new("RGB", (60, 60), (220, 30, 10)).save(path, icc_profile=usual)
    assert near(shown(path).getpixel((30, 30)), (220, 30, 10), 12)


def test_a_profile_that_cannot_be_used_is_passed_over(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    photo = Image.new("RGB", (60, 60), (10, 200, 30))
    for name, icc in (("lab.jpg", profile.tobytes()), ("broken.jpg", b"no profile")):
        photo.save(tmp_path / name, icc_profile=icc)
        assert near(shown(tmp_path / name).getpixel((30, 30)), (10, 200, 30), 12)


def heic(path: Path, image: Image.Image, **more: object) -> Path:
    import pillow_heif

    pillow_heif.from_pillow(image).save(path, quality=90, **more)
    return path


def test_telephones_pictures_become_jpegs_that_look_the_same(tmp_path: Path) -> None:
    image = Image.radial_gradient("L").convert("RGB").resize((300, 200))
    image.paste((200, 30, 30), (0, 0, 60, 60))
    made = Image.open(io.BytesIO(to_jpeg(heic(tmp_path / "IMG_0001.HEIC", image)).data))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (300, 200))
    assert max(ImageStat.Stat(ImageChops.difference(made, image)).mean) < 3
    assert ids_of_renamed(heic(tmp_path / "photo.jpg", image)) == ["file-wrong-extension"]


def ids_of_renamed(path: Path) -> list[str]:
    (finding,) = examine_picture(path)
    assert str(finding.todo) == f"Run: usbkit mend {path}"
    return [finding.id]


@pytest.mark.parametrize("suffix", ["tif", "bmp", "webp", "avif", "png", "jpg"])
def test_other_pictures_become_upright_jpegs_without_notes(tmp_path: Path, suffix: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"  # turned by a quarter; a description
    image = Image.new("RGB", (120, 80), "white")
    image.paste((10, 10, 200), (0, 0, 120, 20))
    path = tmp_path / f"a.{suffix}"
    more: dict[str, Any] = {} if suffix == "bmp" else {"exif": exif}
    image.save(path, **more)
    data = to_jpeg(path).data
    made = Image.open(io.BytesIO(data))
    assert made.size == ((120, 80) if suffix == "bmp" else (80, 120))
    assert near(made.getpixel((5, 5) if suffix == "bmp" else (75, 5)), (10, 10, 200), 25)
    assert b"home" not in data and not dict(made.getexif())


_COLOURS = ("red", "green", "blue")


def several(path: Path, **more: Any) -> Path:
    first, *others = (Image.new("RGB", (40, 30), colour) for colour in _COLOURS)
    first.save(path, save_all=True, append_images=others, **more)
    return path


@pytest.mark.parametrize("suffix", ["tif", "tiff"])
def test_no_page_of_a_scan_is_left_out(tmp_path: Path, suffix: str) -> None:
    path = several(tmp_path / f"scan.{suffix}")
    with pytest.raises(InputError) as caught:
        to_jpeg(path)
    assert caught.value.findings == find_pages(path)
    (finding,) = find_pages(path)
    assert (finding.id, finding.is_error) == ("picture-several-pages", True)
    assert "3 pages" in str(finding.what) and "PDF" in str(finding.todo)


@pytest.mark.parametrize("first", [True, False])
def test_a_smaller_copy_in_a_tiff_is_no_page(tmp_path: Path, first: bool) -> None:
    from PIL.TiffImagePlugin import AppendingTiffWriter, ImageFileDirectory_v2

    note = ImageFileDirectory_v2()
    note[254] = 1
    with AppendingTiffWriter(str(tmp_path / "a.tif"), new=True) as file:
        for is_copy in (first, not first):
            size = (20, 10) if is_copy else (200, 100)
            Image.new("RGB", size, "red").save(file, "TIFF", tiffinfo=note if is_copy else {})
            file.newFrame()
    assert find_pages(tmp_path / "a.tif") == ()
    made = to_jpeg(tmp_path / "a.tif")
    assert (Image.open(io.BytesIO(made.data)).size, made.findings) == ((200, 100), ())


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_of_an_animation_the_first_picture_is_made_and_that_is_said(tmp_path: Path, suffix: str) -> None:
    path = several(tmp_path / f"a.{suffix}")
    made = to_jpeg(path)
    (finding,) = made.findings
    assert (finding.id, finding.is_error) == ("picture-first-of-several", False)
    assert "3 pictures" in str(finding.what)
    assert near(Image.open(io.BytesIO(made.data)).getpixel((20, 15)), (254, 0, 0))
    assert find_pages(path) == ()


def test_further_pictures_of_a_photo_are_not_told(tmp_path: Path) -> None:
    assert to_jpeg(several(tmp_path / "phone.jpg", format="MPO")).findings == ()


def test_what_is_no_picture_is_not_made_into_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, cut, large = tmp_path / "a.heic", tmp_path / "b.heic", tmp_path / "c.bmp"
    text.write_text("no picture")
    cut.write_bytes(
        heic(tmp_path / "whole.heic", Image.effect_noise((200, 200), 90).convert("RGB")).read_bytes()[:3000]
    )
    Image.new("RGB", (11, 10)).save(large)
    monkeypatch.setattr("usbkit.sources.attachments.pictures.MOST_PIXELS", 100)
    for path, id in ((text, "file-wrong-extension"), (large, "picture-too-large")):
        with pytest.raises(InputError) as caught:
            to_jpeg(path)
        assert [f.id for f in caught.value.findings] == [id]
    monkeypatch.setattr("usbkit.sources.attachments.pictures.MOST_PIXELS", 10**6)
    with pytest.raises(InputError) as caught:
        to_jpeg(cut)
    assert caught.value.findings[0].id in ("file-wrong-extension", "file-truncated")
    with pytest.raises(FileNotFoundError):
        to_jpeg(tmp_path / "none.heic")


def test_what_pillow_needs_is_there_before_a_file_is(tmp_path: Path) -> None:
    load_pillow()
    path = heic(tmp_path / "a.heic", Image.new("RGB", (20, 20), "red"))
    assert Image.open(path).size == (20, 20)


@pytest.mark.parametrize("look", [examine_picture, to_jpeg, shrink])
def test_what_the_disk_refuses_is_not_called_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: Callable[[Path], object]
) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (20, 20)).save(path)

    def refuse(_picture: Image.Image) -> None:
        raise OSError(errno.EIO, "the disk is worn")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", refuse)
    with pytest.raises(OSError, match="worn"):
        look(path)


def test_a_turn_that_is_no_number_is_none(tmp_path: Path) -> None:
    assert _turn_of(SimpleNamespace(getexif=lambda: {0x0112: "up"})) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mode", "size", "becomes"),
    [
        ("RGB", (10 * WIDTH, 20 * WIDTH), (2 * WIDTH, 4 * WIDTH)),
        ("L", (20 * WIDTH, 10 * WIDTH), (4 * WIDTH, 2 * WIDTH)),
        ("RGB", (4 * WIDTH, 4 * WIDTH), (2 * WIDTH, 2 * WIDTH)),
        ("RGB", (4 * WIDTH - 1, 4 * WIDTH), (4 * WIDTH - 1, 4 * WIDTH)),
        ("P", (4 * WIDTH, 4 * WIDTH), (4 * WIDTH, 4 * WIDTH)),
    ],
)
def test_what_is_many_times_too_large_is_made_smaller_first_and_never_too_small(
    mode: str, size: tuple[int, int], becomes: tuple[int, int]
) -> None:
    assert _reduce(Image.new(mode, size)).size == becomes


@pytest.mark.parametrize("is_seen_through", [True, False])
def test_a_large_photo_with_one_colour_that_is_seen_through_is_made_small(
    tmp_path: Path, is_seen_through: bool
) -> None:
    path = tmp_path / "a.png"
    picture = Image.new("RGB", (4 * WIDTH, 4 * WIDTH), (10, 20, 30))
    picture.save(path, transparency=(10, 20, 30) if is_seen_through else None)
    small = Image.open(io.BytesIO(shrink(path))).convert("RGB")
    red = small.getpixel((5, 5))[0]  # type: ignore[index]
    assert (red > 250) == is_seen_through
