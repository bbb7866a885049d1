"""Plan in, files out: which pages there are, what each is given, which assets travel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment

from usbkit.bundle.plan import Plan, PlannedFile, PlannedRecording, Role, made
from usbkit.core.cache import Cache
from usbkit.site.context import Page, QuestionView, RecordingPage, RecordingView, Site
from usbkit.site.cues import to_data, to_paragraphs
from usbkit.site.fonts import FONTS
from usbkit.site.phrase import script_json
from usbkit.site.script_words import script_words
from usbkit.site.search_data import search_entries
from usbkit.site.slides import read_decks, read_documents
from usbkit.site.templates import Shelf, render
from usbkit.site.thumbnails import make_thumbnails
from usbkit.site.views import Viewer, index_path, languages_of, recording_path
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
    """The pages of ``plan`` and all they need, sorted by path.

    ``templates`` is a folder of the user's whose files stand before ours. ``target`` ``web`` makes the same pages for
    upload: subtitles by ``track``, addresses for search engines, no word about drives. ``cache`` is the folder where
    what was read from slides is remembered.

    Raises InputError for a template that is wrong and, unless ``allow_untranslated``, for words without translation.
    """
    files = tuple(_Renderer(plan, templates, target, cache, allow_untranslated).files())
    return tuple(sorted(files, key=lambda f: f.path))


class _Renderer:
    """One rendering: the words of all languages loaded once, then language by language."""

    def __init__(
        self, plan: Plan, templates: Path | None, target: Target, cache: Path | None, allow_untranslated: bool
    ) -> None:
        self.plan, self.templates, self.target, self.allow_untranslated = plan, templates, target, allow_untranslated
        self.shelf = Shelf(templates)
        self.words = {code: load_words(code, self.shelf.locales) for code in languages_of(plan)}
        memory = Cache(cache) if cache else None
        self.decks = read_decks(plan, memory)
        self.texts = {**self.decks, **read_documents(plan, memory)}
        self.thumbnails = make_thumbnails(plan, memory)

    def files(self) -> Iterator[PlannedFile]:
        for language in self.plan.country.interface:
            yield from self._pages(language)
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
        page = self._page(site, path, twins, words, {"page": "index"})
        yield _html(path, render(environment, "index.html", {"site": site, "page": page}))
        for at, planned in enumerate(self.plan.recordings):
            item = self._item(viewer, site, at)
            yield self._recording_page(environment, words, site, planned, item)

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
        language = next((c for c in (viewer.words.language, *planned.tracks) if c in planned.tracks), None)
        track = planned.tracks[language] if language else None
        return RecordingPage(
            recording,
            site.recordings[at - 1] if at else None,
            site.recordings[at + 1] if at + 1 < len(site.recordings) else None,
            to_paragraphs(track, [c.at for c in planned.recording.chapters]) if track else (),
            viewer.language(language) if language else None,
            tuple(_answered_here(site.questions, recording)),
        )

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
            "languages": {
                code: {"name": self.words[code].name, "dir": self.words[code].direction} for code in self.words
            },
            "root": root,
            "store": f"usbkit/{self.plan.programme.id}/{self.plan.stem}/",
            "target": self.target,
            "twins": dict(twins),
            "words": script_words(words.translations.gettext),
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
            for language, track in planned.tracks.items():
                path = f"assets/data/cues/{planned.stem}.{language}.js"
                yield made(path, Role.ASSET, to_data(planned.stem, track, chapters))
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
        from usbkit.site.verify_page import render_verify_page

        yield render_verify_page(self.plan.programme, self.templates)


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
