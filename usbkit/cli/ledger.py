"""``usbkit ledger``: what is recorded, and whether the record holds together."""

from __future__ import annotations

from pathlib import Path

import click

from usbkit.cli import ledgers, show
from usbkit.cli.order import journey_json
from usbkit.cli.settings import Settings
from usbkit.errors import EXIT_DONE, EXIT_NO, Finding, InputError, Place
from usbkit.ledger.audit import Audit, audit
from usbkit.ledger.chain import Head
from usbkit.ledger.records import Journey
from usbkit.text import _, mark


@click.group(help=mark("What became of every drive, and whether this record holds together."))
def ledger() -> None:
    pass


@ledger.command(name="list", help=mark("Every drive, in the order in which its passport was minted."))
@click.option("--order", "named", metavar="ORDER", help=mark("Only drives of this order."))
@click.option("--state", metavar="STATE", help=mark("Only drives in this state, such as whole."))
@click.pass_obj
def list_(settings: Settings, named: str | None, state: str | None) -> int:
    book = ledgers.open_ledger(settings).read()
    journeys = [j for j in book.journeys.values() if named in (None, j.order) and state in (None, j.stage)]
    if settings.json:
        show.document({"drives": [journey_json(j) for j in journeys]})
    elif journeys:
        headers = (_("drive"), _("order"), _("number"), _("state"), _("serial"), _("port"), _("since"), _("by"))
        show.table(headers, [_row(j) for j in journeys])
    else:
        show.answer(_("No drive is recorded."))
    return EXIT_DONE


def _row(journey: Journey) -> tuple[object, ...]:
    stick = journey.stick
    return (
        journey.drive,
        journey.order,
        f"{journey.number}/{journey.of}",
        journey.stage,
        (stick.serial or "") if stick else "",
        (stick.port_name or stick.port or "") if stick else "",
        f"{journey.changed_at:%Y-%m-%d %H:%M}",
        journey.by,
    )


@ledger.command(name="show", help=mark("All that is recorded of one DRIVE, by the five characters of its reference."))
@click.argument("named", metavar="DRIVE")
@click.pass_obj
def show_(settings: Settings, named: str) -> int:
    book = ledgers.open_ledger(settings).read()
    journey = book.journeys.get(named.upper())
    if journey is None:
        what = _("there is no drive {drive}", drive=named)
        raise InputError(Finding("drive-unknown", what, None, _("`usbkit ledger list` lists them.")))
    values = journey_json(journey)
    if settings.json:
        show.document(values)
        return EXIT_DONE
    for name, value in values.items():
        if value not in (None, [], {}):
            show.answer(_("{name}: {value}", name=name.replace("_", " "), value=value))
    return EXIT_DONE


@ledger.command(help=mark("Where each chain ends: note it elsewhere, and `ledger check --head` can compare."))
@click.pass_obj
def head(settings: Settings) -> int:
    heads = ledgers.open_ledger(settings).heads()
    if settings.json:
        found = [{"origin": h.origin, "sequence": h.sequence, "hash": h.hash} for h in heads]
        show.document({"heads": found})
    else:
        for one in heads:
            show.answer(str(one))
    return EXIT_DONE


@ledger.command(help=mark("Check the chains, what their entries say, the secrets, and heads noted elsewhere."))
@click.option(
    "--head",
    "files",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=mark("A file with lines that `ledger head` printed; may be given several times."),
)
@click.pass_obj
def check(settings: Settings, files: tuple[Path, ...]) -> int:
    opened = ledgers.open_ledger(settings)
    heads = [one for file in files for one in _read_heads(file)]
    result = audit(opened.entries(), opened.secrets(), heads)
    if settings.json:
        breaks = [{"origin": b.origin, "sequence": b.sequence, "why": str(b.why)} for b in result.breaks]
        show.document(
            {"holds": result.holds, "anchored": result.is_anchored, "entries": result.entries, "breaks": breaks}
        )
    else:
        _say(result)
    return EXIT_DONE if result.holds else EXIT_NO


def _say(result: Audit) -> None:
    for one in result.breaks:
        values = {"origin": one.origin, "sequence": one.sequence, "why": one.why}
        show.answer(_("entry {sequence} of {origin}: {why}", **values))
    if not result.holds:
        show.answer(_("This ledger does not hold together: {count} places.", count=len(result.breaks)))
    elif result.is_anchored:
        values = {"entries": result.entries, "anchors": result.anchors}
        show.answer(_("{entries} entries hold together, up to the {anchors} heads given.", **values))
    else:
        show.answer(_("{entries} entries are consistent in themselves, not anchored.", entries=result.entries))
        show.answer(_("A tail that was cut off does not show so: give a head noted elsewhere, with --head FILE."))


def _read_heads(file: Path) -> list[Head]:
    """The heads in ``file``. Raises InputError for a line that is none, and for a file without any."""
    heads = []
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            heads.append(Head.parse(line))
        except ValueError:
            todo = _("It should read: usbkit head v1 origin=… sequence=… hash=…")
            raise InputError(
                Finding(
                    "head-unreadable", _("found {line}, expected a head", line=line), Place(str(file), number), todo
                )
            ) from None
    if not heads:
        raise InputError(Finding("head-none", _("there is no head in it"), Place(str(file))))
    return heads
