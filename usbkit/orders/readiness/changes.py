"""Changes between two looks, for people who wait. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from usbkit.orders.readiness.model import Readiness, State


@dataclass(frozen=True, slots=True)
class ReadinessChange:
    """A file whose state has changed. ``stems`` are the countries that need it."""

    name: str
    before: State
    after: State
    stems: tuple[str, ...]


def find_changes(before: Iterable[Readiness], after: Iterable[Readiness]) -> Iterator[ReadinessChange]:
    """Yield the files whose state differs, in the order of ``after``; a file not needed before counts as missing."""
    old = _states(before)
    new = _states(after)
    for name, (state, stems) in new.items():
        was = old[name][0] if name in old else State.MISSING
        if was is not state:
            yield ReadinessChange(name, was, state, stems)


def _states(countries: Iterable[Readiness]) -> Mapping[str, tuple[State, tuple[str, ...]]]:
    states: dict[str, tuple[State, tuple[str, ...]]] = {}
    for country in countries:
        for cell in country.cells():
            for need in cell.needs:
                if need.name:
                    stems = states[need.name][1] if need.name in states else ()
                    states[need.name] = (need.state, tuple(dict.fromkeys((*stems, country.stem))))
    return states


def newly_ready(before: Iterable[Readiness], after: Iterable[Readiness]) -> list[str]:
    """Return the countries that have become ready."""
    was_ready = {country.stem for country in before if country.is_ready}
    return [country.stem for country in after if country.is_ready and country.stem not in was_ready]
