"""Read files that somebody hands over whole: regular files alone, and none larger than such files are."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.units import format_size


def open_file(path: Path) -> BinaryIO:
    """The file, opened for reading. Raises OSError, also for what is no file: a pipe is not waited for, and a device
    that never ends is not read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, str(_("this is no file")))
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def read_file(path: Path, most: int) -> bytes:
    """The file's bytes, and of one that has more than ``most`` one byte more. Raises OSError as `open_file`."""
    with open_file(path) as file:
        return file.read(most + 1)


def read_small(path: Path, most: int) -> bytes:
    """Return the bytes of a file or pipe. Raises InputError if it cannot be read or has more than ``most`` bytes; no
    more than ``most`` + 1 are read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as problem:
        what = _("it cannot be read: {reason}", reason=problem.strerror)
        raise InputError(Finding("file-unreadable", what, Place(str(path)))) from problem
    if len(data) <= most:
        return data
    what = _("it is larger than {most}, which no such file is", most=format_size(most))
    raise InputError(Finding("file-too-large", what, Place(str(path)), _("Name the file that was meant.")))
