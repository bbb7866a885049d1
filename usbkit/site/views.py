"""A plan as seen by the pages of one language: from ``Plan`` and ``Words`` to the values of ``context``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from usbkit.bundle.plan import Plan, PlannedFile, PlannedRecording, PlannedSlides, PlannedVersion
from usbkit.manifest.captions import best_tag, file_suffix, fullest_tags, is_caption, language_of
from usbkit.manifest.kinds import Kind, VersionKind
from usbkit.manifest.models import Answer, Question
from usbkit.site.context import (
    AnswerView,
    ChapterView,
    ContactView,
    DemoView,
    FileView,
    Greeting,
    LanguageView,
    Moment,
    PhotoView,
    QuestionView,
    RecordingView,
    ReplyView,
    SessionView,
    Site,
    SlidesView,
    SlideView,
    SubtitleView,
    VersionView,
)
from usbkit.site.cues import excerpt
from usbkit.site.fonts import fonts_for
from usbkit.site.phrase import Phrase, close_bidi, paragraphs, say
from usbkit.site.reply import ReplyWords, make_words, write_address, write_text
from usbkit.site.slides import SlideDeck
from usbkit.site.words import Words


def index_path(plan: Plan, language: str) -> str:
    """Return the path of the index in ``language``: the one in the country's first language is at the top."""
    return "index.html" if language == plan.country.interface[0] else f"pages/{language}/index.html"


def recording_path(stem: str, language: str) -> str:
    return f"pages/{language}/{stem}.html"


def reply_path(language: str) -> str:
    return f"pages/{language}/reply.html"


def vtt_path(stem: str, tag: str) -> str:
    return f"videos/{stem}.{file_suffix(tag)}.vtt"


def transcript_path(stem: str, language: str) -> str:
    return f"transcripts/{stem}.{language}.html"


class Viewer:
    """Makes the views of one plan in one language. ``words`` gives the words of each language named."""

    def __init__(
        self,
        plan: Plan,
        words: Words,
        others: Mapping[str, Words],
        decks: Mapping[str, SlideDeck],
        thumbnails: Mapping[str, PlannedFile],
        target: str,
    ) -> None:
        self.plan, self.words, self.others, self.decks = plan, words, others, decks
        self.thumbnails, self.target = thumbnails, target
        self.sizes = {f.path: f.size for f in plan.files}
        self.by_id = {r.recording.id: r for r in plan.recordings}

    def _say(self, texts: Mapping[str, str]) -> Phrase:
        return say(texts, self.words.language)

    def _gettext(self, id: str) -> str:
        return self.words.translations.gettext(id)

    def language(self, code: str) -> LanguageView:
        words = self.others[code]
        return LanguageView(code, words.name, words.direction)

    def track_language(self, tag: str) -> LanguageView:
        """Return the language of a track; its name says if sounds are described."""
        language = self.language(language_of(tag))
        return replace(language, name=track_name(self.others[language.code], tag))

    def _languages(self, codes: Iterable[str]) -> tuple[LanguageView, ...]:
        return tuple(self.language(c) for c in codes)

    def site(self) -> Site:
        programme, country = self.plan.programme, self.plan.country
        recordings = tuple(self.recording(r) for r in self.plan.recordings)
        summary = self._say(programme.summary)
        event = programme.event
        when = [self.words.date(event.date), *([self.words.time(event.time)] if event.time else [])]
        held_iso = event.date.isoformat() + (f"T{event.time:%H:%M}" if event.time else "")
        return Site(
            target=self.target,
            language=self.language(self.words.language),
            languages=self._languages(country.interface),
            greetings=tuple(
                Greeting(self.language(code), self.others[code].translations.gettext("Welcome"))
                for code in country.interface
            ),
            title=self._say(programme.title),
            summary=paragraphs(summary),
            summary_text=summary.text,
            organisers=tuple(self._say(o) for o in programme.organisers),
            country=self._say(country.name),
            held=" · ".join(when),
            held_iso=held_iso,
            place=self._say(event.place),
            edition=self.words.number(programme.edition),
            date=self.words.date(programme.date),
            is_edition_sample=bool({"edition", "date"} & set(programme.sample)),
            duration=Moment(sum(r.media.duration for r in self.plan.recordings)),
            requested=tuple(r for r in recordings if r.is_requested),
            sessions=self._sessions(recordings),
            recordings=recordings,
            subtitles=self._languages(
                c for c in country.subtitles if any(c in _spoken(r) for r in self.plan.recordings)
            ),
            questions=tuple(self.question(q) for q in self.plan.questions),
            documents=tuple(
                FileView(
                    d.path,
                    self._say(d.document.title),
                    self.language(d.document.language) if d.document.language else None,
                    self.words.size(d.size),
                    d.document.sample,
                    len(self.decks[d.path].pages) if d.path in self.decks else 0,
                )
                for d in self.plan.documents
            ),
            contact=self._contact(),
            website=programme.website,
            index=index_path(self.plan, self.words.language),
            fonts=fonts_for(languages_of(self.plan)),
            has_samples=has_samples(self.plan),
            published=programme.date,
            reply=self._reply(),
        )

    def reply_words(self) -> ReplyWords:
        """Return the words of the recipient's reply, also for the page's script."""
        programme = self.plan.programme
        number, date = self.words.number(programme.edition), self.words.date(programme.date)
        edition = self._gettext("Edition %(number)s of %(date)s") % {"number": number, "date": date}
        title, country = self._say(programme.title).text, self._say(self.plan.country.name).text
        return make_words(
            self._gettext,
            programme.contact.email,
            f"{programme.id} {self.plan.country.code}",
            f"{title} – {country} – {edition}",
            [self._say(ask).text for ask in programme.ask],
        )

    def _reply(self) -> ReplyView:
        words, programme = self.reply_words(), self.plan.programme
        return ReplyView(
            page=reply_path(self.words.language),
            mail=write_address(words),
            text=write_text(words),
            asks=tuple(self._say(ask) for ask in programme.ask),
            is_sample="ask" in programme.sample,
        )

    def _contact(self) -> ContactView:
        contact = self.plan.programme.contact
        return ContactView(
            self._say(contact.office),
            contact.email,
            contact.telephone,
            self._say(contact.hours),
            self._languages(contact.languages),
            contact.sample,
        )

    def _sessions(self, recordings: tuple[RecordingView, ...]) -> tuple[SessionView, ...]:
        by_number = {r.number: r for r in recordings}
        sessions = [(s.id, self._say(s.title)) for s in self.plan.programme.session]
        groups: list[tuple[str | None, Phrase]] = [*sessions, (None, self._say({}))]
        found = [
            SessionView(title, tuple(by_number[r.number] for r in self.plan.recordings if r.recording.session == id))
            for id, title in groups
        ]
        return tuple(s for s in found if s.recordings)

    def recording(self, planned: PlannedRecording) -> RecordingView:
        recording, country = planned.recording, self.plan.country
        summary = self._say(recording.summary)
        return RecordingView(
            number=planned.number,
            stem=planned.stem,
            kind=recording.kind.value,
            kind_word=kind_word(recording.kind, self._gettext),
            title=self._say(recording.title),
            summary=paragraphs(summary),
            summary_text=summary.text,
            speaker=self._say(recording.speaker),
            organisation=self._say(recording.organisation),
            spoken=self.language(recording.spoken),
            duration=Moment(planned.media.duration),
            width=planned.media.width,
            height=planned.media.height,
            page=recording_path(planned.stem, self.words.language),
            video=planned.video,
            size=self.words.size(self.sizes.get(planned.video, planned.media.size)),
            poster=planned.poster,
            subtitles=tuple(self._subtitles(planned, tag) for tag in planned.tracks),
            coming=self._languages(c for c in country.subtitles if c not in _spoken(planned)),
            slides=tuple(self._slides(s) for s in planned.slides),
            photos=tuple(
                PhotoView(p.path, self._thumbnail(p.path), self._say(p.picture.caption)) for p in planned.photos
            ),
            demos=tuple(DemoView(d.path, self._say(d.demo.title), Moment(d.media.duration)) for d in planned.demos),
            versions=tuple(self._version(v) for v in planned.versions),
            chapters=tuple(ChapterView(Moment(c.at), self._say(c.title)) for c in recording.chapters),
            is_requested=recording.id in country.requested,
            is_sample=recording.sample,
        )

    def _subtitles(self, planned: PlannedRecording, tag: str) -> SubtitleView:
        language = language_of(tag)
        return SubtitleView(
            tag=tag,
            kind="captions" if is_caption(tag) else "subtitles",
            language=self.track_language(tag),
            srt=planned.subtitle_files[tag],
            vtt=vtt_path(planned.stem, tag) if self.target == "web" else None,
            cues=len(planned.tracks[tag].cues),
            transcript=transcript_path(planned.stem, language) if tag in fullest_tags(planned.tracks) else "",
        )

    def _version(self, planned: PlannedVersion) -> VersionView:
        version = planned.version
        return VersionView(
            version.kind.value,
            self._say(version.title).text or version_word(version.kind, self._gettext),
            planned.path,
            Moment(planned.media.duration),
            self.words.size(self.sizes.get(planned.path, planned.media.size)),
            planned.is_in_step,
        )

    def _thumbnail(self, photo: str) -> str:
        small = self.thumbnails.get(photo)
        return small.path if small else photo

    def _slides(self, planned: PlannedSlides) -> SlidesView:
        deck, shown = self.decks.get(planned.path), planned.slides.shown
        language = planned.slides.language
        pages = deck.pages if deck else ()
        return SlidesView(
            planned.path,
            self.language(language) if language else None,
            len(pages),
            tuple(
                SlideView(page.number, deck.image_path(page.number), Moment(moment))
                for page, moment in zip(pages, shown, strict=False)
                if deck and page.picture is not None
            ),
            self.words.size(self.sizes[planned.path]) if planned.path in self.sizes else "",
        )

    def question(self, question: Question) -> QuestionView:
        return QuestionView(
            question.id,
            self._say(question.text),
            self._say(question.asked_by),
            tuple(self._answer(a) for a in question.answers if a.recording in self.by_id),
            question.sample,
        )

    def _answer(self, answer: Answer) -> AnswerView:
        planned = self.by_id[answer.recording]
        return AnswerView(
            planned.number,
            self._say(planned.recording.title),
            recording_path(planned.stem, self.words.language),
            planned.video,
            Moment(answer.at),
            answer.sample,
            *self._excerpt(planned, answer.at),
        )

    def _excerpt(self, planned: PlannedRecording, at: int) -> tuple[str, LanguageView | None]:
        """The first sentences from ``at`` milliseconds on, in the page's language where there are subtitles in it."""
        tag = best_tag(planned.tracks, self.words.language)
        if tag is None:
            return "", None
        said = excerpt(planned.tracks[tag], at)
        return said, self.language(language_of(tag))


def kind_word(kind: Kind, gettext: Callable[[str], str]) -> str:
    """Return the name of a kind of recording."""
    _ = gettext
    return {
        Kind.OPENING: _("Opening"),
        Kind.PROMOTION: _("Promotion video"),
        Kind.PRESENTATION: _("Presentation"),
        Kind.DEMO: _("Demonstration"),
    }[kind]


def version_word(kind: VersionKind, gettext: Callable[[str], str]) -> str:
    """Return the name of a kind of version."""
    _ = gettext
    return {
        VersionKind.AUDIO_DESCRIPTION: _("Audio description"),
        VersionKind.SIGN_LANGUAGE: _("Sign language"),
    }[kind]


def track_name(words: Words, tag: str) -> str:
    """Return a track's name in its own language: ``Español``, ``Español (sonidos descritos)``."""
    if not is_caption(tag):
        return words.name
    return words.translations.gettext("%(language)s (sounds described)") % {"language": words.name}


def _spoken(planned: PlannedRecording) -> set[str]:
    """The languages that a recording has subtitles or captions in."""
    return {language_of(tag) for tag in planned.tracks}


def languages_of(plan: Plan) -> tuple[str, ...]:
    """Return every language shown, sorted: the pages must be able to name and draw them."""
    named = {*plan.country.interface, *plan.country.subtitles, *plan.programme.contact.languages}
    for planned in plan.recordings:
        named |= {planned.recording.spoken, *_spoken(planned)}
        named |= {s.slides.language for s in planned.slides if s.slides.language}
    named |= {d.document.language for d in plan.documents if d.document.language}
    return tuple(sorted(named))


def has_samples(plan: Plan) -> bool:
    """Whether the pages show anything invented."""
    return (
        bool(plan.programme.sample)
        or plan.programme.contact.sample
        or any(r.recording.sample for r in plan.recordings)
        or any(q.sample or any(a.sample for a in q.answers) for q in plan.questions)
        or any(d.document.sample for d in plan.documents)
    )


__all__ = [
    "Viewer",
    "close_bidi",
    "has_samples",
    "index_path",
    "languages_of",
    "recording_path",
    "reply_path",
    "track_name",
    "transcript_path",
    "vtt_path",
]
