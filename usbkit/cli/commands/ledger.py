"""``usbkit ledger``: the records, and their consistency."""

from __future__ import annotations

import json
from pathlib import Path

import click

from usbkit.cli import hub_access, ledger_access
from usbkit.cli.commands import ledger_chain, ledger_mark, ledger_merge, ledger_show
from usbkit.cli.ledger_access import choosing
from usbkit.cli.output import show
from usbkit.cli.output.drive_rows import drive_json, drives_csv
from usbkit.cli.output.outdated_rows import print_outdated
from usbkit.cli.output.programme_column import with_programmes
from usbkit.cli.settings import Settings
from usbkit.core.csv_table import to_csv
from usbkit.core.errors import EXIT_DONE
from usbkit.core.messages import Text, _, mark
from usbkit.ledger.chain import Entry
from usbkit.ledger.files import write_private
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey
from usbkit.ledger.reporting import By, Counts, DeliveryReport, programmes_of
from usbkit.ledger.reporting import report as count
from usbkit.ledger.seals import is_outdated_drive
from usbkit.ledger.selecting import Choice, choose
from usbkit.ledger.state import LedgerState


@click.group(help=mark("What happened to every drive, and whether the record is consistent."))
def ledger() -> None:
    pass


@ledger.command(name="list", help=mark("Every drive, in the order in which its passport was minted."))
@choosing
@click.option("--csv", "as_csv", is_flag=True, help=mark("As CSV, every field."))
@click.pass_obj
def list_(settings: Settings, choice: Choice, as_csv: bool) -> int:
    opened = hub_access.open_current(settings)
    ledger_state = opened.read()
    journeys = choose(ledger_state, choice, opened.now())
    if settings.json:
        show.document({"drives": [drive_json(ledger_state, j) for j in journeys]})
    elif as_csv:
        show.answer(drives_csv(ledger_state, journeys).rstrip("\r\n"))
    elif journeys:
        headers = (_("drive"), _("order"), _("number"), _("state"), _("where"), _("serial"), _("since"), _("by"))
        programmes = [ledger_state.orders[j.order].added.programme for j in journeys]
        show.table(*with_programmes(headers, [_row(ledger_state, j) for j in journeys], programmes))
        if choice.only_outdated:
            print_outdated(ledger_state, journeys)
    else:
        show.answer(_("No drive is recorded that fits."))
    return EXIT_DONE


def _row(ledger_state: LedgerState, journey: Journey) -> tuple[object, ...]:
    stick = journey.stick
    is_somewhere = journey.stage is Stage.WHOLE or (journey.was_whole and journey.has_left)
    where: Text | str = ledger_access.place_of(journey) if is_somewhere else ""
    if is_outdated_drive(ledger_state, journey):
        where = _("{where}, OUTDATED", where=where)
    return (
        journey.drive,
        journey.order,
        f"{journey.number}/{journey.of}",
        ledger_access.COUNTS["made"] if journey.counts and journey.has_trouble else ledger_access.STAGES[journey.stage],
        where,
        (stick.serial or "") if stick else "",
        f"{journey.changed_at:%Y-%m-%d %H:%M}",
        journey.by,
    )


@ledger.command(
    help=mark("What is out, what came back, what is late: by country, programme, year, route, edition, seal, order.")
)
@choosing
@click.option(
    "--by",
    type=click.Choice([b.value for b in By]),
    default="country",
    help=mark("What to count by (default: country)."),
)
@click.option("--csv", "as_csv", is_flag=True, help=mark("The counts as CSV."))
@click.option("--html", "page", type=click.Path(path_type=Path), help=mark("Write it as one page that prints well."))
@click.pass_obj
def report(settings: Settings, choice: Choice, by: str, as_csv: bool, page: Path | None) -> int:
    opened = hub_access.open_current(settings)
    ledger_state, now = opened.read(), opened.now()
    found = count(ledger_state, By(by), choice, now)
    if page is not None:
        from usbkit.cli.output.report_page import render_report
        from usbkit.ledger.checking import checked_heads

        text = render_report(opened.read(), found, checked_heads(opened), now, settings.language, settings.templates)
        page.write_text(text, encoding="utf-8")
        show.say(_("{path} is written.", path=page))
    if settings.json:
        show.document(_report_json(found))
    elif as_csv:
        rows = [(name, *counts.to_json().values()) for name, counts in found.groups.items()]
        show.answer(to_csv([found.by, *found.total.to_json()], rows).rstrip("\r\n"))
    elif page is None:
        _say_report(found)
    several = programmes_of(ledger_state, choice, now)
    if len(several) > 1 and By(by) is not By.PROGRAMME:
        names = ", ".join(several)
        show.say(_("Counted together: {names}. One alone: --programme ID; each: --by programme", names=names))
    return EXIT_DONE


def _say_report(found: DeliveryReport) -> None:
    rows = [(name, *_cells(counts)) for name, counts in found.groups.items()]
    show.table((ledger_access.BY[found.by], *ledger_access.COUNTS.values()), [*rows, (_("all"), *_cells(found.total))])
    for title, journeys in ledger_access.to_look_at(found):
        if journeys:
            names = ", ".join(f"{j.drive} ({j.order} {j.number}/{j.of})" for j in journeys)
            show.answer(_("{title}: {drives}", title=title, drives=names))
    if found.outdated:
        show.answer(_("  → {todo}", todo=_("usbkit ledger list --outdated, and usbkit ledger show DRIVE for each")))


def _cells(counts: Counts) -> list[int]:
    return list(counts.to_json().values())


def _report_json(found: DeliveryReport) -> dict[str, object]:
    return {
        "by": found.by,
        "groups": {name: counts.to_json() for name, counts in found.groups.items()},
        "all": found.total.to_json(),
        "late": [j.drive for j in found.late],
        "trouble": [j.drive for j in found.in_trouble],
        "contradicting": [j.drive for j in found.contradicting],
        "lost": [j.drive for j in found.lost],
        "outdated": [j.drive for j in found.outdated],
        "back": [j.drive for j in found.back],
        "calls": [j.drive for j in found.calls],
        "unplayed": [j.drive for j in found.unplayed],
        "doubted": [j.drive for j in found.doubted],
        "void_out": [j.drive for j in found.void_out],
    }


@ledger.command(
    help=mark("Every drive with all that is recorded of it; or every entry of every chain. Never a secret.")
)
@choosing
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "entries"]),
    default="csv",
    help=mark("Drives as CSV or JSON, or the chains' entries and documents, one a line (default: csv)."),
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help=mark("Write it to this file."))
@click.pass_obj
def export(settings: Settings, choice: Choice, form: str, output: Path | None) -> int:
    opened = hub_access.open_current(settings)
    if form == "entries":
        text = "".join([*map(_entry_line, opened.entries()), *map(_document_line, opened.documents())])
    else:
        ledger_state = opened.read()
        journeys = choose(ledger_state, choice, opened.now())
        if form == "csv":
            text = drives_csv(ledger_state, journeys)
        else:
            text = show.to_json({"drives": [drive_json(ledger_state, j) for j in journeys]}, indent=2) + "\n"
    if output is None:
        show.answer(text.rstrip())
    else:
        # A BOM is what makes Excel read UTF-8.
        write_private(output, text.encode("utf-8-sig" if form == "csv" else "utf-8"))
        show.say(_("{path} is written.", path=output))
    return EXIT_DONE


@ledger.command(help=mark("Copy the whole ledger, secrets too, to a new FILE, and check the copy."))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def backup(settings: Settings, file: Path) -> int:
    from usbkit.ledger.backup import back_up

    opened = ledger_access.open_ledger(settings)
    found = back_up(opened, file)
    if settings.json:
        show.document({"file": str(file), "entries": found.entries})
    else:
        show.answer(
            _("{path}: {entries} entries, checked. It holds the secrets too.", path=file, entries=found.entries)
        )
    return EXIT_DONE


def _entry_line(entry: Entry) -> str:
    """An entry as a line of JSON; its body as the text that the hash covers."""
    body = entry.body.decode("utf-8", "backslashreplace")
    values = {"origin": entry.origin, "sequence": entry.sequence, "previous": entry.previous, "hash": entry.hash}
    return json.dumps({**values, "body": body}) + "\n"


def _document_line(document: tuple[str, str, bytes]) -> str:
    """A document that entries name as a line of JSON; its body as the text that its SHA-256 covers."""
    name, kind, body = document
    values = {"document": name, "kind": kind, "body": body.decode("utf-8", "backslashreplace")}
    return json.dumps(values) + "\n"


for _command in (ledger_show.show_, ledger_chain.head, ledger_chain.check, ledger_merge.merge, ledger_mark.mark_):
    ledger.add_command(_command)
