"""How many drives each country wants, and how many are ordered, made and outdated, from manifests and ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from usbkit.cli.ledger_location import ledger_place
from usbkit.cli.output import show
from usbkit.core.messages import _

if TYPE_CHECKING:
    from usbkit.cli.settings import Settings
    from usbkit.orders.readiness.survey import Survey

#: By the country's stem: wanted, ordered, made, outdated.
Counted = Mapping[str, Mapping[str, int]]


def count_drives(settings: Settings, survey: Survey) -> Counted:
    """Return the drives of each examined country; empty without a ledger."""
    if not ledger_place(settings).exists:
        return {}
    from usbkit.cli.ledger_access import open_ledger
    from usbkit.ledger.reporting import By, Counts, report
    from usbkit.ledger.selecting import Choice

    ledger = open_ledger(settings)
    programme = survey.manifests.programme.id
    groups = report(ledger.read(), By.COUNTRY, Choice(programme=programme), ledger.now()).groups
    counted = dict[str, dict[str, int]]()
    for country in survey.countries:
        counts = groups.get(country.stem, Counts())
        wanted = survey.manifests.countries[country.stem].drives
        counted[country.stem] = {
            "wanted": wanted,
            "ordered": counts.ordered,
            "made": counts.made,
            "outdated": counts.outdated,
        }
    return counted


def print_counts(counted: Counted) -> None:
    """Print a line for each country with orders."""
    for stem, counts in counted.items():
        if not counts["ordered"]:
            continue
        show.answer(
            _("{country}: {wanted} drives wanted, {ordered} ordered, {made} made", country=stem, **counts),
        )
        if counts["outdated"]:
            values = {"count": counts["outdated"], "country": stem}
            show.answer(
                _("  {count} are OUTDATED: usbkit ledger list --outdated --country {country}", **values),
            )
