"""An administrator's one-time setup of a station: udev rules and a systemd unit, as text. Nothing is installed here."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

RULES_PATH = "/etc/udev/rules.d/70-usbkit-station.rules"
UNIT_PATH = "/etc/systemd/system/usbkit-station.service"

#: What a disk is marked with in udev's database, for its partitions to know.
_MARK = "USBKIT_STATION"

_END = "usbkit_station_end"

#: Succeeds for a disk of which something is mounted or swapped to (lsblk(8) prints ``/…`` or ``[SWAP]``).
_IN_USE = "/bin/sh -c 'lsblk -nro MOUNTPOINT /dev/%k | grep -q [/[]'"


@dataclass(frozen=True, slots=True)
class Setup:
    """``group`` may write sticks, ``user`` runs the unit; ``ports`` are USB port paths, empty for all.

    ``command`` is the call of the station, up to its name.
    """

    group: str
    user: str
    command: Sequence[str]
    ports: Sequence[str] = ()


def udev_rules(setup: Setup) -> str:
    """Return the rules: sticks belong to the group, and no desktop mounts or examines them.

    If ports are named, only the sticks directly in them are included, not those behind a hub. If none is, only devices
    that declare themselves removable: a hard disk on USB stays with root. So does every disk with a mounted or swap
    partition: this computer may run from a removable one.
    """
    match = 'ACTION!="remove", SUBSYSTEM=="block"'
    hide = 'ENV{UDISKS_IGNORE}="1", ENV{UDISKS_AUTO}="0"'
    give = f'GROUP="{setup.group}", MODE="0660", {hide}, ENV{{{_MARK}}}="1"'
    disk = f'{match}, ENV{{DEVTYPE}}=="disk", SUBSYSTEMS=="usb"'
    lines = [f'{disk}, PROGRAM=="{_IN_USE}", GOTO="{_END}"']
    lines += [f"{disk}, {which}, {give}" for which in _which(setup.ports)]
    # A rule's parent keys must all fit one and the same parent, so a partition is known by what its disk was given.
    lines.append(f'{match}, ENV{{DEVTYPE}}=="partition", IMPORT{{parent}}="{_MARK}"')
    lines.append(f'{match}, ENV{{DEVTYPE}}=="partition", ENV{{{_MARK}}}=="1", {hide}')
    head = (
        f"# {RULES_PATH}",
        f"# Sticks in the station's ports: written by the group {setup.group}, mounted by nobody.",
        f"# Then: groupadd --system {setup.group}; usermod --append --groups {setup.group} OPERATOR",
        "#       udevadm control --reload; udevadm trigger --subsystem-match=block",
    )
    return "\n".join([*head, *lines, f'LABEL="{_END}"', ""])


def _which(ports: Sequence[str]) -> list[str]:
    """A disk's path has its port and right behind it that port's interface; behind a hub other ports stand between."""
    return [f'DEVPATH=="*/{port}/{port}:*"' for port in ports] or ['ATTR{removable}=="1"']


def _quote(command: Sequence[str]) -> str:
    """A command line as systemd reads it (systemd.service(5)): quotes as in a shell, % and $ doubled."""
    return shlex.join(command).replace("%", "%%").replace("$", "$$")


def systemd_unit(setup: Setup) -> str:
    """Return the unit: the station without an operator. Sticks that need consent are left alone."""
    return f"""# {UNIT_PATH}
[Unit]
Description=USB drives for the orders in the ledger (usbkit station)
After=systemd-udevd.service

[Service]
User={setup.user}
Group={setup.group}
ExecStart={_quote(setup.command)} station --yes --foreign leave
UMask=0077
StateDirectory=usbkit
StateDirectoryMode=0700
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
