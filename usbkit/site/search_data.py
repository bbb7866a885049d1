"""The data for search besides transcripts: titles, speakers, chapters, questions, documents, slides, photos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from usbkit.bundle.plan import Plan, PlannedRecording
from usbkit.manifest.captions import plainest_tags
from usbkit.site.phrase import close_bidi
from usbkit.site.slides import SlideDeck

Entry = dict[str, Any]


def search_entries(plan: Plan, decks: Mapping[str, SlideDeck]) -> dict[str, Any]:
    """Return recordings, documents and entries: kind ``k``, language ``l``, text ``x``. Recordings have one track per
    language.

    An entry leads to recording ``r`` (from 0) at ``a`` milliseconds, to the file ``u``, or to question ``q``; a page of
    document ``d`` has its number ``n``.
    """
    languages = {*plan.country.interface, *plan.country.subtitles, "en"}
    entries = [
        entry
        for entry in (*_of_recordings(plan, decks), *_of_questions(plan), *_of_documents(plan, decks))
        if entry["l"] in languages
    ]
    return {
        "recordings": [
            {"stem": r.stem, "titles": _kept(r.recording.title, languages), "tracks": plainest_tags(r.tracks)}
            for r in plan.recordings
        ],
        "documents": [_kept(d.document.title, languages) for d in plan.documents],
        "entries": entries,
    }


def _kept(texts: Mapping[str, str], languages: set[str]) -> dict[str, str]:
    kept = {code: close_bidi(text) for code, text in texts.items() if code in languages}
    return kept or {code: close_bidi(text) for code, text in list(texts.items())[:1]}


def _entries(kind: str, texts: Mapping[str, str], **where: Any) -> Iterator[Entry]:
    for language, text in texts.items():
        yield {"k": kind, "l": language, "x": close_bidi(text), **where}


def _of_recordings(plan: Plan, decks: Mapping[str, SlideDeck]) -> Iterator[Entry]:
    for at, planned in enumerate(plan.recordings):
        recording = planned.recording
        yield from _entries("title", recording.title, r=at)
        yield from _entries("title", recording.summary, r=at)
        yield from _entries("speaker", recording.speaker, r=at)
        yield from _entries("speaker", recording.organisation, r=at)
        for chapter in recording.chapters:
            yield from _entries("chapter", chapter.title, r=at, a=chapter.at)
        for photo in planned.photos:
            yield from _entries("photo", photo.picture.caption, r=at, u=photo.path)
        for demo in planned.demos:
            yield from _entries("title", demo.demo.title, r=at, u=demo.path)
        yield from _of_slides(planned, at, decks)


def _of_slides(planned: PlannedRecording, at: int, decks: Mapping[str, SlideDeck]) -> Iterator[Entry]:
    for entry in planned.slides:
        language = entry.slides.language or planned.recording.spoken
        for page in decks[entry.path].pages if entry.path in decks else ():
            if not page.text:
                continue
            shown = entry.slides.shown
            moment = {"a": shown[page.number - 1]} if page.number <= len(shown) else {}
            yield {
                "k": "slide",
                "l": language,
                "x": close_bidi(page.text),
                "r": at,
                "u": f"{entry.path}#page={page.number}",
                "n": page.number,
                **moment,
            }


def _of_questions(plan: Plan) -> Iterator[Entry]:
    numbers = {r.recording.id: at for at, r in enumerate(plan.recordings)}
    for question in plan.questions:
        answer = next((a for a in question.answers if a.recording in numbers), None)
        where = {"q": question.id} if answer is None else {"r": numbers[answer.recording], "a": answer.at}
        yield from _entries("question", question.text, **where)


def _of_documents(plan: Plan, decks: Mapping[str, SlideDeck]) -> Iterator[Entry]:
    for at, planned in enumerate(plan.documents):
        yield from _entries("document", planned.document.title, u=planned.path)
        language = planned.document.language or plan.country.interface[0]
        for page in decks[planned.path].pages if planned.path in decks else ():
            if page.text:
                where = {"u": f"{planned.path}#page={page.number}", "n": page.number, "d": at}
                yield {"k": "document", "l": language, "x": close_bidi(page.text), **where}
