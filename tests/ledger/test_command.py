"""``usbkit ledger`` and ``usbkit order`` as users run them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.ledger.stories import make_drive, named, open_ledger, order, stick, tamper
from tests.support.cli import Done, usbkit
from usbkit.trust.demo_key import demo_key
from usbkit.trust.secret import SecretKey


def run(folder: Path, *arguments: object) -> Done:
    return usbkit("--ledger", named(folder), *arguments)


def test_lists_show_what_is_recorded_and_no_secret(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    drive = make_drive(ledger, 2, stick("S\x1b[31m"))
    listed = run(tmp_path, "--json", "ledger", "list").expect(0)
    (only,) = listed.json["drives"]
    assert (only["drive"], only["number"], only["state"]) == (drive, 2, "whole")
    shown = run(tmp_path, "order", "show", "guatemala-1").expect(0)
    assert drive in shown.out and "WHOLE" in shown.out
    one = run(tmp_path, "ledger", "show", drive.lower()).expect(0)
    for done in (listed, shown, one):
        assert ledger.nonce_of(drive) not in done.out
    assert run(tmp_path, "--json", "order", "list").expect(0).json["orders"][0]["whole"] == [2]
    run(tmp_path, "ledger", "show", "ZZZZZ").expect(2)


def test_check_says_not_anchored_anchored_and_broken(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    head = tmp_path / "head"
    head.write_text(run(tmp_path, "ledger", "head").expect(0).out)
    assert "not anchored" in run(tmp_path, "ledger", "check").expect(0).out
    assert "not anchored" not in run(tmp_path, "ledger", "check", "--head", head).expect(0).out
    tamper(ledger, "DELETE FROM entry")
    run(tmp_path, "ledger", "check", "--rebuild").expect(0)
    assert "entry 1 of" in run(tmp_path, "ledger", "check", "--head", head).expect(1).out
    head.write_text("something else\n")
    assert "expected a head" in run(tmp_path, "ledger", "check", "--head", head).expect(2).err


def test_a_station_without_an_order_says_what_to_do(tmp_path: Path) -> None:
    assert "usbkit order add" in run(tmp_path, "station", "--yes").expect(2).err


def test_a_signed_head_is_checked_by_its_key(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    file, public = tmp_path / "head", tmp_path / "demo.pub"
    assert "a signature needs a file" in run(tmp_path, "ledger", "head", "--demo-key").expect(2).err
    run(tmp_path, "ledger", "head", "-o", file, "--demo-key").expect(0)
    public.write_bytes(demo_key().public.to_file())
    assert "up to the 1 head given" in run(tmp_path, "ledger", "check", "--head", file, "--key", public).expect(0).out
    ledger.append(order("guatemala-2"))
    run(tmp_path, "ledger", "check", "--head", file, "--key", public).expect(0)

    other = SecretKey.new()
    beside = file.with_name("head.minisig")
    comment = str(ledger.heads()[0])
    for signature, said in (
        (other.sign(file.read_bytes(), comment), "key"),
        (demo_key().sign(b"something else", comment), "signature"),
        (demo_key().sign(file.read_bytes(), "usbkit seal v1 programme=x"), "no head of the file"),
        (demo_key().sign(file.read_bytes(), comment), "no head of the file"),
    ):
        beside.write_bytes(signature.to_bytes())
        assert said in run(tmp_path, "ledger", "check", "--head", file, "--key", public).expect(2).err
    beside.unlink()
    assert "there is no signature" in run(tmp_path, "ledger", "check", "--head", file, "--key", public).expect(2).err


@pytest.mark.needs("minisign")
def test_minisign_accepts_a_signed_head(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    file, public = tmp_path / "head", tmp_path / "demo.pub"
    run(tmp_path, "ledger", "head", "-o", file, "--demo-key").expect(0)
    public.write_bytes(demo_key().public.to_file())
    done = subprocess.run(["minisign", "-VHm", file, "-p", public], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and str(ledger.heads()[0]) in done.stdout, done.stdout + done.stderr
