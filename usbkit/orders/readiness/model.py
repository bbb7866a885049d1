"""The answer to "is this country ready?", as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from usbkit.core.errors import Finding
from usbkit.orders.readiness.accessibility import Accessibility

if TYPE_CHECKING:
    from usbkit.sources.subtitles import TrackReport


class State(StrEnum):
    """The state of something a country gets."""

    READY = "ready"
    MISSING = "missing"
    WRONG = "wrong"
    NONE = "none"  # nothing of this kind is asked for


class CellKind(StrEnum):
    """The kind of content in a cell of the table."""

    VIDEO = "video"
    SUBTITLES = "subtitles"
    VERSIONS = "versions"
    SLIDES = "slides"
    PHOTOS = "photos"
    DEMOS = "demos"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Need:
    """One file that a country needs: its name as the manifest writes it, and the findings about it.

    ``size`` in bytes, None while it is missing. ``report`` is set for subtitles that could be read.
    """

    name: str
    state: State
    size: int | None = None
    findings: tuple[Finding, ...] = ()
    report: TrackReport | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of content of one recording: as ready as its least ready file."""

    kind: CellKind
    needs: tuple[Need, ...]
    language: str | None = None
    responsible: str | None = None

    @property
    def state(self) -> State:
        """The cell's state: missing before wrong, wrong before ready."""
        states = {need.state for need in self.needs}
        return next((s for s in (State.MISSING, State.WRONG, State.READY) if s in states), State.NONE)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for need in self.needs for finding in need.findings)


@dataclass(frozen=True, slots=True)
class Row:
    """A recording in the country's order; with an empty id, the country's documents."""

    id: str
    title: Mapping[str, str]
    cells: tuple[Cell, ...]

    def cell(self, kind: CellKind, language: str | None = None) -> Cell | None:
        return next((c for c in self.cells if c.kind is kind and c.language == language), None)


@dataclass(frozen=True, slots=True)
class Space:
    """The space a country needs, in bytes; missing files are not counted.

    ``smallest`` is the fewest bytes of a drive and ``shop`` the size to buy; both None for a country without drives,
    and if no file system can hold the content.
    """

    content: int
    smallest: int | None
    shop: int | None


@dataclass(frozen=True)
class Readiness:
    """The readiness of one country. ``findings`` belong to no cell: manifests, space. ``samples`` names the invented
    fields.
    """

    stem: str
    code: str
    name: Mapping[str, str]
    subtitles: tuple[str, ...]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    space: Space
    wanted: int | None
    samples: tuple[str, ...]
    accessibility: tuple[Accessibility, ...] = ()

    def cells(self) -> Iterator[Cell]:
        for row in self.rows:
            yield from row.cells

    def count(self, state: State) -> int:
        """Return the number of cells in ``state``."""
        return sum(cell.state is state for cell in self.cells())

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing or wrong."""
        is_whole = all(cell.state in (State.READY, State.NONE) for cell in self.cells())
        return is_whole and not any(f.is_error for f in self.findings)

    def all_findings(self) -> Iterator[Finding]:
        yield from self.findings
        for cell in self.cells():
            yield from cell.findings
