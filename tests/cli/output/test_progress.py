"""Progress never ends the work that it tells of: not on a full disk, not when nobody reads any more."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TextIO

import pytest

from usbkit.cli.output import show
from usbkit.cli.output.board import BoardLines
from usbkit.cli.output.progress import Events, Lines
from usbkit.core.messages import _
from usbkit.core.progress import Progress


class Full(io.StringIO):
    """Takes nothing."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def write(self, text: str) -> int:
        raise OSError(self._number, os.strerror(self._number))


def tell_all(progress: Progress) -> None:
    progress.begin("/dev/sdb", "data", _("writing"), 100)
    progress.advance("/dev/sdb", 50)
    progress.remark(_("it is slow"), "/dev/sdb")
    progress.end("/dev/sdb", "whole", _("done"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EPIPE, errno.EIO, errno.EBADF])
def test_what_cannot_be_said_ends_nothing(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    full: TextIO = Full(number)
    for progress in (Lines(full), Events(full)):
        tell_all(progress)
    monkeypatch.setattr(sys, "stderr", full)
    show.say("a remark")
    BoardLines(bell=True).say(_("the hub is reached"))


def test_an_answer_that_cannot_be_said_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    full: TextIO = Full(errno.ENOSPC)
    with pytest.raises(OSError, match="space"):
        Events(full).emit("result", drives=[])
    monkeypatch.setattr(sys, "stdout", full)
    with pytest.raises(OSError, match="space"):
        show.answer("whole")
    with pytest.raises(OSError, match="space"):
        show.document({"content": "whole"})


def test_lines_say_what_began_and_how_it_ended() -> None:
    said = io.StringIO()
    tell_all(Lines(said))
    assert said.getvalue().splitlines() == ["writing", "it is slow", "done"]
