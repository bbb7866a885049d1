"""The covering letter, which goes with the drives, and the verification letter, which goes another way.

The covering letter contains no fingerprint and no letter word: whoever tampers with drives in transit can also tamper
with what travels with them. Checks are compared with the verification letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from usbkit.bundle.drive_ids import moment_of
from usbkit.ledger.chain import Head
from usbkit.manifest.kinds import Route
from usbkit.manifest.values import LANGUAGE_NAMES
from usbkit.papers.order_facts import OrderFacts, require_drives
from usbkit.papers.paper_templates import Paper, PaperPart, PaperTemplates
from usbkit.site.phrase import Phrase, say
from usbkit.site.words import Words
from usbkit.trust.sums import fingerprint_rows

Foreword = Literal["ko", "en"]

#: Who reads a covering letter first: an embassy in Seoul, or Korea's own office abroad.
FOREWORDS: dict[Route, Foreword] = {Route.CORPS: "en", Route.MISSION: "ko"}


@dataclass(frozen=True)
class RecordingLine:
    """A recording in the list of contents: ``subtitles`` are the languages' own names."""

    number: int
    title: Phrase
    duration: str
    subtitles: tuple[str, ...]
    is_requested: bool
    is_sample: bool


@dataclass(frozen=True)
class View:
    """What every paper says of an order, in one language."""

    organisers: tuple[Phrase, ...]
    programme: Phrase
    event_date: str
    country: Phrase
    edition: int
    date: str
    order: str
    recordings: tuple[RecordingLine, ...]
    files: str
    size: str
    contact_office: Phrase
    contact_hours: Phrase
    is_edition_sample: bool


def languages_of(facts: OrderFacts, foreword: Foreword | None = None, language: str | None = None) -> tuple[str, ...]:
    """Return the languages of a paper: Korean or English first, then ``language``, or all that the country reads."""
    first = foreword or FOREWORDS[facts.route]
    return tuple(dict.fromkeys([first, *([language] if language else facts.country.interface)]))


def make_covering_letter(facts: OrderFacts, languages: Sequence[str], templates: PaperTemplates) -> Paper:
    """Make the letter that goes with the drives. Raises RefusedError if there is no drive to send.

    By way of a mission, the first language is for Korea's office and the other pages are for the recipients.
    """
    require_drives(facts)
    parts = [
        _part(facts, templates, "cover.html", language, is_for_carrier=number == 0 or facts.route is Route.CORPS)
        for number, language in enumerate(languages)
    ]
    return _paper(f"{facts.order.id}-covering-letter", facts, parts, templates)


def make_verification_letter(
    facts: OrderFacts, word: str, heads: Sequence[Head], languages: Sequence[str], templates: PaperTemplates
) -> Paper:
    """Make the letter that goes another way. ``word`` is the order's letter word, ``heads`` the present head of each
    chain.
    """
    parts = [
        _part(
            facts,
            templates,
            "verification.html",
            language,
            rows=fingerprint_rows(facts.order.added.fingerprint),
            word=word,
            heads=heads,
        )
        for language in languages
    ]
    return _paper(f"{facts.order.id}-verification-letter", facts, parts, templates, is_secret=True)


def make_acceptance_sheet(
    facts: OrderFacts, bags: dict[int, str], languages: Sequence[str], templates: PaperTemplates
) -> Paper:
    """Make the sheet that the person who takes the drives over signs. ``bags`` has the bag of each number, if known."""
    require_drives(facts)
    parts = [_part(facts, templates, "acceptance.html", language, bags=bags) for language in languages]
    return _paper(f"{facts.order.id}-acceptance-sheet", facts, parts, templates)


def _part(facts: OrderFacts, templates: PaperTemplates, template: str, language: str, **more: object) -> PaperPart:
    context = {"matter": facts, "view": view_of(facts, templates.words(language)), **more}
    return templates.part(template, language, context)


def _paper(
    name: str, facts: OrderFacts, parts: Sequence[PaperPart], templates: PaperTemplates, *, is_secret: bool = False
) -> Paper:
    html = templates.page("letter.css", name, parts)
    return Paper(name, html, moment_of(facts.date or facts.programme.date), is_secret)


def view_of(facts: OrderFacts, words: Words) -> View:
    """``matter`` in the language of ``words``."""
    programme, country, language = facts.programme, facts.country, words.language
    return View(
        organisers=tuple(say(names, language) for names in programme.organisers),
        programme=say(programme.title, language),
        event_date=words.date(programme.event.date),
        country=say(country.name, language),
        edition=facts.order.added.edition,
        date=words.date(facts.date) if facts.date else "",
        order=facts.order.id,
        recordings=tuple(
            RecordingLine(
                number=recording.number,
                title=say(recording.title, language),
                duration=words.duration(recording.duration),
                subtitles=tuple(LANGUAGE_NAMES.get(code, code) for code in recording.subtitles),
                is_requested=recording.is_requested,
                is_sample=recording.is_sample,
            )
            for recording in facts.words.recordings
        ),
        files=words.number(facts.files),
        size=words.size(facts.size),
        contact_office=say(programme.contact.office, language),
        contact_hours=say(programme.contact.hours, language),
        is_edition_sample=not {"edition", "date"}.isdisjoint(programme.sample),
    )
