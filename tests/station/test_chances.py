"""Random events in random order (sticks come, go, lie and die, the station too): the numbers end up right."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.ledger.stories import order
from tests.station.world import FakeStick, World, numbers_on
from tests.support.sample import sample
from usbkit.drives.record import Outcome
from usbkit.ledger.appending import digest_nonce
from usbkit.ledger.audit import audit
from usbkit.ledger.journey import Stage
from usbkit.station.messages import PortState

PORTS = ("1-1", "1-2", "2-1")
COUNT = 6


class Chance:
    """An operator, sticks and fate, all by one random number generator."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.world = World(folder, order(count=COUNT))
        serials = self.random.choice([None, "0001", ""])
        self.sticks = [
            FakeStick(serials if serials is not None else f"S{n}", foreign=self.random.choice([None, None, "ntfs"]))
            for n in range(COUNT + 3)
        ]

    @property
    def outside(self) -> list[FakeStick]:
        inside = [id(stick) for _slot, stick, _identity in self.world.ports.values()]
        return [stick for stick in self.sticks if id(stick) not in inside]

    def step(self) -> None:
        world = self.world
        if self.random.random() < 0.06:
            for port in world.ports:  # a worker may have written its last byte when the power goes
                self.complete_unnoticed(port, 0.3)
            world.die()
            return
        port = self.random.choice(PORTS)
        if port not in world.ports:
            world.plug(port, self.random.choice(self.outside), looked=self.random.random() < 0.8)
        elif world.slot(port) in world.looking:
            world.look(port)
        elif world.state(port) is PortState.ASKING and self.random.random() < 0.5:
            world.agree(port)
        elif world.slot(port) in world.verifying and self.random.random() < 0.8:
            world.verified(port)
        elif world.slot(port) in world.writing and self.random.random() < 0.8:
            self.end(port)
        else:
            self.complete_unnoticed(port, 0.2)
            world.pull(port)

    def complete_unnoticed(self, port: str, chance: float) -> None:
        slot, stick, _identity = self.world.ports[port]
        if slot in self.world.writing and self.random.random() < chance:
            self.world.complete(stick, self.world.writing[slot])

    def end(self, port: str) -> None:
        outcomes = [Outcome.WHOLE] * 6 + [Outcome.DAMAGED, Outcome.FAILED, Outcome.VANISHED, Outcome.HUNG]
        self.world.finish(port, self.random.choice(outcomes))

    def require_right_numbers(self) -> None:
        """Each whole number is on exactly one stick, with the nonce that the ledger minted for it."""
        ledger_state = self.world.ledger.read()
        on_sticks = numbers_on(self.sticks)
        for number in ledger_state.whole_numbers("guatemala-1"):
            journey = ledger_state.holder("guatemala-1", number)
            assert journey is not None
            same = [n for n, nonce in on_sticks if nonce and digest_nonce(nonce) == journey.nonce_sha256]
            assert same == [number], f"number {number} is on {len(same)} sticks"


@pytest.mark.parametrize("seed", range(sample("station: hurried hands", 25, 1000)))
def test_a_number_is_given_to_exactly_one_whole_drive(tmp_path: Path, seed: int) -> None:
    chance = Chance(tmp_path, seed)
    for _step in range(50):
        chance.step()
        chance.require_right_numbers()
    ledger = chance.world.ledger
    assert audit(ledger.entries(), ledger.secrets()).holds


@pytest.mark.parametrize("seed", range(sample("station: quiet hands", 8, 300)))
def test_in_quiet_hands_every_order_is_filled_in_the_end(tmp_path: Path, seed: int) -> None:
    chance = Chance(tmp_path, 1000 + seed)
    for _step in range(40):
        chance.step()
    world = chance.world
    for port in list(world.ports):
        world.pull(port)
    fresh = [FakeStick(f"N{n}") for n in range(COUNT)]
    chance.sticks += fresh
    for stick in fresh:
        if world.station.is_done:
            break
        world.plug("1-1", stick)
        world.finish("1-1")
        world.pull("1-1")
    assert world.whole() == list(range(1, COUNT + 1))
    chance.require_right_numbers()
    assert all(j.stage is not Stage.BEGUN for j in world.ledger.read().journeys.values())
