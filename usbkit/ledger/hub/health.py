"""Whether stations can rely on a hub: its server's settings, and its clock compared with ours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from usbkit.ledger.hub.line import Hub, HubLook
from usbkit.ledger.place import LedgerPlace

#: What a superuser runs in the hub's database, where its owner is none.
RIGHTS = Path(__file__).with_name("rights.sql")


@dataclass(frozen=True)
class HubHealth:
    """``is_durable``: commits survive a loss of power. ``is_private``: TLS, or no network at all.

    ``ahead`` is the seconds by which its clock is ahead of ours; ``gives_up``: it ends silent sessions; ``lets_lock``:
    every login can still do what ``RIGHTS`` takes away.
    """

    look: HubLook
    version: str
    is_durable: bool
    is_private: bool
    ahead: float
    gives_up: bool
    lets_lock: bool


def look_at_hub(place: LedgerPlace, now: dt.datetime) -> HubHealth:
    """Ask the hub. Raises HubUnreachedError, RefusedError, DeviceError."""
    hub = Hub(place)
    try:
        look, facts = hub.poll(), hub.facts()
    finally:
        hub.close()
    return HubHealth(
        look=look,
        version=facts["version"],
        is_durable=facts["fsync"] == facts["full_page_writes"] == "on",
        is_private=facts["tls"] == "True" or facts["is_local"] == "True",
        ahead=(dt.datetime.fromisoformat(facts["time"]) - now).total_seconds(),
        gives_up=facts["idle_timeout"] not in ("0", ""),
        lets_lock=facts["lets_lock"] == "True",
    )
