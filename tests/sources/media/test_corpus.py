"""Every broken or odd media file gets the right findings, and the suggested command repairs it."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.media.corpus import Case, cases
from tests.support.cli import usbkit
from usbkit.core.errors import InputError
from usbkit.sources.media import probe
from usbkit.sources.media.probing import diagnose
from usbkit.sources.media.rules import repair_command

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


@pytest.mark.parametrize("case", MENDABLE, ids=lambda c: c.name)
def test_the_command_mends_it(case: Case, corpus_file: Callable[[Case], Path], tmp_path: Path) -> None:
    """The command of any one finding mends that one and every error of the file."""
    path = corpus_file(case)
    before = diagnose(path).media
    for command in {
        str(f.todo): shlex.split(str(f.todo).removeprefix("Run: ")) for f in before.findings if f.todo
    }.values():
        usbkit("--cache", tmp_path / "cache", *command[1:]).expect(0)
        target = path.with_name(f"{path.stem}-mended.mp4")
        after = probe(target)
        assert not {f.id for f in after.findings if f.is_error}
        if "--remarks" in command:
            assert not {f.id for f in after.findings} & {f.id for f in before.findings if f.todo is not None}
        assert abs(after.duration - before.duration) <= 250
        target.unlink()


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("case", MENDABLE, ids=lambda c: c.name)
def test_ffmpeg_is_told_the_same(case: Case, corpus_file: Callable[[Case], Path]) -> None:
    path = corpus_file(case)
    found = diagnose(path)
    command = shlex.split(repair_command(path, found.every_repair))
    subprocess.run([command[0], "-y", "-v", "error", *command[1:]], check=True, stdin=subprocess.DEVNULL)
    after = probe(Path(command[-1]))
    assert not {f.id for f in after.findings} & {f.id for f in found.media.findings if f.todo is not None}
    Path(command[-1]).unlink()
