"""The one place where PyAV is imported and a stranger's media file opened."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
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
    return av


def load_all_of_av() -> None:
    """PyAV with the modules that it imports when a file turns out to need them."""
    av = load_av()
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.startswith(("av.__main__", "av.datasets")):
            importlib.import_module(module.name)


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
