"""Estimate a country's drive size before its pages are rendered. Pure; slightly too large."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from usbkit.core.content import Zeros
from usbkit.disk.image import TreeFile
from usbkit.disk.layout import LayoutOptions, smallest_capacity
from usbkit.manifest.models import Country

#: Room for what is made when building, beside the posters and transcripts: pages, fonts, the seal. Measured at 0.9 to
#: 1.1 MB for the ten countries of the forum; rendering them to know it takes ten times as long as the rest of a check.
PAGES = 4_000_000
#: Subtitles stand on a drive as SRT, in the page, in the search's data and in a transcript to read.
SUBTITLE_COPIES = 4


def smallest_drive_for(
    country: Country, *, videos: Iterable[int], subtitles: Iterable[int], others: Iterable[int]
) -> int:
    """Return the fewest bytes of a drive that holds files of these sizes (bytes) and the pages about them.

    Raises InputError if the file system in the manifest cannot hold them.
    """
    return smallest_capacity(list(_tree(videos, subtitles, others)), _options(country))


def _tree(videos: Iterable[int], subtitles: Iterable[int], others: Iterable[int]) -> Iterator[TreeFile]:
    """A drive's files as far as they are known; their names matter only in being different."""
    kinds = (("video", videos, 1, True), ("subtitles", subtitles, SUBTITLE_COPIES, False), ("other", others, 1, False))
    for kind, sizes, copies, leads in kinds:
        for number, size in enumerate(sizes):
            yield TreeFile(f"{kind}/{number}", Zeros(size * copies), "", leads=leads)
    yield TreeFile("pages", Zeros(PAGES), "", leads=False)


def _options(country: Country) -> LayoutOptions:
    # What a drive must hold depends on neither moment nor serials, and the manifest's rules have judged the label.
    return LayoutOptions(
        capacity=0,
        label=country.label,
        volume_id=1,
        disk_id=1,
        timestamp=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        filesystem=country.filesystem,
    )
