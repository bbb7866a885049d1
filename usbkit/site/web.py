"""What the website has and a drive does not: absolute addresses, a sitemap, subtitles as WebVTT files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from markupsafe import Markup

from usbkit.bundle.plan import Plan, PlannedFile, Role, made
from usbkit.manifest.captions import fullest_tags, language_of
from usbkit.site.context import RecordingView, Site
from usbkit.site.phrase import script_json
from usbkit.site.views import index_path, recording_path, transcript_path, vtt_path
from usbkit.sources.subtitles import to_webvtt


def web_base(plan: Plan) -> str | None:
    """Return the base address of the pages, with a slash at its end; None if the manifest names no website."""
    website = plan.programme.website
    return None if website is None else str(website).rstrip("/") + "/"


def web_files(plan: Plan) -> Iterator[PlannedFile]:
    """Yield subtitles for ``track`` elements and, if the website's address is known, ``sitemap.xml``."""
    for planned in plan.recordings:
        for tag, track in planned.tracks.items():
            yield made(vtt_path(planned.stem, tag), Role.SUBTITLES, to_webvtt(track))
    base = web_base(plan)
    if base is not None:
        yield made("sitemap.xml", Role.PAGE, _sitemap(base, _pages(plan), plan.date.isoformat()).encode())


def video_object(base: str, site: Site, recording: RecordingView, description: str) -> Markup:
    """Return a recording as schema.org's VideoObject, for search engines. ``base`` ends with a slash."""
    return script_json(
        {
            "@context": "https://schema.org",
            "@type": "VideoObject",
            "name": recording.title.text,
            "description": description,
            "thumbnailUrl": base + recording.poster,
            "contentUrl": base + recording.video,
            "uploadDate": site.published.isoformat(),
            "duration": recording.duration.iso,
            "inLanguage": recording.spoken.code,
            "caption": [
                {"@type": "MediaObject", "inLanguage": s.language.code, "contentUrl": base + s.vtt}
                for s in recording.subtitles
                if s.vtt
            ],
        }
    )


def _pages(plan: Plan) -> Sequence[Mapping[str, str]]:
    """Each page in all its languages, and each transcript in those that it has."""
    languages = plan.country.interface
    stems = [r.stem for r in plan.recordings]
    spoken = {r.stem: [language_of(tag) for tag in fullest_tags(r.tracks)] for r in plan.recordings}
    return [
        {code: index_path(plan, code) for code in languages},
        *({code: recording_path(stem, code) for code in languages} for stem in stems),
        *({code: transcript_path(stem, code) for code in codes} for stem, codes in spoken.items() if codes),
    ]


def _sitemap(base: str, pages: Sequence[Mapping[str, str]], date: str) -> str:
    """sitemaps.org 0.9, with the other languages of each address as search engines read them."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ]
    for twins in pages:
        links = [
            f'<xhtml:link rel="alternate" hreflang={quoteattr(code)} href={quoteattr(base + path)}/>'
            for code, path in twins.items()
        ]
        for path in twins.values():
            lines.append(f"<url><loc>{escape(base + path)}</loc><lastmod>{date}</lastmod>{''.join(links)}</url>")
    return "\n".join([*lines, "</urlset>", ""])
