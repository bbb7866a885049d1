"""A short run of the fuzzer with fixed seeds, whose drives fsck judges as well.

``make long`` makes both longer; ``python -m tests.disk.reader.fuzz`` runs for as long as you like.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.disk.judges import run
from tests.disk.reader import fuzz
from tests.disk.reader.drives import START
from tests.support.sample import sample

INPUTS = sample("fuzz: seeds of broken drives", 200, 10_000)
#: What fsck.fat remarks and no reader is hurt by: counts that are advice, labels that differ, short names in a code
#: page of another country, a drive that was not closed.
_HARMLESS = re.compile(
    r"Free cluster summary wrong|Volume label .* stored in|Bad short file name|This is mostly harmless|Dirty bit is set"
)


@pytest.fixture(scope="module")
def corpora() -> list[fuzz.Corpus]:
    return fuzz.make_corpora()


def test_no_drive_whatever_hangs_crashes_swells_or_leads_astray(corpora: list[fuzz.Corpus]) -> None:
    fuzz.run_seed(corpora, 0)
    before = fuzz.memory()
    for seed in range(INPUTS):
        fuzz.run_seed(corpora, seed)
    assert fuzz.memory() - before < fuzz.MEMORY_GROWTH


@pytest.mark.needs("fat-tools", "exfat-tools")
def test_what_fsck_calls_broken_is_never_consistent_to_us(corpora: list[fuzz.Corpus], tmp_path: Path) -> None:
    """The other way round we are stricter on purpose: fsck.exfat, for one, compares no boot regions."""
    judged = 0
    for index, corpus in enumerate(c for c in corpora if c.drive.image.sector_size == 512):
        volume = tmp_path / f"{index}.volume"
        volume.write_bytes(corpus.drive.data[START:])
        for seed in range(INPUTS // 4):
            generator = random.Random(seed)
            changed = fuzz.change(corpus, fuzz.Dice(generator.randrange))
            if (
                changed.bad is None
                and changed.size == len(corpus.drive.data)
                and min(changed.changes, default=0) >= START
            ):
                judged += 1
                _compare(corpus, changed, volume, seed)
    assert judged > INPUTS // 4


def _compare(corpus: fuzz.Corpus, changed: fuzz.Changed, volume: Path, seed: int) -> None:
    found = fuzz.check(changed)
    with volume.open("r+b") as file:
        _lay_over(file.fileno(), changed.changes.items())
        checker = {"fat32": "fsck.fat", "exfat": "fsck.exfat"}[corpus.drive.image.filesystem]
        result = run(checker, "-n", volume, check=False)
        _lay_over(file.fileno(), ((o, corpus.drive.read_at(o, len(d))) for o, d in changed.changes.items()))
    said = (result.stdout + result.stderr).decode(errors="replace")
    assert result.returncode == 0 or found.troubles or _HARMLESS.search(said), f"seed {seed}: {said}"


def _lay_over(file: int, changes: Iterable[tuple[int, bytes]]) -> None:
    for offset, data in changes:
        os.pwrite(file, data, offset - START)
