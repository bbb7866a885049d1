"""``usbkit seal``: show, sign with listed keys only, compare with the last edition, check."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.support.cli import Done, run
from tests.trust.programmes import NEWER_SUMS, SUMS, key_table, make_manifests
from usbkit.trust.demo_key import demo_key
from usbkit.trust.keyfiles import write_key_pair
from usbkit.trust.secret import Cost, SecretKey
from usbkit.trust.sums import fingerprint

CHEAP = Cost(32768, 2**24)
KEY = SecretKey(b"signtest", b"\x05" * 32)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The computer where the key is: manifests, key, passphrase, two seals; no library."""
    make_manifests(tmp_path / "programme", key_table(KEY.public, "Desk"))
    write_key_pair(KEY, tmp_path / "keys", "desk", "pass", CHEAP)
    (tmp_path / "passphrase").write_text("pass\n")
    (tmp_path / "SHA256SUMS").write_bytes(SUMS)
    (tmp_path / "newer").write_bytes(NEWER_SUMS)
    return tmp_path


def sign(desk: Path, *more: object, sums: str = "SHA256SUMS") -> Done:
    key = ("--key", desk / "keys" / "desk.key", "--passphrase-file", desk / "passphrase", "--yes")
    return call("--manifests", desk / "programme", "seal", "sign", "gt", "--sums", desk / sums, *(more or key))


@pytest.mark.needs("minisign")
def test_a_signed_seal_is_kept_and_minisign_accepts_it(desk: Path) -> None:
    said = sign(desk).expect(0)
    assert f"sha256={fingerprint(SUMS)}" in said.err
    kept = desk / "programme" / "seals" / "guatemala"
    assert (kept / "SHA256SUMS").read_bytes() == SUMS
    comment = run("minisign", "-VHm", "SHA256SUMS", "-P", KEY.public.to_base64(), cwd=kept)
    assert "usbkit seal v1 programme=forum-2020 country=GT edition=1 date=2020-11-02 files=2" in comment
    arguments = ("--manifests", desk / "programme", "--json", "seal")
    shown = call(*arguments, "show", "gt", "--sums", desk / "SHA256SUMS").expect(0).json["seals"][0]
    assert shown["signed_by"] == "Desk" and shown["fingerprint"] == fingerprint(SUMS)
    call(*arguments, "check", "gt", "--sums", desk / "SHA256SUMS").expect(0)


def test_the_next_edition_is_compared_with_the_last(desk: Path) -> None:
    sign(desk).expect(0)
    make_manifests(desk / "programme", key_table(KEY.public, "Desk"), edition=2)
    said = sign(desk, sums="newer").expect(0).err
    assert "Against edition 1: 1 file is the same." in said
    assert "+ slides/01.pdf" in said and "~ index.html" in said
    assert (desk / "programme/seals/guatemala/edition-1/SHA256SUMS").read_bytes() == SUMS
    assert (desk / "programme/seals/guatemala/SHA256SUMS").read_bytes() == NEWER_SUMS


def test_other_contents_under_a_signed_edition_are_said(desk: Path) -> None:
    sign(desk).expect(0)
    assert "was signed before, with other contents" in sign(desk, sums="newer").expect(0).err


def test_a_signature_of_another_seal_is_no_answer(desk: Path) -> None:
    check = ("--manifests", desk / "programme", "--json", "seal", "check", "gt", "--sums")
    assert call(*check, desk / "SHA256SUMS").expect(1).json["seals"][0]["reason"] == "not signed"
    sign(desk).expect(0)
    call(*check, desk / "SHA256SUMS").expect(0)
    assert "does not match" in call(*check, desk / "newer").expect(1).json["seals"][0]["reason"]


def test_a_key_that_is_not_listed_is_refused(desk: Path) -> None:
    make_manifests(desk / "programme", key_table(SecretKey.new().public, "Other"))
    said = sign(desk).expect(2)
    assert KEY.public.to_base64() in said.err
    assert not (desk / "programme" / "seals").exists()


def test_a_withdrawn_key_is_refused_and_its_signatures_count_no_more(desk: Path) -> None:
    sign(desk).expect(0)
    make_manifests(desk / "programme", key_table(KEY.public, "Desk", "withdrawn = 2021-01-01\n"))
    assert "withdrawn" in sign(desk).expect(2).err
    call("--manifests", desk / "programme", "seal", "check", "gt", "--sums", desk / "SHA256SUMS").expect(1)


def test_the_demo_key_is_refused_outside_the_demo(desk: Path) -> None:
    sign(desk, "--demo-key", "--yes").expect(2)
    write_key_pair(demo_key(), desk / "keys", "demo", "pass", CHEAP)
    make_manifests(desk / "programme", key_table(demo_key().public, "Demo", "insecure_demo = true\n"))
    given = ("--key", desk / "keys" / "demo.key", "--passphrase-file", desk / "passphrase", "--yes")
    assert "anybody" in sign(desk, *given).expect(2).err
    sign(desk, "--demo-key", "--yes").expect(0)


def test_nothing_is_signed_unasked_or_with_a_wrong_passphrase(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ("--key", desk / "keys" / "desk.key", "--passphrase-file")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    sign(desk, *key, desk / "passphrase").expect(130)  # nobody is there to say yes
    assert "passphrase is wrong" in sign(desk, *key, desk / "newer", "--yes").expect(2).err
    sign(desk, "--yes").expect(2)
    (desk / "SHA256SUMS").write_bytes(b"garbage\n")
    sign(desk).expect(2)
    assert not (desk / "programme" / "seals").exists()


def test_without_a_key_both_ways_are_named_and_nothing_is_found(desk: Path) -> None:
    sign = ("--manifests", desk / "programme", "seal", "sign", "gt", "--sums", desk / "SHA256SUMS")
    said = call(*sign).expect(2).err
    assert "found" not in said and "--key NAME" in said and "--demo-key" in said
    said = call(*sign, "--key", "desk", "--demo-key").expect(2).err
    assert "found --key desk and --demo-key, expected one of them" in said
