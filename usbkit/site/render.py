"""From plan to files: which pages exist, the data of each, and the assets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment

from usbkit.bundle.plan import Plan, PlannedFile, PlannedRecording, Role, made
from usbkit.core.cache import Cache
from usbkit.core.content import Made
from usbkit.manifest.captions import best_tag, fullest_tags, language_of
from usbkit.manifest.models import Programme
from usbkit.site.context import Page, QuestionView, RecordingPage, RecordingView, Site, TranscriptPage
from usbkit.site.cues import to_data, to_paragraphs
from usbkit.site.fonts import FONTS
from usbkit.site.page_cache import digest_state, recall_verify_page, remember_verify_page
from usbkit.site.phrase import script_json
from usbkit.site.script_words import script_words
from usbkit.site.search_data import search_entries
from usbkit.site.slides import read_decks, read_documents
from usbkit.site.templates import Shelf, render
from usbkit.site.thumbnails import make_thumbnails
from usbkit.site.views import (
    Viewer,
    index_path,
    languages_of,
    recording_path,
    reply_path,
    track_name,
    transcript_path,
)
from usbkit.site.web import video_object, web_base, web_files
from usbkit.site.words import Words, load_words, require_complete

Target = Literal["drive", "web"]

#: Nothing from elsewhere, nothing inline; pictures may be data because style sheets draw small signs that way.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'"
)


def render_site(
    plan: Plan,
    templates: Path | None = None,
    target: Target = "drive",
    *,
    cache: Path | None = None,
    allow_untranslated: bool = False,
) -> tuple[PlannedFile, ...]:
    """Return the pages of ``plan`` and everything they need, sorted by path.

    ``templates`` is a user's folder whose files override ours. ``target`` ``web`` makes the pages for upload: subtitles
    by ``track``, addresses for search engines, no mention of drives. ``cache`` is the folder that remembers the text
    and pictures of slides.

    Raises InputError for a faulty template and, unless ``allow_untranslated``, for missing translations.
    """
    files = tuple(_Renderer(plan, templates, target, cache, allow_untranslated).files())
    return tuple(sorted(files, key=lambda f: f.path))


def make_verify_page(programme: Programme, templates: Path | None, memory: Cache | None) -> PlannedFile:
    """Return ``verify.html``, which is made once for all countries of a programme."""
    from usbkit.site.verify_page import PATH, render_verify_page

    state = digest_state(programme, templates)
    if memory is not None and (known := recall_verify_page(memory, state)) is not None:
        return made(PATH, Role.PAGE, known)
    page = render_verify_page(programme, templates)
    if memory is not None and isinstance(page.content, Made):
        remember_verify_page(memory, state, page.content.data)
    return page


class _Renderer:
    """One rendering: the words of all languages loaded once, then language by language."""

    def __init__(
        self, plan: Plan, templates: Path | None, target: Target, cache: Path | None, allow_untranslated: bool
    ) -> None:
        self.plan, self.templates, self.target, self.allow_untranslated = plan, templates, target, allow_untranslated
        self.shelf = Shelf(templates)
        self.words = {code: load_words(code, self.shelf.locales) for code in languages_of(plan)}
        self.memory = memory = Cache(cache) if cache else None
        self.decks = read_decks(plan, memory)
        self.texts = {**self.decks, **read_documents(plan, memory)}
        self.thumbnails = make_thumbnails(plan, memory)

    def files(self) -> Iterator[PlannedFile]:
        for language in self.plan.country.interface:
            yield from self._pages(language)
        yield from self._transcripts()
        yield from self._data()
        yield from self._assets()
        if self.target == "drive":
            yield self._readme()
            yield from self._verify_page()
        else:
            yield from web_files(self.plan)
        if not self.allow_untranslated:
            for language in self.plan.country.interface:
                require_complete(self.words[language])

    def _pages(self, language: str) -> Iterator[PlannedFile]:
        words = self.words[language]
        environment = self.shelf.environment(words)
        viewer = Viewer(self.plan, words, self.words, self.texts, self.thumbnails, self.target)
        site = viewer.site()
        path = index_path(self.plan, language)
        twins = {code: index_path(self.plan, code) for code in self.plan.country.interface}
        page = self._page(site, path, twins, words, {"page": "index", "reply": viewer.reply_words().to_data()})
        yield _html(path, render(environment, "index.html", {"site": site, "page": page}))
        if self.target == "drive":
            yield self._reply_page(environment, words, site, viewer)
        for at, planned in enumerate(self.plan.recordings):
            item = self._item(viewer, site, at)
            yield self._recording_page(environment, words, site, planned, item)

    def _reply_page(self, environment: Environment, words: Words, site: Site, viewer: Viewer) -> PlannedFile:
        twins = {code: reply_path(code) for code in self.plan.country.interface}
        own = {"page": "reply", "reply": viewer.reply_words().to_data()}
        page = self._page(site, site.reply.page, twins, words, own)
        return _html(site.reply.page, render(environment, "reply.html", {"site": site, "page": page}))

    def _recording_page(
        self, environment: Environment, words: Words, site: Site, planned: PlannedRecording, item: RecordingPage
    ) -> PlannedFile:
        path = item.recording.page
        twins = {code: recording_path(planned.stem, code) for code in self.plan.country.interface}
        own = {
            "page": "recording",
            "stem": planned.stem,
            "tracks": list(planned.tracks),
            "title": item.recording.title.text,
            "length": item.recording.duration.ms,
            "video": planned.video,
            "web": f"{base}{path}" if (base := web_base(self.plan)) else "",
            "slides": [
                {"u": s.path, "n": s.count, "p": [[p.at.ms, p.image, p.number] for p in s.pages]}
                for s in item.recording.slides
                if s.pages
            ],
        }
        page = self._page(site, path, twins, words, own, item.recording)
        context = {"site": site, "page": page, "item": item}
        return _html(path, render(environment, "recording.html", context))

    def _item(self, viewer: Viewer, site: Site, at: int) -> RecordingPage:
        planned, recording = self.plan.recordings[at], site.recordings[at]
        tag = best_tag(planned.tracks, viewer.words.language)
        track = planned.tracks[tag] if tag else None
        return RecordingPage(
            recording,
            site.recordings[at - 1] if at else None,
            site.recordings[at + 1] if at + 1 < len(site.recordings) else None,
            to_paragraphs(track, [c.at for c in planned.recording.chapters]) if track else (),
            viewer.track_language(tag) if tag else None,
            tag or "",
            tuple(_answered_here(site.questions, recording)),
        )

    def _transcripts(self) -> Iterator[PlannedFile]:
        """One a recording and language, in the words of that language, that needs no script."""
        tags = {tag for planned in self.plan.recordings for tag in fullest_tags(planned.tracks)}
        for language in sorted({language_of(tag) for tag in tags}):
            words = self.words[language]
            viewer = Viewer(self.plan, words, self.words, self.texts, self.thumbnails, self.target)
            environment, site = self.shelf.environment(words), viewer.site()
            pages = self.plan.country.interface
            for planned, recording in zip(self.plan.recordings, site.recordings, strict=True):
                tag = next((t for t in fullest_tags(planned.tracks) if language_of(t) == language), None)
                if tag is None:
                    continue
                document = TranscriptPage(
                    root="../",
                    policy=POLICY,
                    recording=recording,
                    language=viewer.track_language(tag),
                    paragraphs=to_paragraphs(planned.tracks[tag], [c.at for c in planned.recording.chapters]),
                    back=recording_path(planned.stem, language if language in pages else pages[0]),
                )
                context = {"site": site, "document": document}
                yield _html(transcript_path(planned.stem, language), render(environment, "transcript.html", context))

    def _page(
        self,
        site: Site,
        path: str,
        twins: Mapping[str, str],
        words: Words,
        own: Mapping[str, Any],
        recording: RecordingView | None = None,
    ) -> Page:
        root = "../" * path.count("/")
        data = {
            "language": site.language.code,
            "languages": self._languages(),
            "root": root,
            "store": f"usbkit/{self.plan.programme.id}/{self.plan.stem}/",
            "target": self.target,
            "twins": dict(twins),
            "words": {**script_words(words.translations.gettext), "colon": words.colon},
            **own,
        }
        return Page(
            path=path,
            root=root,
            title=f"{recording.title.text if recording else site.country.text} – {site.title.text}",
            description=_description(site, recording),
            kind="video.other" if recording else "website",
            twins=twins,
            data=script_json(data),
            policy=POLICY,
            **self._addresses(path, twins, recording, site),
        )

    def _languages(self) -> dict[str, dict[str, str]]:
        """What scripts call each language and each track, by its tag."""
        tags = {tag for planned in self.plan.recordings for tag in planned.tracks}
        spoken = {tag: self.words[language_of(tag)] for tag in (*self.words, *sorted(tags))}
        return {
            tag: {"name": track_name(words, tag), "dir": words.direction, "code": words.language}
            for tag, words in spoken.items()
        }

    def _addresses(
        self, path: str, twins: Mapping[str, str], recording: RecordingView | None, site: Site
    ) -> dict[str, Any]:
        base = web_base(self.plan)
        if self.target != "web" or base is None:
            return {}
        poster = recording.poster if recording else next(iter(self.plan.recordings)).poster
        return {
            "address": base + path,
            "image": base + poster,
            "twin_addresses": {code: base + twin for code, twin in twins.items()}
            # Whoever speaks none of them is led to the country's first language.
            | {"x-default": base + twins[self.plan.country.interface[0]]},
            "structured": video_object(base, site, recording, _description(site, recording)) if recording else None,
        }

    def _data(self) -> Iterator[PlannedFile]:
        for planned in self.plan.recordings:
            chapters = [c.at for c in planned.recording.chapters]
            for tag, track in planned.tracks.items():
                path = f"assets/data/cues/{planned.stem}.{tag}.js"
                yield made(path, Role.ASSET, to_data(planned.stem, track, chapters, tag))
        for deck in self.decks.values():
            yield from deck.files()
        yield from self.thumbnails.values()
        entries = script_json(search_entries(self.plan, self.texts))
        yield made("assets/data/catalogue.js", Role.ASSET, f'usbkit.take("catalogue",{entries});\n'.encode())

    def _assets(self) -> Iterator[PlannedFile]:
        unused = {f"fonts/{font}/" for font in FONTS.values()} - {f"fonts/{f}/" for f in self._fonts()}
        for path, source in self.shelf.assets().items():
            if not path.startswith(tuple(unused)) and not path.startswith("verify/"):
                yield made(f"assets/{path}", Role.ASSET, source.read_bytes())

    def _fonts(self) -> Iterable[str]:
        return [FONTS[code] for code in languages_of(self.plan) if code in FONTS]

    def _readme(self) -> PlannedFile:
        """Every interface language in turn; the mark at the beginning and CRLF are for old Windows editors."""
        from usbkit.site.verify_page import render_check_lines

        texts = []
        for language in self.plan.country.interface:
            words = self.words[language]
            site = Viewer(self.plan, words, self.words, self.decks, self.thumbnails, self.target).site()
            context = {"site": site, "check_lines": render_check_lines(language, self.shelf)}
            texts.append(render(self.shelf.environment(words), "README.txt", context).strip())
        line = "\n\n" + "-" * 72 + "\n\n"
        text = line.join(texts) + "\n"
        return made("README.txt", Role.PAGE, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    def _verify_page(self) -> Iterator[PlannedFile]:
        yield make_verify_page(self.plan.programme, self.templates, self.memory)


def _description(site: Site, recording: RecordingView | None) -> str:
    """A sentence or two for search engines: the summary's beginning, or who speaks."""
    if recording is None:
        return _cut(site.summary_text or f"{site.title.text}, {site.held}")
    said = recording.summary_text or " · ".join(p.text for p in (recording.speaker, recording.organisation) if p)
    return _cut(said or recording.title.text)


def _cut(text: str, most: int = 200) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + "…"


def _answered_here(questions: Iterable[QuestionView], recording: RecordingView) -> Iterator[QuestionView]:
    for question in questions:
        answers = tuple(a for a in question.answers if a.number == recording.number)
        if answers:
            yield QuestionView(question.id, question.text, question.asked_by, answers, question.is_sample)


def _html(path: str, text: str) -> PlannedFile:
    return made(path, Role.PAGE, text.encode())
