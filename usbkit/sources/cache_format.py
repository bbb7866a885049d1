"""Media, tracks and findings to and from JSON, for the cache; only these types are read back."""

from __future__ import annotations

import json
from typing import Any

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text
from usbkit.sources.media import Media
from usbkit.sources.subtitles import Certainty, Cue, Track


def media_to_json(media: Media) -> bytes:
    """The cache's form of a ``Media``."""
    values = {name: getattr(media, name) for name in Media.__slots__ if name != "findings"}
    return _dump({**values, "findings": [_from_finding(f) for f in media.findings]})


def media_from_json(data: bytes) -> Media:
    """The inverse of ``media_to_json``; raises ValueError, KeyError or TypeError for invalid data."""
    values = json.loads(data)
    return Media(**{**values, "findings": _to_findings(values["findings"])})


def track_to_json(track: Track) -> bytes:
    """The cache's form of a ``Track``."""
    values = {name: getattr(track, name) for name in Track.__slots__ if name not in ("findings", "cues")}
    cues = [[c.start, c.end, c.text, c.rich, c.settings, c.line] for c in track.cues]
    return _dump({**values, "cues": cues, "findings": [_from_finding(f) for f in track.findings]})


def track_from_json(data: bytes) -> Track:
    """The inverse of ``track_to_json``; raises ValueError, KeyError or TypeError for invalid data."""
    values = json.loads(data)
    cues = tuple(Cue(*fields) for fields in values["cues"])
    certainty = Certainty(values["certainty"])
    return Track(**{**values, "cues": cues, "certainty": certainty, "findings": _to_findings(values["findings"])})


def findings_to_json(findings: tuple[Finding, ...]) -> bytes:
    """The cache's form of findings alone."""
    return _dump([_from_finding(f) for f in findings])


def findings_from_json(data: bytes) -> tuple[Finding, ...]:
    """The inverse of ``findings_to_json``; raises ValueError, KeyError or TypeError for invalid data."""
    return _to_findings(json.loads(data))


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _from_finding(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "id": finding.id,
        "what": _from_text(finding.what),
        "place": None if place is None else [place.file, place.line, place.field],
        "todo": None if finding.todo is None else _from_text(finding.todo),
        "is_error": finding.is_error,
    }


def _to_findings(values: list[dict[str, Any]]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            id=v["id"],
            what=_to_text(v["what"]),
            place=None if v["place"] is None else Place(*v["place"]),
            todo=None if v["todo"] is None else _to_text(v["todo"]),
            is_error=v["is_error"],
        )
        for v in values
    )


def _from_text(text: Text) -> list[Any]:
    return [text.id, {k: _from_value(v) for k, v in text.values.items()}]


def _from_value(value: Any) -> Any:
    """A value of a message: as it is where JSON has it, else as it would be shown."""
    if isinstance(value, Text):
        return _from_text(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _to_text(value: list[Any]) -> Text:
    id, values = value
    return Text(id, {k: _to_text(v) if isinstance(v, list) else v for k, v in values.items()})
