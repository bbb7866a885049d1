"""``usbkit ledger merge``: take another ledger's chains after a person has confirmed them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from usbkit.cli import ledger_access, options
from usbkit.cli.asking import ask_yes_no
from usbkit.cli.commands.ledger_chain import read_heads
from usbkit.cli.output import show
from usbkit.cli.output.dispute_rows import disputes_json, say_dispute
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, Finding, InputError, Place
from usbkit.core.messages import Text, _, mark
from usbkit.ledger.events import Role
from usbkit.trust.minisign import read_public_key

if TYPE_CHECKING:
    from usbkit.ledger.adoption import Newcomer
    from usbkit.ledger.merging import Merged

#: A role in words.
ROLES: dict[Role, Text] = {
    Role.STATION: _("station"),
    Role.DESK: _("desk"),
    Role.HEADQUARTERS: _("headquarters"),
}


@click.command(help=mark("Add the chains of another ledger to this one, with the secrets of its drives."))
@click.argument("other", metavar="LEDGER", type=options.PLACE)
@click.option(
    "--as",
    "role",
    type=click.Choice([role.value for role in Role]),
    help=mark(
        "What the ledger's own chain is believed as: a station speaks of the drives that it made, a desk of all."
    ),
)
@click.option("--yes", is_flag=True, help=mark("Take new chains without being asked."))
@click.option(
    "--head",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=mark(
        "Heads that `ledger head` printed there: with --key, new chains that hold them are taken without being asked."
    ),
)
@click.option(
    "--key",
    "keys",
    metavar="K",
    type=options.PLACE,
    multiple=True,
    help=mark("The files of heads must be signed by this key."),
)
@ledger_access.operator
@click.pass_obj
def merge(
    settings: Settings,
    other: str,
    role: str | None,
    yes: bool,
    file: Path | None,
    keys: tuple[str, ...],
    operator: str | None,
) -> int:
    from usbkit.ledger.merging import MergeWish, visiting
    from usbkit.ledger.merging import merge as take
    from usbkit.ledger.place import find_ledger

    if file is not None and not keys:
        what, todo = _("heads without a key prove nothing"), _("Give the key that signs them: --key FILE")
        raise InputError(Finding("merge-keyless", what, Place("--head"), todo))
    heads = [] if file is None else read_heads(file, [read_public_key(key) for key in keys])
    place = find_ledger(other, {})
    ledger = ledger_access.begin_ledger(settings, operator)
    with visiting(place) as visited:

        def confirm(newcomers: Sequence[Newcomer]) -> bool:
            from usbkit.ledger.adoption import is_anchored

            return yes or all(is_anchored(one, visited.entries(), heads) for one in newcomers) or _ask(newcomers)

        wish = MergeWish(None if role is None else Role(role), confirm)
        _say(settings, take(ledger, visited, Place(str(place)), wish))
    return EXIT_DONE


def _ask(newcomers: Sequence[Newcomer]) -> bool:
    for one in newcomers:
        values = {"origin": one.origin, "count": one.entries, "role": ROLES[one.role]}
        first, last = f"{one.first:%Y-%m-%d}", f"{one.last:%Y-%m-%d}"
        show.say(
            _(
                "{origin} is new here: {count} entries from {first} to {last}, to be believed as {role}",
                first=first,
                last=last,
                **values,
            )
        )
        show.say(_("  it ends at {head}", head=one.head))
        show.say(_("  orders: {orders}", orders=", ".join(one.orders) or "-"))
        show.say(_("  drives made: {count}", count=one.made))
        says = ", ".join(f"{kind} ({count})" for kind, count in sorted(one.of_others.items()))
        show.say(_("  of others' drives it says: {says}", says=says or "-"))
    return sys.stdin.isatty() and ask_yes_no(_("Take it?"))


def _say(settings: Settings, merged: Merged) -> None:
    if settings.json:
        counts = {"taken": merged.taken, "known": merged.known, "secrets": merged.secrets}
        show.document({**counts, "disputes": disputes_json(merged.disputes)})
        return
    for origin in sorted({*merged.taken, *merged.known}):
        values = {"origin": origin, "taken": merged.taken.get(origin, 0), "known": merged.known.get(origin, 0)}
        show.answer(_("{origin}: {taken} entries taken, {known} were here", **values))
    if not merged.taken:
        show.answer(_("Nothing is new."))
    for claimed in merged.disputes:
        say_dispute(claimed)
