"""``usbkit doctor``: what is missing on this machine."""

from __future__ import annotations

import click

from usbkit.cli.hub_access import hub_place
from usbkit.cli.ledger_location import ledger_place
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO
from usbkit.core.messages import _, mark
from usbkit.doctor import Health, Machine, SystemCheck, examine

_SIGNS = {Health.WELL: "✔", Health.WEAK: "!", Health.MISSING: "✘"}


@click.command(help=mark("Say what this machine has and lacks for what usbkit does. Looks only, changes nothing."))
@click.pass_obj
def doctor(settings: Settings) -> int:
    checks = examine(Machine.here(ledger_place(settings), settings.cache, hub_place(settings)))
    missing = [s for s in checks if s.health is Health.MISSING]
    if settings.json:
        show.document({"well": not missing, "symptoms": [_json(s) for s in checks]})
    else:
        for check in checks:
            _say(check)
        if missing:
            show.answer(_("Missing: {count}.", count=len(missing)))
        else:
            show.answer(_("Nothing is missing."))
    return EXIT_NO if missing else EXIT_DONE


def _say(check: SystemCheck) -> None:
    values = {"sign": _SIGNS[check.health], "what": check.what, "purpose": check.purpose}
    show.answer(_("{sign} {what} ({purpose})", **values))
    if check.todo is not None:
        show.answer(_("    → {todo}", todo=check.todo))


def _json(check: SystemCheck) -> dict[str, object]:
    return {
        "id": check.id,
        "health": check.health,
        "what": str(check.what),
        "purpose": str(check.purpose),
        "todo": None if check.todo is None else str(check.todo),
    }
