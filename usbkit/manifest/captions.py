"""Tags of subtitle tracks: a language, or a language's captions for the deaf and hard of hearing.

A tag is BCP 47, so that browsers and readers recognise its language; a private subtag marks captions (RFC 5646, section
2.2.7). Their files are called ``.es.sdh.srt``: VLC and television sets match subtitles to a video by the beginning of
the name, and Jellyfin, Plex and MKVToolNix recognise captions by ``sdh`` (``hi`` would be Hindi).
"""

from __future__ import annotations

from collections.abc import Iterable

_CAPTIONS = "-x-sdh"


def caption_tag(language: str) -> str:
    """Return the tag of the captions in ``language``: ``es-x-sdh``."""
    return language + _CAPTIONS


def is_caption(tag: str) -> bool:
    return tag.endswith(_CAPTIONS)


def language_of(tag: str) -> str:
    """Return the language of a track with ``tag``."""
    return tag.removesuffix(_CAPTIONS)


def file_suffix(tag: str) -> str:
    """Return the part between a video's name and ``.srt``: ``es``, ``es.sdh``."""
    return f"{language_of(tag)}.sdh" if is_caption(tag) else tag


def best_tag(tags: Iterable[str], language: str) -> str | None:
    """Return the default track for a reader of ``language``: subtitles, otherwise captions in it, otherwise the first
    track.
    """
    known = list(tags)
    wanted = (language, caption_tag(language), *known)
    return next((tag for tag in wanted if tag in known), None)


def fullest_tags(tags: Iterable[str]) -> list[str]:
    """Return one track per language, captions if available, in the order of ``tags``: readers want the sounds too."""
    known = list(tags)
    return [tag for tag in known if is_caption(tag) or caption_tag(tag) not in known]


def plainest_tags(tags: Iterable[str]) -> list[str]:
    """Return one track per language, subtitles if available, in the order of ``tags``: a search wants a text once."""
    known = list(tags)
    return [tag for tag in known if not is_caption(tag) or language_of(tag) not in known]
