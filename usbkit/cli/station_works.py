"""The works of a station's run: each order with the maker of its images; the orders left out, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from usbkit.cli.output import show
from usbkit.cli.output.board import StationEvents
from usbkit.cli.output.outdated_rows import outdated_line
from usbkit.cli.settings import Settings
from usbkit.core.errors import UsbkitError
from usbkit.core.messages import _
from usbkit.ledger import Ledger
from usbkit.ledger.records import Order
from usbkit.ledger.seals import outdated_numbers
from usbkit.station.work import Work

if TYPE_CHECKING:
    from usbkit.bundle.read_folder import SealedFolder

#: Orders that this run leaves out, by name, and why.
LeftOut = dict[str, UsbkitError]


def prepare_works(
    settings: Settings, ledger: Ledger, orders: Sequence[Order], folders: Mapping[str, SealedFolder]
) -> tuple[list[Work], LeftOut]:
    """Return the works, each with the folder of its seal or a bundle made again; and the orders that have changed or
    cannot be made.
    """
    works, left_out = dict[str, Work](), LeftOut()
    for order in (order for order in orders if order.added.fingerprint in folders):
        try:
            works[order.id] = _of_folder(ledger, order, folders[order.added.fingerprint])
        except UsbkitError as problem:
            left_out[order.id] = problem
    if others := [order for order in orders if order.id not in works and order.id not in left_out]:
        made, not_made = _make_again(settings, others)
        works |= {work.id: work for work in made}
        left_out |= not_made
    return [works[order.id] for order in orders if order.id in works], left_out


def _of_folder(ledger: Ledger, order: Order, folder: SealedFolder) -> Work:
    """An order that a bundle from elsewhere fills. Raises InputError where its order sheet is of another."""
    from usbkit.orders.order_sheets import find_sheet, require_folder_of

    sheet = find_sheet(ledger, order)
    if sheet is None:
        return Work(order, folder.for_drives(order.added.filesystem))
    require_folder_of(sheet, folder, order.id)
    return Work(order, folder.for_drives(sheet.filesystem, sheet.label))


def _make_again(settings: Settings, orders: Sequence[Order]) -> tuple[list[Work], LeftOut]:
    """Each order's bundle, made as it was ordered. What is wrong with one order stops no other."""
    from usbkit.orders.ordering import require_unchanged
    from usbkit.orders.programmes import require_programme

    manifests, progress = settings.load(), settings.progress()
    works, left_out = list[Work](), LeftOut()
    for order in orders:
        added = order.added
        context = settings.context(
            manifests,
            progress,
            allow_missing=added.allow_missing,
            allow_untranslated=added.allow_untranslated,
        )
        try:
            require_programme(order, manifests.programme.id)
            bundle = context.make_bundle(manifests.pick([added.country], False)[0])
            progress.end(added.country, "made")
            require_unchanged(order, manifests, bundle)
        except UsbkitError as problem:
            progress.end(added.country, "left out")
            left_out[order.id] = problem
        else:
            works.append(Work(order, bundle.for_drives(added.filesystem)))
    return works, left_out


def say_left_out(settings: Settings, left_out: LeftOut) -> None:
    """Print the orders that are not filled in this run, and why: before it and after it."""
    for order, problem in left_out.items():
        if settings.json:
            fields = {"order": order, "findings": [show.finding_json(f) for f in problem.findings]}
            StationEvents().emit("left-out", fields)
            continue
        show.say(_("{order} is LEFT OUT, the others are filled:", order=order))
        for finding in problem.findings:
            show.say(f"  {show.finding_line(finding)}")


def say_works(settings: Settings, works: Sequence[Work], ledger: Ledger) -> None:
    """Print the progress of each order in this run."""
    if settings.json:
        return
    ledger_state = ledger.read()
    for work in works:
        whole, count = len(ledger_state.whole_numbers(work.id)), len(work.order.numbers)
        values = {"order": work.id, "whole": whole, "count": count, "country": work.order.added.country}
        show.say(_("{order}: {whole} of {count} drives for {country} done", **values))
    ours = {work.order.added.programme for work in works}
    for order, count in outdated_numbers(ledger_state, [], sorted(ours)).items():
        show.say(outdated_line(ledger_state, order, count))
