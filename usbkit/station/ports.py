"""Learn which port is which: the operator plugs a stick into each port in turn. It is neither read nor written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from usbkit.ledger.events import PortName, PortsNamed

#: The paths of the port that a stick is in, its own first: a USB 3 socket has a second one for USB 2. None for a stick
#: that is in no USB port.
Arrival = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Learnt:
    """The port of these ``paths`` is now called ``name``; ``before`` is its existing name, if any."""

    name: str
    paths: tuple[str, ...]
    before: str | None = None


def learn_ports(names: Iterable[str], arrivals: Iterator[Arrival], ask: Callable[[str], None]) -> Iterator[Learnt]:
    """Ask for a stick for each name in turn, and yield what was learnt; a port that already has a name is asked for
    again.
    """
    known: dict[str, str] = {}
    for name in names:
        ask(name)
        for paths in arrivals:
            if not paths:
                continue
            before = next((known[p] for p in paths if p in known), None)
            yield Learnt(before or name, paths, before)
            if before is None:
                known |= dict.fromkeys(paths, name)
                break
        else:
            return


def as_event(learnt: Iterable[Learnt]) -> PortsNamed:
    """Return the ledger's event for the named ports."""
    new = [one for one in learnt if one.before is None]
    return PortsNamed(ports=tuple(PortName(name=one.name, path=path) for one in new for path in one.paths))
