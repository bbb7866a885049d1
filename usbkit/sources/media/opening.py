"""The one place where PyAV is imported and a media file opened."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av.container import InputContainer


@functools.cache
def load_av() -> Any:
    """PyAV, imported on first use (it costs 17 MB) and told to keep its own messages to itself."""
    import av
    import av.logging

    av.logging.set_level(av.logging.FATAL)
    return av


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """``path`` opened for reading; `av.error.FFmpegError` passes through.

    PyAV is given the open file and not its name, since a name can be a URL to FFmpeg. Metadata in whatever encoding
    must not keep us from reading the picture.
    """
    with path.open("rb") as file, load_av().open(file, metadata_errors="replace") as container:
        yield container
