"""What remains to do before countries are ready, each task once, by the responsible person. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from usbkit.core.errors import Finding
from usbkit.orders.readiness.model import Readiness


@dataclass(frozen=True, slots=True)
class Task:
    """One finding, who must resolve it (None if nobody is named), and the countries that wait for it."""

    finding: Finding
    responsible: str | None
    stems: tuple[str, ...]


def list_tasks(countries: Sequence[Readiness], shared: Sequence[Finding] = (), *, errors: bool = True) -> list[Task]:
    """Return the errors of ``countries``, or their remarks, each once; ``shared`` are findings of no single country."""
    found: dict[tuple[Finding, str | None], list[str]] = {}
    for country in countries:
        for finding, responsible in _findings(country):
            if finding.is_error is errors:
                found.setdefault((finding, responsible), []).append(country.stem)
    tasks = [Task(finding, who, tuple(dict.fromkeys(stems))) for (finding, who), stems in found.items()]
    tasks += [Task(finding, None, ()) for finding in shared if finding.is_error is errors]
    return sorted(tasks, key=lambda task: task.responsible or "")


def _findings(country: Readiness) -> Iterator[tuple[Finding, str | None]]:
    yield from ((finding, None) for finding in country.findings)
    for cell in country.cells():
        yield from ((finding, cell.responsible) for finding in cell.findings)
