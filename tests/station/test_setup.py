"""Ports, the lock, the slots, and the administrator's files."""

from __future__ import annotations

import fnmatch
import re
import subprocess
from pathlib import Path

import pytest

from tests.ledger.stories import open_ledger
from tests.support.cli import run, usbkit
from usbkit.core.errors import RefusedError
from usbkit.drives.sysfs import System
from usbkit.ledger.place import LedgerPlace
from usbkit.station.lock import only_station
from usbkit.station.messages import Appeared, Gone
from usbkit.station.ports import as_event, learn_ports
from usbkit.station.setup import Setup, systemd_unit, udev_rules
from usbkit.station.slots import DriveSlots, NamedSlots


def test_ports_are_learnt_one_by_one_and_none_twice() -> None:
    asked: list[str] = []
    arrivals = iter([("2-1", "1-1"), (), ("1-1", "2-1"), ("1-2.4",)])
    learnt = list(learn_ports(["left", "right"], arrivals, asked.append))
    assert asked == ["left", "right"]
    assert [(one.name, one.paths, one.before) for one in learnt] == [
        ("left", ("2-1", "1-1"), None),
        ("left", ("1-1", "2-1"), "left"),
        ("right", ("1-2.4",), None),
    ]
    named = [(p.name, p.path) for p in as_event(learnt).ports]
    assert named == [("left", "2-1"), ("left", "1-1"), ("right", "1-2.4")]


def test_port_names_stay_in_the_ledger(tmp_path: Path) -> None:
    learnt = learn_ports(["1", "2"], iter([("1-1",), ("1-2",)]), lambda name: None)
    open_ledger(tmp_path).append(as_event(learnt))
    assert [p.name for p in open_ledger(tmp_path).read().ports] == ["1", "2"]


def test_one_station_a_ledger(tmp_path: Path) -> None:
    place = LedgerPlace(tmp_path / "ledger.sqlite")
    with only_station(place), pytest.raises(RefusedError, match="another station"), only_station(place):
        pass
    with only_station(place):
        pass


def plug(system: System, name: str, diskseq: int, *, virtual: bool = False) -> None:
    target = system.sys / "devices" / ("virtual" if virtual else "pci") / f"{name}-{diskseq}"
    target.mkdir(parents=True)
    (target / "size").write_text("1000\n")
    (target / "diskseq").write_text(f"{diskseq}\n")
    (system.sys / "block").mkdir(exist_ok=True)
    (system.sys / "block" / name).symlink_to(target)


def test_a_stick_that_was_exchanged_under_its_name_is_noticed(tmp_path: Path) -> None:
    system = System(tmp_path / "sys", tmp_path / "proc", tmp_path / "dev")
    plug(system, "sda", 1)
    plug(system, "loop0", 2, virtual=True)
    slots = DriveSlots(system)
    slots._is_ready = lambda slot, node: True  # type: ignore[method-assign]
    node = system.dev / "sda"
    assert slots.changes() == [Appeared(f"{node}#1", node)]
    assert slots.changes() == []
    (system.sys / "block" / "sda").unlink()
    plug(system, "sda", 3)
    assert slots.changes() == [Gone(f"{node}#1"), Appeared(f"{node}#3", node)]


def test_files_stand_for_ports_while_they_are_there(tmp_path: Path) -> None:
    path = tmp_path / "stick.img"
    slots = NamedSlots([path])
    assert slots.changes() == []
    path.write_bytes(b"")
    (appeared,) = slots.changes()
    assert isinstance(appeared, Appeared) and appeared.node == path
    path.unlink()
    assert slots.changes() == [Gone(appeared.slot)]


def test_the_rules_give_away_named_ports_only() -> None:
    rules = udev_rules(Setup("pool", "kim", ["/usr/bin/usbkit"], ["1-1", "1-2.4"]))
    given = [line for line in rules.splitlines() if "GROUP=" in line and not line.startswith("#")]
    assert len(given) == 2
    for port, line in zip(("1-1", "1-2.4"), given, strict=True):
        assert f'SUBSYSTEMS=="usb", DEVPATH=="*/{port}/{port}:*"' in line
    assert all('GROUP="pool", MODE="0660"' in line and 'UDISKS_IGNORE}="1"' in line for line in given)


@pytest.mark.parametrize(
    ("path", "is_given"),
    [
        ("/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/host6/target6:0:0/6:0:0:0/block/sdb", True),
        ("/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.4/1-2.4:1.0/host6/target6:0:0/6:0:0:0/block/sdb", True),
        ("/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.3/1-1.3:1.0/host6/target6:0:0/6:0:0:0/block/sdb", False),
        ("/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.4/1-2.4.1/1-2.4.1:1.0/host6/target6:0:0/block/sdb", False),
        ("/devices/pci0000:00/0000:00:14.0/usb1/1-11/1-11:1.0/host6/target6:0:0/6:0:0:0/block/sdb", False),
    ],
)
def test_a_stick_behind_a_hub_in_a_named_port_stays_with_root(path: str, is_given: bool) -> None:
    """udev matches as fnmatch(3) does."""
    rules = udev_rules(Setup("pool", "kim", ["usbkit"], ["1-1", "1-2.4"]))
    patterns = re.findall(r'DEVPATH=="([^"]+)"', rules)
    assert len(patterns) == 2
    assert any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns) is is_given


def test_a_disk_that_is_in_use_stays_with_root() -> None:
    lines = udev_rules(Setup("usbkit", "usbkit", ["usbkit"], ["1-1"])).splitlines()
    (skipped,) = (i for i, line in enumerate(lines) if "GOTO=" in line)
    assert "lsblk" in lines[skipped]
    assert all(i > skipped for i, line in enumerate(lines) if 'GROUP="' in line)
    assert lines[-1] == 'LABEL="usbkit_station_end"'
    (check,) = re.findall(r"-c '([^']+)'", lines[skipped])
    for said, is_used in (("/\n", True), ("\n/boot\n", True), ("[SWAP]\n", True), ("\n\n", False), ("", False)):
        script = check.replace("lsblk -nro MOUNTPOINT /dev/%k", f"printf '{said}'")
        assert (subprocess.run(["sh", "-c", script], check=False).returncode == 0) is is_used, said


def test_without_named_ports_a_disk_that_is_not_removable_stays_with_root() -> None:
    rules = udev_rules(Setup("usbkit", "usbkit", ["usbkit"]))
    given = [line for line in rules.splitlines() if "GROUP=" in line and not line.startswith("#")]
    assert given and all(' ATTR{removable}=="1"' in line for line in given)


def test_the_unit_runs_as_a_user_and_asks_nobody() -> None:
    unit = systemd_unit(Setup("usbkit", "kim", ["/usr/bin/usbkit", "--manifests", "/srv/the 100 % forum"]))
    assert "User=kim\n" in unit
    assert "ExecStart=/usr/bin/usbkit --manifests '/srv/the 100 %% forum' station --yes --foreign leave\n" in unit
    assert systemd_unit(Setup("usbkit", "kim", ["usbkit"])).count("ExecStart=usbkit station ") == 1


@pytest.mark.needs("systemd")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "usbkit-station.service"
    unit.write_text(usbkit("station", "install", "--print", "--only", "systemd", "--user", "root").expect(0).out)
    run("systemd-analyze", "verify", "--man=no", unit)
