"""What the commands that open the ledger share: where it is, and who is at it."""

from __future__ import annotations

import functools
import getpass
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.messages import Text, _, mark
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Mark, Where
from usbkit.ledger.journey import Stage
from usbkit.ledger.place import LedgerPlace, find_ledger
from usbkit.ledger.records import Journey
from usbkit.ledger.reporting import By, Report
from usbkit.ledger.selecting import LATE_AFTER, Choice

#: As `usbkit.manifest.load` has it, which takes longer to load than most commands of the ledger take.
PROGRAMME_FILE = "programme.toml"

operator = click.option("--operator", metavar="NAME", help=mark("Who answers for this (default: the login name)."))


#: A drive's stage in words.
STAGES: dict[Stage, Text] = {
    Stage.MINTED: _("given out"),
    Stage.BEGUN: _("being written"),
    Stage.INTERRUPTED: _("interrupted"),
    Stage.FAILED: _("failed"),
    Stage.WHOLE: _("WHOLE"),
    Stage.VOID: _("void"),
}


#: Where a drive is, in words.
WHERE: dict[Where, Text] = {
    Where.HERE: _("here"),
    Where.SENT: _("sent"),
    Where.HANDED_OVER: _("handed over"),
    Where.RECEIVED: _("received"),
    Where.LOST: _("lost"),
    Where.REPLACED: _("replaced"),
}

#: A mark in words.
MARKS: dict[Mark, Text] = {
    Mark.SENT: WHERE[Where.SENT],
    Mark.HANDED_OVER: WHERE[Where.HANDED_OVER],
    Mark.LOST: WHERE[Where.LOST],
    Mark.REPLACED: WHERE[Where.REPLACED],
}

#: What a report counts by, in words.
BY: dict[By, Text] = {
    By.COUNTRY: _("country"),
    By.ROUTE: _("route"),
    By.EDITION: _("edition"),
    By.SEAL: _("seal"),
    By.ORDER: _("order"),
}

#: What the columns of a report are called, in the order of `Counts`.
COUNTS: dict[str, Text] = {
    "ordered": _("ordered"),
    "made": _("made"),
    "here": _("here"),
    "out": _("out"),
    "late": _("late"),
    "whole": _("back: whole"),
    "trouble": _("back: trouble"),
    "lost": _("lost"),
    "replaced": _("replaced"),
}


def to_look_at(found: Report) -> list[tuple[Text, tuple[Journey, ...]]]:
    """The drives of a report that somebody has to look at, each kind with its title."""
    return [
        (_("late"), found.late),
        (_("trouble was found"), found.in_trouble),
        (_("receipts contradict each other"), found.contradicting),
        (_("lost"), found.lost),
    ]


def choosing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options that choose drives; the command gets them as ``choice``."""

    @functools.wraps(function)
    def choose_first(*args: Any, **given: Any) -> Any:
        values = {name: given.pop(name) for name in _CHOICE}
        return function(*args, choice=_choice(**values), **given)

    for option in reversed(tuple(_CHOICE.values())):
        choose_first = option(choose_first)
    return choose_first


_CHOICE: dict[str, Callable[[Any], Any]] = {
    "orders": click.option(
        "--order", "orders", metavar="ORDER", multiple=True, help=mark("Only drives of this order.")
    ),
    "countries": click.option(
        "--country", "countries", metavar="COUNTRY", multiple=True, help=mark("Only drives for this country.")
    ),
    "route": click.option("--route", type=click.Choice(["corps", "mission"]), help=mark("Only drives by this route.")),
    "edition": click.option("--edition", type=int, help=mark("Only drives of this edition.")),
    "seal": click.option(
        "--seal", metavar="F", help=mark("Only drives with this seal: its fingerprint or a beginning.")
    ),
    "states": click.option(
        "--state",
        "states",
        type=click.Choice([s.value for s in Stage]),
        multiple=True,
        help=mark("Only drives in this state."),
    ),
    "where": click.option(
        "--where",
        type=click.Choice([w.value for w in Where]),
        multiple=True,
        help=mark("Only whole drives that are there."),
    ),
    "late": click.option("--late", is_flag=True, help=mark("Only drives of which nothing was heard for too long.")),
    "late_after": click.option(
        "--late-after",
        metavar="DAYS",
        type=click.IntRange(min=0),
        default=LATE_AFTER,
        help=mark("Days after which a drive that was sent is late (default: 60)."),
    ),
}


def _choice(
    orders: tuple[str, ...],
    countries: tuple[str, ...],
    route: str | None,
    edition: int | None,
    seal: str | None,
    states: tuple[str, ...],
    where: tuple[str, ...],
    late: bool,
    late_after: int,
) -> Choice:
    return Choice(
        orders=orders,
        countries=tuple(name.lower() for name in countries),
        route=route,
        edition=edition,
        seal=None if seal is None else seal.replace(" ", "").lower(),
        states=states,
        where=tuple(map(Where, where)),
        only_late=late,
        late_after=late_after,
    )


def ledger_place(settings: Settings) -> LedgerPlace:
    """Where the ledger is: ``--ledger``, else the programme's, else a file among the user's data."""
    if settings.ledger is not None:
        return find_ledger(settings.ledger, os.environ)
    return _ledger_of_programme(settings.manifests) or find_ledger(None, os.environ)


def _ledger_of_programme(manifests: Path) -> LedgerPlace | None:
    """The ledger that ``programme.toml`` names, or that stands beside it; None where there is neither."""
    folders = [manifests, *sorted(path.parent for path in manifests.glob(f"*/{PROGRAMME_FILE}"))]
    programmes = [folder for folder in folders if (folder / PROGRAMME_FILE).is_file()]
    if len(programmes) != 1:
        return None
    try:
        named = tomllib.loads((programmes[0] / PROGRAMME_FILE).read_text(encoding="utf-8")).get("ledger")
    except (OSError, ValueError):
        return None  # whoever reads the manifest says what is wrong with it
    if isinstance(named, str):
        return find_ledger(named if "://" in named else str(programmes[0] / named), os.environ)
    beside = programmes[0] / "ledger.sqlite"
    return LedgerPlace(beside.absolute()) if beside.is_file() else None


def open_ledger(settings: Settings, operator: str | None = None) -> Ledger:
    """The ledger that is there, to be looked into or gone on with. Raises InputError where it was named and is not."""
    place = ledger_place(settings)
    if settings.ledger is None and place.file is not None and not place.file.exists():
        return Ledger.nothing(place)
    return Ledger.open(place, operator or _login(), create=False)


def begin_ledger(settings: Settings, operator: str | None = None) -> Ledger:
    """The ledger, made where there is none, and then said where."""
    place = ledger_place(settings)
    is_new = place.file is not None and not place.file.exists()
    ledger = Ledger.open(place, operator or _login())
    if is_new:
        show.say(_("A new ledger: {path}", path=place))
    return ledger


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
