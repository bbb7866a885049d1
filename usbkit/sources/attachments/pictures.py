"""Photos: whether they decode whole, and small upright copies of them for the pages.

What a browser shows is JPEG and PNG. A copy is an sRGB JPEG: alpha lies on white, 16 bits become 8, the camera's turn
and the colour profile are applied, so that it looks as the photo does.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.sources.media.signatures import HEAD, recognise
from usbkit.workers.handed import open_source

if TYPE_CHECKING:
    from PIL.Image import Image

#: Pixels across, for a frame of at most 15 rem on a screen of twice the usual density.
WIDTH = 480
_QUALITY = 80

#: Pixels of the largest photo that is decoded: 250 million, as RGB some 750 MB.
MOST_PIXELS = 250_000_000

#: Suffixes that a browser shows as a picture, and Pillow's name of the format.
BROWSERS_SHOW = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}

#: Pillow's names of what other pictures are. MPO: a JPEG with further pictures behind it, which all readers pass over.
_SAME = {"MPO": "JPEG"}

_SEND_AGAIN = _("Ask for the file again, and compare its size with the sender's.")


def load_pillow() -> None:
    """Import Pillow with all that this module will use of it."""
    from PIL import Image, ImageCms, ImageOps, ImageStat  # noqa: F401

    Image.init()  # every format's plug-in


def examine_picture(path: Path) -> tuple[Finding, ...]:
    """What keeps the JPEG or PNG at ``path`` from being shown. Raises OSError where it cannot be read."""
    from PIL import Image, UnidentifiedImageError

    claimed = BROWSERS_SHOW[path.suffix.lower()]
    try:
        with open_source(path) as file, _unbounded(Image).open(file) as image:
            found = _SAME.get(image.format or "", image.format or "")
            if image.width * image.height > MOST_PIXELS:
                return (_too_large(path, image.width, image.height),)
            image.load()
    except UnidentifiedImageError:
        return (_wrong(path, "file-wrong-extension", name_kind(path, claimed), _SEND_AGAIN),)
    except (OSError, SyntaxError, ValueError) as problem:
        if isinstance(problem, OSError) and problem.errno is not None:
            raise
        what = _("the picture cannot be read: {reason}", reason=str(problem))
        return (_wrong(path, "file-truncated", what, _SEND_AGAIN),)
    if found != claimed:
        what = _("the name says {claimed}, but it is {found}", claimed=claimed, found=found)
        return (_wrong(path, "file-wrong-extension", what, _("Rename it.")),)
    return ()


def shrink(path: Path) -> bytes:
    """The photo at ``path`` as a JPEG of `WIDTH` pixels, turned upright; empty when it cannot be read."""
    from PIL import Image, ImageOps

    try:
        with open_source(path) as file, _unbounded(Image).open(file) as photo:
            if photo.width * photo.height > MOST_PIXELS:
                return b""
            photo.draft("RGB", (2 * WIDTH, 4 * WIDTH))  # a JPEG is decoded at a part of its size
            small = _reduce(photo)
            upright = ImageOps.exif_transpose(_to_srgb(_flatten(small), photo.info.get("icc_profile")))
    except (OSError, ValueError, SyntaxError) as problem:
        if isinstance(problem, OSError) and problem.errno is not None:
            raise
        return b""
    upright.thumbnail((WIDTH, 2 * WIDTH))
    buffer = io.BytesIO()
    upright.convert("RGB").save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()


def _unbounded(image: Any) -> Any:
    """Pillow without its own bound on pixels: ours is asked before anything is decoded."""
    vars(image)["MAX_IMAGE_PIXELS"] = None
    return image


def _reduce(photo: Image) -> Image:
    """``photo``, made smaller by a whole factor where it is many times too large, so that further steps are cheap."""
    exif = photo.getexif()
    factor = min(photo.width // (2 * WIDTH), photo.height // (2 * WIDTH))
    if photo.mode in ("P", "1") or photo.mode.startswith("I;16") or factor < 2:
        return photo
    small = photo.reduce(factor)
    small.info["exif"] = exif.tobytes()
    return small


def _flatten(image: Image) -> Image:
    """``image`` in 8 bits a channel, without transparency: what shows through is white, as on the page."""
    from PIL import Image

    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.convert("I").point(lambda value: value / 257).convert("L")  # 65,535 becomes 255
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa"):
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image)
        ground.info.update(image.info)
        image = ground.convert("RGB")
    return image


def _to_srgb(image: Image, profile: bytes | None) -> Image:
    """``image`` in sRGB; a profile that cannot be used is passed over, as browsers do."""
    from PIL import ImageCms

    exif = image.getexif()
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            made = None
        image = made or image
    rgb = image.convert("RGB")
    rgb.info["exif"] = exif.tobytes()
    return rgb


def name_kind(path: Path, claimed: str) -> Text:
    """That the file is not what its name says, and what it is."""
    with open_source(path) as file:
        signature = recognise(file.read(HEAD))
    found = signature.name if signature else _("of no kind that we know")
    return _("the name says {claimed}, but it is {found}", claimed=claimed, found=found)


def _too_large(path: Path, width: int, height: int) -> Finding:
    what = _(
        "the picture has {width} × {height} pixels, more than an old computer can show", width=width, height=height
    )
    return _wrong(path, "picture-too-large", what, _("Ask for a smaller copy."))


def _wrong(path: Path, id: str, what: Text, todo: Text) -> Finding:
    return Finding(id, what, Place(str(path)), todo)
