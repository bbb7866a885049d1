"""The doctor on machines that a test makes up: says what is missing, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.stories import open_ledger
from usbkit.doctor import Health, Patient, examine
from usbkit.drives.linux import System
from usbkit.ledger.place import LedgerPlace


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    system = System(tmp_path / "sys", tmp_path / "proc", tmp_path / "dev")
    (system.proc / "self").mkdir(parents=True)
    (system.proc / "self" / "mounts").write_text("/dev/sda1 / ext4 rw 0 0\n")
    ledger = LedgerPlace(tmp_path / "data" / "ledger.sqlite")
    return Patient(system, tmp_path / "run", tmp_path / "etc", ledger, tmp_path / "cache", {"PATH": ""})


def healths(patient: Patient) -> dict[str, Health]:
    return {s.id: s.health for s in examine(patient)}


def test_a_bare_machine(patient: Patient, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    found = healths(patient)
    assert found["usb"] is Health.MISSING
    assert found["udev"] is Health.WEAK
    assert found["browser"] is Health.WEAK
    assert found["ledger"] is Health.WELL
    assert sorted(tmp_path.rglob("*")) == before, "it only looks"
    assert all(s.todo for s in examine(patient) if s.health is not Health.WELL)


def test_a_machine_with_usb_and_udev(patient: Patient) -> None:
    (patient.system.sys / "bus" / "usb" / "drivers" / "usb-storage").mkdir(parents=True)
    (patient.run / "udev").mkdir(parents=True)
    (patient.run / "udev" / "control").touch()
    found = healths(patient)
    assert found["usb"] is found["udev"] is Health.WELL
    assert "usb-storage" not in found


def test_an_automounter_is_named_unless_the_rules_are_there(patient: Patient) -> None:
    (patient.system.proc / "17").mkdir()
    (patient.system.proc / "17" / "comm").write_text("udisksd\n")
    assert healths(patient)["automount"] is Health.WEAK
    rules = patient.etc / "udev" / "rules.d"
    rules.mkdir(parents=True)
    (rules / "70-usbkit-station.rules").write_text('ENV{UDISKS_IGNORE}="1"\n')
    assert healths(patient)["automount"] is Health.WELL


def test_a_ledger_that_is_none_and_one_across_the_network(patient: Patient) -> None:
    patient.ledger.path.parent.mkdir()
    patient.ledger.path.write_bytes(b"a letter" * 1000)
    assert healths(patient)["ledger"] is Health.MISSING
    patient.ledger.path.unlink()
    open_ledger(patient.ledger.path.parent)
    assert healths(patient)["ledger"] is Health.WELL
    (patient.system.proc / "self" / "mounts").write_text("server:/x / nfs4 rw 0 0\n")
    assert healths(patient)["ledger"] is Health.WEAK
