"""``usbkit station``: fill orders from whatever sticks are plugged in; learn ports; show the setup."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from usbkit.cli import hub_access, ledger_access, options, programmes
from usbkit.cli.asking import is_number_typed
from usbkit.cli.commands import station_ports
from usbkit.cli.ledger_location import ledger_place
from usbkit.cli.output import show
from usbkit.cli.output.board import Board, BoardLines, StationEvents, is_terminal
from usbkit.cli.output.order_rows import order_json
from usbkit.cli.settings import Settings
from usbkit.cli.station_hub import following
from usbkit.cli.station_works import prepare_works, say_left_out, say_works
from usbkit.core.errors import (
    EXIT_BROKEN_OFF,
    EXIT_DONE,
    EXIT_NO,
    Finding,
    InputError,
    RefusedError,
)
from usbkit.core.messages import Text, _, mark
from usbkit.core.real_paths import real_path
from usbkit.ledger import Ledger
from usbkit.ledger.checking import checked_heads
from usbkit.ledger.records import Order
from usbkit.station.messages import Shared
from usbkit.station.work import Foreign, Policy
from usbkit.writing.job import Wipe

if TYPE_CHECKING:
    from usbkit.bundle.read_folder import SealedFolder
    from usbkit.ledger.state import LedgerState
    from usbkit.station.runner import Screen
    from usbkit.station.state_machine import Station
    from usbkit.station.work import Work


@click.group(
    invoke_without_command=True,
    help=mark(
        "Fill the open orders from whatever sticks are plugged in: each is recognised, checked, written, proven and"
        " recorded. Runs until the orders are filled, or Ctrl-C."
    ),
)
@click.option("--order", "named", metavar="ORDER", multiple=True, help=mark("Only these orders (default: all open)."))
@click.option("--yes", is_flag=True, help=mark("Do not ask again before the batch."))
@click.option(
    "--foreign",
    type=click.Choice([str(f) for f in Foreign]),
    default=str(Foreign.ASK),
    help=mark("What to do with sticks that hold somebody's files (default: ask for each)."),
)
@click.option(
    "--confirm",
    type=options.PLACE,
    metavar="SERIAL|PORT",
    multiple=True,
    help=mark("Write to this drive although the safety rules ask for confirmation."),
)
@click.option(
    "--drive",
    "files",
    metavar="FILE|LOOP",
    multiple=True,
    type=click.Path(path_type=Path, resolve_path=True),
    help=mark("An image file or loop device instead of the USB ports; for trying."),
)
@click.option(
    "--bundle",
    "bundles",
    metavar="DIR",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help=mark("An unpacked bundle to fill its orders with, without manifests and library."),
)
@click.option("--once", is_flag=True, help=mark("End when no stick is being worked on, even if orders are open."))
@click.option("--no-bell", is_flag=True, help=mark("Do not ring the bell."))
@click.option(
    "--wipe",
    type=click.Choice([str(w) for w in Wipe]),
    default=str(Wipe.NONE),
    help=mark("What to do with old contents outside the part that usbkit writes (default: none)."),
)
@click.option(
    "--give-up",
    type=click.FloatRange(min=1),
    default=60.0,
    metavar="SECONDS",
    help=mark("Abandon a drive that does not respond for this many seconds (default: 60)."),
)
@ledger_access.operator
@click.pass_context
def station(
    ctx: click.Context,
    named: tuple[str, ...],
    yes: bool,
    foreign: str,
    confirm: tuple[str, ...],
    files: tuple[Path, ...],
    bundles: tuple[Path, ...],
    once: bool,
    no_bell: bool,
    wipe: str,
    give_up: float,
    operator: str | None,
) -> int:
    if ctx.invoked_subcommand is not None:
        return EXIT_DONE
    from usbkit.station.lock import only_station

    settings: Settings = ctx.obj
    show.answer_in_events(settings.json)
    ledger = ledger_access.begin_ledger(settings, operator)
    with only_station(ledger.place), ledger.as_station():
        hub_access.turn(settings, ledger)
        makers = _read_bundles(bundles)
        orders = hub_access.fillable_here(settings, ledger, _choose_orders(settings, ledger, named, makers))
        works, left_out = prepare_works(settings, ledger, orders, makers)
        say_left_out(settings, left_out)
        if not works:
            raise RefusedError(*(finding for problem in left_out.values() for finding in problem.findings))
        _prove(makers.values(), settings)
        policy = Policy(
            foreign=Foreign(foreign),
            ports={} if files else {p.path: p.name for p in ledger.read().ports},
            files=frozenset(files),
            confirmed=_confirmed(confirm, files),
        )
        say_works(settings, works, ledger)
        _confirm(works, ledger, policy, yes=yes)
        with following(settings, ledger, works, policy, operator) as beside:
            how = {"once": once, "bell": not no_bell}
            code = _run(settings, ledger, works, policy, Wipe(wipe), beside, give_up=give_up, **how)
        say_left_out(settings, left_out)
        return EXIT_NO if code == EXIT_DONE and left_out else code


def _confirmed(named: Sequence[str], files: Sequence[Path]) -> frozenset[str]:
    """Serials, ports and files that were confirmed; a file by its full path too, as the board names it."""
    return frozenset((*named, *(str(path) for name in named if (path := real_path(Path(name))) in files)))


def _read_bundles(folders: Sequence[Path]) -> dict[str, SealedFolder]:
    """The bundles that stand as folders, by their seals' fingerprints. Raises InputError."""
    from usbkit.bundle.read_folder import read_sealed_folder

    return {found.fingerprint: found for found in map(read_sealed_folder, folders)}


def _prove(bundles: Iterable[SealedFolder], settings: Settings) -> None:
    """Raises InputError for a bundle that is damaged, before any stick is written: an order may come for each."""
    from usbkit.cli.bundle_folder import say_left_out
    from usbkit.writing.folder_proof import require_sealed

    progress = settings.event_progress()
    for bundle in bundles:
        say_left_out(bundle)
        require_sealed(bundle.folder, bundle.sealed, progress)


def _choose_orders(
    settings: Settings, ledger: Ledger, named: Sequence[str], makers: Mapping[str, SealedFolder]
) -> list[Order]:
    from usbkit.orders.finding import find_order

    ledger_state = ledger.read()
    if named:
        chosen = [find_order(ledger_state, name) for name in dict.fromkeys(named)]
        for order in chosen:
            if order.added.fingerprint not in makers:
                programmes.require_here(settings, order, f"--order {order.id}")
        return chosen
    found = [o for o in ledger_state.open_orders() if not makers or o.added.fingerprint in makers]
    if not makers:
        found = programmes.orders_here(settings, found)
    if not found and makers:
        what, todo = _("there is no open order for this bundle"), _("Take a share: usbkit order take FILE --bundle DIR")
        raise InputError(Finding("no-open-order", what, None, todo))
    if not found:
        raise InputError(
            Finding("no-open-order", _("there is no open order"), None, _how_orders_come(settings, ledger_state))
        )
    return found


def _how_orders_come(settings: Settings, ledger_state: LedgerState) -> Text:
    if hub_access.hub_place(settings) is not None:
        return _("The desk orders drives: usbkit order add COUNTRY COUNT. The hub then brings the order here.")
    if ledger_state.orders.select("origin != ? AND NOT is_cancelled AND wanted > 0", (ledger_state.home,)):
        return _("Those of other ledgers come here as shares: usbkit order take FILE")
    return _("Order drives with: usbkit order add COUNTRY COUNT")


def _confirm(works: Sequence[Work], ledger: Ledger, policy: Policy, *, yes: bool) -> None:
    """Ask once for the whole batch. Raises RefusedError when the answer is not yes."""
    if yes:
        return
    ledger_state = ledger.read()
    missing = sum(len(work.order.numbers) - len(ledger_state.whole_numbers(work.id)) for work in works)
    where = (
        ", ".join(dict.fromkeys(policy.ports.values()))
        or ", ".join(sorted(map(str, policy.files)))
        or str(_("every USB port"))
    )
    show.say(_("Sticks that are blank or ours will be overwritten without asking, in: {ports}", ports=where))
    if not sys.stdin.isatty():
        raise RefusedError(Finding("not-confirmed", _("this was not confirmed"), None, _("Pass --yes.")))
    if not is_number_typed(missing):
        raise RefusedError(Finding("not-confirmed", _("this was not confirmed"), None, _("Nothing was written.")))


def _run(
    settings: Settings,
    ledger: Ledger,
    works: Sequence[Work],
    policy: Policy,
    wipe: Wipe,
    beside: Callable[[int], Iterable[Text | Shared]],
    *,
    once: bool,
    bell: bool,
    give_up: float,
) -> int:
    from usbkit.station.ledger_recorder import LedgerRecorder
    from usbkit.station.runner import Runner, exit_code_of
    from usbkit.station.slots import DriveSlots, NamedSlots
    from usbkit.station.state_machine import Station

    recorder = LedgerRecorder(ledger, works, wipe)
    recorder.open_batch(tuple(dict.fromkeys(policy.ports.values())), policy.foreign)
    machine = Station(recorder, policy)
    runner = Runner(
        machine,
        NamedSlots(sorted(policy.files)) if policy.files else DriveSlots(),
        _screen(settings, policy, bell=bell),
        once=once,
        stall_limit=give_up,
        answers=sys.stdin.fileno() if policy.foreign is Foreign.ASK and sys.stdin.isatty() else None,
        beside=beside,
    )
    code = exit_code_of(runner.run())
    _say_end(settings, ledger, machine)
    if code is not None:
        return code
    if machine.troubles:
        return EXIT_BROKEN_OFF
    return EXIT_DONE if machine.is_done else EXIT_NO


def _screen(settings: Settings, policy: Policy, *, bell: bool) -> Screen:
    if settings.json:
        return StationEvents()
    if is_terminal() and settings.verbosity >= 0:
        return Board(list(dict.fromkeys(policy.ports.values())) or sorted(map(str, policy.files)), bell=bell)
    return BoardLines(bell=False)


def _say_end(settings: Settings, ledger: Ledger, machine: Station) -> None:
    """How far the orders are now."""
    ledger_state = ledger.read()
    orders = [ledger_state.order(work.id) for work in machine.recorder.works]
    if settings.json:
        findings = [show.finding_json(f) for f in machine.troubles]
        fields = {"orders": [order_json(ledger_state, o) for o in orders], "findings": findings}
        StationEvents().emit("end-of-batch", fields)
        return
    for finding in machine.troubles:
        show.say_finding(finding)
    for order in orders:
        whole, count = len(ledger_state.whole_numbers(order.id)), len(order.numbers)
        if whole == count:
            show.answer(_("{order} is filled: {count} drives are WHOLE.", order=order.id, count=count))
        else:
            show.answer(_("{order}: {whole} of {count} drives are WHOLE.", order=order.id, whole=whole, count=count))
    show.answer(_("Where the ledger ends; noted elsewhere, it shows later whether an entry was removed or changed:"))
    for head in checked_heads(ledger):
        show.answer(str(head))


@station.command(
    help=mark("Allow another try for a stick that failed twice: NAME is its serial, or a drive's reference.")
)
@click.argument("name", metavar="SERIAL|DRIVE")
@ledger_access.operator
@click.pass_obj
def clear(settings: Settings, name: str, operator: str | None) -> int:
    from usbkit.ledger.events import FailuresForgiven

    ledger = ledger_access.open_ledger(settings, operator)
    drives = ledger.read().failures_named(name)
    if not drives:
        what = _("no stick is blocked because of {name}", name=name)
        raise InputError(Finding("nothing-to-clear", what, None, _("`usbkit ledger list --state failed` lists them.")))
    ledger.append(FailuresForgiven(drives=tuple(drives)))
    if settings.json:
        show.document({"forgiven": drives})
    else:
        show.answer(_("Cleared: {drives}. The stick may be plugged in again.", drives=", ".join(drives)))
    return EXIT_DONE


@station.command(help=mark("Print what lets an operator who is not root run the station."))
@click.option("--print", "do_print", is_flag=True, required=True, help=mark("Print it; nothing is installed."))
@click.option("--group", default="usbkit", metavar="GROUP", help=mark("The group that may write sticks."))
@click.option("--user", default="usbkit", metavar="USER", help=mark("The user that the service runs as."))
@click.option(
    "--only",
    type=click.Choice(["udev", "systemd"]),
    help=mark("Print one of the two, to be put into its file as it is."),
)
@click.pass_obj
def install(settings: Settings, do_print: bool, group: str, user: str, only: str | None) -> int:
    from usbkit.station.setup import RULES_PATH, UNIT_PATH, Setup, systemd_unit, udev_rules

    place = ledger_place(settings)
    named = ledger_access.open_ledger(settings).read().ports if place.exists else ()
    beside = str(Path(sys.executable).with_name("usbkit"))
    found = shutil.which(sys.argv[0]) or shutil.which(beside) or shutil.which("usbkit") or "/usr/local/bin/usbkit"
    given = ["--manifests", settings.manifests.absolute()]
    if settings.library is not None:
        given += ["--library", settings.library.absolute()]
    setup = Setup(group, user, [str(Path(found).absolute()), *map(str, given)], [p.path for p in named])
    files = {"udev": (RULES_PATH, udev_rules(setup)), "systemd": (UNIT_PATH, systemd_unit(setup))}
    chosen = {key: value for key, value in files.items() if only in (None, key)}
    if settings.json:
        show.document({"files": [{"path": path, "text": text} for path, text in chosen.values()]})
    else:
        show.answer("\n".join(text for _path, text in chosen.values()).rstrip("\n"))
    return EXIT_DONE


station.add_command(station_ports.ports)
