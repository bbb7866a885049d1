"""Shared by the commands that open the ledger: its place, and the operator."""

from __future__ import annotations

import functools
import getpass
import os
import re
from collections.abc import Callable, Sequence
from typing import Any

import click

from usbkit.cli import options
from usbkit.cli.ledger_location import ledger_place
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import InputError
from usbkit.core.messages import Text, _, mark
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Mark, Where
from usbkit.ledger.journey import Stage
from usbkit.ledger.names import as_person
from usbkit.ledger.records import Journey
from usbkit.ledger.reporting import By, DeliveryReport
from usbkit.ledger.selecting import LATE_AFTER, Choice
from usbkit.trust.receipt_code import Found

operator = click.option(
    "--operator",
    type=options.PERSON,
    metavar="NAME",
    help=mark("Who is responsible for this (default: the login name)."),
)


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
    Where.ARRIVED: _("told arrived"),
    Where.RECEIVED: _("checked"),
    Where.LOST: _("lost"),
    Where.REPLACED: _("replaced"),
    Where.RETURNED: _("came back"),
}

#: A mark in words.
MARKS: dict[Mark, Text] = {
    Mark.SENT: WHERE[Where.SENT],
    Mark.HANDED_OVER: WHERE[Where.HANDED_OVER],
    Mark.LOST: WHERE[Where.LOST],
    Mark.REPLACED: WHERE[Where.REPLACED],
    Mark.FOUND: _("found again"),
    Mark.RETURNED: WHERE[Where.RETURNED],
}


#: What was found where a drive was checked, in words.
FOUND: dict[Found, Text] = {
    Found.WHOLE: WHERE[Where.RECEIVED],
    Found.ADDED_TO: _("checked: SOMETHING ADDED"),
    Found.INCOMPLETE: _("checked: INCOMPLETE"),
    Found.DAMAGED: _("checked: DAMAGED"),
    Found.REFUSED: _("checked: REFUSED"),
}


def place_of(journey: Journey) -> Text:
    """Return where a drive is, in words; and the trouble, where that was the last that was heard of it."""
    place = WHERE[journey.where]
    if not journey.has_trouble or journey.is_replaced:
        return place
    trouble = _("told: DOES NOT PLAY") if journey.is_unplayed else FOUND[journey.arrived[-1].found]
    if journey.where in (Where.RECEIVED, Where.ARRIVED):
        return trouble
    return _("{where}, {trouble}", where=place, trouble=trouble)


def state_of(journey: Journey) -> Text:
    """Return how far a drive is, and where it is once it left, in words; whole is not said of one with trouble."""
    if journey.stage is not Stage.WHOLE:
        return STAGES[journey.stage]
    if journey.has_trouble:
        return place_of(journey)
    return STAGES[journey.stage] if journey.where is Where.HERE else _with_place(journey)


def _with_place(journey: Journey) -> Text:
    return _("{made}, {where}", made=STAGES[journey.stage], where=place_of(journey))


def where_of(journey: Journey) -> Text:
    """Return where a drive is, or why it no longer counts, in words."""
    return place_of(journey) if journey.stage is Stage.WHOLE else STAGES[journey.stage]


#: What a report counts by, in words.
BY: dict[By, Text] = {
    By.COUNTRY: _("country"),
    By.PROGRAMME: _("programme"),
    By.YEAR: _("year"),
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
    "told": _("told arrived"),
    "whole": _("checked: whole"),
    "trouble": _("checked: trouble"),
    "lost": _("lost"),
    "replaced": _("replaced"),
    "outdated": _("outdated"),
}


def to_look_at(found: DeliveryReport) -> list[tuple[Text, tuple[Journey, ...]]]:
    """Return the drives of a report that need attention, each kind with its title."""
    return [
        (_("late"), found.late),
        (_("trouble was found"), found.in_trouble),
        (_("receipts contradict each other"), found.contradicting),
        (_("to call back"), found.calls),
        (_("lost"), found.lost),
        (_("outdated: their country has another seal now"), found.outdated),
        (_("came back after it was replaced"), found.back),
        (_("told arrived, and does not play"), found.unplayed),
        (_("came back with trouble: to be read again, or replaced"), found.doubted),
        (_("out, and counts no more"), found.void_out),
    ]


def choosing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options that select drives; the command gets them as ``choice``."""

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
    "programmes": click.option(
        "--programme", "programmes", metavar="ID", multiple=True, help=mark("Only drives of this programme.")
    ),
    "years": click.option(
        "--year", "years", metavar="YYYY", multiple=True, help=mark("Only drives ordered in this year.")
    ),
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
    "outdated": click.option(
        "--outdated", is_flag=True, help=mark("Only drives of another seal than their country has now.")
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
    programmes: tuple[str, ...],
    years: tuple[str, ...],
    edition: int | None,
    seal: str | None,
    states: tuple[str, ...],
    where: tuple[str, ...],
    outdated: bool,
    late: bool,
    late_after: int,
) -> Choice:
    return Choice(
        orders=orders,
        countries=countries_named(countries),
        route=route,
        edition=edition,
        programmes=programmes,
        years=years,
        seal=None if seal is None else seal.replace(" ", "").lower(),
        states=states,
        where=tuple(map(Where, where)),
        only_late=late,
        only_outdated=outdated,
        late_after=late_after,
    )


def countries_named(names: Sequence[str]) -> tuple[str, ...]:
    """Return stems and codes of countries as the ledger compares them, for stems, codes, and names in any language.

    Raises InputError for a name that several countries share, unless a manifest may be called so.
    """
    from usbkit.manifest.country_names import find_countries, why_ambiguous

    found = list[str]()
    for name in names:
        codes = find_countries(name)
        if len(codes) > 1 and not re.fullmatch(r"[a-z0-9-]+", name):
            raise InputError(why_ambiguous(name, codes))
        found += [name.lower(), *(code.lower() for code in codes if len(codes) == 1)]
    return tuple(dict.fromkeys(found))


def open_ledger(settings: Settings, operator: str | None = None) -> Ledger:
    """Open the existing ledger, or an empty one at the default place. Raises InputError if a named one is missing."""
    place = ledger_place(settings)
    if settings.ledger is None and place.file is not None and not place.file.exists():
        return Ledger.nothing(place)
    return Ledger.open(place, operator or login(), create=False)


def begin_ledger(settings: Settings, operator: str | None = None) -> Ledger:
    """Open the ledger; if there is none, create it and print its place."""
    place = ledger_place(settings)
    is_new = place.file is not None and not place.file.exists()
    ledger = Ledger.open(place, operator or login())
    if is_new:
        show.say(_("A new ledger: {path}", path=place))
    return ledger


def login() -> str:
    """Return the operator's default name: the login, without what no name in a ledger may have."""
    try:
        name = as_person(getpass.getuser())
    except (KeyError, OSError):
        name = ""
    return name or f"user {os.getuid()}"
