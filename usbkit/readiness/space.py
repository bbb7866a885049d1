"""How much room a country needs, and which drive to buy for it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from usbkit.content import Zeros
from usbkit.disk.image import TreeFile
from usbkit.disk.layout import LayoutOptions, smallest_capacity
from usbkit.errors import Finding, InputError
from usbkit.manifest.models import Country, Delivery
from usbkit.manifest.source import Source
from usbkit.manifest.units import format_size
from usbkit.readiness.model import Kind, Need, Space
from usbkit.shop import held_at_least, shop_size
from usbkit.text import _

#: Room for what is made when building, beside the posters and transcripts: pages, fonts, the seal. Measured at 0.9 to
#: 1.1 MB for the ten countries of the forum; rendering them to know it takes ten times as long as the rest of a check.
PAGES = 4_000_000
#: Subtitles stand on a drive as SRT, in the page and in the search's data.
SUBTITLE_COPIES = 3


def measure(country: Country, needs: Iterable[tuple[Kind, Need]]) -> tuple[Space, list[Finding]]:
    """The room that ``needs`` take on a drive of ``country``, and what speaks against it. Pages are estimated."""
    sizes = {need.name: (kind, need.size) for kind, need in needs if need.size is not None}
    content = sum(size for _kind, size in sizes.values())
    if country.delivery is Delivery.WEBSITE:
        return Space(content, None, None), []
    try:
        smallest = smallest_capacity(list(_tree(sizes.values())), _options(country))
    except InputError as problem:
        return Space(content, None, None), list(problem.findings)
    return Space(content, smallest, shop_size(smallest)), []


def _tree(sizes: Iterable[tuple[Kind, int]]) -> Iterator[TreeFile]:
    """A drive's files as far as they are known; their names matter only in being different."""
    for number, (kind, size) in enumerate(sizes):
        copies = SUBTITLE_COPIES if kind is Kind.SUBTITLES else 1
        is_video = kind in (Kind.VIDEO, Kind.DEMOS)
        yield TreeFile(f"{kind}/{number}", Zeros(size * copies), "", leads=is_video)
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


def check_wanted(country: Country, source: Source, space: Space) -> Iterator[Finding]:
    """A finding when drives of the wanted size may be too small: shops sell up to 7 % less than they print."""
    wanted = country.minimum_size
    if wanted is None or space.smallest is None or space.shop is None or held_at_least(wanted) >= space.smallest:
        return
    yield Finding(
        "drive-too-small",
        _(
            "a drive sold as {wanted} may hold {held}, but {needed} are needed",
            wanted=format_size(wanted),
            held=format_size(held_at_least(wanted)),
            needed=format_size(space.smallest),
        ),
        source.place("minimum_size"),
        _("Ask for drives of {size}, or give the country less.", size=format_size(space.shop)),
    )
