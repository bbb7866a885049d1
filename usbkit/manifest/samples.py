"""Invented parts of a programme and a country: shown as SAMPLE, and never sent."""

from __future__ import annotations

from collections.abc import Iterator

from usbkit.manifest.models import Country, Programme, Question


def find_samples(programme: Programme, country: Country) -> tuple[str, ...]:
    """Return the paths of everything marked as invented that reaches ``country``, such as ``contact``."""
    return tuple(dict.fromkeys([*_of_programme(programme, country), *_of_country(country)]))


def _of_programme(programme: Programme, country: Country) -> Iterator[str]:
    yield from (f"programme.{name}" for name in programme.sample)
    if programme.contact.sample:
        yield "programme.contact"
    yield from (f"programme.key.{key.name}" for key in programme.key if key.insecure_demo)
    yield from (
        f"programme.recording.{recording.id}"
        for recording in programme.recording
        if recording.sample and recording.id in country.recordings
    )
    yield from _of_questions("programme.question", [q for q in programme.question if q.id in country.questions])


def _of_country(country: Country) -> Iterator[str]:
    yield from country.sample
    if country.addressee is not None and country.addressee.sample:
        yield "addressee"
    yield from (f"document.{document.file}" for document in country.document if document.sample)
    yield from _of_questions("question", country.question)


def _of_questions(path: str, questions: list[Question]) -> Iterator[str]:
    for question in questions:
        if question.sample:
            yield f"{path}.{question.id}"
        elif any(answer.sample for answer in question.answers):
            yield f"{path}.{question.id}.answers"
