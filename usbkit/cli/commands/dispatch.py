"""``usbkit dispatch``: all papers of orders that are sent together."""

from __future__ import annotations

import itertools
from collections.abc import Set
from pathlib import Path
from typing import TYPE_CHECKING

import click

from usbkit.cli import hub_access, ledger_access, paper_output
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, RefusedError
from usbkit.core.messages import _, mark
from usbkit.manifest.kinds import Route
from usbkit.papers.dispatch import WAYS, Dispatch, Way

if TYPE_CHECKING:
    from usbkit.ledger import Ledger
    from usbkit.papers.letters import Foreword
    from usbkit.papers.order_facts import OrderFacts
    from usbkit.papers.output import Places
    from usbkit.papers.paper_templates import Paper

#: Folders of a dispatch: what goes with the drives, and what must not.
WITH_DRIVES, APART = "with-the-drives", "verification"

#: How the name of an order's verification letter ends.
LETTER = "verification-letter"


@click.command(
    help=mark(
        "The papers of ORDERs that leave together: dispatch list, covering letters, acceptance sheets; and apart"
        " from them the verification letters, which must go another way."
    )
)
@click.argument("named", metavar="ORDER...", nargs=-1, required=True)
@click.option(
    "--covering",
    type=click.Choice([r.value for r in Route]),
    help=mark("The route of drives and covering letters (default: each order's own)."),
)
@click.option(
    "--verification",
    required=True,
    type=click.Choice([w.value for w in Way]),
    help=mark("The way of the verification letters: another than the drives'."),
)
@click.option("--one-route", is_flag=True, help=mark("Send both letters one way nevertheless; the list says so."))
@click.option(
    "--bag",
    "bags",
    multiple=True,
    metavar="NUMBER[=ORDER[:1-10]]",
    help=mark("The bag that drives go in; may be given again (default: left to be written by hand)."),
)
@paper_output.foreword
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help=mark("The folder of the papers (default: dispatch, or dispatch-2 where that holds another dispatch)."),
)
@paper_output.browser
@ledger_access.operator
@click.pass_obj
def dispatch(
    settings: Settings,
    named: tuple[str, ...],
    covering: str | None,
    verification: str,
    one_route: bool,
    bags: tuple[str, ...],
    foreword: Foreword | None,
    output: Path | None,
    browser: str | None,
    operator: str | None,
) -> int:
    from usbkit.papers.dispatch import plan_dispatch

    ledger = hub_access.open_current(settings, operator)
    _require_fit(ledger, named)
    matters = paper_output.gather(settings, ledger, named)
    route = Route(covering) if covering else None
    planned = plan_dispatch(matters, route, Way(verification), bags, one_way=one_route)
    output = output or _free_folder(Path("dispatch"), {facts.order.id for facts in planned.matters})
    made = _make(settings, ledger, planned, foreword, output)
    written = paper_output.write(settings, made, browser)
    if settings.json:
        listed = {"way": planned.verification, "one_route": planned.is_one_way, "folder": str(output)}
        listed["hub"] = hub_access.standing_json(ledger)
        show.document({"orders": _orders_json(planned), **listed, "files": paper_output.paths_of(written)})
    else:
        _say(planned, written, output)
        if (line := hub_access.standing_line(ledger)) is not None:
            show.say(line)
    return EXIT_DONE


def _require_fit(ledger: Ledger, named: tuple[str, ...]) -> None:
    """Raise RefusedError where papers would go with drives that must not leave as they are."""
    from usbkit.ledger.tracking import unfit_to_leave

    ledger_state = ledger.read()
    journeys = [j for order in dict.fromkeys(named) for j in ledger_state.journeys_of(order)]
    if unfit := unfit_to_leave(ledger_state, journeys):
        raise RefusedError(*unfit)


def _free_folder(first: Path, orders: Set[str]) -> Path:
    """``first``, else ``first-2`` and so on: where no papers of other orders lie, whose list would be overwritten."""
    for number in itertools.count(1):
        folder = first if number == 1 else first.with_name(f"{first.name}-{number}")
        lying = {path.name.removesuffix(f"-{LETTER}.html") for path in (folder / APART).glob(f"*-{LETTER}.html")}
        if not lying or lying == orders:
            return folder
    raise AssertionError("numbers do not end")


def _make(
    settings: Settings, ledger: Ledger, planned: Dispatch, foreword: Foreword | None, folder: Path
) -> list[tuple[Paper, Places]]:
    """Every paper with its place. Letter words come first, since making one moves the ledger's head."""
    from usbkit.ledger.checking import checked_heads, checked_heads_of_letter
    from usbkit.papers.dispatch import make_dispatch_list
    from usbkit.papers.letters import (
        languages_of,
        make_acceptance_sheet,
        make_covering_letter,
        make_verification_letter,
    )
    from usbkit.papers.output import Places
    from usbkit.papers.paper_templates import PaperTemplates

    templates = PaperTemplates(settings.templates)
    words = {facts.order.id: ledger.letter_word(facts.order.id) for facts in planned.matters}
    heads = checked_heads(ledger)
    made = [(folder, make_dispatch_list(planned, heads, settings.language, templates))]
    for facts in planned.matters:
        paper_output.say_missing(facts)
        paper_output.say_gone(facts)
        id, languages = facts.order.id, languages_of(facts, foreword)
        letter_heads = checked_heads_of_letter(ledger, facts.order)
        made += [
            (folder / WITH_DRIVES, make_covering_letter(facts, languages, templates)),
            (folder / WITH_DRIVES, make_acceptance_sheet(facts, dict(planned.bags[id]), languages, templates)),
            (folder / APART, make_verification_letter(facts, words[id], letter_heads, languages, templates)),
        ]
    return [(paper, Places(at / f"{paper.name}.html", at / f"{paper.name}.pdf")) for at, paper in made]


def _orders_json(planned: Dispatch) -> list[dict[str, object]]:
    return [
        {
            "order": facts.order.id,
            "country": facts.order.added.country,
            "route": facts.route,
            "drives": [
                {"drive": d.reference, "number": d.number, "of": d.of, "bag": planned.bag_of(facts, d) or None}
                for d in facts.drives
            ],
            "missing": list(facts.missing),
            "gone": list(facts.gone),
        }
        for facts in planned.matters
    ]


def _say(planned: Dispatch, written: list[Places], folder: Path) -> None:
    paper_output.say_written(written)
    if planned.is_one_way:
        show.say(_("Both letters go {way}: the list says so.", way=WAYS[planned.verification]))
    else:
        values = {"folder": folder / APART, "way": WAYS[planned.verification]}
        show.say(_("What is in {folder} goes another way: {way}. It holds the letters' words.", **values))
    leaving = " ".join(filter(None, map(_leaving, planned.matters)))
    if leaving:
        show.say(_("When they have left: usbkit ledger mark sent {orders}", orders=leaving))


def _leaving(facts: OrderFacts) -> str:
    """What `ledger mark sent` is told of an order, empty where all of its drives left before."""
    from usbkit.ledger.tracking import OUT

    if all(drive.where in OUT for drive in facts.drives):
        return ""
    if facts.gone:
        return " ".join(f"{facts.order.id}:{drive.number}" for drive in facts.drives)
    return f"--order {facts.order.id}"
