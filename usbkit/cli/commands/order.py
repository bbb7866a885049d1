"""``usbkit order``: how many drives for which country, and their progress."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from usbkit.cli import hub_access, ledger_access, options, programmes
from usbkit.cli.asking import ask_yes_no
from usbkit.cli.commands import order_cancel, order_recall, order_renew
from usbkit.cli.output import show
from usbkit.cli.output.drive_rows import journey_json
from usbkit.cli.output.order_rows import order_json, order_row, say_order
from usbkit.cli.output.order_stations import say_stations
from usbkit.cli.output.outdated_rows import outdated_line
from usbkit.cli.output.programme_column import with_programmes
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, Finding, InputError, Place, RefusedError
from usbkit.core.messages import _, mark
from usbkit.ledger.records import Order
from usbkit.ledger.seals import outdated_numbers
from usbkit.ledger.selecting import find_drives
from usbkit.ledger.state import LedgerState

if TYPE_CHECKING:
    from usbkit.bundle.assembly import Bundle
    from usbkit.ledger import Ledger
    from usbkit.ledger.order_share import Making
    from usbkit.manifest.load import Manifests


@click.group(help=mark("Order drives for a country, see how far orders are, cancel them."))
def order() -> None:
    pass


@order.command(help=mark("Order COUNT drives for COUNTRY (default: as many as its manifest wants)."))
@click.argument("name", metavar="COUNTRY")
@click.argument("count", type=int, required=False)
@options.allow_missing
@options.allow_untranslated
@options.filesystem
@click.option("--replaces", metavar="DRIVE", help=mark("One drive in place of this one: it takes over its number."))
@click.option(
    "--yes", is_flag=True, help=mark("Also a second order, a very large one, or one in place of a good drive.")
)
@ledger_access.operator
@click.pass_obj
def add(
    settings: Settings,
    name: str,
    count: int | None,
    allow_missing: tuple[str, ...],
    allow_untranslated: bool,
    filesystem: Literal["auto", "fat32", "exfat"] | None,
    replaces: str | None,
    yes: bool,
    operator: str | None,
) -> int:
    from usbkit.ledger.order_share import Making
    from usbkit.orders.ordering import refuse_unorderable

    if replaces is not None and count not in (None, 1):
        what = _("found {count} drives, expected one in place of {drive}", count=count, drive=replaces)
        raise InputError(Finding("replace-count", what, Place("--replaces")))
    if replaces is not None and hub_access.is_station(known := ledger_access.open_ledger(settings)):
        hub_access.require_own_drives(known, find_drives(known.read(), [replaces]))
    manifests = settings.load()
    (stem,) = manifests.pick([name], False)
    making = Making(allow_missing, allow_untranslated, filesystem)
    context = settings.context(
        manifests, settings.progress(), allow_missing=allow_missing, allow_untranslated=allow_untranslated
    )
    bundle = context.make_bundle(stem)
    refuse_unorderable(manifests, bundle, making)
    ledger = ledger_access.begin_ledger(settings, operator)
    added = _add_asking(ledger, manifests, bundle, count, making, replaces, sure=yes)
    hub_access.turn(settings, ledger)
    _say_added(settings, ledger.read(), added)
    return EXIT_DONE


#: What one asks about before it is ordered.
_ASKED = frozenset(("order-twice", "order-many", "replace-whole"))


def _add_asking(
    ledger: Ledger,
    manifests: Manifests,
    bundle: Bundle,
    count: int | None,
    making: Making,
    replaces: str | None,
    *,
    sure: bool,
) -> Order:
    """`add_order`, and once more where somebody at a terminal says yes to what is asked. Raises RefusedError."""
    from usbkit.orders.ordering import add_order

    try:
        return add_order(ledger, manifests, bundle, count, making, replaces, sure=sure)
    except RefusedError as problem:
        if not ({f.id for f in problem.findings} <= _ASKED and sys.stdin.isatty()):
            raise
        for finding in problem.findings:
            show.say_finding(finding)
        if not ask_yes_no(_("Order anyway?")):
            todo = _("Nothing was ordered.")
            raise RefusedError(Finding("not-confirmed", _("this was not confirmed"), None, todo)) from None
    return add_order(ledger, manifests, bundle, count, making, replaces, sure=True)


def _say_added(settings: Settings, ledger_state: LedgerState, added: Order) -> None:
    if settings.json:
        show.document(order_json(ledger_state, added))
        return
    values = {"order": added.id, "count": len(added.numbers), "country": added.added.country}
    show.answer(_("{order}: {count} drives for {country}", **values))
    if added.added.replaces:
        values = {"number": added.numbers[0], "of": added.added.of, "drive": added.added.replaces}
        show.answer(_("  number {number} of {of}, in place of drive {drive}, which counts no more", **values))
    show.answer(_("  seal {fingerprint}", fingerprint=added.added.fingerprint))


@order.command(help=mark("Give numbers of ORDER to another station: a file that `usbkit order take` reads there."))
@click.argument("named", metavar="ORDER")
@click.option("--numbers", required=True, metavar="LIST", help=mark("Which, such as 11-20 or 3,5,9-12."))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help=mark("The file."))
@click.option("--to", default="", metavar="NAME", help=mark("Which station; kept in the ledger."))
@ledger_access.operator
@click.pass_obj
def split(settings: Settings, named: str, numbers: str, output: Path, to: str, operator: str | None) -> int:
    from usbkit.orders.finding import find_order
    from usbkit.orders.ordering import split_order

    if output.exists():
        todo = _("Name a file that is not there: a share is handed over once.")
        raise InputError(Finding("share-exists", _("it exists already"), Place(str(output)), todo))
    ledger = ledger_access.open_ledger(settings, operator)
    programmes.require_here(settings, find_order(ledger.read(), named))
    share = split_order(ledger, named, _read_numbers(numbers), to)
    output.write_text(share.to_json(), encoding="utf-8")
    if settings.json:
        show.document({**order_json(ledger.read(), ledger.read().order(share.added.order)), "share": str(output)})
    else:
        values = {"count": len(share.numbers), "order": named, "path": output}
        show.answer(_("{path}: {count} numbers of {order}; at the other station: usbkit order take {path}", **values))
    return EXIT_DONE


@order.command(help=mark("Fill the numbers of FILE here, which another station split off from its order."))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--bundle",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help=mark("Take it with an unpacked bundle, where there are no manifests and no library."),
)
@ledger_access.operator
@click.pass_obj
def take(settings: Settings, file: Path, folder: Path | None, operator: str | None) -> int:
    from usbkit.bundle.read_folder import read_sealed_folder
    from usbkit.core.small_files import read_small
    from usbkit.ledger.order_share import MOST_BYTES, OrderShare
    from usbkit.orders.ordering import take_share, take_share_of_folder

    share = OrderShare.from_json(read_small(file, MOST_BYTES).decode("utf-8", "replace"), str(file))
    if folder is not None:
        found = read_sealed_folder(folder)
        ledger = ledger_access.begin_ledger(settings, operator)
        _say_added(settings, ledger.read(), take_share_of_folder(ledger, found, share))
        return EXIT_DONE
    manifests = settings.load()
    (stem,) = manifests.pick([share.added.country], False)
    making = share.making
    context = settings.context(
        manifests,
        settings.progress(),
        allow_missing=making.allow_missing,
        allow_untranslated=making.allow_untranslated,
    )
    ledger = ledger_access.begin_ledger(settings, operator)
    taken = take_share(ledger, manifests, context.make_bundle(stem), share)
    _say_added(settings, ledger.read(), taken)
    return EXIT_DONE


def _read_numbers(text: str) -> list[int]:
    """Numbers as people list them: ``3,5,9-12``. Raises InputError."""
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if not (first.isdecimal() and (last.isdecimal() if dash else True) and len(first) < 5 and len(last) < 5):
            what = _("found {text}, expected numbers such as 11-20 or 3,5,9-12", text=text)
            raise InputError(Finding("numbers-form", what, Place("--numbers")))
        found += range(int(first), int(last if dash else first) + 1)
    return sorted(set(found))


@order.command(name="list", help=mark("Every order, and how far it is."))
@click.pass_obj
def list_(settings: Settings) -> int:
    ledger_state = hub_access.open_refreshed(settings).read()
    orders = list(ledger_state.orders.values())
    if settings.json:
        show.document({"orders": [order_json(ledger_state, o) for o in orders]})
    elif orders:
        outdated, whole = outdated_numbers(ledger_state, []), ledger_state.whole_counts()
        headers = (
            *(_("order"), _("country"), _("edition"), _("for"), _("made"), _("state"), _("outdated")),
            *(_("seal"), _("ordered on")),
        )
        rows = [order_row(ledger_state, o, whole.get(o.id, 0), outdated.get(o.id, 0)) for o in orders]
        show.table(*with_programmes(headers, rows, [o.added.programme for o in orders]))
        for one in orders:
            if outdated.get(one.id):
                show.answer(outdated_line(ledger_state, one.id, outdated[one.id]))
    else:
        show.answer(_("Nothing is ordered. Order drives with: usbkit order add COUNTRY COUNT"))
    return EXIT_DONE


@order.command(name="show", help=mark("One order: each number and the drive that has it."))
@click.argument("named", metavar="ORDER")
@click.pass_obj
def show_(settings: Settings, named: str) -> int:
    from usbkit.orders.finding import find_order

    ledger = hub_access.open_refreshed(settings)
    ledger_state = ledger.read()
    found = find_order(ledger_state, named)
    if settings.json:
        journeys = [journey_json(j) for j in ledger_state.journeys_of(found.id)]
        show.document({**order_json(ledger_state, found), "journeys": journeys})
        return EXIT_DONE
    say_order(ledger_state, found)
    if found.at_hub:
        say_stations(ledger, found)
    return EXIT_DONE


for _command in (order_cancel.cancel, order_renew.renew, order_renew.correct, order_recall.recall):
    order.add_command(_command)
