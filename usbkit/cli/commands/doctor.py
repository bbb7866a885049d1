"""``usbkit doctor``: what is missing on this machine."""

from __future__ import annotations

import click

from usbkit.cli import ledger_access
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO
from usbkit.core.messages import _, mark
from usbkit.doctor import Health, Patient, Symptom, examine

_SIGNS = {Health.WELL: "✔", Health.WEAK: "!", Health.MISSING: "✘"}


@click.command(help=mark("Say what this machine has and lacks for what usbkit does. Looks only, changes nothing."))
@click.pass_obj
def doctor(settings: Settings) -> int:
    symptoms = examine(Patient.here(ledger_access.ledger_place(settings), settings.cache))
    missing = [s for s in symptoms if s.health is Health.MISSING]
    if settings.json:
        show.document({"well": not missing, "symptoms": [_json(s) for s in symptoms]})
    else:
        for symptom in symptoms:
            _say(symptom)
        if missing:
            show.answer(_("Missing: {count}.", count=len(missing)))
        else:
            show.answer(_("Nothing is missing."))
    return EXIT_NO if missing else EXIT_DONE


def _say(symptom: Symptom) -> None:
    values = {"sign": _SIGNS[symptom.health], "what": symptom.what, "purpose": symptom.purpose}
    show.answer(_("{sign} {what} ({purpose})", **values))
    if symptom.todo is not None:
        show.answer(_("    → {todo}", todo=symptom.todo))


def _json(symptom: Symptom) -> dict[str, object]:
    return {
        "id": symptom.id,
        "health": symptom.health,
        "what": str(symptom.what),
        "purpose": str(symptom.purpose),
        "todo": None if symptom.todo is None else str(symptom.todo),
    }
