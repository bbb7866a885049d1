"""Computers on a private network: each in a network namespace, on a cable (veth) that can be pulled.

The addresses are 10.77.N.1 for us and 10.77.N.2 for the computer at cable N. Needs root; ip(8) of iproute2.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: All computers here, for a server that lets them in.
NETWORK = "10.77.0.0/16"


@dataclass(frozen=True)
class Cable:
    """The cable to one computer. ``command`` begins what is to run there."""

    number: int

    @property
    def command(self) -> list[str]:
        return ["ip", "netns", "exec", self._name]

    @property
    def ours(self) -> str:
        """The address at which that computer finds us."""
        return f"10.77.{self.number}.1"

    def pull(self) -> None:
        """Nothing gets through any more, and nobody is told."""
        _ip("link", "set", f"{self._name}a", "down")

    def plug(self) -> None:
        _ip("link", "set", f"{self._name}a", "up")

    @property
    def _name(self) -> str:
        return f"usbkit{self.number}"

    def lay(self) -> None:
        _ip("netns", "add", self._name)
        _ip("link", "add", f"{self._name}a", "type", "veth", "peer", "name", f"{self._name}b", "netns", self._name)
        _ip("addr", "add", f"{self.ours}/24", "dev", f"{self._name}a")
        _ip("link", "set", f"{self._name}a", "up")
        for what in (["link", "set", "lo", "up"], ["link", "set", f"{self._name}b", "up"]):
            _ip("-n", self._name, *what)
        _ip("-n", self._name, "addr", "add", f"10.77.{self.number}.2/24", "dev", f"{self._name}b")

    def take_away(self) -> None:
        subprocess.run(["ip", "link", "del", f"{self._name}a"], check=False, capture_output=True)
        subprocess.run(["ip", "netns", "del", self._name], check=False, capture_output=True)


@contextmanager
def cables(count: int, first: int = 1) -> Iterator[list[Cable]]:
    """Cables to so many computers."""
    laid = [Cable(number) for number in range(first, first + count)]
    try:
        for cable in laid:
            cable.take_away()
            cable.lay()
        yield laid
    finally:
        for cable in laid:
            cable.take_away()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
