"""The only module that imports PyAV and opens untrusted media files."""

from __future__ import annotations

import ctypes
import functools
import importlib
import pkgutil
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

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
from usbkit.workers.source_files import open_source, open_target

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer


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
    """Import PyAV on first use (it costs 17 MB) and silence its log."""
    import av
    import av.logging

    av.logging.set_level(av.logging.FATAL)
    _hold_back_processor()
    return av


def load_all_of_av() -> None:
    """Import PyAV with the modules that it otherwise loads on demand."""
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
    """Open ``path`` for reading; ``av.error.FFmpegError`` passes through.

    PyAV gets the open file instead of its name, since FFmpeg may read a name as a URL; the format found in the first
    bytes, since FFmpeg may guess a playlist; and no protocol, since a file can name others. Metadata in any encoding is
    accepted. Raises ValueError for a kind that is not supported.
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


def go_to(container: InputContainer, microseconds: int) -> None:
    """Have ``container`` go on from the last key frame before that moment, from the first one where there is none.

    In Flash videos FFmpeg refuses what is before the first key frame, without a reason of its own (EPERM), and has then
    read on to some other place. ``av.error.FFmpegError`` passes through.
    """
    try:
        container.seek(microseconds)
    except load_av().error.PermissionError:
        container.seek(microseconds, backward=False)


class _Target:
    """A file for FFmpeg to write, which keeps what our disk refused: of that FFmpeg says only that something was."""

    def __init__(self, file: BinaryIO) -> None:
        self.refusal: OSError | None = None
        self.seek, self.tell = file.seek, file.tell
        self._file = file

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as problem:
            self.refusal = problem
            raise


@contextmanager
def make_mp4(path: Path, **options: str) -> Iterator[OutputContainer]:
    """Open ``path`` for writing as MP4, without time and version in it; errors as in ``open_media``.

    FFmpeg gets the open file for writing and again for reading, which it needs to move data inside it. Raises OSError
    if it cannot be written.
    """
    with open_target(path) as file:
        target = _Target(file)

        def open_again(_name: str, _flags: int, _options: object) -> BinaryIO:
            return open_source(path)

        settings = {"fflags": "+bitexact", **options}
        try:
            with load_av().open(target, "w", format="mp4", options=settings, io_open=open_again) as container:
                yield container
        except load_av().error.FFmpegError:
            if target.refusal is not None:
                raise target.refusal from None
            raise
