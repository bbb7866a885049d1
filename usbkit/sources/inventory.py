"""What is known of the sources a country's manifest names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.errors import Finding
from usbkit.manifest.models import SubtitleFile
from usbkit.sources.media import Media
from usbkit.sources.subtitles import Track


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the media library or of a country's folder, as it was when it was looked at."""

    path: Path
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True)
class Inventory:
    """What is known of the sources a country's manifest names; the plan's only knowledge of the disk.

    Keys are the paths as the manifest writes them, those of documents with the country's folder in front
    (``guatemala/letter.pdf``). A source that is missing or unreadable has no entry and a finding instead.
    """

    files: Mapping[str, SourceFile]
    media: Mapping[str, Media]
    tracks: Mapping[str, Track]
    posters: Mapping[str, bytes]
    findings: tuple[Finding, ...] = ()


def subtitle_path(entry: str | SubtitleFile) -> str:
    """The path of a subtitle file, whichever way the manifest writes it."""
    return entry.file if isinstance(entry, SubtitleFile) else entry
