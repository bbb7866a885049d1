"""How much space a country needs, and which drive to buy for it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from usbkit.bundle.size_estimate import smallest_drive_for
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _
from usbkit.core.nominal_size import held_at_least, shop_size
from usbkit.core.units import format_size
from usbkit.manifest.kinds import Delivery
from usbkit.manifest.models import Country
from usbkit.manifest.source import Source
from usbkit.orders.readiness.model import CellKind, Need, Space

_VIDEOS = (CellKind.VIDEO, CellKind.VERSIONS, CellKind.DEMOS)


def measure(country: Country, needs: Iterable[tuple[CellKind, Need]]) -> tuple[Space, list[Finding]]:
    """Return the space of ``needs`` on a drive of ``country``, and findings against it. Page sizes are estimated."""
    sizes = {need.name: (kind, need.size) for kind, need in needs if need.size is not None}
    content = sum(size for _kind, size in sizes.values())
    if country.delivery is Delivery.WEBSITE:
        return Space(content, None, None), []
    try:
        smallest = _smallest(country, sizes.values())
    except InputError as problem:
        return Space(content, None, None), list(problem.findings)
    return Space(content, smallest, shop_size(smallest)), []


def _smallest(country: Country, sizes: Collection[tuple[CellKind, int]]) -> int:
    return smallest_drive_for(
        country,
        videos=[size for kind, size in sizes if kind in _VIDEOS],
        subtitles=[size for kind, size in sizes if kind is CellKind.SUBTITLES],
        others=[size for kind, size in sizes if kind not in (*_VIDEOS, CellKind.SUBTITLES)],
    )


def check_wanted(country: Country, source: Source, space: Space) -> Iterator[Finding]:
    """Yield a finding if drives of the wanted size may be too small: they hold up to 7 % less than printed."""
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
