"""What a video is: probing with PyAV."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.errors import Finding


@dataclass(frozen=True, slots=True)
class Media:
    """A video file as PyAV sees it. Sizes in bytes, lengths in milliseconds, pictures in pixels."""

    size: int
    duration: int
    container: str
    video_codec: str
    audio_codec: str | None
    width: int
    height: int
    plays: bool
    findings: tuple[Finding, ...] = ()
