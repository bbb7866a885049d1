"""The one place where PyAV is imported and a stranger's media file opened."""

from __future__ import annotations

import ctypes
import functools
import importlib
import pkgutil
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usbkit.sources.media.signatures import (
    ASF,
    AVI,
    FLASH,
    HEAD,
    MATROSKA,
    MP4,
    OGG,
    PROGRAM,
    QUICKTIME,
    TRANSPORT,
    WEBM,
    recognise,
)
from usbkit.workers.handed import open_source

if TYPE_CHECKING:
    from av.container import InputContainer


#: FFmpeg's demuxer for each kind of video that we know (`ffmpeg -demuxers`).
DEMUXERS = {
    MP4: "mov",
    QUICKTIME: "mov",
    MATROSKA: "matroska",
    WEBM: "matroska",
    AVI: "avi",
    ASF: "asf",
    FLASH: "flv",
    TRANSPORT: "mpegts",
    PROGRAM: "mpeg",
    OGG: "ogg",
}

_NO_PROTOCOL = {"protocol_whitelist": ""}


@functools.cache
def load_av() -> Any:
    """PyAV, imported on first use (it costs 17 MB) and told to keep its own messages to itself."""
    import av
    import av.logging

    av.logging.set_level(av.logging.FATAL)
    _hold_back_processor()
    return av


def load_all_of_av() -> None:
    """PyAV with the modules that it imports when a file turns out to need them."""
    av = load_av()
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.startswith(("av.__main__", "av.datasets")):
            importlib.import_module(module.name)


#: libavutil/cpu.h: MMX, MMXEXT, SSE, SSE2, SSE3, SSSE3, SSE4.1, SSE4.2, which every x86 processor since 2009 has.
_COMMON_X86 = 0x1 | 0x2 | 0x8 | 0x10 | 0x40 | 0x80 | 0x100 | 0x200


def _hold_back_processor() -> None:
    """Have FFmpeg use no newer instructions than `_COMMON_X86`: with AVX and FMA its AAC encoder rounds otherwise, so
    that the same sound came out in other bytes. Where its library cannot be told, nothing is changed.
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return
    for path in _find_libavutil():
        with suppress(OSError, AttributeError):
            library = ctypes.CDLL(path)
            library.av_force_cpu_flags(library.av_get_cpu_flags() & _COMMON_X86)


def _find_libavutil() -> list[str]:
    """The libavutil that PyAV loaded (proc_pid_maps(5)); none where the system does not say."""
    try:
        lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    return sorted({line.split(maxsplit=5)[-1] for line in lines if "libavutil" in line})


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """``path`` opened for reading; `av.error.FFmpegError` passes through.

    PyAV is given the open file and not its name, since a name can be a URL to FFmpeg; the format that the first bytes
    show, since FFmpeg's own guess can be a list of addresses; and no protocol, since a file can name others. Metadata
    in whatever encoding must not keep us from reading the picture. Raises ValueError for a kind that is none of ours.
    """
    with open_source(path) as file:
        head = file.read(HEAD)
        file.seek(0)
        kind = recognise(head)
        demuxer = DEMUXERS.get(kind) if kind is not None else None
        if demuxer is None:
            raise ValueError("not a kind of video that is read")
        with load_av().open(file, format=demuxer, options=_NO_PROTOCOL, metadata_errors="replace") as container:
            yield container
