"""Recognising files by their first bytes."""

from __future__ import annotations

import pytest

from usbkit.sources.media.signatures import recognise


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xfb\x90\x64" + bytes(60), "MP3 sound"),  # ISO/IEC 11172-3, 2.4.2.3: MPEG-1, layer III
        (b"\xff\xf3\x40\xc4" + bytes(60), "MP3 sound"),  # ISO/IEC 13818-3: MPEG-2
        (b"\xff\xf9\x50\x80" + bytes(60), None),  # AAC's ADTS has no layer
        (b"\xff" + bytes(60), None),
    ],
)
def test_sound_is_told_by_its_first_header(head: bytes, name: str | None) -> None:
    found = recognise(head)
    assert (found.name if found else None) == name
