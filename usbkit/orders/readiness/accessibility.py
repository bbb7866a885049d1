"""Which criteria of WCAG 2.2, guideline 1.2 (time-based media) each recording of a country meets. Pure.

It only reports: an unmet criterion stops nothing. It relies on what the manifest names; only people can judge whether
captions are right, and whether a description is sufficient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from usbkit.manifest.captions import is_caption
from usbkit.manifest.kinds import VersionKind
from usbkit.manifest.models import Country, Recording
from usbkit.sources.inventory import Inventory, tracks_of


class Standing(StrEnum):
    """Whether a criterion is met."""

    THERE = "there"
    PARTLY = "partly"
    ABSENT = "absent"
    NOT_MEANT = "not-meant"  # the criterion is about something else: live events, sound alone


@dataclass(frozen=True, slots=True)
class Accessibility:
    """One recording: its criteria by number, from 1.2.1 to 1.2.9."""

    recording: str
    criteria: Mapping[str, Standing]

    def standing(self, standing: Standing) -> list[str]:
        """Return the criteria with this standing, in order."""
        return [number for number, found in self.criteria.items() if found == standing]


def judge_accessibility(recording: Recording, country: Country, inventory: Inventory) -> Accessibility:
    """Return what ``country`` gets with ``recording``: only files in ``inventory`` count."""
    tracks = [tag for tag, entry in tracks_of(recording, country.subtitles).items() if entry.file in inventory.tracks]
    versions = [v for v in country.versions_of(recording) if v.file in inventory.media]
    media = inventory.media.get(recording.source)
    captions = any(is_caption(tag) for tag in tracks)
    words = Standing.THERE if captions else Standing.PARTLY if tracks else Standing.ABSENT
    described = [v for v in versions if v.kind is VersionKind.AUDIO_DESCRIPTION]
    is_extended = media is not None and any(
        inventory.media[v.file].duration > media.duration + _EXTENDED for v in described
    )
    is_silent = media is not None and media.audio_codec is None
    signed = any(v.kind is VersionKind.SIGN_LANGUAGE for v in versions)
    by_sound = {
        # A silent video needs its picture in words or sound; a transcript of what is said says nothing of that.
        "1.2.1": _if(bool(described)) if is_silent else Standing.NOT_MEANT,
        "1.2.2": Standing.NOT_MEANT if is_silent else words,
        "1.2.3": _if(bool(described)),
        "1.2.4": Standing.NOT_MEANT,
        "1.2.5": _if(bool(described)),
        "1.2.6": Standing.NOT_MEANT if is_silent else _if(signed),
        "1.2.7": _if(is_extended),
        # Our transcripts have what is heard, not what is seen.
        "1.2.8": Standing.PARTLY if tracks else Standing.ABSENT,
        "1.2.9": Standing.NOT_MEANT,
    }
    return Accessibility(recording.id, by_sound)


#: Milliseconds that a described version is longer at least where the picture waits for the voice (1.2.7).
_EXTENDED = 2_000


def _if(there: bool) -> Standing:
    return Standing.THERE if there else Standing.ABSENT
