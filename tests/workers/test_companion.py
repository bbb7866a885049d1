"""A companion ends with the program, and gets its input only through standard input."""

from __future__ import annotations

import os
from pathlib import Path

from usbkit.workers.companion import Companion, Instructions

MODULE = "tests.workers.beside"


def test_it_is_told_by_its_input_and_ends_with_it(tmp_path: Path) -> None:
    companion = Companion(MODULE, str(tmp_path / "told"))
    assert companion.is_running
    companion.tell("3")
    companion.end()
    assert not companion.is_running
    assert (tmp_path / "told").read_text() == "3 ended"
    companion.tell("nobody listens")


def test_one_that_does_not_end_is_killed() -> None:
    companion = Companion(MODULE, "stay")
    companion.end(seconds=0.2)
    assert not companion.is_running


def test_the_last_line_counts_an_end_is_noticed_and_silence_is_none() -> None:
    ours, its = os.pipe()
    told = Instructions(ours)
    os.write(its, b"first\n1\n2")
    assert told.first() == "first"
    assert told.wait(0) == "1"
    os.write(its, b"3\n4\n5")
    assert told.wait(0) == "4"
    assert told.wait(0) == ""
    os.close(its)
    assert told.wait(30) is None
    os.close(ours)
