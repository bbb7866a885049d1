"""Learning which port is which: somebody plugs a stick into each port in turn. Nothing is read from it or written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from usbkit.ledger.events import PortName, PortsNamed

#: A port's path and the stick in it, or None for a stick that is in no USB port.
Arrival = str | None


@dataclass(frozen=True, slots=True)
class Learnt:
    """``path`` is now called ``name``; ``before`` is the name that it was given a moment ago, if any."""

    name: str
    path: str
    before: str | None = None


def learn_ports(names: Iterable[str], arrivals: Iterator[Arrival], ask: Callable[[str], None]) -> Iterator[Learnt]:
    """Ask for a stick for each name in turn, and say what was learnt; a port that has its name is asked for again."""
    known: dict[str, str] = {}
    for name in names:
        ask(name)
        for path in arrivals:
            if path is None:
                continue
            before = known.get(path)
            yield Learnt(before or name, path, before)
            if before is None:
                known[path] = name
                break
        else:
            return


def as_event(learnt: Iterable[Learnt]) -> PortsNamed:
    """What the ledger keeps."""
    return PortsNamed(ports=tuple(PortName(name=one.name, path=one.path) for one in learnt if one.before is None))
