"""Compare the clusters in use on an exFAT volume with its allocation bitmap (7.1)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from usbkit.core.messages import _
from usbkit.disk.reader.source import CHUNK, Run, UnreadableError
from usbkit.disk.reader.volume import ClusterHeap, Survey


@dataclass(frozen=True, slots=True)
class ClusterClaim:
    """Clusters ``first`` to ``last`` belong to ``path``."""

    first: int
    last: int
    path: str


@dataclass
class ClusterClaims:
    """All claims, up to ``most`` of them."""

    place: ClusterHeap
    most: int
    all: list[ClusterClaim] = field(default_factory=list)

    def add(self, claim: ClusterClaim) -> bool:
        """Add a claim; False if there are too many."""
        if len(self.all) >= self.most:
            return False
        self.all.append(claim)
        return True

    def sorted(self) -> list[ClusterClaim]:
        return sorted(self.all, key=lambda c: (c.first, c.last, c.path))

    def check(self, survey: Survey) -> set[str]:
        """Note clusters with several claims; return the paths of those claims."""
        sharing: set[str] = set()
        claims = self.sorted()
        if not claims:
            return sharing
        widest = claims[0]
        for claim in claims[1:]:
            if claim.first <= widest.last:
                sharing |= {widest.path, claim.path}
                what = _("{one} and {other} share clusters", one=widest.path, other=claim.path)
                survey.trouble(what, self.place.offset_of(claim.first))
            widest = max(widest, claim, key=lambda c: c.last)
        return sharing


def compare_bitmap(
    survey: Survey, place: ClusterHeap, claims: ClusterClaims, runs: tuple[Run, ...], bad: list[int]
) -> None:
    """Compare the bitmap in ``runs`` with ``claims``, a chunk at a time.

    Its bits for ``bad`` clusters, given in ascending order, are ignored: nobody has them.
    """
    needed = -(-place.clusters // 8)
    length = sum(r.length for r in runs)
    if length != needed:
        survey.trouble(_("the allocation bitmap has {length} bytes of {needed}", length=length, needed=needed))
        return
    expected = _expect(claims.sorted(), needed)
    try:
        for start, data in _read(survey, runs, needed, place.clusters):
            wanted = _forgive_bad(next(expected), data, start, bad)
            if data != wanted:
                _note_difference(survey, place, start, data, wanted)
                return
    except UnreadableError as error:
        survey.trouble(_("the allocation bitmap cannot be read: {reason}", reason=error), error.offset)


def _read(survey: Survey, runs: tuple[Run, ...], needed: int, clusters: int) -> Iterator[tuple[int, bytes]]:
    """The bitmap in chunks of `CHUNK` bytes whatever its runs are, each with its number of bytes before it.

    The last byte's bits beyond the volume's end mean nothing and come as zeros.
    """
    pending, start = b"", 0
    mask = (1 << (clusters - 1) % 8 + 1) - 1
    for piece in survey.source.stream(runs):
        pending += piece
        while len(pending) >= CHUNK and needed - start > CHUNK:
            yield start, pending[:CHUNK]
            pending, start = pending[CHUNK:], start + CHUNK
    if start < needed:
        rest = pending[: needed - start]
        yield start, rest[:-1] + bytes((rest[-1] & mask,))


def _forgive_bad(wanted: bytes, data: bytes, start: int, bad: list[int]) -> bytes:
    """``wanted`` with the bits of bad clusters set where ``data`` has them set: theirs may be, a file's must be."""
    low, high = 2 + start * 8, 2 + (start + len(data)) * 8
    forgiven = bytearray(wanted)
    for cluster in bad[bisect_left(bad, low) : bisect_left(bad, high)]:
        at, bit = (cluster - low) // 8, 1 << (cluster - low) % 8
        forgiven[at] |= data[at] & bit
    return bytes(forgiven)


def _expect(claims: list[ClusterClaim], needed: int) -> Iterator[bytes]:
    """What the bitmap should be by the claims, in the same chunks."""
    index = 0
    for start in range(0, needed, CHUNK):
        bits = bytearray(min(CHUNK, needed - start))
        low, high = 2 + start * 8, 2 + (start + len(bits)) * 8
        while index < len(claims) and claims[index].first < high:
            claim = claims[index]
            _set_bits(bits, max(claim.first, low) - low, min(claim.last + 1, high) - low)
            if claim.last >= high:
                break
            index += 1
        yield bytes(bits)


def _set_bits(bits: bytearray, start: int, end: int) -> None:
    while start < end and start % 8:
        bits[start // 8] |= 1 << start % 8
        start += 1
    whole = end // 8
    if start // 8 < whole:
        bits[start // 8 : whole] = b"\xff" * (whole - start // 8)
        start = whole * 8
    while start < end:
        bits[start // 8] |= 1 << start % 8
        start += 1


def _note_difference(survey: Survey, place: ClusterHeap, start: int, data: bytes, wanted: bytes) -> None:
    at = next(i for i in range(len(wanted)) if data[i] != wanted[i])
    difference = data[at] ^ wanted[at]
    bit = (difference & -difference).bit_length() - 1
    cluster = 2 + (start + at) * 8 + bit
    if data[at] >> bit & 1:
        what = _("cluster {cluster} is marked as taken and no file has it", cluster=cluster)
    else:
        what = _("cluster {cluster} is marked as free and a file has it", cluster=cluster)
    survey.trouble(what, place.offset_of(cluster))
