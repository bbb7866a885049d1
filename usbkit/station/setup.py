"""What an administrator puts on a station once: udev rules and a systemd unit, as text. Nothing is installed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RULES_PATH = "/etc/udev/rules.d/70-usbkit-station.rules"
UNIT_PATH = "/etc/systemd/system/usbkit-station.service"


@dataclass(frozen=True, slots=True)
class Setup:
    """``group`` may write sticks, ``user`` runs the unit; ``ports`` are USB port paths, none meaning all of them."""

    group: str
    user: str
    command: str
    ports: Sequence[str] = ()
    arguments: str = ""


def udev_rules(setup: Setup) -> str:
    """The rules: sticks belong to the group, nobody mounts them, nobody's desktop looks at them.

    Where ports are named only those are given away. Where none is, only what says of itself that it is removable:
    a hard disk on USB, which this computer may even run from, stays with root.
    """
    match = 'ACTION!="remove", SUBSYSTEM=="block", ENV{DEVTYPE}=="disk", SUBSYSTEMS=="usb"'
    give = f'GROUP="{setup.group}", MODE="0660", ENV{{UDISKS_IGNORE}}="1", ENV{{UDISKS_AUTO}}="0"'
    lines = [f"{match}, {which}, {give}" for which in _which(setup.ports)]
    parts = match.replace('ENV{DEVTYPE}=="disk"', 'ENV{DEVTYPE}=="partition"')
    hide = 'ENV{UDISKS_IGNORE}="1", ENV{UDISKS_AUTO}="0"'
    lines += [f"{parts}, {which}, {hide}" for which in _which(setup.ports)]
    head = (
        f"# {RULES_PATH}",
        f"# Sticks in the station's ports: written by the group {setup.group}, mounted by nobody.",
        f"# Then: groupadd --system {setup.group}; usermod --append --groups {setup.group} OPERATOR",
        "#       udevadm control --reload; udevadm trigger --subsystem-match=block",
    )
    return "\n".join([*head, *lines, ""])


def _which(ports: Sequence[str]) -> list[str]:
    return [f'KERNELS=="{port}"' for port in ports] or ['ATTRS{removable}=="1"']


def systemd_unit(setup: Setup) -> str:
    """The unit: the station without a person at it. What asks is left alone, since nobody answers."""
    return f"""# {UNIT_PATH}
[Unit]
Description=USB drives for the orders in the ledger (usbkit station)
After=systemd-udevd.service

[Service]
User={setup.user}
Group={setup.group}
ExecStart={setup.command} {setup.arguments}station --yes --foreign leave
StateDirectory=usbkit
CacheDirectory=usbkit
Environment=USBKIT_LEDGER=/var/lib/usbkit/ledger.sqlite USBKIT_CACHE=/var/cache/usbkit
KillSignal=SIGINT
TimeoutStopSec=30
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
DevicePolicy=closed
DeviceAllow=block-sd rw

[Install]
WantedBy=multi-user.target
"""
