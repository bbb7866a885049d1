"""From a file to a ``Track``: decode, parse, read the markup, check."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _, mark
from usbkit.core.small_files import read_file
from usbkit.sources.media.signatures import HEAD, recognise
from usbkit.sources.subtitles.checks import check_cues, check_ending
from usbkit.sources.subtitles.damage import ASK_AGAIN, check_text, first_strange
from usbkit.sources.subtitles.encodings import Decoded, UndecodableError, decode
from usbkit.sources.subtitles.formats import (
    ASS,
    SBV,
    SRT,
    TTML,
    WEBVTT,
    has_webvtt_header,
    recognise_document,
    recognise_format,
)
from usbkit.sources.subtitles.languages import find_language, find_other_script, is_traditional_chinese, variant_of
from usbkit.sources.subtitles.markup import parse_markup
from usbkit.sources.subtitles.model import Certainty, Cue, Track
from usbkit.sources.subtitles.raw import Raw, RawCue
from usbkit.sources.subtitles.rules import find, keep_causes, settle
from usbkit.sources.subtitles.settings import from_alignment, is_exact_in_srt, parse_settings
from usbkit.sources.subtitles.srt import parse_srt
from usbkit.sources.subtitles.vtt import parse_vtt

#: Bytes; larger than any subtitle file of a long day. Anything above is something else.
LARGEST = 32 * 2**20

_NO_ALLOWANCES: Mapping[str, str] = {}

_PARSERS = {SRT: parse_srt, WEBVTT: parse_vtt}
_SUFFIXES = {SRT: ".srt", WEBVTT: ".vtt"}

#: WebVTT's way to write a timing line, which tells a WebVTT file without its header from a SubRip file misnamed.
_DOTTED = re.compile(r"\d\d\.\d{3}[ \t]*-->[ \t]*(?:\d+:)?\d\d:\d\d\.\d{3}")

_EXPORT = _("Ask for SubRip (.srt) or WebVTT (.vtt), as every subtitle program writes them.")
_TRANSCRIPT = _(
    "A transcript does not say when each sentence is spoken. Ask whoever made the subtitles for SubRip (.srt) or WebVTT"
    " (.vtt); if there are none yet, have the text timed in a subtitle program."
)


def _ask_to_state(encoding: str = "…") -> Text:
    """What to write into the manifest: the encoding that was found, else a gap; no other is there to be copied."""
    example = f'{{ file = "…", encoding = "{encoding}" }}'
    return _("If you know it, state it in the manifest: {example}. Else ask for UTF-8.", example=example)


def read_track(
    path: Path,
    language: str,
    *,
    encoding: str | None = None,
    allow: Mapping[str, str] = _NO_ALLOWANCES,
    video_length: int | None = None,
    name: str | None = None,
) -> Track:
    """Read the subtitles in ``path``, whose claimed language is ``language``; ``video_length`` in milliseconds.

    ``encoding`` overrides detection, ``allow`` maps ids of accepted findings to reasons, ``name`` is used in findings
    (default: the path). Raises InputError if the file cannot be treated as subtitles.
    """
    shown = name or str(path)
    data = read_bytes(path, shown)
    return parse_track(data, language, shown, encoding=encoding, allow=allow, video_length=video_length)


def read_bytes(path: Path, name: str) -> bytes:
    """Return the bytes of the file at ``path``, called ``name`` in findings. Raises InputError if it cannot be
    subtitles.
    """
    try:
        if path.is_dir():
            raise _fatal("subtitle-unreadable", _("a folder, where a subtitle file was expected"), name, None)
        data = read_file(path, LARGEST)
    except FileNotFoundError as problem:
        raise _fatal("subtitle-missing", _("there is no such file"), name, _("Put it there.")) from problem
    except OSError as problem:
        what = _("the file cannot be read: {reason}", reason=problem.strerror or repr(problem))
        raise _fatal("subtitle-unreadable", what, name, _("Check its permissions.")) from problem
    if len(data) > LARGEST:
        what = _("more than {size} MiB: not a subtitle file", size=LARGEST // 2**20)
        raise _fatal("subtitle-format", what, name, _EXPORT)
    return data


def parse_track(
    data: bytes,
    language: str,
    name: str,
    *,
    encoding: str | None = None,
    allow: Mapping[str, str] = _NO_ALLOWANCES,
    video_length: int | None = None,
) -> Track:
    """Like ``read_track``, for bytes."""
    decoded = decode_file(data, language, encoding, name)
    text = decoded.text.replace("\ufeff", "")
    format = _require_format(text, name)
    raw = _PARSERS[format](text, name)
    raw.take_in(allow)
    if not raw.cues:  # nobody would show them: that stays an error
        allow = {id: reason for id, reason in allow.items() if id not in {words.id for words in raw.homeless}}
    in_order = [_to_cue(cue, format, raw) for cue in raw.cues]
    plain = [cue.plain.replace("\n", " ") for cue in in_order]
    found_language = find_language(plain)
    findings = [
        *_check_frame(text, decoded, format, name),
        *raw.findings,
        *check_text(unicodedata.normalize("NFC", text), variant_of(language, " ".join(plain)), name),
        *_check_language(plain, language, found_language, name),
        *check_cues(in_order, language, name, video_length),
        *check_ending(in_order, text, name, video_length),
    ]
    cues = tuple(sorted(in_order, key=lambda c: (c.start, c.end)))
    return Track(
        language=language,
        cues=cues,
        encoding=decoded.encoding,
        findings=settle(keep_causes(findings, text), allow, name),
        format=format,
        certainty=decoded.certainty,
        cues_in=len(cues) + raw.lost,
        found_language=found_language,
    )


def decode_file(
    data: bytes, language: str, encoding: str | None, name: str, how_to_state: Text | None = None
) -> Decoded:
    """Decode a subtitle file. Raises InputError if it is something else or cannot be decoded.

    ``how_to_state`` tells the user how to state its encoding (default: in the manifest).
    """
    how_to_state = how_to_state or _ask_to_state()
    if not data.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        what = _("the file is empty ({size} bytes)", size=len(data))
        raise _fatal("subtitle-empty-file", what, name, _("Ask for it again."))
    signature = recognise(data[:HEAD])
    if signature is not None and signature.name not in ("text", "MP3 sound"):  # UTF-16's mark looks like MP3's sync
        document = recognise_document(data)
        what = _("this is a {kind}, not a subtitle file", kind=Text(document or signature.name))
        raise _fatal("subtitle-format", what, name, _TRANSCRIPT if document else _EXPORT)
    try:
        decoded = decode(data, language, encoding)
    except LookupError as problem:
        what = _("there is no encoding {encoding}", encoding=encoding)
        todo = _("Known are utf-8, utf-16, cp949, cp1251, gb18030, cp1252, cp1258 and all of Python's.")
        raise _fatal("subtitle-encoding-unknown", what, name, todo) from problem
    except UndecodableError as problem:
        line = data.count(b"\n", 0, problem.position) + 1
        what = _(
            "the bytes {bytes} are no {encoding}: the file is damaged or mixed",
            bytes=problem.found.hex(" "),
            encoding=problem.encoding.upper(),
        )
        todo = how_to_state if problem.is_stated else ASK_AGAIN
        raise InputError(find("subtitle-encoding-broken", what, Place(name, line), todo)) from problem
    if decoded is None:
        raise _fatal("subtitle-encoding", _("the encoding cannot be told"), name, how_to_state)
    return decoded


def _require_format(text: str, name: str) -> str:
    format = recognise_format(text)
    if format in _PARSERS:
        return format
    if not format:
        what = _("there is not one timing line in it: text without times")
        raise _fatal("subtitle-format", what, name, _TRANSCRIPT)
    what = _("this is {format}, which we do not read", format=Text(format))
    words = shlex.join(["usbkit", "mend", name])
    todo = _("Run: {command}", command=words) if format in (ASS, TTML, SBV) else _EXPORT
    raise _fatal("subtitle-format", what, name, todo)


def _check_frame(text: str, decoded: Decoded, format: str, name: str) -> Iterator[Finding]:
    """What concerns the file as a whole."""
    if decoded.certainty is Certainty.GUESS:
        what = _("probably {encoding}, but it may be {rival}", encoding=decoded.encoding, rival=decoded.rival or "?")
        yield find("subtitle-encoding-guess", what, Place(name), _ask_to_state(decoded.encoding))
    elif decoded.is_doubtful:
        yield _describe_stated(decoded, name)
    elif decoded.certainty is Certainty.LIKELY:
        what = _("read as {encoding}, judged by its letters", encoding=decoded.encoding)
        yield find("subtitle-encoding-likely", what, Place(name))
    suffix = PurePath(name).suffix.lower()
    if suffix and suffix != _SUFFIXES[format]:
        what = _("the name ends in {suffix}, but it is {format}", suffix=suffix, format=format.upper())
        yield find("subtitle-wrong-extension", what, Place(name))
    is_headless = suffix == _SUFFIXES[WEBVTT] and format == SRT and bool(_DOTTED.search(text))
    if is_headless or (format == WEBVTT and not has_webvtt_header(text)):
        what = _("the file must begin with WEBVTT in capitals: browsers refuse it as it is; it is read all the same")
        todo = _("Correct its first line; to take it as it was read, allow {id}.", id="subtitle-header-refused")
        yield find("subtitle-header-refused", what, Place(name, 1), todo)


def _describe_stated(decoded: Decoded, name: str) -> Finding:
    """The manifest's own word on the encoding, against what stands in the file."""
    sample = first_strange(decoded.text)
    if decoded.rival is None:
        what = _("stated as {encoding}, which does not read: {sample}", encoding=decoded.encoding, sample=sample)
    else:
        what = _(
            "stated as {encoding}, which does not read: {sample}; {rival} does",
            encoding=decoded.encoding,
            sample=sample,
            rival=decoded.rival,
        )
    return find("subtitle-encoding-stated", what, Place(name), _("Correct the encoding in the manifest."))


def _check_language(lines: list[str], language: str, found: str | None, name: str) -> Iterator[Finding]:
    if found is not None and found != language:
        what = _("the name says {claimed}, the text seems to be {found}", claimed=language, found=found)
        yield find("subtitle-language", what, Place(name), _("Is it the right file?"))
    elif found is None and (other := find_other_script(lines, language)) is not None:
        what = _(
            "the name says {claimed}, but {count} of {letters} letters are {script}",
            claimed=language,
            count=other.count,
            letters=other.letters,
            script=Text(_SCRIPT_NAMES.get(other.name, other.name.capitalize())),
        )
        yield find("subtitle-language", what, Place(name), _("Is it the right file?"))
    elif language == "zh" and is_traditional_chinese(lines):
        yield find("subtitle-traditional", _("the text is in traditional characters"), Place(name))


#: What scripts are called.
_SCRIPT_NAMES = {
    "LATIN": mark("Latin"),
    "CYRILLIC": mark("Cyrillic"),
    "CJK": mark("Chinese characters"),
    "HANGUL": mark("Hangul"),
    "HIRAGANA": mark("Japanese"),
    "KATAKANA": mark("Japanese"),
    "ARABIC": mark("Arabic"),
    "GREEK": mark("Greek"),
    "HEBREW": mark("Hebrew"),
    "KHMER": mark("Khmer"),
    "MYANMAR": mark("Burmese"),
    "THAI": mark("Thai"),
}


def _to_cue(raw_cue: RawCue, format: str, raw: Raw) -> Cue:
    marked = parse_markup(unicodedata.normalize("NFC", raw_cue.text), format)
    settings, refused = parse_settings(raw_cue.settings)
    if marked.alignment is not None and not settings:
        settings = from_alignment(marked.alignment)
    for id, found in marked.remarks:
        raw.say(id, raw_cue.line, _MARKUP[id], found=found)
    if refused:
        raw.say("subtitle-position", raw_cue.line, _POSITION_DROPPED, found=" ".join(refused))
    elif not is_exact_in_srt(settings):
        raw.say("subtitle-position", raw_cue.line, _POSITION_ROUGH, found=settings)
    if marked.rich:
        raw.say("subtitle-rich", raw_cue.line, _RICH, found=marked.rich[:60])
    return Cue(raw_cue.start, raw_cue.end, marked.text, marked.rich, settings, raw_cue.line)


_POSITION_DROPPED = _("the setting {found} is none of WebVTT's, and dropped")
_POSITION_ROUGH = _("the position {found} is kept on the pages; in SRT only its corner is")
_RICH = _("voices, ruby, classes or times are kept on the website; elsewhere as plain text: {found}")

_MARKUP = {
    "subtitle-browsers-hide": _("browsers hide {found}; it is kept: allow it, or correct it if it was meant as a tag"),
    "subtitle-endless": _("a cue of more than 3000 characters, taken as plain text: {found}…"),
    "subtitle-entity": _("{found} is taken for the character it stands for"),
    "subtitle-line-break-tag": _("{found} is taken for a new line"),
    "subtitle-style-dropped": _("{found} is dropped, its text is kept"),
    "subtitle-tag-broken": _("a tag without an end, kept as text: {found}"),
    "subtitle-tag-stray": _("{found} closes nothing, and is dropped"),
    "subtitle-tag-twice": _("{found} stands inside itself, and is dropped"),
    "subtitle-tag-unclosed": _("{found} is not closed; it ends with the cue"),
    "subtitle-unknown-tag": _("{found} is no tag that we know, and kept as text"),
}


def _fatal(id: str, what: Text, name: str, todo: Text | None) -> InputError:
    return InputError(find(id, what, Place(name), todo))
