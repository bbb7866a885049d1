"""Check the times in a manifest against the length of its videos. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from usbkit.core.errors import Finding
from usbkit.core.messages import _
from usbkit.core.units import format_moment
from usbkit.manifest.models import Country, Programme, Question
from usbkit.manifest.source import Source
from usbkit.sources.media import Media

Path = tuple[str | int, ...]


def check_moments(
    programme: Programme, programme_source: Source, country: Country, source: Source, media: Mapping[str, Media]
) -> Iterator[Finding]:
    """Yield a finding for each chapter, slide and answer for ``country`` that is past its video's end."""
    lengths = {r.id: media[r.source].duration for r in programme.recording if r.source in media}
    for path, recording, moment in _moments_of_recordings(programme, country):
        yield from _past_end(programme_source, path, recording, moment, lengths)
    chosen = [(n, q) for n, q in enumerate(programme.question) if q.id in country.questions]
    for path, recording, moment in _moments_of_answers(chosen):
        yield from _past_end(programme_source, path, recording, moment, lengths)
    for path, recording, moment in _moments_of_answers(list(enumerate(country.question))):
        yield from _past_end(source, path, recording, moment, lengths)


def _moments_of_recordings(programme: Programme, country: Country) -> Iterator[tuple[Path, str, int]]:
    for number, recording in enumerate(programme.recording):
        if recording.id not in country.recordings:
            continue
        here: Path = ("recording", number)
        for n, chapter in enumerate(recording.chapters):
            yield (*here, "chapters", n, "at"), recording.id, chapter.at
        for n, slides in enumerate(recording.slides):
            for m, moment in enumerate(slides.shown):
                yield (*here, "slides", n, "shown", m), recording.id, moment


def _moments_of_answers(questions: list[tuple[int, Question]]) -> Iterator[tuple[Path, str, int]]:
    for number, question in questions:
        for n, answer in enumerate(question.answers):
            yield ("question", number, "answers", n, "at"), answer.recording, answer.at


def _past_end(source: Source, path: Path, recording: str, moment: int, lengths: Mapping[str, int]) -> Iterator[Finding]:
    length = lengths.get(recording)
    if length is not None and moment >= length:
        yield Finding(
            "moment-past-end",
            _(
                "found {moment}, but the video of {recording} ends at {end}",
                moment=format_moment(moment),
                recording=recording,
                end=format_moment(length),
            ),
            source.place(*path),
            _("Correct the moment, or the recording it belongs to."),
        )
