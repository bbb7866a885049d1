"""One key of a ``programme.toml``, for commands that read no manifest besides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.manifest.bounds import parse_toml, read_manifest
from usbkit.manifest.finding import PROGRAMME_FILE

#: What a file that has a key may have in it instead of its letters: an escape, or the zeros that UTF-16 puts between.
_HIDDEN = (b"\\", b"\0")


def read_key(folder: Path, key: str) -> str | None:
    """The text at ``key`` of the programme in ``folder``; None where there is none.

    Raises InputError where the file cannot be read and may have the key: what is used without it would be another's.
    """
    file = folder / PROGRAMME_FILE
    try:
        data = read_manifest(file)
    except OSError as problem:
        what = _("cannot be read: {reason}", reason=problem.strerror or problem)
        todo = _("Check the file and who may read it.")
        raise InputError(Finding("manifest-unreadable", what, Place(str(file)), todo)) from None
    # Nearly every command asks, and few programmes have it.
    if not any(sign in data for sign in (key.encode("ascii"), *_HIDDEN)):
        return None
    value = _parse(data, str(file)).get(key)
    return value if isinstance(value, str) else None


def _parse(data: bytes, file: str) -> Mapping[str, Any]:
    try:
        return parse_toml(data.decode("utf-8-sig"))
    except ValueError:
        from usbkit.manifest.syntax import read_toml

        reading = read_toml(data, file)
        if reading.findings:
            raise InputError(*reading.findings) from None
        return reading.document
