"""The readiness page: one self-contained file, for people who do not use terminals."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from usbkit.core.errors import Finding
from usbkit.core.messages import escape
from usbkit.core.units import format_size
from usbkit.manifest.values import LANGUAGE_NAMES
from usbkit.orders.readiness.model import Readiness, State
from usbkit.orders.readiness.survey import Survey
from usbkit.orders.readiness.tasks import Task, list_tasks
from usbkit.site.office_page import office_environment

TEMPLATE = "check.html"


def render_page(
    survey: Survey, language: str, moment: dt.datetime, *, refresh: int | None = None, templates: Path | None = None
) -> str:
    """Return the page as HTML. ``refresh`` is the number of seconds after which it reloads itself while somebody
    watches.
    """
    environment = office_environment(templates)
    environment.globals["by_responsible"] = _by_responsible
    names = {country.stem: _in_language(country.name, language) for country in survey.countries}
    environment.globals["name_countries"] = lambda stems: ", ".join(names[stem] for stem in stems)
    environment.filters |= {"size": format_size, "in_language": lambda texts: _in_language(texts, language)}
    return environment.get_template(TEMPLATE).render(
        language=language,
        languages=LANGUAGE_NAMES,
        programme=survey.manifests.programme,
        survey=survey,
        countries=[_country(country) for country in survey.countries],
        tasks=list_tasks(survey.countries, survey.findings),
        remarks=list_tasks(survey.countries, survey.findings, errors=False),
        moment=moment.astimezone(),
        refresh=refresh,
        place=_place,
    )


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _country(country: Readiness) -> dict[str, Any]:
    rows = [row for row in country.rows if row.id]
    return {
        "readiness": country,
        "rows": rows,
        "columns": [(cell.kind, cell.language) for cell in rows[0].cells] if rows else [],
        "documents": [cell for row in country.rows if not row.id for cell in row.cells],
        "missing": country.count(State.MISSING),
        "wrong": country.count(State.WRONG),
    }


def _by_responsible(tasks: Iterable[Task]) -> list[tuple[str | None, list[Task]]]:
    """Tasks, which come sorted, in a group for each who is to see to them."""
    return [(who, list(group)) for who, group in itertools.groupby(tasks, key=lambda task: task.responsible)]


def _place(finding: Finding) -> str:
    return escape(finding.place) if finding.place else ""
