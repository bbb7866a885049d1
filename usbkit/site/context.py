"""The data given to templates. ``docs/templates.md`` describes these fields for authors of templates.

Paths are relative to the bundle; a template puts ``page.root`` before one to reach it from its page. Text from
manifests is a ``Phrase``. Times and durations are milliseconds, with the form a player shows beside them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from usbkit.core.units import format_moment
from usbkit.site.cues import Paragraph
from usbkit.site.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Moment:
    """A place in a recording, or how long one is. ``clock`` is ``1:02:03``, ``iso`` is ISO 8601's ``PT3723S``."""

    ms: int

    @property
    def seconds(self) -> int:
        return self.ms // 1000

    @property
    def clock(self) -> str:
        return format_moment(self.ms)

    @property
    def iso(self) -> str:
        return f"PT{self.seconds}S"


@dataclass(frozen=True, slots=True)
class LanguageView:
    """A language: its code, its own name for itself, and ``ltr`` or ``rtl``."""

    code: str
    name: str
    direction: str


@dataclass(frozen=True, slots=True)
class FileView:
    """A file to open: its path in the bundle, what to call it, its language where known, its size in words.

    ``pages`` is how many a PDF has; 0 for other files.
    """

    path: str
    title: Phrase
    language: LanguageView | None = None
    size: str = ""
    is_sample: bool = False
    pages: int = 0


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo, the small copy that a page shows, and what is on it."""

    path: str
    thumbnail: str
    title: Phrase


@dataclass(frozen=True, slots=True)
class SubtitleView:
    """Subtitles of a recording: ``srt`` for players and televisions, ``vtt`` for the website only.

    ``tag`` is what scripts know them by and ``kind`` is ``subtitles``, or ``captions`` for those that describe sounds,
    which the name of ``language`` then says. ``transcript`` is the page to read, empty where another track has it.
    """

    tag: str
    kind: str
    language: LanguageView
    srt: str
    vtt: str | None
    cues: int
    transcript: str


@dataclass(frozen=True, slots=True)
class SlideView:
    """One page of slides as a picture, and when it came on."""

    number: int
    image: str
    at: Moment


@dataclass(frozen=True, slots=True)
class SlidesView:
    """One PDF of ``count`` pages; ``pages`` are those of which the manifest says when they were shown."""

    path: str
    language: LanguageView | None
    count: int
    pages: tuple[SlideView, ...]
    size: str = ""


@dataclass(frozen=True, slots=True)
class ChapterView:
    at: Moment
    title: Phrase


@dataclass(frozen=True, slots=True)
class DemoView:
    path: str
    title: Phrase
    duration: Moment


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version with audio description or sign language. ``is_in_step`` where its moments are the recording's."""

    kind: str
    name: str
    path: str
    duration: Moment
    size: str
    is_in_step: bool


@dataclass(frozen=True, slots=True)
class AnswerView:
    """Where a question is answered: the recording's number, title and page, and how the answer begins."""

    number: int
    title: Phrase
    page: str
    video: str
    at: Moment
    is_sample: bool
    excerpt: str = ""
    excerpt_language: LanguageView | None = None


@dataclass(frozen=True, slots=True)
class QuestionView:
    id: str
    text: Phrase
    asked_by: Phrase
    answers: tuple[AnswerView, ...]
    is_sample: bool


@dataclass(frozen=True)
class RecordingView:
    """One recording in the page's language. ``kind`` is opening, promotion, presentation or demo."""

    number: int
    stem: str
    kind: str
    kind_word: str
    title: Phrase
    summary: Markup
    summary_text: str
    speaker: Phrase
    organisation: Phrase
    spoken: LanguageView
    duration: Moment
    width: int
    height: int
    page: str
    video: str
    size: str
    poster: str
    subtitles: tuple[SubtitleView, ...]
    coming: tuple[LanguageView, ...]
    slides: tuple[SlidesView, ...]
    photos: tuple[PhotoView, ...]
    demos: tuple[DemoView, ...]
    versions: tuple[VersionView, ...]
    chapters: tuple[ChapterView, ...]
    is_requested: bool
    is_sample: bool


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session and its recordings; ``title`` is empty for those that belong to none."""

    title: Phrase
    recordings: tuple[RecordingView, ...]


@dataclass(frozen=True, slots=True)
class ContactView:
    office: Phrase
    email: str | None
    telephone: str | None
    hours: Phrase
    languages: tuple[LanguageView, ...]
    is_sample: bool


@dataclass(frozen=True, slots=True)
class Greeting:
    """A word of welcome in one of the country's languages."""

    language: LanguageView
    text: str


@dataclass(frozen=True, slots=True)
class ReplyView:
    """How a recipient tells that a drive arrived: ``page`` is the form, ``mail`` an address that opens a mail (None
    where the office has none), ``text`` what is in it, ``asks`` the office's questions.
    """

    page: str
    mail: str | None
    text: str
    asks: tuple[Phrase, ...]
    is_sample: bool


@dataclass(frozen=True)
class Site:
    """What is the same on every page of one language."""

    target: str
    language: LanguageView
    languages: tuple[LanguageView, ...]
    greetings: tuple[Greeting, ...]
    title: Phrase
    summary: Markup
    summary_text: str
    organisers: tuple[Phrase, ...]
    country: Phrase
    held: str
    held_iso: str
    place: Phrase
    edition: str
    date: str
    is_edition_sample: bool
    duration: Moment
    requested: tuple[RecordingView, ...]
    sessions: tuple[SessionView, ...]
    recordings: tuple[RecordingView, ...]
    subtitles: tuple[LanguageView, ...]
    questions: tuple[QuestionView, ...]
    documents: tuple[FileView, ...]
    contact: ContactView
    website: str | None
    index: str
    fonts: tuple[str, ...]
    has_samples: bool
    published: dt.date
    reply: ReplyView

    @property
    def has_slides(self) -> bool:
        return any(r.slides for r in self.recordings)

    @property
    def has_photos(self) -> bool:
        return any(r.photos for r in self.recordings)


@dataclass(frozen=True)
class Page:
    """What is this page's own. ``root`` leads from it to the bundle's top; ``twins`` are its other languages.

    ``kind`` is Open Graph's type, ``structured`` the page as schema.org's JSON-LD has it. The addresses are absolute
    ones on the website, None and empty on a drive and where the manifest names no website.
    """

    path: str
    root: str
    title: str
    description: str
    kind: str
    twins: Mapping[str, str]
    data: Markup
    policy: str
    address: str | None = None
    image: str | None = None
    structured: Markup | None = None
    twin_addresses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordingPage:
    """What only a recording's page has."""

    recording: RecordingView
    previous: RecordingView | None
    next: RecordingView | None
    transcript: tuple[Paragraph, ...]
    transcript_language: LanguageView | None
    transcript_tag: str
    questions: tuple[QuestionView, ...]


@dataclass(frozen=True)
class TranscriptPage:
    """A transcript as a document of its own. ``back`` is the recording's page, ``root`` leads to the bundle's top."""

    root: str
    policy: str
    recording: RecordingView
    language: LanguageView
    paragraphs: tuple[Paragraph, ...]
    back: str
