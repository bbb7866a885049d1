"""The map of an image, for people: structures, folders and files with their places; bytes written against content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from usbkit.core.messages import _, escape
from usbkit.core.units import format_size
from usbkit.disk.image import Extent, ExtentKind, Image

_FREE = "free"


@dataclass(frozen=True, slots=True)
class ExplainedRow:
    """A stretch of the drive, in bytes. ``kind`` is an ``ExtentKind``, or ``free`` if nothing is written.

    ``size`` is the content, ``slack`` the zeros after it; ``cluster`` is the number of its first cluster, None outside
    the cluster heap.
    """

    offset: int
    size: int
    slack: int
    cluster: int | None
    kind: str
    what: str

    @property
    def end(self) -> int:
        return self.offset + self.size + self.slack


def map_rows(image: Image) -> Iterator[ExplainedRow]:
    """Yield the whole drive from first byte to last, without gaps."""
    position = 0
    for row in _written_rows(image):
        if row.offset > position:
            yield from _free_rows(image, position, row.offset)
        yield row
        position = row.end
    if position < image.size:
        yield from _free_rows(image, position, image.size)


def _written_rows(image: Image) -> Iterator[ExplainedRow]:
    """Extents that belong together made one: a structure's data with its zeros, a file with its slack."""
    pending: list[Extent] = []
    for extent in image.extents:
        if pending and (extent.what != pending[0].what or extent.offset != pending[-1].end):
            yield _join(image, pending)
            pending = []
        pending.append(extent)
    if pending:
        yield _join(image, pending)


def _join(image: Image, extents: list[Extent]) -> ExplainedRow:
    first, slack = extents[0], sum(e.length for e in extents if e.kind is ExtentKind.SLACK)
    size = extents[-1].end - first.offset - slack
    return ExplainedRow(first.offset, size, slack, _cluster_at(image, first.offset), first.kind.value, first.what)


def _free_rows(image: Image, start: int, end: int) -> Iterator[ExplainedRow]:
    """A stretch that is not written, cut where the cluster heap begins and ends."""
    heap_end = image.heap_offset + image.clusters * image.cluster_size
    for cut in (image.heap_offset, heap_end, end):
        if start < min(cut, end):
            yield ExplainedRow(start, min(cut, end) - start, 0, _cluster_at(image, start), _FREE, "")
            start = min(cut, end)


def _cluster_at(image: Image, offset: int) -> int | None:
    cluster, rest = divmod(offset - image.heap_offset, image.cluster_size)
    return cluster + 2 if 0 <= cluster < image.clusters and rest == 0 else None


def explanation_json(image: Image) -> dict[str, Any]:
    """Return the map as one JSON document, sizes and offsets in bytes."""
    return {
        "size": image.size,
        "sector_size": image.sector_size,
        "filesystem": image.filesystem,
        "why": str(image.why or ""),
        "cluster_size": image.cluster_size,
        "clusters": image.clusters,
        "label": image.label,
        "volume_id": f"{image.volume_id:08x}",
        "disk_id": f"{image.disk_id:08x}",
        "metadata_digest": image.metadata_digest(),
        "written": _sum_by_kind(image),
        "weights": [asdict(w) for w in image.weights],
        "map": [asdict(row) for row in map_rows(image)],
    }


def explain_image(image: Image) -> str:
    """Return the map as text: header, comparison of cluster sizes, one line per stretch, totals."""
    return "\n".join([*_head(image), "", *_weights(image), "", *_table(image), "", *_sums(image)])


def _head(image: Image) -> Iterator[str]:
    what = _(
        "{size} drive with {sector}-byte sectors, {filesystem}: {clusters} clusters of {cluster} bytes",
        size=format_size(image.size),
        sector=image.sector_size,
        filesystem=image.filesystem,
        clusters=image.clusters,
        cluster=image.cluster_size,
    )
    yield str(what)
    if image.why is not None:
        yield str(image.why)
    ids = {"volume": f"{image.volume_id:08X}", "disk": f"{image.disk_id:08X}"}
    yield str(_("label {label}, volume serial {volume}, disk signature {disk}", label=image.label, **ids))


def _weights(image: Image) -> Iterator[str]:
    yield str(_("what each cluster size would write beside the files:"))
    for weight in image.weights:
        mark = "*" if weight.cluster_size == image.cluster_size else " "
        yield str(
            _(
                "{mark} {cluster} bytes: FATs {fats}, slack {slack}, together {all}",
                mark=mark,
                cluster=f"{weight.cluster_size:>7,}",
                fats=f"{weight.fats:,}",
                slack=f"{weight.slack:,}",
                all=f"{weight.fats + weight.slack:,}",
            )
        )


def _table(image: Image) -> Iterator[str]:
    head = (_("from byte"), _("bytes"), _("slack"), _("cluster"))
    yield f"{head[0]!s:>17} {head[1]!s:>17} {head[2]!s:>9} {head[3]!s:>10}  {_('what')}"
    for row in map_rows(image):
        cluster = "" if row.cluster is None else str(row.cluster)
        slack = f"{row.slack:,}" if row.slack else ""
        what = str(_("(not written)")) if row.kind == _FREE else escape(row.what)
        yield f"{row.offset:>17,} {row.size:>17,} {slack:>9} {cluster:>10}  {what}"


def _sums(image: Image) -> Iterator[str]:
    by_kind = _sum_by_kind(image)
    held = sum(f.size for f in image.files)
    yield str(
        _(
            "written {written} of {size} bytes: files {data}, slack {slack}, structures {metadata}, gap {gap}",
            written=f"{image.written:,}",
            size=f"{image.size:,}",
            data=f"{by_kind['data']:,}",
            slack=f"{by_kind['slack']:,}",
            metadata=f"{by_kind['metadata'] + by_kind['table']:,}",
            gap=f"{by_kind['gap']:,}",
        )
    )
    yield str(_("held {held} bytes in {count} files", held=f"{held:,}", count=len(image.files)))


def _sum_by_kind(image: Image) -> dict[str, int]:
    sums = {kind.value: 0 for kind in ExtentKind}
    for extent in image.extents:
        sums[extent.kind.value] += extent.length
    return sums
