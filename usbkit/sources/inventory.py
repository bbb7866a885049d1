"""What is known of the sources that a country's manifest names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.errors import Finding
from usbkit.manifest.captions import caption_tag
from usbkit.manifest.models import Recording, SubtitleFile
from usbkit.sources.media import Media
from usbkit.sources.subtitles import Track


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the media library or of a country's folder, as it was when examined."""

    path: Path
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True)
class Inventory:
    """What is known of the sources that a country's manifest names; the plan knows the disk only through it.

    Keys are the paths as the manifest writes them; those of documents start with the country's folder
    (``guatemala/letter.pdf``). A source that is missing or unreadable has a finding instead of an entry.
    """

    files: Mapping[str, SourceFile]
    media: Mapping[str, Media]
    tracks: Mapping[str, Track]
    posters: Mapping[str, bytes]
    findings: tuple[Finding, ...] = ()


def tracks_of(recording: Recording, languages: Iterable[str]) -> dict[str, SubtitleFile]:
    """Return the recording's subtitle files in ``languages``, in that order, by tag: subtitles, then captions."""
    found: dict[str, SubtitleFile] = {}
    for language in languages:
        for tag, entries in ((language, recording.subtitles), (caption_tag(language), recording.captions)):
            if language in entries:
                entry = entries[language]
                found[tag] = entry if isinstance(entry, SubtitleFile) else SubtitleFile(file=entry)
    return found
