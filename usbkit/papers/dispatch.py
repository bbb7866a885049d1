"""A dispatch: which orders go by which route in which bags, and by which other way their letters go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from usbkit.bundle.drive_ids import moment_of
from usbkit.core.errors import Finding, InputError, Place, RefusedError
from usbkit.core.messages import Text, _
from usbkit.ledger.chain import Head
from usbkit.ledger.records import Journey
from usbkit.ledger.tracking import OUT
from usbkit.manifest.kinds import Route
from usbkit.papers.order_facts import OrderFacts, require_drives
from usbkit.papers.paper_templates import Paper, PaperTemplates
from usbkit.site.phrase import say


class Way(StrEnum):
    """How a letter travels. Stable names; the first two are the drives' own routes."""

    CORPS = "corps"
    MISSION = "mission"
    NOTE = "note"
    EMAIL = "e-mail"
    POST = "post"
    COURIER = "courier"


WAYS: Mapping[Way, Text] = {
    Way.CORPS: _("through the country's embassy in Korea"),
    Way.MISSION: _("through Korea's office in the country"),
    Way.NOTE: _("diplomatic note"),
    Way.EMAIL: _("e-mail"),
    Way.POST: _("post"),
    Way.COURIER: _("courier"),
}

#: The bag of each drive: by order, then by number.
Bags = Mapping[str, Mapping[int, str]]

# NUMBER, NUMBER=ORDER or NUMBER=ORDER:1-10,12
_BAG = re.compile(r"([^=]{1,40})(?:=([^:=]+)(?::([\d,\s-]+))?)?")
_RANGE = re.compile(r"\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?\s*")


@dataclass(frozen=True)
class Dispatch:
    """Orders that leave together. ``is_one_way``: both letters go the same way, on request."""

    matters: tuple[OrderFacts, ...]
    verification: Way
    is_one_way: bool
    bags: Bags

    def bag_of(self, facts: OrderFacts, drive: Journey) -> str:
        """Return a drive's bag, empty if unknown."""
        return self.bags.get(facts.order.id, {}).get(drive.number, "")

    def by_route(self) -> Iterator[tuple[Route, list[OrderFacts]]]:
        """Yield the orders of each route."""
        for route in Route:
            if found := [m for m in self.matters if m.route is route]:
                yield route, found


def plan_dispatch(
    matters: Sequence[OrderFacts], covering: Route | None, verification: Way, bags: Sequence[str], *, one_way: bool
) -> Dispatch:
    """Plan a dispatch: drives that left before are left out if others of their order are here.

    Raises RefusedError if both letters would go one way without ``one_way``, and for an order without a whole drive;
    InputError for another route than the order's, and unless each drive is in exactly one bag.
    """
    for facts in matters:
        require_drives(facts)
        if covering is not None and covering is not facts.route:
            values = {"order": facts.order.id, "route": facts.route, "given": covering}
            what = _("{order} goes by {route}, as its drives say, and not by {given}", **values)
            todo = _("Name its own route, or change the country's manifest and order again.")
            raise InputError(Finding("dispatch-route", what, Place("--covering"), todo))
    is_one_way = any(facts.route.value == verification.value for facts in matters)
    if is_one_way and not one_way:
        what = _("both letters would go {way}", way=WAYS[verification])
        todo = _("Send the verification letter another way, such as --verification note. If it must be: --one-route")
        raise RefusedError(Finding("dispatch-one-route", what, Place("--verification"), todo))
    leaving = tuple(map(_leaving, matters))
    return Dispatch(leaving, verification, is_one_way, assign_bags(bags, leaving))


def _leaving(facts: OrderFacts) -> OrderFacts:
    """An order with those of its drives that are still here; with all of them where none is, to print papers again."""
    here = tuple(drive for drive in facts.drives if drive.where not in OUT)
    if not here:
        return facts
    return replace(facts, drives=here, gone=tuple(drive.number for drive in facts.drives if drive not in here))


def assign_bags(given: Sequence[str], matters: Sequence[OrderFacts]) -> Bags:
    """Return the bag of every drive, from ``--bag``: ``NUMBER`` for all, ``NUMBER=ORDER``, ``NUMBER=ORDER:1-10,12``.

    Raises InputError unless each drive is in exactly one bag; without ``--bag`` no drive has one.
    """
    by_id = {facts.order.id: facts for facts in matters}
    bags: dict[str, dict[int, str]] = {id: {} for id in by_id}
    for one in given:
        number, order, numbers = _read_bag(one, by_id)
        for facts in [by_id[order]] if order else matters:
            held = bags[facts.order.id]
            for drive in _chosen(facts, numbers, one):
                if drive in held:
                    values = {"order": facts.order.id, "number": drive, "one": held[drive], "other": number}
                    raise _wrong_bag(_("{order} {number} is in two bags: {one} and {other}", **values))
                held[drive] = number
    left = [f"{m.order.id} {d.number}" for m in matters for d in m.drives if given and d.number not in bags[m.order.id]]
    if left:
        raise _wrong_bag(_("in no bag: {drives}", drives=", ".join(left[:10])))
    return bags


def _read_bag(given: str, by_id: Mapping[str, OrderFacts]) -> tuple[str, str | None, str | None]:
    match = _BAG.fullmatch(given.strip())
    if match is None or not match[1].strip():
        raise _wrong_bag(_("found {given}", given=given))
    order = match[2].strip() if match[2] else None
    if order is not None and order not in by_id:
        raise _wrong_bag(_("{order} is not among the orders of this dispatch", order=order))
    return match[1].strip(), order, match[3]


def _chosen(facts: OrderFacts, numbers: str | None, given: str) -> list[int]:
    there = [drive.number for drive in facts.drives]
    if numbers is None:
        return there
    wanted: list[int] = []
    for part in numbers.split(","):
        match = _RANGE.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if first > last:
            raise _wrong_bag(_("found {given}", given=given))
        wanted += range(first, last + 1)
    if missing := [number for number in wanted if number not in there]:
        values = {"order": facts.order.id, "numbers": ", ".join(map(str, missing[:10]))}
        if set(missing) <= set(facts.gone):
            raise _wrong_bag(_("{order}: drives left before with the numbers {numbers}", **values))
        raise _wrong_bag(_("{order} has no whole drive with the number {numbers}", **values))
    return wanted


def _wrong_bag(what: Text) -> InputError:
    todo = _("Write --bag B17, --bag B17=ORDER or --bag B17=ORDER:1-10,12, so that each drive is in one bag.")
    return InputError(Finding("dispatch-bag", what, Place("--bag"), todo))


def make_dispatch_list(dispatch: Dispatch, heads: Sequence[Head], language: str, templates: PaperTemplates) -> Paper:
    """Make the list for our own desk, in ``language`` (Korean or English), without anything that verifies a drive."""
    programme = dispatch.matters[0].programme
    context = {
        "dispatch": dispatch,
        "programme": say(programme.title, language),
        "names": {m.order.id: say(m.country.name, language) for m in dispatch.matters},
        "ways": WAYS,
        "heads": heads,
        "count": sum(len(m.drives) for m in dispatch.matters),
        "is_sample": any(m.is_sample for m in dispatch.matters),
        "say": lambda id, **values: Text(id, values),
    }
    part = templates.part("dispatch.html", language, context)
    return Paper("dispatch-list", templates.page("letter.css", "dispatch-list", [part]), moment_of(programme.date))
