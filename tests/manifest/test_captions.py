"""Captions have tags that browsers recognise as their language, and names that players know."""

from __future__ import annotations

from usbkit.manifest.captions import (
    best_tag,
    caption_tag,
    file_suffix,
    fullest_tags,
    is_caption,
    language_of,
    plainest_tags,
)

TRACKS = ["es", "es-x-sdh", "ko-x-sdh", "en"]


def test_a_tag_is_of_its_language() -> None:
    tag = caption_tag("es")
    assert (language_of(tag), is_caption(tag), file_suffix(tag)) == ("es", True, "es.sdh")
    assert (language_of("es"), is_caption("es"), file_suffix("es")) == ("es", False, "es")


def test_a_reader_begins_with_plain_subtitles_in_the_own_language() -> None:
    assert best_tag(TRACKS, "es") == "es"
    assert best_tag(TRACKS, "ko") == "ko-x-sdh"
    assert best_tag(TRACKS, "fr") == "es"
    assert best_tag([], "es") is None


def test_one_track_a_language() -> None:
    assert fullest_tags(TRACKS) == ["es-x-sdh", "ko-x-sdh", "en"]
    assert plainest_tags(TRACKS) == ["es", "ko-x-sdh", "en"]
