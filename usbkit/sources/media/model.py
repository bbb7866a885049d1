"""What is known of a video file."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.core.errors import Finding


@dataclass(frozen=True, slots=True)
class Media:
    """A video file as PyAV sees it. Sizes in bytes, lengths in milliseconds, pictures in pixels.

    ``plays``: browsers play it, which means MP4 with H.264, 8 bits, 4:2:0, and AAC or MP3 or no sound. If false, an
    error among ``findings`` says why, and what to do about it; ``is_mendable``: encoding it again helps, because
    nothing of it is missing or damaged.
    """

    size: int
    duration: int
    container: str
    video_codec: str
    audio_codec: str | None
    width: int
    height: int
    plays: bool
    findings: tuple[Finding, ...] = ()
    is_mendable: bool = False
