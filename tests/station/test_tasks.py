"""The station's workers: their messages while they work."""

from __future__ import annotations

from pathlib import Path

from tests.station.small import make_sticks
from usbkit.drives.inspection import Inspection
from usbkit.station.tasks import start_look
from usbkit.workers.process import Advanced, Answered


def test_a_look_is_heard_of_after_each_read_and_not_only_at_its_end(tmp_path: Path) -> None:
    """So that a slow stick on a busy computer is not taken for one that hangs."""
    (stick,) = make_sticks(tmp_path, 1)
    worker = start_look(stick)
    heard = 0
    while isinstance(message := worker.receive(), Advanced):
        heard += 1
    worker.close(is_done=True)
    assert heard > 0
    assert isinstance(message, Answered) and isinstance(message.answer, Inspection)
