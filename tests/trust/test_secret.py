"""Secret keys: minisign's file read and written, and files that are no key."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from usbkit.core.errors import InputError
from usbkit.trust.demo_key import demo_key, is_demo_key
from usbkit.trust.minisign import PublicKey, Signature
from usbkit.trust.secret import SENSITIVE, Cost, SecretKey

#: Enough for the format, no match for a guesser.
CHEAP = Cost(32768, 2**24)


def test_written_and_read_back() -> None:
    key = SecretKey.new()
    assert SecretKey.from_file(key.to_file("pass phrase ключ", CHEAP), "pass phrase ключ") == key
    assert key.to_file("x", CHEAP) != key.to_file("x", CHEAP), "each file has its own salt"


def test_the_seed_does_not_show() -> None:
    key = SecretKey.new()
    assert key.seed.hex() not in repr(key) and str(key.seed) not in repr(key)


def test_the_parameters_that_libsodium_picks() -> None:
    assert SENSITIVE.scrypt_parameters() == (2**20, 8, 1)
    assert Cost(524288, 2**24).scrypt_parameters() == (2**14, 8, 1)  # libsodium's "interactive"


def _with(data: bytes, offset: int, new: bytes | None) -> bytes:
    """The key with ``new`` at ``offset``; None: with another byte there, whatever it was."""
    comment, line, _end = data.split(b"\n")
    raw = bytearray(base64.b64decode(line))
    new = bytes([raw[offset] ^ 1]) if new is None else new
    raw[offset : offset + len(new)] = new
    return comment + b"\n" + base64.b64encode(raw) + b"\n"


GOOD = demo_key().to_file("right", CHEAP)


@pytest.mark.parametrize(
    ("data", "passphrase", "said"),
    [
        (GOOD, "wrong", "passphrase is wrong"),
        (_with(GOOD, 60, None), "right", "passphrase is wrong"),
        (_with(GOOD, 0, b"XX"), "right", "kind"),
        (_with(GOOD, 2, b"XX"), "right", "kind"),
        (_with(GOOD, 46, b"\xff" * 8), "right", "more memory"),
        (_with(GOOD, 38, b"\xff" * 8), "right", "more memory"),
        (GOOD.split(b"\n")[0] + b"\nAAAA\n", "right", "bytes; expected"),
        (b"untrusted comment: x\n!\n", "right", "base64"),
        (b"", "right", "expected a comment line"),
    ],
)
def test_what_is_no_key_is_said(data: bytes, passphrase: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        SecretKey.from_file(data, passphrase)
    assert said in str(caught.value)


def test_no_key_is_kept_without_a_passphrase() -> None:
    with pytest.raises(InputError):
        SecretKey.new().to_file("")


def test_the_demo_key_is_the_same_everywhere_and_known() -> None:
    assert demo_key().public.to_base64() == "RWQAADDeAAAw3jcXu+7wiRdYBhSdevACNtAQ/xQgJWGKDDM72nfEccS/"
    assert is_demo_key(PublicKey(b"\0" * 8, demo_key().public.key)) and not is_demo_key(SecretKey.new().public)


def _minisign(*arguments: str, cwd: Path, typed: str = "") -> None:
    subprocess.run(["minisign", *arguments], cwd=cwd, input=typed.encode(), check=True, capture_output=True)


@pytest.mark.needs("minisign")
def test_minisign_signs_with_our_key_and_we_accept_it(tmp_path: Path) -> None:
    key = SecretKey.new()
    (tmp_path / "our.key").write_bytes(key.to_file("geheim", CHEAP))
    (tmp_path / "m").write_bytes(b"message")
    _minisign("-S", "-s", "our.key", "-m", "m", "-t", "by minisign", cwd=tmp_path, typed="geheim\n")
    signature = Signature.from_bytes((tmp_path / "m.minisig").read_bytes())
    signature.require_valid(b"message", key.public)
    assert signature.trusted_comment == "by minisign"


@pytest.mark.needs("minisign")
def test_a_key_is_named_as_minisign_names_it(tmp_path: Path) -> None:
    key = SecretKey(bytes([1, 2, 3, 4, 5, 6, 7, 0]), bytes(32))
    (tmp_path / "our.key").write_bytes(key.to_file("geheim", CHEAP))
    _minisign("-R", "-s", "our.key", "-p", "our.pub", cwd=tmp_path, typed="geheim\n")
    assert key.public.name == "7060504030201"
    assert (tmp_path / "our.pub").read_bytes() == key.public.to_file()


@pytest.mark.needs("minisign")
def test_we_sign_with_minisigns_key_and_it_accepts_it(tmp_path: Path) -> None:
    _minisign("-G", "-W", "-s", "its.key", "-p", "its.pub", cwd=tmp_path)
    key = SecretKey.from_file((tmp_path / "its.key").read_bytes(), "")
    public = PublicKey.from_file((tmp_path / "its.pub").read_bytes())
    assert key.public == public and public.to_file() == (tmp_path / "its.pub").read_bytes()
    (tmp_path / "m").write_bytes(b"message")
    (tmp_path / "m.minisig").write_bytes(key.sign(b"message", "by us").to_bytes())
    _minisign("-VHm", "m", "-p", "its.pub", cwd=tmp_path)
