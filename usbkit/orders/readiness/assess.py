"""Compute a country's readiness from manifests and inventory. Pure: the disk was examined before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from usbkit.core.errors import Finding
from usbkit.core.messages import _
from usbkit.core.spelled_paths import find_spelled
from usbkit.manifest.load import Manifests
from usbkit.manifest.models import Country, Programme, Recording
from usbkit.manifest.samples import find_samples
from usbkit.orders.readiness.accessibility import judge_accessibility
from usbkit.orders.readiness.model import Cell, CellKind, Need, Readiness, Row, State
from usbkit.orders.readiness.space import check_wanted, measure
from usbkit.orders.readiness.timestamp_checks import check_moments
from usbkit.sources.inventory import Inventory, tracks_of

if TYPE_CHECKING:
    from usbkit.sources.subtitles import Track, TrackReport


def assess(manifests: Manifests, stem: str, inventory: Inventory, library: Path) -> Readiness:
    """Return the readiness of the country ``stem``, by ``inventory`` (taken from ``library``)."""
    country, source = manifests.countries[stem], manifests.country_sources[stem]
    table = _Table(manifests, stem, inventory, library)
    rows = tuple(table.rows())
    space, findings = measure(country, [(c.kind, n) for row in rows for c in row.cells for n in c.needs])
    findings += check_moments(manifests.programme, manifests.programme_source, country, source, inventory.media)
    findings += check_wanted(country, source, space)
    findings += find_untranslated(manifests.programme, country)
    placed = {finding for row in rows for cell in row.cells for finding in cell.findings}
    findings += dict.fromkeys(f for f in inventory.findings if f not in placed)
    return Readiness(
        stem=stem,
        code=country.code,
        name=country.name,
        subtitles=tuple(country.subtitles),
        rows=rows,
        findings=tuple(findings),
        space=space,
        wanted=country.minimum_size,
        samples=find_samples(manifests.programme_for(stem), country),
        accessibility=tuple(
            judge_accessibility(r, country, inventory)
            for id in country.recordings
            for r in manifests.programme_for(stem).recording
            if r.id == id
        ),
    )


class _Table:
    """Makes the rows of one country."""

    def __init__(self, manifests: Manifests, stem: str, inventory: Inventory, library: Path) -> None:
        self.manifests, self.stem, self.inventory = manifests, stem, inventory
        self.programme, self.country = manifests.programme, manifests.countries[stem]
        self.library = library
        self._found: dict[Path, list[Finding]] = defaultdict(list)  # by absolute paths, however manifests were named
        for finding in inventory.findings:
            if finding.place is not None:
                self._found[Path(finding.place.file).absolute()].append(finding)

    def rows(self) -> Iterator[Row]:
        numbers = {r.id: n for n, r in enumerate(self.programme.recording)}
        for id in self.country.recordings:
            recording = self.programme.recording[numbers[id]]
            yield Row(id, recording.title, tuple(self._cells(recording, numbers[id])))
        if self.country.document:
            needs = tuple(self._document(d.file) for d in self.country.document)
            yield Row("", {}, (Cell(CellKind.DOCUMENTS, needs, None, self._responsible(CellKind.DOCUMENTS)),))

    def _cells(self, recording: Recording, number: int) -> Iterator[Cell]:
        video = self._responsible(CellKind.VIDEO)
        yield Cell(CellKind.VIDEO, (self._video(recording.source),), None, video)
        for language in self.country.subtitles:
            needs = tuple(self._subtitles(recording, number, language))
            yield Cell(CellKind.SUBTITLES, needs, language, self._translator(language))
        versions = tuple(self._video(v.file) for v in self.country.versions_of(recording))
        yield Cell(CellKind.VERSIONS, versions, None, video)
        slides = tuple(self._attachment(s.file) for s in recording.slides)
        yield Cell(CellKind.SLIDES, slides, None, self._responsible(CellKind.SLIDES))
        photos = tuple(self._attachment(p.file) for p in recording.photos)
        yield Cell(CellKind.PHOTOS, photos, None, self._responsible(CellKind.PHOTOS))
        yield Cell(CellKind.DEMOS, tuple(self._video(d.file) for d in recording.demos), None, video)

    def _responsible(self, kind: CellKind) -> str | None:
        responsible = self.programme.responsible
        return None if responsible is None else getattr(responsible, kind)

    def _translator(self, language: str) -> str | None:
        responsible = self.programme.responsible
        return None if responsible is None else responsible.subtitles.get(language)

    def _video(self, name: str) -> Need:
        media = self.inventory.media.get(name)
        return self._need(name, find_spelled(self.library, name), media.findings if media else None)

    def _attachment(self, name: str) -> Need:
        return self._need(name, find_spelled(self.library, name), ())

    def _document(self, file: str) -> Need:
        return self._need(f"{self.stem}/{file}", find_spelled(self.manifests.folder / self.stem, file), ())

    def _subtitles(self, recording: Recording, number: int, language: str) -> Iterator[Need]:
        """Subtitles and captions in ``language``: one of them is enough."""
        entries = tracks_of(recording, [language])
        if not entries:
            yield Need("", State.MISSING, findings=(self._not_named(recording, number, language),))
        for entry in entries.values():
            track = self.inventory.tracks.get(entry.file)
            report = _report(track) if track else None
            path = find_spelled(self.library, entry.file)
            yield self._need(entry.file, path, track.findings if track else None, report)

    def _not_named(self, recording: Recording, number: int, language: str) -> Finding:
        return Finding(
            "subtitle-not-named",
            _("{recording} has no subtitles in {language}", recording=recording.id, language=language),
            self.manifests.programme_source.place("recording", number, "subtitles"),
            _("Name the file there when it has arrived, or take the language out of the country's list."),
        )

    def _need(self, name: str, path: Path, looked: Iterable[Finding] | None, report: TrackReport | None = None) -> Need:
        """The need for the source ``name`` at ``path``; ``looked`` is None where no look at its contents succeeded."""
        file = self.inventory.files.get(name)
        findings = tuple(dict.fromkeys([*self._found.get(path.absolute(), ()), *(looked or ())]))
        is_wrong = looked is None or any(f.is_error for f in findings)
        if file is None:
            is_absent = not findings or any(f.id == "file-missing" for f in findings)
            return Need(name, State.MISSING if is_absent else State.WRONG, None, findings)
        return Need(name, State.WRONG if is_wrong else State.READY, file.size, findings, report)


def _report(track: Track) -> TrackReport:
    from usbkit.sources.subtitles import describe  # loads all that reads subtitles

    return describe(track)


def find_untranslated(programme: Programme, country: Country) -> Iterator[Finding]:
    """Yield a remark for each page language that lacks a title or question and shows English instead."""
    for language in country.interface:
        absent = sum(language not in texts for texts in _texts_shown(programme, country) if texts)
        if absent:
            yield Finding(
                "text-untranslated",
                _("{count} titles and texts are not there in {language}", count=absent, language=language),
                todo=_("They are shown in English, or in the language they have."),
                is_error=False,
            )


def _texts_shown(programme: Programme, country: Country) -> Iterator[Mapping[str, str]]:
    yield programme.title
    yield programme.summary
    yield country.name
    for recording in programme.recording:
        if recording.id in country.recordings:
            yield from (recording.title, recording.summary, recording.speaker, recording.organisation)
            yield from (chapter.title for chapter in recording.chapters)
            yield from (picture.caption for picture in recording.photos)
            yield from (demo.title for demo in recording.demos)
            yield from (version.title for version in country.versions_of(recording))
    shown = {r.session for r in programme.recording if r.id in country.recordings}
    yield from (session.title for session in programme.session if session.id in shown)
    yield from (question.text for question in programme.question if question.id in country.questions)
    yield from (question.text for question in country.question)
    yield from programme.ask
    yield from (document.title for document in country.document)
