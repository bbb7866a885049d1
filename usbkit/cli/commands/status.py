"""``usbkit status``: what waits for whom, and the next command."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from usbkit.cli import hub_access
from usbkit.cli.output import show
from usbkit.cli.output.status_view import say_waiting, waiting_json
from usbkit.cli.settings import Settings
from usbkit.cli.typing_here import typed_here
from usbkit.core.errors import EXIT_DONE
from usbkit.core.messages import _, mark

if TYPE_CHECKING:
    from usbkit.manifest.load import Manifests


@click.command(
    help=mark(
        "What waits for whom, and the next command: missing material, approvals, orders, drives to make and to send, "
        "those that are late, answers to act on.\n\nExample: usbkit status guatemala"
    )
)
@click.argument("names", metavar="[COUNTRY]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help=mark("Show every line."))
@click.pass_obj
def status(settings: Settings, names: tuple[str, ...], every: bool) -> int:
    from usbkit.core.cache import Cache
    from usbkit.orders.remembered import Memory
    from usbkit.orders.waiting import find_waiting

    manifests = settings.load()
    stems = manifests.pick(names, not names) if manifests.countries or names else []
    ledger = hub_access.open_current(settings)
    library = settings.library or manifests.library
    memory = Memory(manifests, library, Cache(settings.cache), settings.templates)
    found = find_waiting(
        manifests, stems, ledger.read(), ledger.now(), library, memory.may_have_changed, memory.has_changed
    )
    typed = typed_here(settings.manifests)
    found = [replace(one, command=one.command.replace("usbkit", typed, 1)) for one in found]
    if settings.json:
        show.document({**_heading(manifests), "waiting": [waiting_json(one) for one in found]})
        return EXIT_DONE
    programme = manifests.programme
    values = {"programme": programme.id, "edition": programme.edition, "date": programme.date}
    show.answer(_("{programme}, edition {edition} of {date}", **values))
    if not manifests.countries:
        show.answer(_("There is no country yet. Begin one, such as: {typed} new country GT", typed=typed))
        return EXIT_DONE
    say_waiting(found, is_all=every or bool(names), typed=typed)
    return EXIT_DONE


def _heading(manifests: Manifests) -> dict[str, object]:
    programme = manifests.programme
    return {"programme": programme.id, "edition": programme.edition, "date": programme.date.isoformat()}
