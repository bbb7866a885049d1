"""A poster: one picture of a video as a JPEG, the same bytes on every machine.

FFmpeg's scaler rounds differently on different processors, so only its H.264 decoder is used, whose output the standard
fixes bit for bit. Pillow does scaling, colours and JPEG.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.sources.media.facts import first_video
from usbkit.sources.media.opening import go_to, load_av, open_media

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from PIL.Image import Image

#: Posters are shown at most this wide and high, in pixels.
WIDEST, HIGHEST = 960, 540

_QUALITY = 82

#: Where to look, in parts of the length, for a picture that is not black or a fade.
_MOMENTS = (0.10, 0.20, 0.35, 0.50, 0.05)

#: Standard deviation of the luma below which a picture shows next to nothing.
_FLAT = 8.0

#: Frames decoded from the key frame before the wanted moment; bounds the work for files without key frames.
_MOST_FRAMES = 600

#: FFmpeg's numbers for the colour matrices (ITU-T H.273 table 4) and for full-range luma.
_BT709, _UNSPECIFIED, _FULL_RANGE = 1, 2, 2


def make_poster(path: Path, at_ms: int | None = None) -> bytes:
    """Return a JPEG of the frame at ``at_ms`` milliseconds; if None, of the first distinctive moment.

    Raises InputError if no frame can be decoded.
    """
    errors = load_av().error
    try:
        with open_media(path) as container:
            frame = _frame_at(container, at_ms) if at_ms is not None else _telling_frame(container)
    except MemoryError:  # of PyAV's too, which are FFmpeg's errors besides
        raise
    except (errors.FFmpegError, OSError, ValueError, IndexError) as problem:
        raise _no_picture(path, str(getattr(problem, "strerror", None) or problem)) from problem
    if frame is None:
        raise _no_picture(path, "")
    return _to_jpeg(_to_image(frame))


def _no_picture(path: Path, reason: str) -> InputError:
    what = _("no picture can be taken from it: {reason}", reason=reason or "no frame")
    return InputError(Finding("media-undecodable", what, Place(str(path)), _("Ask for the file again.")))


def _telling_frame(container: InputContainer) -> VideoFrame | None:
    """The first of a few moments whose picture shows something, else the one that shows most."""
    length = (container.duration or 0) // 1000
    best, most = None, -1.0
    for part in _MOMENTS:
        frame = _frame_at(container, int(length * part))
        contrast = _contrast(frame) if frame is not None else -1.0
        if contrast > _FLAT:
            return frame
        if contrast > most:
            best, most = frame, contrast
    return best


def _contrast(frame: VideoFrame) -> float:
    from PIL import ImageStat

    return float(ImageStat.Stat(_plane(frame, 0)).stddev[0])


def _frame_at(container: InputContainer, at_ms: int) -> VideoFrame | None:
    """The last frame that begins at or before ``at_ms``; the first one where the video begins later."""
    go_to(container, at_ms * 1000)
    shown = None
    for frame in _decode(container):
        if shown is not None and (frame.time is None or frame.time * 1000 > at_ms):
            break
        shown = frame
    return shown


def _decode(container: InputContainer) -> Iterator[VideoFrame]:
    stream = first_video(container)
    if stream is None:
        return
    if not stream.codec_context.is_open:  # at the second moment it is
        stream.codec_context.thread_count = 1
    for count, frame in enumerate(container.decode(stream)):
        if count == _MOST_FRAMES:
            return
        yield frame


def _plane(frame: VideoFrame, index: int) -> Image:
    """One plane of a 4:2:0 frame as an 8-bit picture, without the padding at the ends of its rows."""
    from PIL import Image

    plane = frame.planes[index]
    return Image.frombytes("L", (plane.width, plane.height), bytes(plane), "raw", "L", plane.line_size)


def _to_image(frame: VideoFrame) -> Image:
    from PIL import Image

    if frame.format.name not in ("yuv420p", "yuvj420p"):
        frame = frame.reformat(format="yuv420p")  # not bit-exact, but no such file gets onto a drive
    size = _fit(frame.width, frame.height)
    planes = [_plane(frame, index).resize(size, Image.Resampling.BICUBIC) for index in range(3)]
    image = Image.merge("RGB", planes).convert("RGB", _matrix(frame))
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image


def _fit(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, WIDEST / width, HIGHEST / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _matrix(frame: VideoFrame) -> tuple[float, ...]:
    """The rows that turn (Y, Cb, Cr, 1) into R, G, B (ITU-R BT.601 and BT.709, section 3)."""
    is_hd = frame.colorspace == _BT709 or (frame.colorspace == _UNSPECIFIED and frame.height >= 720)
    kr, kb = (0.2126, 0.0722) if is_hd else (0.299, 0.114)
    kg = 1 - kr - kb
    is_full = frame.color_range == _FULL_RANGE or frame.format.name == "yuvj420p"
    black, luma, chroma = (0.0, 1.0, 1.0) if is_full else (16.0, 255 / 219, 255 / 224)
    red, blue = 2 * (1 - kr) * chroma, 2 * (1 - kb) * chroma
    green_red, green_blue = red * kr / kg, blue * kb / kg
    base = -black * luma
    return (
        *(luma, 0.0, red, base - 128 * red),
        *(luma, -green_blue, -green_red, base + 128 * (green_blue + green_red)),
        *(luma, blue, 0.0, base - 128 * blue),
    )


def _to_jpeg(image: Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
