"""The output of ``usbkit drives``: a row per drive, a line per change, JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from usbkit.cli.batch import identity_json
from usbkit.cli.ledger_location import ledger_place
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import UsbkitError
from usbkit.core.messages import Text, _, escape
from usbkit.core.units import format_size
from usbkit.drives.device import OURS, DriveFacts
from usbkit.drives.inspection import Inspection
from usbkit.drives.safety import Permission, Wish, judge

if TYPE_CHECKING:
    from usbkit.ledger.records import Journey
    from usbkit.ledger.state import LedgerState
    from usbkit.writing.listing import DriveChange, Listed

HEADERS = (
    _("drive"),
    _("port"),
    _("what"),
    _("serial"),
    _("size"),
    _("speed"),
    _("holds"),
    _("write"),
    _("because"),
)

_PERMISSIONS = {
    Permission.NAMED: _("if named"),
    Permission.ASK: _("yes"),
    Permission.CONFIRM: _("with --confirm"),
    Permission.CONFIRM_NOT_USB: _("with --not-usb and --confirm"),
    Permission.REFUSE: _("never"),
}

_NOT_ALLOWED = _("you are not allowed to open it: use sudo, or see `usbkit station install --print`")

#: Mbit/s of USB 2; what is slower is USB 1, what is faster USB 3 or 4.
_USB_2 = 480


def is_of_interest(drive: Listed) -> bool:
    """Whether to list a drive without ``--all``: each USB drive, and each that may be written."""
    if drive.look is None:
        return True
    facts = drive.look.facts
    return facts.is_usb or judge(facts, Wish()).rule.permission is not Permission.REFUSE


def read_book(settings: Settings) -> LedgerState | None:
    """Return what the ledger knows of drives; None if there is none or it is unreadable: the list works without it."""
    if not ledger_place(settings).exists:
        return None
    from usbkit.cli.ledger_access import open_ledger

    try:
        return open_ledger(settings).read()
    except UsbkitError:
        return None


def row(drive: Listed, ledger_state: LedgerState | None) -> tuple[object, ...]:
    """Return a drive's columns of ``HEADERS``."""
    if drive.look is None:
        return (drive.node, "", "", "", "", "", "", _("never"), drive.findings[0].what)
    facts = drive.look.facts
    identity, decision = facts.identity, judge(facts, Wish())
    written: tuple[object, object] = (_PERMISSIONS[decision.rule.permission], decision.evidence)
    if not drive.look.is_allowed and decision.rule.permission is not Permission.REFUSE:
        written = (_("not by you"), _NOT_ALLOWED)
    return (
        identity.node,
        identity.port or "",
        identity.name,
        identity.serial or "",
        format_size(identity.size),
        _speed(facts),
        _holds(drive.look, ledger_state),
        *written,
    )


def change_line(change: DriveChange, ledger_state: LedgerState | None) -> str:
    """Return a change of a drive on one line: its row without empty cells."""
    from usbkit.writing.listing import Happened

    words = {
        Happened.APPEARED: _("appeared"),
        Happened.CHANGED: _("changed"),
        Happened.GONE: _("gone"),
    }
    cells = row(change.drive, ledger_state) if change.what is not Happened.GONE else row(change.drive, ledger_state)[:5]
    signs = {Happened.APPEARED: "+", Happened.CHANGED: "~", Happened.GONE: "-"}
    return "  ".join([f"{signs[change.what]} {words[change.what]}", *filter(None, map(escape, cells))])


def _speed(facts: DriveFacts) -> Text | str:
    speed = facts.speed_mbps
    if speed is None:
        return ""
    usb = "USB 1" if speed < _USB_2 else "USB 2" if speed == _USB_2 else "USB 3"
    return _("{usb}, in a slow port", usb=usb) if facts.is_held_back else usb


def _holds(look: Inspection, ledger_state: LedgerState | None) -> Text | str:
    """What is on it. Finished is what it says itself; whole is what the ledger says we found when we last read it."""
    content = look.facts.content
    if content is None:
        return _("nothing")
    if content != OURS:
        return content
    if look.passport is None:
        return _("ours, unfinished") if look.stem is None else _("ours for {country}, unfinished", country=look.stem)
    says, journey = look.passport, _recorded(look, ledger_state)
    values: dict[str, object] = {"country": says.country, "edition": says.edition}
    if says.drive is None:
        return _("{country}, edition {edition}: finished", **values)
    values |= {"number": says.drive.number, "of": says.drive.of}
    if journey is None:
        return _("{country} {number} of {of}, edition {edition}: finished", **values)
    from usbkit.cli.ledger_access import STAGES

    return _(
        "{country} {number} of {of}, edition {edition}: {state} in the ledger",
        state=STAGES[journey.stage],
        **values,
    )


def _recorded(look: Inspection, ledger_state: LedgerState | None) -> Journey | None:
    """The journey whose passport the drive carries."""
    if ledger_state is None or look.passport is None or look.passport.nonce is None:
        return None
    from usbkit.ledger.appending import digest_nonce

    drive = ledger_state.by_nonce.get(digest_nonce(look.passport.nonce))
    return None if drive is None else ledger_state.journeys[drive]


def listed_json(drive: Listed, ledger_state: LedgerState | None) -> dict[str, Any]:
    """Return a drive as JSON; stable. ``claims`` is what it states, ``ledger`` what the ledger has on that passport."""
    findings = [show.finding_json(f) for f in drive.findings]
    if drive.look is None:
        return {"drive": str(drive.node), "permission": Permission.REFUSE, "findings": findings}
    look, facts = drive.look, drive.look.facts
    decision, journey = judge(facts, Wish()), _recorded(look, ledger_state)
    return {
        **identity_json(facts.identity),
        "sector_size": facts.sector_size,
        "usb": facts.is_usb,
        "removable": facts.is_removable,
        "read_only": facts.is_read_only,
        "speed_mbps": facts.speed_mbps,
        "held_back": facts.is_held_back,
        "mounted_at": list(facts.mounted_at),
        "holders": list(facts.holders),
        "content": facts.content,
        "claims": _claims_json(look),
        "ledger": None if journey is None else {"drive": journey.drive, "state": journey.stage},
        "permission": decision.rule.permission,
        "rule": decision.rule.id,
        "evidence": str(decision.evidence),
        "allowed": look.is_allowed,
        "findings": findings,
    }


def _claims_json(look: Inspection) -> dict[str, Any] | None:
    if look.facts.content != OURS:
        return None
    says = look.passport
    if says is None:
        return {"finished": False, "country": look.stem}
    return {
        "finished": True,
        "programme": says.programme,
        "country": says.country,
        "edition": says.edition,
        "number": says.drive.number if says.drive else None,
        "of": says.drive.of if says.drive else None,
        "fingerprint": says.fingerprint,
    }
