"""From a file to a `Track`: decode, parse, read the markup, check."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

from usbkit.errors import Finding, InputError, Place
from usbkit.subtitles.checks import check_cues
from usbkit.subtitles.encodings import decode
from usbkit.subtitles.markup import parse_markup
from usbkit.subtitles.model import Cue, Track
from usbkit.subtitles.raw import Raw, RawCue
from usbkit.subtitles.settings import from_alignment, parse_settings
from usbkit.subtitles.srt import parse_srt
from usbkit.subtitles.vtt import parse_vtt
from usbkit.text import _

#: Larger than any subtitle file of a long day; anything above is something else.
_LARGEST = 32 * 2**20

_NO_ALLOWANCES: Mapping[str, str] = {}


def read_track(
    path: Path,
    language: str,
    *,
    encoding: str | None = None,
    allow: Mapping[str, str] = _NO_ALLOWANCES,
    video_length: int | None = None,
    name: str | None = None,
) -> Track:
    """The subtitles in ``path``, which claim to be in ``language``; ``video_length`` in milliseconds.

    ``encoding`` overrules detection, ``allow`` maps ids of accepted findings to reasons, ``name`` stands in findings
    (the path as the manifest writes it). Raises InputError where there is no subtitle file to speak of.
    """
    shown = name or str(path)
    try:
        if path.stat().st_size > _LARGEST:
            what = _("more than {size} MiB: not a subtitle file", size=_LARGEST // 2**20)
            raise InputError(Finding("subtitle-format", what, Place(shown)))
        data = path.read_bytes()
    except FileNotFoundError as problem:
        raise InputError(Finding("subtitle-missing", _("there is no such file"), Place(shown))) from problem
    except OSError as problem:
        what = _("the file cannot be read: {reason}", reason=problem.strerror or repr(problem))
        raise InputError(Finding("subtitle-unreadable", what, Place(shown))) from problem
    return parse_track(data, language, shown, encoding=encoding, allow=allow, video_length=video_length)


def parse_track(
    data: bytes,
    language: str,
    name: str,
    *,
    encoding: str | None = None,
    allow: Mapping[str, str] = _NO_ALLOWANCES,
    video_length: int | None = None,
) -> Track:
    """`read_track` for bytes at hand."""
    decoded = decode(data, language, encoding)
    if decoded is None:
        what = _("the encoding cannot be told")
        todo = _('Say it in the manifest: { file = "…", encoding = "cp1251" }.')
        raise InputError(Finding("subtitle-encoding", what, Place(name), todo))
    text = decoded.text.removeprefix("\ufeff")
    is_vtt = text.startswith("WEBVTT")
    format = "webvtt" if is_vtt else "srt"
    raw = parse_vtt(text, name) if is_vtt else parse_srt(text, name)
    in_order = [_to_cue(cue, format, raw) for cue in raw.cues]
    findings = [*raw.findings, *check_cues(in_order, language, name, video_length)]
    if not in_order:
        findings.append(Finding("subtitle-none", _("there is not one subtitle in it"), Place(name)))
    cues = tuple(sorted(in_order, key=lambda c: (c.start, c.end)))
    cues_in = len(cues) + raw.lost
    return Track(language, cues, decoded.encoding, tuple(findings), format, decoded.certainty, cues_in)


def _to_cue(raw_cue: RawCue, format: str, raw: Raw) -> Cue:
    marked = parse_markup(unicodedata.normalize("NFC", raw_cue.text), format)
    settings, _refused = parse_settings(raw_cue.settings)
    if marked.alignment is not None and not settings:
        settings = from_alignment(marked.alignment)
    for id, found in marked.remarks:
        raw.say(id, raw_cue.line, _("in the text: {found}", found=found))
    return Cue(raw_cue.start, raw_cue.end, marked.text, marked.rich, settings, raw_cue.line)
