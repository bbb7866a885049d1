"""Output of readiness: tables for people, one JSON document for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from usbkit.cli.output import show
from usbkit.cli.output.accessibility_lines import accessibility_lines
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding
from usbkit.core.messages import Text, _, escape
from usbkit.core.progress import Progress
from usbkit.core.units import format_moment, format_size
from usbkit.orders.approval import Standing
from usbkit.orders.readiness import Cell, CellKind, Need, Readiness, Row, State
from usbkit.orders.readiness.survey import Approval, Desk, Survey, survey_countries
from usbkit.orders.readiness.tasks import Task, list_tasks

STATES: Mapping[State, Text] = {
    State.READY: _("ready"),
    State.MISSING: _("MISSING"),
    State.WRONG: _("WRONG"),
    State.NONE: _("–"),
}
HEADINGS: Mapping[CellKind, Text] = {
    CellKind.VIDEO: _("video"),
    CellKind.SLIDES: _("slides"),
    CellKind.PHOTOS: _("photos"),
    CellKind.VERSIONS: _("versions"),
    CellKind.DEMOS: _("demo video"),
    CellKind.DOCUMENTS: _("documents"),
}
STANDINGS: Mapping[Standing, Text] = {
    Standing.NONE: _("not approved"),
    Standing.APPROVED: _("approved"),
    Standing.CHANGED: _("changed since approved"),
    Standing.WITHDRAWN: _("approval withdrawn"),
}


def look(settings: Settings, names: Sequence[str], every: bool, progress: Progress, *, again: bool = False) -> Survey:
    """Load the manifests and examine the countries named, by default all; ``again`` reads every source again."""
    manifests = settings.load()
    desk = Desk(settings.cache, progress, settings.library, settings.templates, again=again)
    return survey_countries(manifests, manifests.pick(names, every or not names), desk)


def write_page(survey: Survey, path: Path, settings: Settings, refresh: int | None = None) -> None:
    """Write the readiness page atomically."""
    from usbkit.core.atomic import put_file
    from usbkit.core.clock import now
    from usbkit.orders.readiness.page import render_page

    text = render_page(survey, settings.language, now(), refresh=refresh, templates=settings.templates)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    put_file(beside, path)


def print_survey(survey: Survey, settings: Settings, *, is_named: bool) -> None:
    """Print tables of the countries that are named or not ready, a line per country if several, and the tasks."""
    is_named = is_named or len(survey.countries) == 1
    for country in survey.countries:
        if settings.verbosity >= 0 and (is_named or settings.verbosity > 0 or not country.is_ready):
            print_country(country, survey.approvals[country.stem], settings.language)
    if len(survey.countries) > 1 or settings.verbosity < 0:
        print_summary(survey, settings.language)
    print_tasks(survey, with_remarks=settings.verbosity > 0)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Return the text in ``language``, otherwise in English."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def print_country(country: Readiness, approval: Approval, language: str) -> None:
    """Print one country's table, then its space and its invented parts."""
    verdict = _("ready") if country.is_ready else _("NOT READY")
    name = in_language(country.name, language)
    show.answer(_("{name} ({code}): {verdict}", name=name, code=country.code, verdict=verdict))
    columns = _columns(country)
    headings: list[Text | str] = [_("recording"), *(_heading(kind, language) for kind, language in columns)]
    rows = [row for row in country.rows if row.id]
    show.table(headings, [[row.id, *(_state(row.cell(*column)) for column in columns)] for row in rows])
    for row in country.rows:
        if not row.id:
            show.answer(_("documents: {state}", state=_state(row.cells[0])))
    for line in accessibility_lines(country.accessibility, show.line_width()):
        show.answer(line)
    show.sentence(_space(country))
    show.sentence(approval_line(approval))
    if approval.standing is Standing.CHANGED and country.is_ready:
        show.answer(_("  → usbkit approve {country}", country=country.stem))
    if country.samples:
        show.sentence(_("SAMPLE: {count} values are invented, so no drive of it is sent", count=len(country.samples)))
    show.answer()


def _columns(country: Readiness) -> list[tuple[CellKind, str | None]]:
    """The columns in which any recording has something, videos and subtitles always."""
    found = {(cell.kind, cell.language): cell for row in country.rows if row.id for cell in row.cells}
    is_used = {(cell.kind, cell.language) for row in country.rows for cell in row.cells if cell.state is not State.NONE}
    return [column for column in found if column in is_used or column[0] in (CellKind.VIDEO, CellKind.SUBTITLES)]


def _heading(kind: CellKind, language: str | None) -> Text | str:
    return language if language else HEADINGS[kind]


def _state(cell: Cell | None) -> Text:
    return STATES[cell.state if cell else State.NONE]


def _space(country: Readiness) -> Text:
    space = country.space
    content: Text | str = format_size(space.content)
    if country.count(State.MISSING) or country.count(State.WRONG):
        content = _("{content} so far", content=content)
    if space.smallest is None or space.shop is None:
        return _("{content}, no drives", content=content)
    text = _(
        "{content}; smallest drive {smallest}, in the shop {shop}",
        content=content,
        smallest=format_size(space.smallest),
        shop=format_size(space.shop),
    )
    if country.wanted is None:
        return text
    return _("{space}; wanted {wanted}", space=text, wanted=format_size(country.wanted))


def approval_line(approval: Approval) -> Text:
    """Return the state of a country's approval, and who decided what and when."""
    standing = STANDINGS[approval.standing]
    if approval.last is None:
        return standing
    last = approval.last
    return _(
        "{standing}: {by}, {date}, seal {seal}…",
        standing=standing,
        by=last.by,
        date=last.at.date(),
        seal=last.seal[:16],
    )


def print_summary(survey: Survey, language: str) -> None:
    """Print one line per country."""
    headings: list[Text | str] = [
        _("country"), _("name"), _("state"), _("missing"), _("wrong"), _("size"), _("drive"), _("approval"),
    ]  # fmt: skip
    show.table(headings, (_summary(c, survey.approvals[c.stem], language) for c in survey.countries))
    show.answer()


def _summary(country: Readiness, approval: Approval, language: str) -> Sequence[object]:
    shop = country.space.shop
    return [
        country.stem,
        in_language(country.name, language),
        _("ready") if country.is_ready else _("NOT READY"),
        country.count(State.MISSING) or "–",
        country.count(State.WRONG) or "–",
        format_size(country.space.content),
        format_size(shop) if shop else "–",
        STANDINGS[approval.standing],
    ]


def print_tasks(survey: Survey, *, with_remarks: bool) -> None:
    """Print the tasks, by responsible person; remarks if requested, otherwise their number."""
    tasks = list_tasks(survey.countries, survey.findings)
    if tasks:
        show.answer(_("To do:"))
        _print_tasks(tasks)
    remarks = list_tasks(survey.countries, survey.findings, errors=False)
    if remarks and with_remarks:
        show.answer(_("Remarks:"))
        _print_tasks(remarks)
    elif remarks:
        show.answer(_("Remarks: {count}; -v shows them.", count=len(remarks)))


def _print_tasks(tasks: Iterable[Task]) -> None:
    several = object()
    last: object = several
    for task in tasks:
        if task.responsible != last and task.responsible:
            show.answer(f"  {escape(task.responsible)}")
        last = task.responsible
        for line in show.finding_line(task.finding).splitlines():
            show.answer(f"    {line}")
        if task.stems:
            show.answer(_("    needed by {countries}", countries=", ".join(task.stems)))


def print_subtitles(survey: Survey) -> None:
    """Print one line per subtitle file: how it was read, and that no cue was lost; then all findings about them."""
    headings: list[Text | str] = [
        _("subtitles"), _("language"), _("encoding"), _("certainty"), _("cues in"), _("cues out"),
        _("longest gap"), _("fastest"), _("errors"), _("remarks"),
    ]  # fmt: skip
    show.table(headings, (_subtitle_row(need, language) for need, language in _subtitles(survey.countries)))
    show.answer()
    for need, _language in _subtitles(survey.countries):
        for finding in need.findings:
            show.answer(show.finding_line(finding))


def _subtitles(countries: Iterable[Readiness]) -> list[tuple[Need, str]]:
    """Each subtitle file once."""
    needs: dict[str, tuple[Need, str]] = {}
    for country in countries:
        for cell in country.cells():
            if cell.kind is CellKind.SUBTITLES and cell.language:
                needs.update({need.name: (need, cell.language) for need in cell.needs if need.name})
    return sorted(needs.values(), key=lambda pair: pair[0].name)


def _subtitle_row(need: Need, language: str) -> Sequence[object]:
    report = need.report
    if report is None:
        return [escape(need.name), language, STATES[need.state], *["–"] * 7]
    is_other = report.found_language not in (None, language)
    return [
        escape(need.name),
        f"{language} ≠ {report.found_language}" if is_other else language,
        report.encoding,
        report.certainty,
        report.cues_in,
        report.cues_out,
        _(
            "{length} at {moment}",
            length=format_moment(report.longest_gap),
            moment=format_moment(report.longest_gap_at),
        ),
        _("{speed} characters/s, line {line}", speed=f"{report.fastest:.0f}", line=report.fastest_line),
        report.errors or "–",
        report.remarks or "–",
    ]


def to_json(survey: Survey, *, with_subtitles: bool) -> dict[str, Any]:
    """Return the whole survey as one document."""
    programme = survey.manifests.programme
    document = {
        "ready": survey.is_ready,
        "programme": programme.id,
        "edition": programme.edition,
        "countries": [_country_json(c, survey.approvals[c.stem]) for c in survey.countries],
        "findings": [show.finding_json(f) for f in survey.findings],
    }
    if with_subtitles:
        document["subtitles"] = [_subtitle_json(need, language) for need, language in _subtitles(survey.countries)]
    return document


def _country_json(country: Readiness, approval: Approval) -> dict[str, Any]:
    last = approval.last
    return {
        "country": country.stem,
        "code": country.code,
        "name": dict(country.name),
        "ready": country.is_ready,
        "recordings": [_row_json(row) for row in country.rows if row.id],
        "documents": [_cell_json(cell) for row in country.rows if not row.id for cell in row.cells],
        "bytes": country.space.content,
        "smallest_drive": country.space.smallest,
        "shop_size": country.space.shop,
        "wanted_size": country.wanted,
        "samples": list(country.samples),
        "accessibility": [
            {"id": found.recording, "wcag": {number: standing.value for number, standing in found.criteria.items()}}
            for found in country.accessibility
        ],
        "approval": {
            "standing": approval.standing,
            "by": last.by if last else None,
            "at": last.at.isoformat() if last else None,
            "seal": last.seal if last else None,
        },
        "findings": [_finding_json(f) for f in country.findings],
    }


def _row_json(row: Row) -> dict[str, Any]:
    return {"id": row.id, "title": dict(row.title), "cells": [_cell_json(cell) for cell in row.cells]}


def _cell_json(cell: Cell) -> dict[str, Any]:
    return {
        "kind": cell.kind,
        "language": cell.language,
        "state": cell.state,
        "responsible": cell.responsible,
        "files": [{"name": n.name or None, "state": n.state, "bytes": n.size} for n in cell.needs],
        "findings": [_finding_json(f) for f in cell.findings],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return show.finding_json(finding)


def _subtitle_json(need: Need, language: str) -> dict[str, Any]:
    report = need.report
    known = {"file": need.name, "language": language, "state": need.state}
    if report is None:
        return known
    return {
        **known,
        "found_language": report.found_language,
        "format": report.format,
        "encoding": report.encoding,
        "certainty": report.certainty,
        "cues_in": report.cues_in,
        "cues_out": report.cues_out,
        "longest_gap_ms": report.longest_gap,
        "longest_gap_at_ms": report.longest_gap_at,
        "fastest_characters_per_second": round(report.fastest, 1),
        "fastest_line": report.fastest_line,
        "findings": [_finding_json(f) for f in need.findings],
    }
