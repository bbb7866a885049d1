"""Soft subtitles: a recording's tracks embedded in its video file. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from usbkit.sources.subtitles import Track
from usbkit.sources.transcode.joining import SoftSubtitles

#: ISO 639-2/T codes (Library of Congress code list) of the languages that manifests may name: what MP4 says (ISO/IEC
#: 14496-12 section 8.4.2).
_ISO_639_2 = {
    "en": "eng",
    "es": "spa",
    "ru": "rus",
    "zh": "zho",
    "vi": "vie",
    "ko": "kor",
    "fr": "fra",
    "id": "ind",
    "km": "khm",
    "my": "mya",
    "uz": "uzb",
    "ky": "kir",
    "ar": "ara",
}


def words_of(tracks: Mapping[str, Track]) -> tuple[SoftSubtitles, ...]:
    """Return ``tracks``, by language and in order, as soft subtitles."""
    return tuple(
        SoftSubtitles(_ISO_639_2.get(language, "und"), tuple((c.start, c.end, c.text) for c in track.cues))
        for language, track in tracks.items()
    )


def digest_words(words: tuple[SoftSubtitles, ...]) -> str:
    """Return the digest of a set of soft subtitles; empty if there are none."""
    return hashlib.sha256(repr(words).encode()).hexdigest() if words else ""
