"""The fixed choices in a manifest: kinds of recordings, ways of delivery, kinds of versions."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    OPENING = "opening"
    PROMOTION = "promotion"
    PRESENTATION = "presentation"
    DEMO = "demo"


class VersionKind(StrEnum):
    """How another version of a recording is made accessible (WCAG 2.2, 1.2.5 and 1.2.6)."""

    AUDIO_DESCRIPTION = "audio-description"
    SIGN_LANGUAGE = "sign-language"


class Route(StrEnum):
    CORPS = "corps"
    MISSION = "mission"


class Delivery(StrEnum):
    WEBSITE = "website"
    USB = "usb"
    BOTH = "both"
