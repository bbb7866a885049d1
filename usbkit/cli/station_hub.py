"""The hub beside a running station: the first sync, and the process that does the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from usbkit.cli import hub_access, ledger_access
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.messages import Text
from usbkit.ledger import Ledger
from usbkit.station.messages import Shared
from usbkit.station.work import Policy, Work

#: The fewest and most numbers of an order that are held before a stick needs them.
_FEWEST, _MOST = 2, 8


@contextmanager
def following(
    settings: Settings, ledger: Ledger, works: Sequence[Work], policy: Policy, operator: str | None
) -> Iterator[Callable[[int], Iterable[Text | Shared]]]:
    """Follow the hub, if there is one; yield a function from the number of waiting sticks to the news about it."""
    place = hub_access.hub_place(settings)
    if place is None:
        yield lambda waiting: ()
        return
    from usbkit.station.hub_following import Following, HubWatch, begin_following

    orders = tuple(work.id for work in works)
    ahead = max(_FEWEST, min(_MOST, len(policy.files or policy.ports)))
    if begin_following(ledger, place, orders, ahead) is None and (line := hub_access.standing_line(ledger)) is not None:
        show.say(line)
    url = place.url.set(drivername="postgresql").render_as_string(hide_password=False)
    by = operator or ledger_access.login()
    watch = HubWatch(Following(str(ledger.place.path), url, by, orders, ahead, settings.language), ledger)
    try:
        yield watch.news
    finally:
        watch.end()
