"""Fuzzing the reader: mutated real images must never make it hang, crash, grow or leave its folder.

``python -m tests.disk.reader.fuzz --seconds 600`` mutates at random from a seed; ``fuzz_atheris`` lets coverage guide
the mutations. A short run with fixed seeds is part of the tests. A broken invariant is reported with the seed that
reproduces it.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.disk.reader.drives import START, TREE, Drive, make_drive
from tests.disk.trees import file
from usbkit.core.content import Made
from usbkit.disk.reader import Examination, Limits, UnreadableError, examine, stream
from usbkit.disk.structures import exfat
from usbkit.trust.verdict import Structure

SECONDS_AN_INPUT = 5.0  # of processor time
MEMORY_GROWTH = 96 * 2**20  # bytes that all inputs together may add to the process
LIMITS = Limits()
_VALUES = (0, 1, 2, 3, 0x0F, 0x10, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x10000, 0x0FFFFFF7, 0x0FFFFFFF)
_WIDE_VALUES = (*_VALUES, 0x7FFFFFFF, 0xFFFFFFF7, 0xFFFFFFFF, 2**32, 2**40, 2**62, 2**63 - 1, 2**64 - 1)
_DEEP = [file(f"{'d/' * depth}deep.txt", b"x") for depth in range(1, 60, 7)]
_MANY = [file(f"many/{n:03} a file among many.txt", bytes([n % 256]) * (n * 37)) for n in range(150)]


@dataclass(frozen=True)
class Corpus:
    """A real drive and the offsets of everything on it that a reader interprets."""

    drive: Drive
    spots: tuple[int, ...]

    @classmethod
    def of(cls, drive: Drive) -> Corpus:
        spots: list[int] = []
        for extent in drive.image.extents:
            if extent.kind.value in ("metadata", "table") and isinstance(extent.content, Made):
                spots += range(extent.offset, extent.end, 4)
        return cls(drive, tuple(spots))


def make_corpora() -> list[Corpus]:
    trees = ([*TREE, *_DEEP], [*TREE, *_MANY])
    kinds = [("fat32", 512), ("exfat", 512), ("exfat", 4096)]
    return [Corpus.of(make_drive(f, t, s)) for f, s in kinds for t in trees]


@dataclass
class Changed:
    """A drive with changes laid over its bytes; ``size`` may cut it short, ``bad`` is a place that cannot be read."""

    base: Drive
    size: int
    bad: int | None = None
    changes: dict[int, bytes] = field(default_factory=dict)

    def put(self, offset: int, data: bytes) -> None:
        self.changes[offset] = data

    def read_at(self, offset: int, length: int) -> bytes:
        if self.bad is not None and offset <= self.bad < offset + length:
            raise OSError(5, "Input/output error")
        data = bytearray(self.base.data[offset : min(offset + length, self.size)])
        for at, change in self.changes.items():
            start, end = max(at, offset), min(at + len(change), offset + len(data))
            if start < end:
                data[start - offset : end - offset] = change[start - at : end - at]
        return bytes(data)


@dataclass(frozen=True)
class Dice:
    """Where decisions come from: a seeded generator, or the bytes that atheris feeds."""

    number: Callable[[int], int]

    def choose(self, items: Sequence[int]) -> int:
        return items[self.number(len(items))]

    def data(self, length: int) -> bytes:
        return bytes(self.number(256) for _ in range(length))


def change(corpus: Corpus, dice: Dice) -> Changed:
    """One to eight changes of one drive."""
    changed = Changed(corpus.drive, len(corpus.drive.data))
    for _ in range(1 + dice.number(8)):
        _CHANGES[dice.number(len(_CHANGES))](changed, corpus, dice)
    if dice.number(2):
        _mend_checksums(changed, corpus)
    return changed


def _write_value(changed: Changed, corpus: Corpus, dice: Dice) -> None:
    width = (1, 2, 4, 8)[dice.number(4)]
    value = dice.choose(_WIDE_VALUES) & (1 << 8 * width) - 1
    changed.put(dice.choose(corpus.spots) + dice.number(4), value.to_bytes(width, "little"))


def _write_bytes(changed: Changed, corpus: Corpus, dice: Dice) -> None:
    changed.put(dice.choose(corpus.spots), dice.data(1 + dice.number(8)))


def _flip_bit(changed: Changed, corpus: Corpus, dice: Dice) -> None:
    at = dice.choose(corpus.spots) + dice.number(4)
    before = changed.read_at(at, 1)
    if before:
        changed.put(at, bytes((before[0] ^ 1 << dice.number(8),)))


def _copy_entry(changed: Changed, corpus: Corpus, dice: Dice) -> None:
    source, target = (dice.choose(corpus.spots) // 32 * 32 for _ in range(2))
    count = 32 * (1 + dice.number(4))
    changed.put(target, changed.read_at(source, count))


def _link_clusters(changed: Changed, corpus: Corpus, dice: Dice) -> None:
    fats = corpus.drive.fats()
    used = (corpus.drive.image.extents[-1].end - corpus.drive.image.heap_offset) // corpus.drive.image.cluster_size + 4
    cluster, target = dice.number(used), dice.choose((*_VALUES, dice.number(used), dice.number(used)))
    for at in fats if dice.number(4) else fats[:1]:
        changed.put(at + 4 * cluster, (target & 0xFFFFFFFF).to_bytes(4, "little"))


def _write_boot_field(changed: Changed, _corpus: Corpus, dice: Dice) -> None:
    width = (1, 2, 4, 8)[dice.number(4)]
    value = dice.choose(_WIDE_VALUES) & (1 << 8 * width) - 1
    changed.put(START + dice.number(128), value.to_bytes(width, "little"))


def _write_table(changed: Changed, _corpus: Corpus, dice: Dice) -> None:
    changed.put(440 + dice.number(70), dice.data(1 + dice.number(4)))


def _cut(changed: Changed, _corpus: Corpus, dice: Dice) -> None:
    if dice.number(8) == 0:
        changed.size = dice.number(changed.size // 512 + 1) * 512


def _spoil(changed: Changed, corpus: Corpus, dice: Dice) -> None:
    if dice.number(8) == 0:
        changed.bad = dice.choose(corpus.spots)


_CHANGES = (
    _write_value,
    _write_bytes,
    _flip_bit,
    _copy_entry,
    _link_clusters,
    _link_clusters,
    _write_boot_field,
    _write_table,
    _cut,
    _spoil,
)


def _mend_checksums(changed: Changed, corpus: Corpus) -> None:
    """Make an exFAT drive's checksums right again, so that what stands behind them is reached."""
    if corpus.drive.image.filesystem != "exfat" or changed.bad is not None or changed.size < START + 2**20:
        return
    sector = corpus.drive.image.sector_size
    checked = changed.read_at(START, 11 * sector)
    region = checked + exfat.checksum_boot_region(checked).to_bytes(4, "little") * (sector // 4)
    changed.put(START, region + region)
    for spot in {at // 32 * 32 for at in changed.changes if at >= corpus.drive.image.heap_offset}:
        for start in (spot, spot - 32, spot - 64):
            first = changed.read_at(start, 2)
            if len(first) == 2 and first[0] == exfat.TYPE_FILE and first[1] <= 18:
                entries = changed.read_at(start, 32 * (1 + first[1]))
                changed.put(start + 2, exfat.checksum_set(entries).to_bytes(2, "little"))


def check(changed: Changed) -> Examination:
    """Examine, and assert all that holds for any drive whatever."""
    began = time.process_time()
    found = examine(changed.read_at, changed.size, LIMITS)
    _check_entries(found, changed)
    spent = time.process_time() - began
    assert spent < SECONDS_AN_INPUT, f"{spent:.1f} seconds of processor time"
    assert len(found.troubles) <= LIMITS.notes + 1
    assert len(found.signs) <= LIMITS.notes
    assert all(str(note) for note in (*found.troubles, *found.signs))
    assert all(r.offset >= 0 and r.end <= 2**64 for r in (*found.free, *found.metadata))
    digest = changed.base.image.metadata_digest()
    if found.judge(digest) is Structure.UNTOUCHED:
        assert all(
            changed.base.read_at(r.offset, r.length) == changed.read_at(r.offset, r.length) for r in found.metadata
        )
    return found


def _check_entries(found: Examination, changed: Changed) -> None:
    assert len(found.entries) <= LIMITS.entries
    files = [e for e in found.entries if not e.is_dir]
    for entry in found.entries:
        names = entry.path.split("/")
        assert len(names) <= LIMITS.depth + 1
        assert not {"", ".", ".."}.intersection(names), entry.path
        assert not any(ord(c) < 0x20 for c in entry.path), entry.path
        assert sum(r.length for r in entry.runs) <= entry.size
    if not found.troubles:
        _check_apart(sorted((r.offset, r.end) for e in files for r in e.runs), changed.size)
    for entry in files[:20]:
        try:
            read = sum(len(piece) for piece in stream(changed.read_at, changed.size, entry))
        except UnreadableError:
            continue
        assert read == sum(r.length for r in entry.runs)


def _check_apart(runs: list[tuple[int, int]], size: int) -> None:
    """A drive without trouble has every file within it and no two on the same place."""
    ends = [0]
    for start, end in runs:
        assert start >= ends[-1], f"files share bytes at {start}"
        assert end <= size
        assert bisect_right(ends, start)
        ends.append(end)


def run_seed(corpora: Sequence[Corpus], seed: int) -> Examination:
    """One input, made anew from its seed."""
    generator = random.Random(seed)
    corpus = corpora[generator.randrange(len(corpora))]
    return check(change(corpus, Dice(generator.randrange)))


def memory() -> int:
    """The most memory this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@dataclass
class Tally:
    """What a run of inputs came to."""

    began: float = field(default_factory=time.monotonic)
    inputs: int = 0
    slowest: float = 0.0
    verdicts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    def note(self, found: Examination, spent: float) -> None:
        self.inputs += 1
        self.slowest = max(self.slowest, spent)
        self.verdicts[found.judge(None).value] += 1
        self.kinds.update({n.what.id for n in found.troubles})


def run_for(seconds: float, seed: int) -> Tally:
    """Inputs of rising seeds until the time is over; AssertionError or any other error with the seed."""
    corpora, tally = make_corpora(), Tally()
    run_seed(corpora, seed)
    before = memory()
    while time.monotonic() - tally.began < seconds:
        began = time.process_time()
        try:
            found = run_seed(corpora, seed)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        tally.note(found, time.process_time() - began)
        seed += 1
    assert memory() - before < MEMORY_GROWTH, f"{(memory() - before) >> 20} MiB more memory"
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    tally = run_for(given.seconds, given.seed)
    print(
        f"{tally.inputs} inputs, slowest {tally.slowest:.2f} s, most memory {memory() >> 20} MiB", dict(tally.verdicts)
    )
    for kind, count in tally.kinds.most_common():
        print(f"{count:8} {kind}")


if __name__ == "__main__":
    main()
