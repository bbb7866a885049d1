"""``usbkit station ports``: learn which port is which, list them, forget them."""

from __future__ import annotations

from collections.abc import Iterator

import click

from usbkit.cli import ledger_access
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, DeviceError
from usbkit.core.messages import _, mark
from usbkit.ledger import Ledger

#: How long to wait for a port to be shown, in seconds, before looking again.
_BEAT = 0.5


@click.command(help=mark("Learn which port is which: plug a stick into each as you are asked. Nothing is written."))
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--list", "only_list", is_flag=True, help=mark("List the named ports."))
@click.option("--forget", is_flag=True, help=mark("Remove all names: every USB port is the station's."))
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
