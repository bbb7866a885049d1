"""``usbkit key``: a key from creation to withdrawal."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.support.cli import run
from tests.trust.programmes import key_table, make_manifests
from usbkit.manifest.load import load_programme
from usbkit.trust.demo_key import demo_key
from usbkit.trust.keyfiles import read_secret_key, write_key_pair
from usbkit.trust.minisign import PublicKey
from usbkit.trust.secret import Cost, SecretKey

CHEAP = Cost(32768, 2**24)


def test_a_new_key_is_encrypted_and_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("a long passphrase\n")
    arguments = ("key", "new", "Archive desk", "-o", tmp_path / "keys", "--passphrase-file", tmp_path / "passphrase")
    made = call("--json", *arguments).expect(0).json
    secret = tmp_path / "keys" / "archive-desk.key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(secret.parent.stat().st_mode) == 0o700
    key = read_secret_key(secret, "a long passphrase")
    assert key.public.to_base64() == made["public"]
    assert PublicKey.from_file((tmp_path / "keys" / "archive-desk.pub").read_bytes()) == key.public
    again = call(*arguments).expect(2)
    assert "already" in again.err and read_secret_key(secret, "a long passphrase") == key


@pytest.mark.needs("minisign")
def test_the_exported_half_is_read_by_minisign(tmp_path: Path) -> None:
    key = SecretKey.new()
    folder = make_manifests(tmp_path / "programme", key_table(key.public, "Desk"))
    call("--manifests", folder, "key", "export", "Desk", "-o", tmp_path / "desk.pub").expect(0)
    (tmp_path / "m").write_bytes(b"message")
    (tmp_path / "m.minisig").write_bytes(key.sign(b"message", "by the desk").to_bytes())
    assert "by the desk" in run("minisign", "-VHm", "m", "-p", "desk.pub", cwd=tmp_path)


def test_keys_are_shown_with_their_state(tmp_path: Path) -> None:
    key = SecretKey.new()
    tables = key_table(key.public, "Desk", "withdrawn = 2021-01-05\n")
    tables += key_table(demo_key().public, "Demo", "insecure_demo = true\n")
    folder = make_manifests(tmp_path, tables)
    shown = call("--manifests", folder, "key", "show").expect(0).out
    assert key.public.name in shown and "2021-01-05" in shown and "INSECURE DEMO KEY" in shown
    public = write_key_pair(key, tmp_path / "keys", "desk", "x", CHEAP)[1]
    assert call("--json", "key", "show", public).expect(0).json["keys"][0]["key"] == key.public.name


def test_the_demo_key_must_be_called_one(tmp_path: Path) -> None:
    folder = make_manifests(tmp_path / "a", key_table(demo_key().public, "Archive desk"))
    assert "anybody can sign" in call("--manifests", folder, "key", "show").expect(2).err
    other = make_manifests(tmp_path / "b", key_table(SecretKey.new().public, "Demo", "insecure_demo = true\n"))
    call("--manifests", other, "key", "show").expect(2)


def test_a_withdrawn_key_is_noted_where_it_stands_and_the_rest_is_left(tmp_path: Path) -> None:
    first, second = SecretKey.new(), SecretKey.new()
    folder = make_manifests(tmp_path, key_table(first.public, "First") + key_table(second.public, "Second"))
    before = (folder / "programme.toml").read_text()
    said = call("--manifests", folder, "key", "withdraw", "Second", "--on", "2021-03-01").expect(0)
    assert second.public.name in said.out and "2021-03-01" in said.out and "cannot know" in said.out
    after = (folder / "programme.toml").read_text()
    assert after.replace("withdrawn = 2021-03-01\n", "") == before
    keys = load_programme(folder).programme.key
    assert [str(k.withdrawn) for k in keys] == ["None", "2021-03-01"]
    call("--manifests", folder, "key", "withdraw", "Second", "--on", "2021-03-02").expect(2)


@pytest.mark.parametrize(("wanted", "day"), [("Nobody", "2021-03-01"), ("Desk", "tomorrow"), ("Desk", "2021-02-30")])
def test_what_cannot_be_withdrawn_changes_nothing(tmp_path: Path, wanted: str, day: str) -> None:
    folder = make_manifests(tmp_path, key_table(SecretKey.new().public, "Desk"))
    before = (folder / "programme.toml").read_bytes()
    call("--manifests", folder, "key", "withdraw", wanted, "--on", day).expect(2)
    assert (folder / "programme.toml").read_bytes() == before
