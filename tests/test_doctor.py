"""The doctor on simulated machines: reports what is missing, and changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ledger.stories import open_ledger
from usbkit.doctor import Health, Machine, examine
from usbkit.drives.sysfs import System
from usbkit.ledger.place import LedgerPlace


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    system = System(tmp_path / "sys", tmp_path / "proc", tmp_path / "dev")
    (system.proc / "self").mkdir(parents=True)
    (system.proc / "self" / "mounts").write_text("/dev/sda1 / ext4 rw 0 0\n")
    ledger = LedgerPlace(tmp_path / "data" / "ledger.sqlite")
    return Machine(system, tmp_path / "run", tmp_path / "etc", ledger, tmp_path / "cache", {"PATH": ""}, ())


def healths(machine: Machine) -> dict[str, Health]:
    return {s.id: s.health for s in examine(machine)}


def test_a_bare_machine(machine: Machine, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    found = healths(machine)
    assert found["usb"] is Health.MISSING
    assert found["udev"] is Health.WEAK
    assert found["browser"] is Health.WEAK
    assert found["wipefs"] is Health.WEAK
    assert found["ledger"] is Health.WELL
    assert sorted(tmp_path.rglob("*")) == before, "it only looks"
    assert all(s.todo for s in examine(machine) if s.health is not Health.WELL)


def test_a_machine_with_usb_and_udev(machine: Machine) -> None:
    (machine.system.sys / "bus" / "usb" / "drivers" / "usb-storage").mkdir(parents=True)
    (machine.run / "udev").mkdir(parents=True)
    (machine.run / "udev" / "control").touch()
    found = healths(machine)
    assert found["usb"] is found["udev"] is Health.WELL
    assert "usb-storage" not in found


def test_wipefs_is_found_where_administrators_have_it(machine: Machine, tmp_path: Path) -> None:
    program = tmp_path / "sbin" / "wipefs"
    program.parent.mkdir()
    program.touch(0o755)
    assert healths(replace(machine, programs=[str(program.parent)]))["wipefs"] is Health.WELL


def test_an_automounter_is_named_unless_the_rules_are_there(machine: Machine) -> None:
    (machine.system.proc / "17").mkdir()
    (machine.system.proc / "17" / "comm").write_text("udisksd\n")
    assert healths(machine)["automount"] is Health.WEAK
    rules = machine.etc / "udev" / "rules.d"
    rules.mkdir(parents=True)
    (rules / "70-usbkit-station.rules").write_text('ENV{UDISKS_IGNORE}="1"\n')
    assert healths(machine)["automount"] is Health.WELL


def test_a_ledger_that_is_none_and_one_across_the_network(machine: Machine) -> None:
    machine.ledger.path.parent.mkdir()
    machine.ledger.path.write_bytes(b"a letter" * 1000)
    assert healths(machine)["ledger"] is Health.MISSING
    machine.ledger.path.unlink()
    open_ledger(machine.ledger.path.parent)
    assert healths(machine)["ledger"] is Health.WELL
    mounts = "server:/x / nfs4 rw 0 0\n/dev/sdb1 /media/a\u2028b\u0085 vfat rw 0 0\n"
    (machine.system.proc / "self" / "mounts").write_text(mounts, encoding="utf-8")
    assert healths(machine)["ledger"] is Health.WEAK


@pytest.mark.needs("mounts")
def test_a_ledger_on_a_read_only_medium_is_one(tmp_path: Path) -> None:
    """SQLite reads none there whose write-ahead log it would have to make, unless it is told that nothing changes."""
    open_ledger(tmp_path).close()
    script = (
        'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && "$2" -m usbkit --json --ledger "$1/ledger.sqlite"'
    )
    done = subprocess.run(
        ["unshare", "--mount", "bash", "-c", f"{script} doctor", "bash", tmp_path, sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    found = {one["id"]: one for one in json.loads(done.stdout)["symptoms"]}
    assert "you are not allowed to write to" in found["ledger"]["what"], found["ledger"]


@pytest.mark.needs("postgresql")
def test_a_hub_is_asked_and_what_it_lacks_is_named(machine: Machine, tmp_path: Path) -> None:
    from tests.support.postgresql import running_server
    from usbkit.ledger.hub.making import make_hub

    with running_server() as server:
        place = LedgerPlace(server=server.database("usbkit"))
        asked = replace(machine, hub=place)
        assert healths(asked)["hub"] is Health.MISSING
        make_hub(place, "desk")
        assert {id: health for id, health in healths(asked).items() if id.startswith("hub")} == {"hub": Health.WELL}
        server.stop()
        (server.data / "postgresql.auto.conf").write_text("fsync = off\n")
        server.start()
        assert healths(asked)["hub-durable"] is Health.MISSING
    assert "hub" not in healths(machine)
