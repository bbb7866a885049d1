"""Begin a new programme from an existing one: its structure, contacts and keys.

Everything about the old event stays behind: title, day, place and summary, recordings, sessions and questions, edition,
the countries' documents and requests, and every approval, lock and ledger entry.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from usbkit.manifest.draft import draft_recordings, label_for, placeholder_recording
from usbkit.manifest.load import Manifests

#: Fields of the programme, and of a country, that the next one has too.
_PROGRAMME = ("organisers", "contact", "key", "ask", "check_required", "responsible", "ledger")
_COUNTRY = (
    *("code", "name", "interface", "subtitles", "delivery", "route", "addressee", "drives", "minimum_size"),
    *("filesystem", "quality"),
)


@dataclass(frozen=True, slots=True)
class Successor:
    """The answers of a person who begins the next programme. ``library`` is relative to the programme's file; None for
    ``spoken`` and ``organiser`` keeps the old values.
    """

    id: str
    title: str
    date: dt.date
    library: str
    spoken: str | None = None
    organiser: str | None = None
    email: str | None = None


def succeed_programme(old: Manifests, new: Successor, files: Sequence[str], today: dt.date) -> dict[str, Any]:
    """Return the values of the new ``programme.toml``; ``files`` are its library's, ``today`` dates its edition 1."""
    document = old.programme_source.document
    spoken = new.spoken or Counter(r.spoken for r in old.programme.recording).most_common(1)[0][0]
    kept = _kept(document, _PROGRAMME)
    if new.organiser is not None:
        kept["organisers"] = [{"en": new.organiser}]
    if new.email is not None:
        kept["contact"] = {**kept["contact"], "email": new.email}
    return {
        "id": new.id,
        "edition": 1,
        "date": today,
        "title": {"en": new.title},
        "library": new.library,
        "event": {"date": new.date},
        "recording": draft_recordings(files, spoken) or [placeholder_recording(spoken)],
        **kept,
    }


def succeed_country(old: Manifests, stem: str, programme: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a country's manifest in the new ``programme``: every recording, and none of the old
    documents.
    """
    kept = _kept(old.country_sources[stem].document, _COUNTRY)
    label = label_for(programme["id"], old.countries[stem].code)
    return {**kept, "recordings": [recording["id"] for recording in programme["recording"]], "label": label}


def _kept(document: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """These fields as they stand in a manifest, and the marks of those among them that are samples."""
    kept = {name: document[name] for name in names if name in document}
    samples = [name for name in document.get("sample", []) if name.partition(".")[0] in kept]
    return {**kept, **({"sample": samples} if samples else {})}
