"""Every broken or odd media file is named right, and the command that is named mends it."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.media.corpus import Case, cases
from usbkit.errors import InputError
from usbkit.media import probe

CASES = list(cases())
MENDABLE = [case for case in CASES if case.is_mendable]


def test_corpus_is_large() -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_outcome(case: Case, corpus_file: Callable[[Case], Path]) -> None:
    path = corpus_file(case)
    if case.fatal is not None:
        with pytest.raises(InputError) as raised:
            probe(path)
        (finding,) = raised.value.findings
        assert finding.id == case.fatal
        assert finding.place is not None
        assert finding.place.file == str(path)
        assert finding.todo is not None
        return
    media = probe(path)
    said = {f.id: str(f.what) for f in media.findings}
    assert {f.id for f in media.findings if f.is_error} == case.errors, said
    assert {f.id for f in media.findings if not f.is_error} == case.remarks, said
    assert media.plays == (not case.errors)
    assert media.size == path.stat().st_size


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("case", MENDABLE, ids=lambda c: c.name)
def test_the_command_mends_it(case: Case, corpus_file: Callable[[Case], Path]) -> None:
    """The command of any one finding mends that one and every error of the file."""
    path = corpus_file(case)
    before = probe(path)
    for finding in before.findings:
        command = shlex.split(str(finding.todo).removeprefix("Run: "))
        target = Path(command[-1])
        subprocess.run([command[0], "-y", "-v", "error", *command[1:]], check=True, stdin=subprocess.DEVNULL)
        after = probe(target)
        assert not {f.id for f in after.findings if f.is_error}
        assert finding.id not in {f.id for f in after.findings}
        assert abs(after.duration - before.duration) <= 250
        target.unlink()
