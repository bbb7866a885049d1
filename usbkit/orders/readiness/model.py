"""The answer to "is this country ready?", as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from usbkit.core.errors import Finding
from usbkit.sources.subtitles import TrackReport


class State(StrEnum):
    """What is the matter with something a country gets."""

    READY = "ready"
    MISSING = "missing"
    WRONG = "wrong"
    NONE = "none"  # nothing of this kind is asked for


class CellKind(StrEnum):
    """What a cell of the table is about."""

    VIDEO = "video"
    SUBTITLES = "subtitles"
    SLIDES = "slides"
    PHOTOS = "photos"
    DEMOS = "demos"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Need:
    """One file that a country needs: its name as the manifest writes it, and what was found of it.

    ``size`` in bytes, None while it is missing. ``report`` is there for subtitles that could be read.
    """

    name: str
    state: State
    size: int | None = None
    findings: tuple[Finding, ...] = ()
    report: TrackReport | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of thing of one recording: as ready as the least ready of its files."""

    kind: CellKind
    needs: tuple[Need, ...]
    language: str | None = None
    responsible: str | None = None

    @property
    def state(self) -> State:
        """Missing goes before wrong, wrong before ready: what to wait for, then what to mend."""
        states = {need.state for need in self.needs}
        return next((s for s in (State.MISSING, State.WRONG, State.READY) if s in states), State.NONE)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for need in self.needs for finding in need.findings)


@dataclass(frozen=True, slots=True)
class Row:
    """A recording in the country's order, or with an empty id the country's documents."""

    id: str
    title: Mapping[str, str]
    cells: tuple[Cell, ...]

    def cell(self, kind: CellKind, language: str | None = None) -> Cell | None:
        return next((c for c in self.cells if c.kind is kind and c.language == language), None)


@dataclass(frozen=True, slots=True)
class Space:
    """How much room a country needs. Bytes; what is missing is not counted.

    ``smallest`` is the fewest bytes a drive must have and ``shop`` the size to ask for in a shop; both None for a
    country that gets no drives, and where no file system holds what there is.
    """

    content: int
    smallest: int | None
    shop: int | None


@dataclass(frozen=True)
class Readiness:
    """One country. ``findings`` belong to no cell: manifests, room. ``samples`` names the invented fields."""

    stem: str
    code: str
    name: Mapping[str, str]
    subtitles: tuple[str, ...]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    space: Space
    wanted: int | None
    samples: tuple[str, ...]

    def cells(self) -> Iterator[Cell]:
        for row in self.rows:
            yield from row.cells

    def count(self, state: State) -> int:
        """How many cells are in ``state``."""
        return sum(cell.state is state for cell in self.cells())

    @property
    def is_ready(self) -> bool:
        """Whether everything is there and nothing is wrong."""
        is_whole = all(cell.state in (State.READY, State.NONE) for cell in self.cells())
        return is_whole and not any(f.is_error for f in self.findings)

    def all_findings(self) -> Iterator[Finding]:
        yield from self.findings
        for cell in self.cells():
            yield from cell.findings
