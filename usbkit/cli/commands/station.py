"""``usbkit station``: fills orders from whatever sticks are plugged in; learns its ports; says how it is set up."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from usbkit.cli import ledger_access
from usbkit.cli.commands.order import order_json
from usbkit.cli.output import show
from usbkit.cli.output.board import Board, BoardLines, StationEvents, is_terminal
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_BROKEN_OFF, EXIT_DONE, EXIT_NO, DeviceError, Finding, InputError, RefusedError
from usbkit.core.messages import _, mark
from usbkit.ledger import Ledger
from usbkit.ledger.checking import checked_heads
from usbkit.ledger.records import Order
from usbkit.station.work import Foreign, Policy
from usbkit.writing.job import Wipe

if TYPE_CHECKING:
    from usbkit.station.runner import Screen
    from usbkit.station.state_machine import Station
    from usbkit.station.work import Work
    from usbkit.writing.folder import FolderMaker

#: How long to wait for a port to be shown, in seconds, before looking again.
_BEAT = 0.5


@click.group(
    invoke_without_command=True,
    help=mark(
        "Fill the open orders from whatever sticks are plugged in: each is recognised, checked, written, proven and"
        " recorded. Runs until the orders are filled, or Ctrl-C."
    ),
)
@click.option("--order", "named", metavar="ORDER", multiple=True, help=mark("Only these orders (default: all open)."))
@click.option("--yes", is_flag=True, help=mark("Do not ask once more before the batch."))
@click.option(
    "--foreign",
    type=click.Choice([str(f) for f in Foreign]),
    default=str(Foreign.ASK),
    help=mark("What is done about sticks that hold somebody's files (default: ask for each)."),
)
@click.option(
    "--confirm",
    metavar="SERIAL|PORT",
    multiple=True,
    help=mark("Write this drive though the safety table wants it named."),
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
@click.option("--once", is_flag=True, help=mark("End when nothing is in work any more, though orders may be open."))
@click.option("--no-bell", is_flag=True, help=mark("Ring no bell."))
@click.option(
    "--wipe",
    type=click.Choice([str(w) for w in Wipe]),
    default=str(Wipe.NONE),
    help=mark("What is done about old contents where nothing of ours comes to stand (default: none)."),
)
@click.option(
    "--give-up",
    type=click.FloatRange(min=1),
    default=60.0,
    metavar="SECONDS",
    help=mark("Abandon a drive that does not answer for so long (default: 60)."),
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
        makers = _read_bundles(bundles)
        orders = _choose_orders(ledger, named, makers)
        works = _prepare(settings, orders, makers)
        policy = Policy(
            foreign=Foreign(foreign),
            ports={} if files else {p.path: p.name for p in ledger.read().ports},
            files=frozenset(files),
            confirmed=frozenset(confirm),
        )
        _confirm(works, ledger, policy, yes=yes)
        return _run(settings, ledger, works, policy, Wipe(wipe), once=once, bell=not no_bell, give_up=give_up)


def _read_bundles(folders: Sequence[Path]) -> dict[str, FolderMaker]:
    """The bundles that stand as folders, by their seals' fingerprints. Raises InputError."""
    from usbkit.writing.folder import read_folder

    makers = [read_folder(folder, None) for folder in folders]
    return {maker.fingerprint: maker for maker in makers}


def _choose_orders(ledger: Ledger, named: Sequence[str], makers: Mapping[str, FolderMaker]) -> list[Order]:
    from usbkit.orders.ordering import find_order

    ledger_state = ledger.read()
    if named:
        return [find_order(ledger_state, name) for name in dict.fromkeys(named)]
    found = [o for o in ledger_state.open_orders() if not makers or o.added.fingerprint in makers]
    if not found and makers:
        what, todo = _("there is no open order for this bundle"), _("Take a share: usbkit order take FILE --bundle DIR")
        raise InputError(Finding("no-open-order", what, None, todo))
    if not found:
        what, todo = _("there is no open order"), _("Order drives with: usbkit order add COUNTRY COUNT")
        raise InputError(Finding("no-open-order", what, None, todo))
    return found


def _prepare(settings: Settings, orders: Sequence[Order], makers: Mapping[str, FolderMaker]) -> list[Work]:
    """What each order is filled with: the folder with its seal, else its bundle made again.

    Raises RefusedError with all that are not what was ordered.
    """
    from usbkit.station.work import Work
    from usbkit.writing.folder import FolderImages

    works = {
        order.id: Work(order, FolderImages(replace(makers[order.added.fingerprint], filesystem=order.added.filesystem)))
        for order in orders
        if order.added.fingerprint in makers
    }
    if others := [order for order in orders if order.id not in works]:
        works |= {work.id: work for work in _make_again(settings, others)}
    return [works[order.id] for order in orders]


def _make_again(settings: Settings, orders: Sequence[Order]) -> list[Work]:
    from usbkit.orders.ordering import require_unchanged
    from usbkit.station.work import BundleImages, Work

    manifests, progress = settings.load(), settings.progress()
    works, findings = list[Work](), list[Finding]()
    for order in orders:
        added = order.added
        context = settings.context(
            manifests,
            progress,
            allow_missing=added.allow_missing,
            allow_untranslated=added.allow_untranslated,
        )
        bundle = context.make_bundle(manifests.pick([added.country], False)[0])
        progress.end(added.country, "made")
        try:
            require_unchanged(order, manifests, bundle)
        except RefusedError as problem:
            findings += problem.findings
        works.append(Work(order, BundleImages(bundle, added.filesystem)))
    if findings:
        raise RefusedError(*findings)
    return works


def _confirm(works: Sequence[Work], ledger: Ledger, policy: Policy, *, yes: bool) -> None:
    """Ask once for the whole batch. Raises RefusedError when the answer is not yes."""
    if yes:
        return
    ledger_state = ledger.read()
    missing = 0
    for work in works:
        count = len(work.order.numbers) - len(ledger_state.whole_numbers(work.id))
        missing += count
        values = {"order": work.id, "count": count, "country": work.order.added.country}
        show.say(_("{order}: {count} drives of {country} are still to be made", **values))
    where = (
        ", ".join(dict.fromkeys(policy.ports.values()))
        or ", ".join(sorted(map(str, policy.files)))
        or str(_("every USB port"))
    )
    show.say(_("Sticks that are blank or ours will be overwritten without asking, in: {ports}", ports=where))
    if not sys.stdin.isatty():
        raise RefusedError(Finding("not-confirmed", _("this was not confirmed"), None, _("Say --yes.")))
    prompt = _("Type {word} (the number of drives) to begin", word=missing)
    if click.prompt(str(prompt), default="", show_default=False, err=True).strip() != str(missing):
        raise RefusedError(Finding("not-confirmed", _("this was not confirmed"), None, _("Nothing was written.")))


def _run(
    settings: Settings,
    ledger: Ledger,
    works: Sequence[Work],
    policy: Policy,
    wipe: Wipe,
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
        show.say(show.finding_line(finding))
    for order in orders:
        whole, count = len(ledger_state.whole_numbers(order.id)), len(order.numbers)
        if whole == count:
            show.answer(_("{order} is filled: {count} drives are WHOLE.", order=order.id, count=count))
        else:
            show.answer(_("{order}: {whole} of {count} drives are WHOLE.", order=order.id, whole=whole, count=count))
    for head in checked_heads(ledger):
        show.answer(str(head))


@station.command(help=mark("Learn which port is which: plug a stick into each as you are asked. Nothing is written."))
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--list", "only_list", is_flag=True, help=mark("Say which ports are named."))
@click.option("--forget", is_flag=True, help=mark("Forget all names: every USB port is the station's."))
@ledger_access.operator
@click.pass_obj
def ports(settings: Settings, names: tuple[str, ...], only_list: bool, forget: bool, operator: str | None) -> int:
    from usbkit.ledger.events import PortsNamed
    from usbkit.station.ports import Learnt, as_event, learn_ports

    ledger = ledger_access.begin_ledger(settings, operator)
    if forget:
        ledger.append(PortsNamed(ports=()))
    elif not only_list:
        learnt = list[Learnt]()
        wanted = names or tuple(str(n) for n in range(1, 100))
        try:
            for one in learn_ports(wanted, _arrivals(), _ask_for_port):
                learnt.append(one)
                _say_learnt(one)
        except KeyboardInterrupt:
            if names or not learnt:
                raise
        ledger.append(as_event(learnt))
    _say_ports(settings, ledger)
    return EXIT_DONE


def _ask_for_port(name: str) -> None:
    show.say(_("Plug a stick into the port you call {name} (Ctrl-C when there is none).", name=name))


def _say_learnt(learnt: object) -> None:
    from usbkit.station.ports import Learnt

    assert isinstance(learnt, Learnt)
    if learnt.before is not None:
        show.say(_("That is port {name} already; take another.", name=learnt.before))
    else:
        show.say(_("Port {name} is {path}.", name=learnt.name, path=", ".join(learnt.paths)))


def _arrivals() -> Iterator[tuple[str, ...]]:
    """The paths of the USB port of each stick that appears from now on."""
    import select

    from usbkit.drives.linux import ports_of
    from usbkit.station.messages import Appeared
    from usbkit.station.slots import DriveSlots

    slots = DriveSlots()
    slots.changes()
    while True:
        bell = slots.fileno()
        select.select([] if bell is None else [bell], [], [], _BEAT)
        for change in slots.changes():
            if isinstance(change, Appeared):
                try:
                    yield ports_of(change.node)
                except DeviceError:
                    continue  # it went again


def _say_ports(settings: Settings, ledger: Ledger) -> None:
    named = ledger.read().ports
    if settings.json:
        show.document({"ports": [p.model_dump() for p in named]})
    elif named:
        show.table((_("name"), _("USB port")), [(p.name, p.path) for p in named])
    else:
        show.answer(_("No port is named: every USB port is the station's."))


@station.command(help=mark("Have a stick that failed twice tried again: NAME is its serial, or a drive's reference."))
@click.argument("name", metavar="SERIAL|DRIVE")
@ledger_access.operator
@click.pass_obj
def clear(settings: Settings, name: str, operator: str | None) -> int:
    from usbkit.ledger.events import FailuresForgiven

    ledger = ledger_access.open_ledger(settings, operator)
    drives = ledger.read().failures_named(name)
    if not drives:
        what = _("no failure of {name} is held against a stick", name=name)
        raise InputError(Finding("nothing-to-clear", what, None, _("`usbkit ledger list --state failed` lists them.")))
    ledger.append(FailuresForgiven(drives=tuple(drives)))
    if settings.json:
        show.document({"forgiven": drives})
    else:
        show.answer(_("Forgiven: {drives}. The stick may be plugged in again.", drives=", ".join(drives)))
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

    place = ledger_access.ledger_place(settings)
    named = ledger_access.open_ledger(settings).read().ports if place.exists else ()
    beside = str(Path(sys.executable).with_name("usbkit"))
    found = shutil.which(sys.argv[0]) or shutil.which(beside) or shutil.which("usbkit") or "/usr/local/bin/usbkit"
    options = ["--manifests", settings.manifests.absolute()]
    if settings.library is not None:
        options += ["--library", settings.library.absolute()]
    setup = Setup(group, user, [str(Path(found).absolute()), *map(str, options)], [p.path for p in named])
    files = {"udev": (RULES_PATH, udev_rules(setup)), "systemd": (UNIT_PATH, systemd_unit(setup))}
    chosen = {key: value for key, value in files.items() if only in (None, key)}
    if settings.json:
        show.document({"files": [{"path": path, "text": text} for path, text in chosen.values()]})
    else:
        show.answer("\n".join(text for _path, text in chosen.values()).rstrip("\n"))
    return EXIT_DONE
