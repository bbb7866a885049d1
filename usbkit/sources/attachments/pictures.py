"""Photos: whether they decode completely, and small upright copies of them for the pages.

Browsers show JPEG and PNG. A copy is an sRGB JPEG that looks like the photo: alpha on white, 16 bits reduced to 8,
orientation and colour profile applied.
"""

from __future__ import annotations

import io
import shlex
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.sources.media.signatures import HEAD, recognise
from usbkit.workers.source_files import open_source

if TYPE_CHECKING:
    from PIL.Image import Image

#: Pixels across, for a frame of at most 15 rem on a screen of twice the usual density.
WIDTH = 480
_QUALITY = 80
#: What a picture that nobody shrinks is kept at: no eye tells it from its source.
_QUALITY_OF_ORIGINAL = 92

#: Pixels of the largest photo that is decoded: 250 million, as RGB some 750 MB.
MOST_PIXELS = 250_000_000

#: Suffixes that a browser shows as a picture, and Pillow's name of the format.
BROWSERS_SHOW = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}

#: Pillow's names of what other pictures are. MPO: a JPEG with further pictures behind it, which all readers pass over.
_SAME = {"MPO": "JPEG"}

#: Other pictures of cameras and offices, which ``usbkit mend`` makes JPEGs of.
OTHERS_READ = (".heic", ".heif", ".tif", ".tiff", ".bmp", ".webp", ".avif")

#: Pictures that `usbkit mend` makes JPEGs of: GIF too, which browsers show, but no page takes for a photo.
MENDED = (*OTHERS_READ, ".gif")

#: What Pillow and its plug-ins raise of a picture that is damaged.
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, RuntimeError, struct.error)

#: What the camera's notes may raise besides: of them only the turn is used, and browsers pass over what is broken.
_NOTES_BROKEN = (*_UNREADABLE, TypeError, LookupError, ArithmeticError)

_ORIENTATION = 0x0112  # Exif 2.32, 4.6.4

#: TIFF 6.0, section 8, NewSubfileType: a smaller copy of another picture (1) or its mask (4) is no page.
_SUBFILE, _NO_PAGE = 254, 1 | 4

_SEND_AGAIN = _("Ask for the file again, and compare its size with the sender's.")


def load_pillow() -> None:
    """Import Pillow with everything this module uses of it."""
    from PIL import Image, ImageChops, ImageCms, ImageStat  # noqa: F401

    Image.init()  # every format's plug-in
    _know_heif()


def examine_picture(path: Path) -> tuple[Finding, ...]:
    """Return what keeps the JPEG or PNG at ``path`` from being shown. Raises OSError if it cannot be read."""
    from PIL import Image, UnidentifiedImageError

    claimed = BROWSERS_SHOW[path.suffix.lower()]
    try:
        with open_source(path) as file, _unbounded(Image).open(file) as image:
            found = _SAME.get(image.format or "", image.format or "")
            if image.width * image.height > MOST_PIXELS:
                return (_too_large(path, image.width, image.height),)
            image.load()
    except UnidentifiedImageError:
        return (_unopened(path, claimed, claimed),)
    except _UNREADABLE as problem:
        if isinstance(problem, OSError) and problem.errno is not None:
            raise
        what = _("the picture cannot be read: {reason}", reason=_("it is damaged, or its end is missing"))
        return (_wrong(path, "file-truncated", what, _SEND_AGAIN),)
    if found != claimed:
        what = _("the name says {claimed}, but it is {found}", claimed=claimed, found=found)
        if found not in BROWSERS_SHOW.values():
            return (_wrong(path, "file-wrong-extension", what, advise_mending(path)),)
        return (_wrong(path, "file-wrong-extension", what, _("Rename it.")),)
    return ()


@dataclass(frozen=True, slots=True)
class Jpeg:
    """A JPEG, and what is to be said of how it was made."""

    data: bytes
    findings: tuple[Finding, ...] = ()


def to_jpeg(path: Path) -> Jpeg:
    """Return the picture at ``path`` as a full-size JPEG, upright, in sRGB, without metadata (place, time).

    Of an animation or a series it is the first picture, and a remark says so. Raises InputError if it cannot be decoded
    or has several pages, OSError if it cannot be read.
    """
    with _decodable(path) as picture:
        remarks = _choose_picture(path, picture)
        picture.load()
        turn = _turn_of(picture)  # behind load: Pillow turns a TIFF by itself
        upright = _turned(_to_srgb(_flatten(picture), picture.info.get("icc_profile")), turn)
    return Jpeg(_save(upright, _QUALITY_OF_ORIGINAL), remarks)


def find_pages(path: Path) -> tuple[Finding, ...]:
    """Return the error that the picture at ``path`` has several pages, if it does.

    Nothing is said here of one that cannot be decoded. Raises OSError if it cannot be read.
    """
    try:
        with _decodable(path) as picture:
            _choose_picture(path, picture)
    except InputError as problem:
        return tuple(f for f in problem.findings if f.id == "picture-several-pages")
    return ()


@contextmanager
def _decodable(path: Path) -> Iterator[Any]:
    """The picture at ``path``, opened. Raises InputError for what cannot be decoded, also in the block; OSError."""
    from PIL import Image, UnidentifiedImageError

    _know_heif()
    try:
        with open_source(path) as file, _unbounded(Image).open(file) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise InputError(_too_large(path, picture.width, picture.height))
            yield picture
    except UnidentifiedImageError:
        raise InputError(_unopened(path, "", _("a picture"))) from None
    except _UNREADABLE as problem:
        if isinstance(problem, OSError) and problem.errno is not None:
            raise
        what = _("the picture cannot be read: {reason}", reason=_("it is damaged, or its end is missing"))
        raise InputError(_wrong(path, "file-truncated", what, _SEND_AGAIN)) from problem


def _choose_picture(path: Path, picture: Any) -> tuple[Finding, ...]:
    """Have the only page of ``picture`` shown, or the first picture of several, which the remark tells.

    Raises InputError for several pages, such as an office's scanner makes: none may be left out.
    """
    if picture.format == "TIFF":
        pages = list(_page_numbers(picture))
        if len(pages) > 1:
            what = _("there are {count} pages in it, and a JPEG has one", count=len(pages))
            todo = _("Save it as a PDF, or save each page by itself as a JPEG.")
            raise InputError(_wrong(path, "picture-several-pages", what, todo))
        picture.seek(pages[0] if pages else 0)
        return ()
    count = 1 if picture.format in _SAME else getattr(picture, "n_frames", 1)
    if count == 1:
        return ()
    what = _("there are {count} pictures in it, an animation or a series; the JPEG is the first", count=count)
    todo = _("Where the others matter, save it as a video, or save each picture by itself.")
    return (Finding("picture-first-of-several", what, Place(str(path)), todo, is_error=False),)


def _page_numbers(picture: Any) -> Iterator[int]:
    """The frames of a TIFF that are pages."""
    for number in range(picture.n_frames):
        picture.seek(number)
        if not int(picture.tag_v2.get(_SUBFILE, 0)) & _NO_PAGE:
            yield number


def _know_heif() -> None:
    """Have Pillow open what telephones take: HEIC and HEIF, in one thread, as all that is done here."""
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener(thumbnails=False)


def shrink(path: Path) -> bytes:
    """Return the photo at ``path`` as an upright JPEG of ``WIDTH`` pixels; empty if it cannot be read."""
    from PIL import Image

    try:
        with open_source(path) as file, _unbounded(Image).open(file) as photo:
            if photo.width * photo.height > MOST_PIXELS:
                return b""
            photo.draft("RGB", (2 * WIDTH, 4 * WIDTH))  # a JPEG is decoded at a part of its size
            photo.load()
            turn, small = _turn_of(photo), _reduce(photo)
            upright = _turned(_to_srgb(_flatten(small), photo.info.get("icc_profile")), turn)
    except _UNREADABLE as problem:
        if isinstance(problem, OSError) and problem.errno is not None:
            raise
        return b""
    upright.thumbnail((WIDTH, 2 * WIDTH))
    return _save(upright, _QUALITY)


def _save(image: Image, quality: int) -> bytes:
    """``image`` as a JPEG with nothing in it but the picture: Pillow hands on comments too."""
    buffer, rgb = io.BytesIO(), image.convert("RGB")
    rgb.info = {}
    rgb.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def _turn_of(photo: Image) -> int:
    """How the camera was held: Exif's number; 1, upright, where it does not say."""
    try:
        return int(photo.getexif().get(_ORIENTATION, 1))
    except _NOTES_BROKEN:
        return 1


def _turned(image: Image, turn: int) -> Image:
    """``image`` upright; ``turn`` is Exif's number."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(turns[turn]) if turn in turns else image


def _unbounded(image: Any) -> Any:
    """Pillow without its own bound on pixels: ours is asked before anything is decoded."""
    vars(image)["MAX_IMAGE_PIXELS"] = None
    return image


def _reduce(photo: Image) -> Image:
    """``photo``, made smaller by a whole factor where it is many times too large, so that further steps are cheap."""
    factor = min(photo.width // (2 * WIDTH), photo.height // (2 * WIDTH))
    if photo.mode in ("P", "1") or photo.mode.startswith("I;16") or factor < 2:
        return photo
    if "transparency" in photo.info:
        photo = photo.convert("RGBA")  # before the one colour is mixed with others
    return photo.reduce(factor)


def _flatten(image: Image) -> Image:
    """``image`` in 8 bits a channel, without transparency: what shows through is white, as on the page."""
    from PIL import Image

    if image.mode.startswith("I;16") or image.mode == "I":
        image = _to_eight_bits(image)
    if image.mode in ("1", "L", "P", "RGB") and "transparency" in image.info:  # one colour of it is seen through
        image = image.convert("RGBA")
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa"):
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image)
        ground.info.update(image.info)
        image = ground.convert("RGB")
    return image


def _to_eight_bits(image: Image) -> Image:
    """``image`` of 16 bits a pixel in 8, without its transparent grey where it has one (PNG 11.3.2.1, tRNS)."""
    from PIL import ImageChops

    wide, seen_through = image.convert("I"), image.info.get("transparency")
    small = wide.point(lambda value: value / 257).convert("L")  # 65,535 becomes 255
    if isinstance(seen_through, int):
        above, below = (
            wide.point(lambda value: value - seen_through),
            wide.point(lambda value: value * -1 + seen_through),
        )
        small.putalpha(
            ImageChops.lighter(above.convert("L"), below.convert("L")).point(lambda value: 255 if value else 0)
        )
    return small


def _to_srgb(image: Image, profile: bytes | None) -> Image:
    """``image`` in sRGB; a profile that cannot be used is passed over, as browsers do."""
    from PIL import ImageCms

    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            made = None
        image = made or image
    return image.convert("RGB")


def advise_mending(path: Path) -> Text:
    """The advice to run ``usbkit mend``, which makes a displayable copy of the file at ``path``."""
    return _("Run: {command}", command=shlex.join(["usbkit", "mend", str(path)]))


def _unopened(path: Path, kind: str, claimed: str | Text) -> Finding:
    """Why Pillow knows no picture in the file at ``path``, which claims to be of ``kind``, or of any where it is ""."""
    with open_source(path) as file:
        signature = recognise(file.read(HEAD))
    if signature is not None and signature.name.endswith(f"{kind} picture"):
        what = _("the picture cannot be read: {reason}", reason=_("it is damaged near its beginning"))
        return _wrong(path, "file-truncated", what, _SEND_AGAIN)
    return _wrong(path, "file-wrong-extension", name_kind(path, claimed), _SEND_AGAIN)


def name_kind(path: Path, claimed: str | Text) -> Text:
    """The sentence that the file is not what its name says, and what it is."""
    with open_source(path) as file:
        signature = recognise(file.read(HEAD))
    found = signature.said if signature else _("of no kind that we know")
    return _("the name says {claimed}, but it is {found}", claimed=claimed, found=found)


def _too_large(path: Path, width: int, height: int) -> Finding:
    what = _(
        "the picture has {width} × {height} pixels, more than an old computer can show", width=width, height=height
    )
    return _wrong(path, "picture-too-large", what, _("Ask for a smaller copy."))


def _wrong(path: Path, id: str, what: Text, todo: Text) -> Finding:
    return Finding(id, what, Place(str(path)), todo)
